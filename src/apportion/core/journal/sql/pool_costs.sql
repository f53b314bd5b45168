-- What lies in pools, by invoice and service category, for each day that was split apart.
SELECT
  charges."Pool",
  charges."BillingCurrency" AS "Currency",
  charges."BillingAccountId" AS "BillingAccount",
  charges."ChargeDay" AS "Day",
  charges."Within",
  COALESCE(keys."InvoiceId", '') AS "Invoice",
  COALESCE(keys."ServiceCategory", '') AS "ServiceCategory",
  COALESCE(keys."ChargeCategory", '') = 'Tax' AS "Tax",
  SUM(charges.{cost}) AS "Cost"
FROM ({charges}) AS charges
INNER JOIN {keys} AS keys USING ("KeyId")
GROUP BY ALL
ORDER BY ALL
