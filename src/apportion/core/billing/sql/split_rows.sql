-- The bill, with what each line hands over: a parent what its children take, a child minus that.
-- The parent of a family is its dearest line that is no child. Where there is none, nothing is
-- handed over, so the children stay free.
(
  WITH "#taken" AS (
    SELECT
      {child_family} AS "#family",
      SUM({takes}) AS "#takes",
      SUM({takes_of_list}) AS "#takes of list"
    FROM bill
    WHERE {is_child}
    GROUP BY 1
  ),
  "#parents" AS (
    SELECT
      bill.*,
      "#taken".*,
      ROW_NUMBER() OVER (PARTITION BY "#family" ORDER BY {dearest}) = 1 AS "#pays"
    FROM bill
    INNER JOIN "#taken" ON "#family" = {family}
    WHERE NOT {is_child}
  )
  SELECT
    *,
    CAST(0 AS DECIMAL(38, 18)) AS "#handed",
    CAST(0 AS DECIMAL(38, 18)) AS "#handed of list"
  FROM bill
  WHERE NOT {is_child} AND NOT {family} IN (SELECT "#family" FROM "#taken")
  UNION ALL BY NAME
  SELECT
    * EXCLUDE ("#family", "#takes", "#takes of list", "#pays"),
    CASE WHEN "#pays" THEN "#takes" ELSE CAST(0 AS DECIMAL(38, 18)) END AS "#handed",
    CASE WHEN "#pays" THEN "#takes of list" ELSE CAST(0 AS DECIMAL(38, 18)) END AS "#handed of list"
  FROM "#parents"
  UNION ALL BY NAME
  SELECT
    * EXCLUDE ("#has parent"),
    CASE WHEN "#has parent" THEN -({takes}) ELSE CAST(0 AS DECIMAL(38, 18)) END AS "#handed",
    CASE WHEN "#has parent" THEN -({takes_of_list}) ELSE CAST(0 AS DECIMAL(38, 18)) END
      AS "#handed of list"
  FROM (
    SELECT *, {child_family} IN (SELECT "#family" FROM "#parents") AS "#has parent"
    FROM bill
    WHERE {is_child}
  ) AS "#children"
) AS charges
