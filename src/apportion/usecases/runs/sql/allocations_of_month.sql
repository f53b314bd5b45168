-- What every owner's charges cost in the month: as `allocations`, without the day of each cost.
SELECT
  owned.* EXCLUDE ("Bill", "KeyId", "FirstDay", "LastDay"),
  CAST(NULL AS DATE) AS "ChargeDay",
  rolled."FirstCost",
  rolled."LastCost",
  rolled."BilledCost",
  rolled."EffectiveCost",
  rolled."ListCost",
  rolled."ContractedCost",
  rolled."Lines"
FROM ({rolled}) AS rolled
INNER JOIN {owned} AS owned USING ("KeyId", "FirstDay", "LastDay")
