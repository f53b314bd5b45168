-- How each thing was labelled: all that describes it but its tags, names and invoices.
SELECT
  {things},
  TRUE AS "#there",
  {labels}
FROM labelled
INNER JOIN rolled USING ("KeyId", "FirstDay", "LastDay")
INNER JOIN keys USING ("KeyId")
GROUP BY {things}
HAVING COUNT(DISTINCT ROW({alike})) = 1
