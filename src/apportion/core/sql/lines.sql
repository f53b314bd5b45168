-- A bill, added up: one row for each description and day. The only step that reads every line.
-- KeyId and KeyCheck are two independent hashes of the same description, 126 bits together.
SELECT
  {period} AS "Period",
  {bill} AS "Bill",
  CAST(hash({key_id}) >> 1 AS BIGINT) AS "KeyId",
  CAST(hash({key_check}) >> 1 AS BIGINT) AS "KeyCheck",
  {day} AS "ChargeDay",
  {measures},
  COUNT(*) AS "Lines",
  -- Which file, counted from zero, and which line in it: file * 2^40 + line. NULL for CSV.
  MIN(CAST("#file" AS BIGINT) * 1099511627776 + "#row") AS "FirstLine"
FROM {relation}
GROUP BY 1, 2, 3, 4, 5
