-- The lines of one file in which new keys were first found.
SELECT * REPLACE (CAST({file} AS UBIGINT) AS "#file")
FROM {view}
WHERE "#row" IN (SELECT "Row" FROM {new_keys} AS new_keys WHERE "File" = {file})
