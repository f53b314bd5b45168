-- What was given an owner or a pool, of each invoice: billed cost of labelled keys.
SELECT
  COALESCE(keys."BillingAccountId", '') AS "BillingAccountId",
  COALESCE(keys."InvoiceId", '') AS "InvoiceId",
  COALESCE(keys."BillingCurrency", '') AS "BillingCurrency",
  SUM(rolled."BilledCost") AS "Cost"
FROM ({rolled}) AS rolled
INNER JOIN {owned} AS owned USING ("KeyId", "FirstDay", "LastDay")
INNER JOIN {keys} AS keys USING ("KeyId")
GROUP BY ALL
ORDER BY ALL
