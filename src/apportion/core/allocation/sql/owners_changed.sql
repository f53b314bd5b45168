-- Keys with another owner in the published files than by the rules, derived again.
SELECT
  COALESCE(owned."BillingCurrency", labelled."BillingCurrency", '') AS "BillingCurrency",
  COUNT(*) AS "Keys",
  COALESCE(SUM(rolled.{cost}), 0) AS "Cost"
FROM {owned} AS owned
FULL JOIN {labelled} AS labelled
  ON owned."KeyId" = labelled."KeyId"
  AND owned."FirstDay" = labelled."FirstDay"
LEFT JOIN {rolled} AS rolled
  ON rolled."KeyId" = COALESCE(owned."KeyId", labelled."KeyId")
  AND rolled."FirstDay" = COALESCE(owned."FirstDay", labelled."FirstDay")
WHERE owned."LastDay" IS DISTINCT FROM labelled."LastDay" OR {differs}
GROUP BY 1
ORDER BY 1
