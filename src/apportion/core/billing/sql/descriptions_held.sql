-- How many of a delivery's kinds of charge have each of these descriptions.
SELECT {counts}
FROM {keys}
WHERE "KeyId" IN (SELECT "KeyId" FROM {costs})
