-- Cost by owner and service; shared cost is one row.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs)
SELECT
  daily."Period" AS "period",
  daily."PaidBy" AS "owner",
  daily."ServiceName" AS "service",
  daily."BillingCurrency" AS "currency",
  SUM(daily."Cost") AS "total"
FROM daily
INNER JOIN asked ON daily."Period" = asked."Period"
GROUP BY daily."Period", daily."PaidBy", daily."ServiceName", daily."BillingCurrency"
ORDER BY 1, 2, 4, 5 DESC, 3
