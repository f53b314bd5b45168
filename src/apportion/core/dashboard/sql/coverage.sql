-- What of the usage of each value of a column carries each tag, by owner.
SELECT
  {cut} AS "#cut",
  {column} AS "#value",
  "#owner",
  "#currency",
  "#tag",
  SUM("#cost") AS "#cost"
FROM carried
INNER JOIN labelled_rows USING ("#row")
GROUP BY ALL
