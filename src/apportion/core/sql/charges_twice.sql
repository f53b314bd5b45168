-- Pairs of files that hold the same charges: how many of those of the file that has fewer.
WITH charges AS (SELECT DISTINCT * FROM ({charges})),
counted AS (SELECT "Number", COUNT(*) AS n FROM charges GROUP BY 1)
SELECT one."Number" AS one, other."Number" AS other, COUNT(*) AS alike,
  (SELECT MIN(n) FROM counted WHERE "Number" IN (one."Number", other."Number")) AS fewer
FROM charges AS one JOIN charges AS other USING ("Charge")
WHERE one."Number" < other."Number"
GROUP BY 1, 2
ORDER BY 1, 2
