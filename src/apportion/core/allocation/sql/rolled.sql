-- The cost of each key in the days of each segment: one row for each label with cost, with the first
-- and the last day of its cost. Days are read only of keys that a segment cuts; other keys have the
-- cost of the month.
WITH cut AS (
  SELECT labelled."KeyId", labelled."FirstDay", labelled."LastDay"
  FROM {labels} AS labelled
  INNER JOIN {months} AS months
    ON labelled."KeyId" = months."KeyId"
    AND (labelled."FirstDay" > months."FirstDay" OR labelled."LastDay" < months."LastDay")
)
SELECT
  labelled."KeyId",
  labelled."FirstDay",
  labelled."LastDay",
  months."FirstDay" AS "FirstCost",
  months."LastDay" AS "LastCost",
  "BilledCost",
  "EffectiveCost",
  "ListCost",
  "ContractedCost",
  "Lines"
FROM {months} AS months
INNER JOIN {labels} AS labelled
  ON months."KeyId" = labelled."KeyId"
  AND months."FirstDay" >= labelled."FirstDay"
  AND months."LastDay" <= labelled."LastDay"
UNION ALL
SELECT
  cut."KeyId",
  cut."FirstDay",
  cut."LastDay",
  MIN("ChargeDay") AS "FirstCost",
  MAX("ChargeDay") AS "LastCost",
  SUM("BilledCost") AS "BilledCost",
  SUM("EffectiveCost") AS "EffectiveCost",
  SUM("ListCost") AS "ListCost",
  SUM("ContractedCost") AS "ContractedCost",
  CAST(SUM("Lines") AS BIGINT) AS "Lines"
FROM {costs} AS costs
INNER JOIN cut
  ON costs."KeyId" = cut."KeyId"
  AND costs."ChargeDay" BETWEEN cut."FirstDay" AND cut."LastDay"
GROUP BY 1, 2, 3
