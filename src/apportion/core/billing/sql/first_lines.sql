-- Of one file of the bill, the lines that new keys were first seen in; others are passed over.
SELECT * REPLACE (CAST({file} AS UBIGINT) AS "#file")
FROM {view}
WHERE "#row" IN (SELECT "Row" FROM new_keys WHERE "File" = {file})
