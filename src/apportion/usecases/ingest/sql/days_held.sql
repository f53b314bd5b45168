-- What a delivery holds of each day.
SELECT
  costs."ChargeDay" AS "Day",
  COALESCE(keys."BillingCurrency", '') AS "Currency",
  CAST(SUM(costs."Lines") AS BIGINT) AS "Lines",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost"
FROM {costs} AS costs
INNER JOIN {keys} AS keys USING ("KeyId")
GROUP BY 1, 2
ORDER BY 1, 2
