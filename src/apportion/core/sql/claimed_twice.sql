-- Kinds of charge that several pools claim, of those that the period has costs of.
SELECT
  COUNT(*) AS keys,
  MIN("Pool") AS pool
FROM rolled
INNER JOIN labelled USING ("KeyId", "FirstDay")
WHERE "PoolMatches" > 1
