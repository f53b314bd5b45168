-- Kinds of charge that several pools claim, of those that the period has costs of.
SELECT
  COUNT(*) AS keys,
  MIN("Pool") AS pool
FROM labelled
WHERE "PoolMatches" > 1
  AND "LabelId" IN (SELECT "LabelId" FROM rolled)
  AND "KeyId" IN (SELECT "KeyId" FROM costs)
