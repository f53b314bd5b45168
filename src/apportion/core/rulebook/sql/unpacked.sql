-- A JSON column, unpacked once for each distinct text.
SELECT
  {values}
FROM (SELECT DISTINCT {column} AS json FROM keys WHERE {column} IS NOT NULL)
