-- The bill, with the cost that each line transfers: a parent what its children take, a child minus
-- that. The parent of a family is its most expensive line that is not a child. Where there is none,
-- nothing is transferred, so the children cost nothing.
(
  WITH "#children_cost" AS (
    SELECT
      {child_family} AS "#family",
      SUM({cost}) AS "#cost",
      SUM({list_cost}) AS "#list_cost"
    FROM {bill} AS bill
    WHERE {is_child}
    GROUP BY 1
  ),
  "#parents" AS (
    SELECT
      bill.*,
      "#children_cost".*,
      ROW_NUMBER() OVER (PARTITION BY "#family" ORDER BY {highest_cost}) = 1 AS "#is_parent"
    FROM {bill} AS bill
    INNER JOIN "#children_cost" ON "#family" = {family}
    WHERE NOT {is_child}
  )
  SELECT
    *,
    CAST(0 AS DECIMAL(38, 18)) AS "#transferred_cost",
    CAST(0 AS DECIMAL(38, 18)) AS "#transferred_list_cost"
  FROM {bill} AS bill
  WHERE NOT {is_child} AND NOT {family} IN (SELECT "#family" FROM "#children_cost")
  UNION ALL BY NAME
  SELECT
    * EXCLUDE ("#family", "#cost", "#list_cost", "#is_parent"),
    CASE WHEN "#is_parent" THEN "#cost" ELSE CAST(0 AS DECIMAL(38, 18)) END AS "#transferred_cost",
    CASE WHEN "#is_parent" THEN "#list_cost" ELSE CAST(0 AS DECIMAL(38, 18)) END AS "#transferred_list_cost"
  FROM "#parents"
  UNION ALL BY NAME
  SELECT
    * EXCLUDE ("#has_parent"),
    CASE WHEN "#has_parent" THEN -({cost}) ELSE CAST(0 AS DECIMAL(38, 18)) END AS "#transferred_cost",
    CASE WHEN "#has_parent" THEN -({list_cost}) ELSE CAST(0 AS DECIMAL(38, 18)) END
      AS "#transferred_list_cost"
  FROM (
    SELECT *, {child_family} IN (SELECT "#family" FROM "#parents") AS "#has_parent"
    FROM {bill} AS bill
    WHERE {is_child}
  ) AS "#children"
) AS charges
