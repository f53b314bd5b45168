-- A bill, added up: one row for each description and day. The only step that reads every line.
-- Each column is hashed by itself, which engines do once for each text of a dictionary; KeyId and
-- KeyCheck are made of these hashes. A text has a second hash of its own for KeyCheck, so that two
-- texts with the same hash cannot pass for one.
SELECT
  {period} AS "Period",
  {bill} AS "Bill",
  {key_id} AS "KeyId",
  {key_check} AS "KeyCheck",
  {day} AS "ChargeDay",
  {measures},
  COUNT(*) AS "Lines",
  -- Which file, counted from zero, and which line in it: file * 2^40 + line. NULL for CSV.
  MIN(CAST("#file" AS BIGINT) * 1099511627776 + "#row") AS "FirstLine"
FROM (
  SELECT *, {hashes}
  FROM {relation}
) AS "#hashed"
GROUP BY {groups}
