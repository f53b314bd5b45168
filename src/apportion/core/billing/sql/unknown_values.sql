-- Values of a column that FOCUS does not have, with the cost of their lines.
SELECT
  "BillingCurrency" AS "Currency",
  SUM("BilledCost") AS "Cost",
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  LIST_SORT(LIST_DISTINCT(LIST(COALESCE(LEFT({column}, 40), ''))))[:3] AS "Texts"
FROM {months} AS months
JOIN {keys} AS keys USING ("KeyId")
WHERE COALESCE({column}, '') NOT IN ({known})
GROUP BY 1
ORDER BY 1
