-- Lines whose period or day could not be read.
SELECT COALESCE(SUM("Lines"), 0) AS "Lines"
FROM {lines} AS lines
WHERE "Period" IS NULL OR "ChargeDay" IS NULL
