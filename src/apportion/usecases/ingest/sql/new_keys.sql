-- Descriptions that the ledger does not know yet, with the place of one line that has each.
SELECT
  "Period",
  "KeyId",
  "KeyCheck",
  CAST("FirstLine" >> 40 AS UBIGINT) AS "File",
  "FirstLine" & 1099511627775 AS "Row"
FROM {months} AS months
WHERE "KeyId" NOT IN (SELECT "KeyId" FROM {known} AS known)
