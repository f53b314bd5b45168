-- Pairs of files with the same charges: the number of equal charges, of those in the smaller file,
-- and the number of descriptions whose cost differs by less than a quarter (restated).
WITH charges AS ({charges}),
alike AS (SELECT DISTINCT "Number", "Charge", "Cost" FROM charges),
counted AS (SELECT "Number", COUNT(*) AS n FROM alike GROUP BY 1),
same AS (
  SELECT one."Number" AS one, other."Number" AS other, COUNT(*) AS alike
  FROM alike AS one JOIN alike AS other USING ("Charge", "Cost")
  WHERE one."Number" < other."Number"
  GROUP BY 1, 2
),
added AS (
  SELECT "Number", "Charge", COUNT(*) AS "Lines", SUM("Cost") AS "Cost"
  FROM charges
  GROUP BY 1, 2
),
kinds AS (SELECT "Number", COUNT(*) AS n FROM added GROUP BY 1),
near AS (
  SELECT one."Number" AS one, other."Number" AS other, COUNT(*) AS near
  FROM added AS one JOIN added AS other USING ("Charge", "Lines")
  WHERE one."Number" < other."Number"
    AND ABS(one."Cost" - other."Cost") * 4 <= GREATEST(ABS(one."Cost"), ABS(other."Cost"))
  GROUP BY 1, 2
)
SELECT
  one,
  other,
  COALESCE(alike, 0) AS alike,
  (SELECT MIN(n) FROM counted WHERE "Number" IN (one, other)) AS fewer,
  COALESCE(near, 0) AS near,
  (SELECT MIN(n) FROM kinds WHERE "Number" IN (one, other)) AS kinds
FROM same FULL JOIN near USING (one, other)
ORDER BY 1, 2
