-- Keys to describe a second time: the biggest, and those whose hashes lie nearest to the run's. Each
-- has the place of its first line.
SELECT
  "KeyId",
  CAST("FirstLine" >> 40 AS BIGINT) AS "File",
  "FirstLine" & 1099511627775 AS "Row",
  "BilledCost",
  "KeyId" NOT IN (SELECT "KeyId" FROM {known} AS known) AS "New"
FROM (
  SELECT *, 0 AS "#drawn"
  FROM (
    SELECT * FROM {months} AS months
    ORDER BY GREATEST(ABS("BilledCost"), ABS("EffectiveCost")) DESC, "KeyId"
    LIMIT {biggest}
  )
  UNION ALL
  SELECT *, 1 AS "#drawn"
  FROM (
    SELECT * FROM {months} AS months
    ORDER BY XOR("KeyId", {salt})
    LIMIT {drawn}
  )
)
WHERE "FirstLine" IS NOT NULL
ORDER BY
  "#drawn",
  CASE WHEN "#drawn" = 0 THEN -GREATEST(ABS("BilledCost"), ABS("EffectiveCost")) END,
  XOR("KeyId", {salt})
