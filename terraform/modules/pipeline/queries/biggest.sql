-- The 100 largest charges, with resource and owner.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs)
SELECT
  allocations."Period" AS "period",
  allocations."PaidBy" AS "owner",
  allocations."Pool" AS "pool",
  keys."ResourceId" AS "resource",
  allocations."ServiceName" AS "service",
  keys."ChargeDescription" AS "description",
  allocations."BillingCurrency" AS "currency",
  SUM(allocations."Cost") AS "total"
FROM allocations
INNER JOIN asked ON allocations."Period" = asked."Period"
INNER JOIN keys
  ON allocations."Period" = keys."Period" AND allocations."KeyId" = keys."KeyId"
GROUP BY
  allocations."Period", allocations."PaidBy", allocations."Pool", keys."ResourceId",
  allocations."ServiceName", keys."ChargeDescription", allocations."BillingCurrency"
ORDER BY 8 DESC, 2, 4, 6
LIMIT 100
