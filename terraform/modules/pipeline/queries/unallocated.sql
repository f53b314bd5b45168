-- Unallocated direct cost by account and service.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs)
SELECT
  daily."Period" AS "period",
  daily."SubAccountId" AS "account",
  daily."SubAccountName" AS "account_name",
  daily."ServiceName" AS "service",
  daily."BillingCurrency" AS "currency",
  SUM(daily."Cost") AS "total"
FROM daily
INNER JOIN asked ON daily."Period" = asked."Period"
INNER JOIN runs ON daily."Period" = runs."Period" AND daily."PaidBy" = runs."Unallocated"
WHERE daily."Direct"
GROUP BY
  daily."Period", daily."SubAccountId", daily."SubAccountName", daily."ServiceName",
  daily."BillingCurrency"
ORDER BY 1, 5, 6 DESC, 2, 4
