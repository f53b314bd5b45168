-- The keys of a delivery that describe lines as they were described a second time.
SELECT lines."Line", {columns}
FROM {lines} AS lines
INNER JOIN {keys} AS keys ON {alike}
WHERE keys."KeyId" IN (SELECT "KeyId" FROM {months} AS months)
ORDER BY 1
