-- Usage cost with each tag, by owner and by each value of a column, apart for charges in pools.
SELECT
  {column} AS "#column",
  {value} AS "#value",
  "#owner",
  "#currency",
  "#tag",
  "#pool" <> '' AS "#pooled",
  SUM("#cost") AS "#cost"
FROM {tagged_usage} AS tagged_usage
INNER JOIN {labelled_rows} AS labelled_rows USING ("#row")
GROUP BY ALL
