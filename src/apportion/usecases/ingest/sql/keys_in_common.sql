-- Whether two deliveries have one key in common: with the same descriptions, others included.
SELECT COUNT(*) AS "N"
FROM (
  SELECT 1
  FROM {after} AS later
  WHERE "KeyId" IN (SELECT "KeyId" FROM {before} AS earlier)
  LIMIT 1
)
