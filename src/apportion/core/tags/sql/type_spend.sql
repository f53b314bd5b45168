-- What each resource cost, for the types that it is of.
SELECT
  "ResourceId",
  "ServiceCode",
  "Currency" AS currency,
  SUM("Cost") AS cost
FROM {judged} AS judged
WHERE "State" <> '{no_resource}'
GROUP BY ALL
ORDER BY ALL
