-- How many arrows of the split were read back and are not those that the rules give, and the reverse.
SELECT COUNT(*) AS "Arrows"
FROM (
  (
    SELECT {columns} FROM {drivers_made}
    EXCEPT ALL
    SELECT {columns} FROM {drivers}
  )
  UNION ALL
  (
    SELECT {columns} FROM {drivers}
    EXCEPT ALL
    SELECT {columns} FROM {drivers_made}
  )
) AS changed
