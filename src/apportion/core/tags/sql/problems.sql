-- What hangs on each verdict: money and resources.
SELECT
  "Verdict",
  "Currency" AS currency,
  SUM("Cost") AS cost,
  COUNT(DISTINCT "SubAccountId" || ' ' || "ResourceId") AS resources
FROM {judged} AS judged
WHERE "Verdict" >= 0
GROUP BY 1, 2
ORDER BY 1, 2
