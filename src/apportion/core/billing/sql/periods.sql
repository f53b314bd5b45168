-- The billing periods of a bill's lines.
SELECT DISTINCT {period} AS "Period"
FROM {bill} AS bill
