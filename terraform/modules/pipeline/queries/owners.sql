-- Cost by owner in a month: direct cost, shared cost, and cost with a valid tag.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs)
SELECT
  daily."Period" AS "period",
  daily."PaidBy" AS "owner",
  daily."BillingCurrency" AS "currency",
  SUM(CASE WHEN daily."Direct" THEN daily."Cost" ELSE 0 END) AS "direct",
  SUM(CASE WHEN daily."Direct" THEN 0 ELSE daily."Cost" END) AS "shared",
  SUM(daily."Cost") AS "total",
  SUM(CASE WHEN daily."Tagged" THEN daily."Cost" ELSE 0 END) AS "tagged"
FROM daily
INNER JOIN asked ON daily."Period" = asked."Period"
GROUP BY daily."Period", daily."PaidBy", daily."BillingCurrency"
ORDER BY 1, 3, 6 DESC, 2
