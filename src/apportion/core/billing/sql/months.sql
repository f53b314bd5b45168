-- The cost of each key in the whole period, with its first and last day.
SELECT
  {period} AS "Period",
  {bill} AS "Bill",
  "KeyId",
  "KeyCheck",
  MIN("ChargeDay") AS "FirstDay",
  MAX("ChargeDay") AS "LastDay",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost",
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  MIN("FirstLine") AS "FirstLine"
FROM {costs} AS costs
GROUP BY ALL
