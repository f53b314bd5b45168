-- What every owner's charges cost by day: who owns each key, beside what the key cost.
SELECT
  owned.* EXCLUDE ("Bill", "KeyId", "FirstDay", "LastDay"),
  costs."ChargeDay",
  costs."BilledCost",
  costs."EffectiveCost",
  costs."ListCost",
  costs."ContractedCost",
  costs."Lines"
FROM {costs} AS costs
INNER JOIN {owned} AS owned
  ON costs."KeyId" = owned."KeyId"
  AND costs."ChargeDay" BETWEEN owned."FirstDay" AND owned."LastDay"
