-- Compare the files that came back with those that were sent, as bags of rows.
WITH others AS (
  SELECT {columns} FROM {arrived}
  EXCEPT ALL
  SELECT {columns} FROM {sent}
)
SELECT
  (SELECT COUNT(*) FROM {sent}) AS "Sent",
  (SELECT COUNT(*) FROM {arrived}) AS "Arrived",
  (SELECT COUNT(*) FROM others) AS "Differ"
