-- The first charges of one file: a hash of their description and time, and their cost. Charges that
-- cost nothing are equal in many files.
SELECT {number} AS "Number", hash({compared}) AS "Charge", TRY_CAST({cost} AS DOUBLE) AS "Cost"
FROM (SELECT * FROM {file} LIMIT {limit}) AS charges
WHERE TRY_CAST({cost} AS DOUBLE) <> 0
