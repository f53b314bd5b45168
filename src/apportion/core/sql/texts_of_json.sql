-- The texts of a column that should be JSON and are not, as their keys have kept them.
SELECT COALESCE(SUM("Lines"), 0) AS "Lines", LIST_SORT(LIST_DISTINCT(LIST(LEFT(t, 60))))[:3] AS "Texts"
FROM costs
JOIN (
  SELECT "KeyId", JSON_EXTRACT_STRING("x_Other", {path}) AS t FROM keys WHERE "x_Other" IS NOT NULL
) AS kept USING ("KeyId")
WHERE t IS NOT NULL
