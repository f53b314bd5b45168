-- Shared cost by pool and owner.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs)
SELECT
  shares."Period" AS "period",
  shares."Pool" AS "pool",
  shares."PaidBy" AS "owner",
  shares."BillingCurrency" AS "currency",
  SUM(shares."Cost") AS "total"
FROM shares
INNER JOIN asked ON shares."Period" = asked."Period"
GROUP BY shares."Period", shares."Pool", shares."PaidBy", shares."BillingCurrency"
ORDER BY 1, 2, 4, 5 DESC, 3
