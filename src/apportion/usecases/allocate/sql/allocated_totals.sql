-- What has reached an owner, by the account it came from: owners are read back from the written
-- files, and a key's days that they lack, or have twice, show as money that is missing or too much.
-- A pooled charge counts only if its pool was split completely, for its payer.
WITH owned_costs AS (
  SELECT *
  FROM {rolled} AS rolled
  INNER JOIN {owned} AS owned USING ("KeyId", "FirstDay", "LastDay")
),
pooled AS (
  SELECT
    "Pool",
    "BillingAccountId",
    "BillingCurrency",
    SUM("BilledCost") AS "BilledCost",
    SUM("EffectiveCost") AS "EffectiveCost",
    SUM("ListCost") AS "ListCost",
    SUM("ContractedCost") AS "ContractedCost"
  FROM owned_costs
  WHERE "Pool" IS NOT NULL
  GROUP BY ALL
),
handed_on AS (
  SELECT
    "Pool",
    "BillingAccountId",
    "BillingCurrency",
    SUM("BilledCost") AS "BilledCost",
    SUM("EffectiveCost") AS "EffectiveCost",
    SUM("ListCost") AS "ListCost",
    SUM("ContractedCost") AS "ContractedCost"
  FROM {shares} AS shares
  GROUP BY ALL
),
balanced AS (
  SELECT
    pooled."Pool",
    pooled."BillingAccountId",
    pooled."BillingCurrency"
  FROM pooled
  LEFT JOIN handed_on
    ON pooled."Pool" = handed_on."Pool"
    AND COALESCE(pooled."BillingAccountId", '') = handed_on."BillingAccountId"
    AND COALESCE(pooled."BillingCurrency", '') = handed_on."BillingCurrency"
  WHERE pooled."BilledCost" = COALESCE(handed_on."BilledCost", 0)
    AND pooled."EffectiveCost" = COALESCE(handed_on."EffectiveCost", 0)
    AND pooled."ListCost" = COALESCE(handed_on."ListCost", 0)
    AND pooled."ContractedCost" = COALESCE(handed_on."ContractedCost", 0)
)
SELECT
  COALESCE(owned_costs."BillingAccountId", '') AS "BillingAccountId",
  COALESCE(owned_costs."SubAccountId", '') AS "SubAccountId",
  COALESCE(owned_costs."BillingCurrency", '') AS "BillingCurrency",
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost"
FROM owned_costs
LEFT JOIN balanced
  ON owned_costs."Pool" = balanced."Pool"
  AND COALESCE(owned_costs."BillingAccountId", '') = COALESCE(balanced."BillingAccountId", '')
  AND COALESCE(owned_costs."BillingCurrency", '') = COALESCE(balanced."BillingCurrency", '')
WHERE owned_costs."Pool" IS NULL OR balanced."Pool" IS NOT NULL
GROUP BY 1, 2, 3
