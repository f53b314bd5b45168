-- The charges that lie in pools.
SELECT
  owned."Pool",
  COALESCE(owned."BillingCurrency", '') AS "BillingCurrency",
  COALESCE(owned."BillingAccountId", '') AS "BillingAccountId",
  costs."ChargeDay",
  {within} AS "Within",
  costs."KeyId",
  {amounts}
FROM {costs} AS costs
INNER JOIN {owned} AS owned
  ON costs."KeyId" = owned."KeyId"
  AND costs."ChargeDay" BETWEEN owned."FirstDay" AND owned."LastDay"
WHERE owned."Pool" IS NOT NULL
