-- Texts of a column of tags that are not JSON, as the keys keep them, with the cost of their lines.
SELECT
  "BillingCurrency" AS "Currency",
  SUM("BilledCost") AS "Cost",
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  LIST_SORT(LIST_DISTINCT(LIST(LEFT(t, 60))))[:3] AS "Texts"
FROM {months} AS months
JOIN (
  SELECT "KeyId", "BillingCurrency", JSON_EXTRACT_STRING("x_Other", {path}) AS t
  FROM {keys} AS keys
  WHERE "x_Other" IS NOT NULL
) AS kept USING ("KeyId")
WHERE t IS NOT NULL
GROUP BY 1
ORDER BY 1
