-- What the written files hold for each account, read back through their keys.
SELECT
  COALESCE(keys."BillingAccountId", '') AS "BillingAccountId",
  COALESCE(keys."SubAccountId", '') AS "SubAccountId",
  COALESCE(keys."BillingCurrency", '') AS "BillingCurrency",
  SUM(costs."Lines") AS "Lines",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost"
FROM {costs} AS costs
LEFT JOIN {keys} AS keys USING ("KeyId")
GROUP BY 1, 2, 3
