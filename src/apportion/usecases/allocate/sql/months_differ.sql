-- Keys whose month is not what their days add up to, with the money between the two.
WITH days AS (
  SELECT
    "KeyId",
    MIN("ChargeDay") AS "FirstDay",
    MAX("ChargeDay") AS "LastDay",
    SUM("BilledCost") AS "BilledCost",
    SUM("EffectiveCost") AS "EffectiveCost",
    SUM("ListCost") AS "ListCost",
    SUM("ContractedCost") AS "ContractedCost",
    CAST(SUM("Lines") AS BIGINT) AS "Lines"
  FROM {costs} AS costs
  GROUP BY 1
)
SELECT
  COUNT(*) AS "Keys",
  COALESCE(SUM(ABS(COALESCE(months.{cost}, 0) - COALESCE(days.{cost}, 0))), 0) AS "Cost"
FROM {months} AS months
FULL JOIN days ON months."KeyId" = days."KeyId"
WHERE ROW(
  months."FirstDay", months."LastDay", months."BilledCost", months."EffectiveCost",
  months."ListCost", months."ContractedCost", months."Lines"
) IS DISTINCT FROM ROW(
  days."FirstDay", days."LastDay", days."BilledCost", days."EffectiveCost",
  days."ListCost", days."ContractedCost", days."Lines"
)
