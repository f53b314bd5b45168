-- Cost by account and owner.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs)
SELECT
  daily."Period" AS "period",
  daily."SubAccountId" AS "account",
  daily."SubAccountName" AS "account_name",
  daily."PaidBy" AS "owner",
  daily."BillingCurrency" AS "currency",
  SUM(daily."Cost") AS "total"
FROM daily
INNER JOIN asked ON daily."Period" = asked."Period"
GROUP BY
  daily."Period", daily."SubAccountId", daily."SubAccountName", daily."PaidBy",
  daily."BillingCurrency"
ORDER BY 1, 5, 6 DESC, 2, 4
