-- What the first charges of one file are: everything that describes them and when, as a hash, and
-- how much. Charges that cost nothing are alike in many files.
SELECT {number} AS "Number", hash({told}) AS "Charge", TRY_CAST({cost} AS DOUBLE) AS "Cost"
FROM (SELECT * FROM {file} LIMIT {most}) AS charges
WHERE TRY_CAST({cost} AS DOUBLE) <> 0
