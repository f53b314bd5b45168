-- A month as FOCUS rows: every charge of the ledger, zero where a pool split it, and a row for
-- each part of it. What describes a key is joined last: it is wide, and there are few.
WITH described AS (
  SELECT
    keys.*,
    {dimensions},
    owned."Pool",
    owned."FirstDay",
    owned."LastDay"
  FROM {owned} AS owned
  INNER JOIN {keys} AS keys USING ("KeyId")
),
split AS (SELECT DISTINCT "KeyId", "ChargeDay" FROM {allocated_parts} AS allocated_parts),
charged AS (
  SELECT
    costs."KeyId",
    costs."ChargeDay",
    costs."BilledCost",
    costs."EffectiveCost",
    costs."ListCost",
    costs."ContractedCost",
    costs."ConsumedQuantity",
    split."KeyId" IS NOT NULL AS split
  FROM {costs} AS costs
  LEFT JOIN split
    ON costs."KeyId" = split."KeyId"
    AND costs."ChargeDay" = split."ChargeDay"
)
SELECT
  {whole}
FROM charged
INNER JOIN described AS labels
  ON charged."KeyId" = labels."KeyId"
  AND charged."ChargeDay" BETWEEN labels."FirstDay" AND labels."LastDay"
UNION ALL
SELECT
  {parts}
FROM {allocated_parts} AS allocated_parts
INNER JOIN described AS labels
  ON allocated_parts."KeyId" = labels."KeyId"
  AND allocated_parts."ChargeDay" BETWEEN labels."FirstDay" AND labels."LastDay"
