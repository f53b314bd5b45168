-- Shares that were read back and are not those that the pools give, or the other way round.
WITH lost AS (
  SELECT {columns} FROM {shares_made}
  EXCEPT ALL
  SELECT {columns} FROM {shares}
),
added AS (
  SELECT {columns} FROM {shares}
  EXCEPT ALL
  SELECT {columns} FROM {shares_made}
),
changed AS (
  SELECT "Owner", "BillingCurrency", {cost} AS given, 0 AS got FROM lost
  UNION ALL
  SELECT "Owner", "BillingCurrency", 0 AS given, {cost} AS got FROM added
)
SELECT
  COALESCE("Owner", '') AS "Owner",
  COALESCE("BillingCurrency", '') AS "BillingCurrency",
  COUNT(*) AS "Shares",
  SUM(given) AS "Given",
  SUM(got) AS "Got"
FROM changed
GROUP BY 1, 2
ORDER BY 1, 2
