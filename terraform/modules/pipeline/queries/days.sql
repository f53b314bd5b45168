-- Cost by owner and day.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs)
SELECT
  daily."ChargeDay" AS "day",
  daily."PaidBy" AS "owner",
  daily."BillingCurrency" AS "currency",
  SUM(CASE WHEN daily."Direct" THEN daily."Cost" ELSE 0 END) AS "direct",
  SUM(CASE WHEN daily."Direct" THEN 0 ELSE daily."Cost" END) AS "shared",
  SUM(daily."Cost") AS "total"
FROM daily
INNER JOIN asked ON daily."Period" = asked."Period"
GROUP BY daily."ChargeDay", daily."PaidBy", daily."BillingCurrency"
ORDER BY 1, 2, 3
