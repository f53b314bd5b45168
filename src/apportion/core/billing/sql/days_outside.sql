-- Charges of days that are far from the billing period, with their cost.
SELECT
  "BillingCurrency" AS "Currency",
  SUM(costs."BilledCost") AS "Cost",
  CAST(SUM(costs."Lines") AS BIGINT) AS "Lines",
  LIST_SORT(LIST_DISTINCT(LIST(CAST("ChargeDay" AS TEXT))))[:3] AS "Texts"
FROM {costs} AS costs
JOIN {keys} AS keys USING ("KeyId")
WHERE "ChargeDay" NOT BETWEEN {first} AND {last}
GROUP BY 1
ORDER BY 1
