-- Keys that are not one to one with their check: two descriptions under one hash, or a key twice.
SELECT COUNT(*) AS n
FROM (
  SELECT "KeyId"
  FROM (
    SELECT "KeyId", "KeyCheck" FROM {keys} AS keys
    UNION ALL
    SELECT "KeyId", "KeyCheck" FROM {months} AS months
  )
  GROUP BY "KeyId"
  HAVING COUNT(DISTINCT "KeyCheck") > 1
)
