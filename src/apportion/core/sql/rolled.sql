-- Costs added up to what splits need: one row a label, and in pools one a label and day.
SELECT
  labelled."LabelId",
  CASE WHEN labelled."Pool" IS NOT NULL THEN costs."ChargeDay" END AS "ChargeDay",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost",
  CAST(SUM("Lines") AS BIGINT) AS "Lines"
FROM costs
INNER JOIN labelled
  ON costs."KeyId" = labelled."KeyId"
  AND costs."ChargeDay" BETWEEN labelled."FirstDay" AND labelled."LastDay"
GROUP BY 1, 2
