-- A month as FOCUS rows: every charge of the ledger, zero where a pool handed it on, and a row for
-- each part of it.
WITH told AS (
  SELECT
    keys.*,
    {dimensions},
    owned."Pool",
    costs."ChargeDay",
    costs."BilledCost",
    costs."EffectiveCost",
    costs."ListCost",
    costs."ContractedCost",
    costs."ConsumedQuantity",
    EXISTS (
      FROM handed
      WHERE handed."KeyId" = costs."KeyId" AND handed."ChargeDay" = costs."ChargeDay"
    ) AS split
  FROM costs
  INNER JOIN owned
    ON costs."KeyId" = owned."KeyId"
    AND costs."ChargeDay" BETWEEN owned."FirstDay" AND owned."LastDay"
  INNER JOIN keys ON costs."KeyId" = keys."KeyId"
)
SELECT
  {whole}
FROM told
UNION ALL
SELECT
  {parts}
FROM handed
INNER JOIN told
  ON handed."KeyId" = told."KeyId"
  AND handed."ChargeDay" = told."ChargeDay"
