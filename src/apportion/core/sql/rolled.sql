-- What each key cost in the days of each segment: one row for each row of `labelled` that cost.
SELECT
  labelled."KeyId",
  labelled."FirstDay",
  labelled."LastDay",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost",
  CAST(SUM("Lines") AS BIGINT) AS "Lines"
FROM costs
INNER JOIN labelled
  ON costs."KeyId" = labelled."KeyId"
  AND costs."ChargeDay" BETWEEN labelled."FirstDay" AND labelled."LastDay"
GROUP BY 1, 2, 3
