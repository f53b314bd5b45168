-- What hangs on each set of tags by account and environment.
SELECT
  "Tags",
  "Account",
  "Environment",
  "Verdict",
  "Currency",
  SUM("Cost") AS "Cost",
  COUNT(DISTINCT "SubAccountId" || ' ' || "ResourceId") AS "Resources"
FROM {judged} AS judged
WHERE "Verdict" >= 0
GROUP BY ALL
ORDER BY ALL
