-- What stands in the bill and no line of a lookup matches as it is written, but some would if
-- blanks, quotes, case and leading zeros did not count.
WITH there AS (SELECT DISTINCT {columns} FROM facts),
told AS (
  SELECT line, {written} AS written, {found} AS found, {same} AS same
  FROM lookup_lines AS l JOIN there AS f ON {alike}
)
SELECT MIN(line) AS line, ARG_MIN(written, line) AS written, found
FROM told GROUP BY found HAVING NOT BOOL_OR(same) ORDER BY 1, 3
