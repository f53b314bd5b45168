-- What owners spend themselves, by invoice and service category.
SELECT
  COALESCE(owned."BillingAccountId", '') AS "BillingAccount",
  COALESCE(keys."InvoiceId", '') AS "Invoice",
  COALESCE(owned."BillingCurrency", '') AS "Currency",
  owned.{owner} AS "Owner",
  COALESCE(keys."ServiceCategory", '') AS "ServiceCategory",
  COALESCE(keys."ChargeCategory", '') = 'Tax' AS "Tax",
  SUM(rolled.{cost}) AS "Cost"
FROM ({rolled}) AS rolled
INNER JOIN {owned} AS owned USING ("KeyId", "FirstDay", "LastDay")
INNER JOIN {keys} AS keys USING ("KeyId")
WHERE owned."Pool" IS NULL
GROUP BY ALL
ORDER BY ALL
