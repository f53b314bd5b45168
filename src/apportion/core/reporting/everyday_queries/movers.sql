-- Owners by change of cost since the previous published month.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs),
earlier AS (
  SELECT MAX(runs."Period") AS "Period"
  FROM runs
  INNER JOIN asked ON runs."Period" < asked."Period"
),
compared AS (
  SELECT
    daily."PaidBy",
    daily."BillingCurrency",
    daily."Cost" AS "now",
    CAST(0 AS DECIMAL(38, 18)) AS "then"
  FROM daily
  INNER JOIN asked ON daily."Period" = asked."Period"
  UNION ALL
  SELECT daily."PaidBy", daily."BillingCurrency", CAST(0 AS DECIMAL(38, 18)), daily."Cost"
  FROM daily
  INNER JOIN earlier ON daily."Period" = earlier."Period"
)
SELECT
  compared."PaidBy" AS "owner",
  compared."BillingCurrency" AS "currency",
  SUM(compared."then") AS "before",
  SUM(compared."now") AS "total",
  SUM(compared."now") - SUM(compared."then") AS "change"
FROM compared
CROSS JOIN earlier
WHERE earlier."Period" IS NOT NULL
GROUP BY compared."PaidBy", compared."BillingCurrency"
ORDER BY ABS(SUM(compared."now") - SUM(compared."then")) DESC, 1, 2
