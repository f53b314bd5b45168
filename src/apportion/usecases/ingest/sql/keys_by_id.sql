-- The descriptions of these keys.
SELECT keys."KeyId", {columns}
FROM {keys} AS keys
WHERE keys."KeyId" IN ({listed})
