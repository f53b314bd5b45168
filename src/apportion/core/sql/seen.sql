-- The descriptions that a delivery uses, and the first line that has each.
SELECT
  "Period",
  "KeyId",
  "KeyCheck",
  MIN("FirstLine") AS "FirstLine"
FROM lines
GROUP BY 1, 2, 3
