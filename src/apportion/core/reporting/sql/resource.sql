-- The charges of some keys, with their descriptions and labels, and the source if the bill has it.
SELECT
  keys."ResourceId",
  keys."ResourceName",
  keys."SubAccountId",
  labelled."SubAccountName",
  keys."RegionId",
  keys."BillingAccountId",
  keys."BillingCurrency",
  keys."ServiceName",
  keys."ChargeCategory",
  COALESCE(keys."x_UsageType", keys."SkuMeter", keys."ChargeDescription") AS "Usage",
  keys."Tags",
  keys."x_AccountTags" AS "#account_tags",
  keys."x_Other" AS "#other",
  keys."SubAccountName" AS "OwnAccountName",
  {labels},
  costs."Bill",
  costs."ChargeDay",
  SUM(costs.{cost}) AS "Cost",
  SUM(costs."Lines") AS "Lines",
  MIN(costs."FirstLine") AS "FirstLine"
FROM {keys} AS keys
INNER JOIN {labelled} AS labelled ON keys."KeyId" = labelled."KeyId"
INNER JOIN {costs} AS costs
  ON labelled."KeyId" = costs."KeyId"
  AND costs."ChargeDay" BETWEEN labelled."FirstDay" AND labelled."LastDay"
WHERE keys."ResourceId" = {resource}
GROUP BY ALL
ORDER BY ALL
