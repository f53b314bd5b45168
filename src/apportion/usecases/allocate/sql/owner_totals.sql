-- What each owner pays, read back: its own charges, and its shares of what pools held.
SELECT
  COALESCE("Owner", '') AS "Owner",
  COALESCE("BillingCurrency", '') AS "BillingCurrency",
  "Shared",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost"
FROM (
  SELECT
    {owner} AS "Owner",
    "BillingCurrency",
    FALSE AS "Shared",
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost"
  FROM {allocations} AS allocations
  WHERE "Pool" IS NULL
  UNION ALL
  SELECT
    "Owner",
    "BillingCurrency",
    TRUE AS "Shared",
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost"
  FROM {shares} AS shares
) AS paid
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
