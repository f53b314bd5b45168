-- What has reached an owner, by the account it came from, read back from the written files.
-- A pooled charge counts only if its pool handed on exactly what it held, for its payer.
WITH pooled AS (
  SELECT
    "Pool",
    "BillingAccountId",
    "BillingCurrency",
    SUM("BilledCost") AS "BilledCost",
    SUM("EffectiveCost") AS "EffectiveCost",
    SUM("ListCost") AS "ListCost",
    SUM("ContractedCost") AS "ContractedCost"
  FROM allocations
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
  FROM shares
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
  COALESCE(allocations."BillingAccountId", '') AS "BillingAccountId",
  COALESCE(allocations."SubAccountId", '') AS "SubAccountId",
  COALESCE(allocations."BillingCurrency", '') AS "BillingCurrency",
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost"
FROM allocations
LEFT JOIN balanced
  ON allocations."Pool" = balanced."Pool"
  AND COALESCE(allocations."BillingAccountId", '') = COALESCE(balanced."BillingAccountId", '')
  AND COALESCE(allocations."BillingCurrency", '') = COALESCE(balanced."BillingCurrency", '')
WHERE allocations."Pool" IS NULL OR balanced."Pool" IS NOT NULL
GROUP BY 1, 2, 3
