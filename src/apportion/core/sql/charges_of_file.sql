-- What the first charges of one file are, as hashes: everything that describes them, when, and how
-- much. Charges that cost nothing are alike in many files.
SELECT {number} AS "Number", hash({told}) AS "Charge"
FROM (SELECT * FROM {file} LIMIT {most}) AS charges
WHERE TRY_CAST({cost} AS DOUBLE) <> 0
