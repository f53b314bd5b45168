-- Usage cost of each spelling of each tag value, by owner, apart for charges in pools.
SELECT
  tagged."#tag",
  tagged."#key",
  tagged."#value",
  labelled_rows."#owner",
  labelled_rows."#currency",
  labelled_rows."#pool" <> '' AS "#pooled",
  COUNT(DISTINCT keys."ResourceId") AS "#resources",
  SUM(usage."#cost") AS "#cost"
FROM {usage} AS usage
INNER JOIN {keys} AS keys USING ("KeyId")
INNER JOIN {tagged} AS tagged USING ("Tags")
INNER JOIN {labelled_rows} AS labelled_rows USING ("#row")
WHERE tagged."#tag" IN (SELECT UNNEST({tags}))
GROUP BY ALL
ORDER BY ALL
