-- The key of a delivery that has most columns in common with the description of a line.
SELECT {columns}
FROM {keys} AS keys
WHERE keys."KeyId" IN (SELECT "KeyId" FROM {months} AS months)
ORDER BY {alike} DESC, keys."KeyId"
LIMIT 1
