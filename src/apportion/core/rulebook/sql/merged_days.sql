-- Labels of keys by days: neighbouring days of a key with equal labels are one row. Only the rows of
-- keys whose days are cut are compared.
WITH pieces AS MATERIALIZED (
  {pieces}
),
compared AS (
  SELECT
    *,
    LAG(ROW({labels})) OVER by_day IS DISTINCT FROM ROW({labels}) AS "#begins"
  FROM pieces
  WHERE {is_cut}
  WINDOW by_day AS (PARTITION BY "KeyId" ORDER BY "FirstDay")
),
numbered AS (
  SELECT
    *,
    SUM(CAST("#begins" AS INTEGER)) OVER (PARTITION BY "KeyId" ORDER BY "FirstDay") AS "#number"
  FROM compared
)
SELECT * FROM pieces WHERE NOT {is_cut}
UNION ALL BY NAME
SELECT
  "KeyId",
  MIN("FirstDay") AS "FirstDay",
  MAX("LastDay") AS "LastDay",
  {labels}
FROM numbered
GROUP BY "KeyId", "#number", {labels}
