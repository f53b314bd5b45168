-- Lines of a month with an invoice, and the cost of those without, by currency.
SELECT
  "BillingCurrency" AS "Currency",
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  CAST(COALESCE(SUM("Lines") FILTER ("InvoiceId" <> ''), 0) AS BIGINT) AS "Invoiced",
  COALESCE(SUM("BilledCost") FILTER (COALESCE("InvoiceId", '') = ''), 0) AS "Cost"
FROM {months} AS months
JOIN {keys} AS keys USING ("KeyId")
GROUP BY 1
ORDER BY 1
