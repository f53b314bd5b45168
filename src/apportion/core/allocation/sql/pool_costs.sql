-- The cost of each pool by payer, currency and day, in each partition.
SELECT
  labelled."Pool",
  labelled."BillingCurrency" AS "Currency",
  labelled."BillingAccountId" AS "BillingAccount",
  costs."ChargeDay" AS "Day",
  {within} AS "Within",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost"
FROM {costs} AS costs
INNER JOIN {labelled} AS labelled
  ON costs."KeyId" = labelled."KeyId"
  AND costs."ChargeDay" BETWEEN labelled."FirstDay" AND labelled."LastDay"
WHERE labelled."Pool" IS NOT NULL
GROUP BY ALL
