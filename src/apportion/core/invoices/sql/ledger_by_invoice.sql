-- What the ledger holds of each invoice: billed cost of the month, by payer and currency.
SELECT
  COALESCE(keys."BillingAccountId", '') AS "BillingAccountId",
  COALESCE(keys."InvoiceId", '') AS "InvoiceId",
  COALESCE(keys."BillingCurrency", '') AS "BillingCurrency",
  SUM(costs."BilledCost") AS "Cost"
FROM {costs} AS costs
LEFT JOIN {keys} AS keys USING ("KeyId")
GROUP BY ALL
ORDER BY ALL
