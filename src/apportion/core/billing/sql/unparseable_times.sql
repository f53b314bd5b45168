-- Texts of a time column in lines whose day or month cannot be read from it.
SELECT COUNT(*) AS "Lines",
  LIST_SORT(LIST_DISTINCT(LIST(LEFT(CAST({column} AS TEXT), 40)))[:3]) AS "Texts"
FROM {relation}
WHERE {read} IS NULL
