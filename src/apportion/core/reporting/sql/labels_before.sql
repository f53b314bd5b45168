-- How each thing was labelled, and from which day of the month to which: all that describes it but its
-- tags, names and invoices. A thing that is labelled in two ways at once is left out.
WITH rows AS (
  SELECT
    {things},
    {labels},
    ROW({labels}) AS "#label",
    "FirstCost" AS "#first",
    "LastCost" AS "#last"
  FROM {labelled} AS labelled
  INNER JOIN {rolled} AS rolled USING ("KeyId", "FirstDay", "LastDay")
  INNER JOIN {keys} AS keys USING ("KeyId")
),
ordered AS (
  SELECT
    *,
    LAG("#label") OVER by_day IS DISTINCT FROM "#label" AS "#begins",
    LAG("#label") OVER by_day IS NULL AS "#is_first",
    MAX("#last") OVER (by_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "#before"
  FROM rows
  WINDOW by_day AS (PARTITION BY {same} ORDER BY "#first", "#last", "#label")
),
changes AS (
  SELECT
    *,
    BOOL_AND(NOT "#begins" OR "#is_first" OR "#before" <= "#first")
      OVER (PARTITION BY {same}) AS "#alone"
  FROM ordered
),
days AS (
  SELECT
    * EXCLUDE ("#label", "#first", "#last", "#begins", "#is_first", "#before", "#alone"),
    CASE
      WHEN "#is_first" THEN DATE '0001-01-01'
      ELSE {after} + CAST(LEAST("#first" - {before}, {days} - 1) AS INTEGER)
    END AS "#from"
  FROM changes
  WHERE "#begins" AND "#alone"
)
SELECT
  *,
  TRUE AS "#there",
  COALESCE(LEAD("#from") OVER (PARTITION BY {same} ORDER BY "#from") - 1, DATE '9999-12-31') AS "#to"
FROM days
