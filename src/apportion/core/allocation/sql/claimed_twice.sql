-- The cost of charges that match several pools, by the pool that has them.
SELECT
  "Pool",
  COALESCE("BillingCurrency", '') AS "BillingCurrency",
  COUNT(*) AS "Keys",
  SUM({cost}) AS "Cost"
FROM {rolled} AS rolled
INNER JOIN {labelled} AS labelled USING ("KeyId", "FirstDay")
WHERE "PoolMatches" > 1
GROUP BY 1, 2
ORDER BY 1, 2
