-- Costs added up to what reports and splits need: one row a label and day.
SELECT
  labelled."LabelId",
  costs."ChargeDay",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost",
  CAST(SUM("Lines") AS BIGINT) AS "Lines"
FROM costs
INNER JOIN labelled ON costs."KeyId" = labelled."KeyId"{in_segment}
GROUP BY 1, 2
