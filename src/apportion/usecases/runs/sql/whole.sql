-- All that owners pay, by currency: what they spend themselves, and their shares of pools.
SELECT COALESCE("BillingCurrency", '') AS "Currency", COALESCE(SUM(cost), 0) AS "Cost"
FROM (
  SELECT "BillingCurrency", {cost} AS cost FROM {allocations} AS allocations WHERE "Pool" IS NULL
  UNION ALL
  SELECT NULLIF("BillingCurrency", ''), {cost} FROM {shares} AS shares
) AS paid
GROUP BY 1
