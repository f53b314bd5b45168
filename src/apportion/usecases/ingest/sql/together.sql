-- The charges of a delivery and of an earlier one, as those of one bill. Their files are counted
-- on from those of the earlier one, so that a line is still found by the place of its file.
SELECT
  "Period",
  "Bill",
  "KeyId",
  "KeyCheck",
  "ChargeDay",
  {measures},
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  MIN("FirstLine") AS "FirstLine"
FROM (
  SELECT * FROM {earlier}
  UNION ALL BY NAME
  SELECT * REPLACE ("FirstLine" + {files} * 1099511627776 AS "FirstLine") FROM {costs} AS costs
)
GROUP BY 1, 2, 3, 4, 5
