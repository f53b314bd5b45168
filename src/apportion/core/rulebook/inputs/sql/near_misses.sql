-- Values of the bill that no line of a lookup matches as written, although some lines would match
-- without blanks, quotes, case and leading zeros.
WITH in_bill AS (SELECT DISTINCT {columns} FROM {facts} AS facts),
candidates AS (
  SELECT line, {written} AS written, {found} AS found, {same} AS same
  FROM {lines} AS l JOIN in_bill AS f ON {alike}
)
SELECT MIN(line) AS line, ARG_MIN(written, line) AS written, found
FROM candidates GROUP BY found HAVING NOT BOOL_OR(same) ORDER BY 1, 3
