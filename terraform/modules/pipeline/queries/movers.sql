-- Owners by change of cost since the previous published month.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs),
earlier AS (
  SELECT MAX(runs."Period") AS "Period"
  FROM runs
  INNER JOIN asked ON runs."Period" < asked."Period"
),
told AS (
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
  told."PaidBy" AS "owner",
  told."BillingCurrency" AS "currency",
  SUM(told."then") AS "before",
  SUM(told."now") AS "total",
  SUM(told."now") - SUM(told."then") AS "change"
FROM told
CROSS JOIN earlier
WHERE earlier."Period" IS NOT NULL
GROUP BY told."PaidBy", told."BillingCurrency"
ORDER BY ABS(SUM(told."now") - SUM(told."then")) DESC, 1, 2
