-- A JSON column, unpacked once for each distinct text.
SELECT
  {values}
FROM (SELECT DISTINCT {column} AS json FROM {keys} AS keys WHERE {column} IS NOT NULL)
