-- Charges that have a tag key twice with different values, with the cost of their lines.
SELECT
  "BillingCurrency" AS "Currency",
  SUM("BilledCost") AS "Cost",
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  LIST_SORT(LIST_DISTINCT(LIST(LEFT("Tags", 60))))[:3] AS "Texts"
FROM {months} AS months
JOIN {keys} AS keys USING ("KeyId")
WHERE
  LEN(LIST_DISTINCT(LIST_ZIP(JSON_KEYS("Tags"), JSON_EXTRACT_STRING("Tags", '$.*'))))
  > LEN(LIST_DISTINCT(JSON_KEYS("Tags")))
GROUP BY 1
ORDER BY 1
