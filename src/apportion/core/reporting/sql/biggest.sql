-- The parts of groups of charges: the largest outer parts, the largest inner parts of each, and
-- the sum of the others, with a rank of one more than the limit.
WITH summed AS (
  SELECT
    {currency} AS "Currency",
    {group} AS "Group",
    {outer} AS "Outer",
    {inner} AS "Inner",
    COALESCE("SubAccountId", '') AS "Account",
    MAX("SubAccountName") AS "AccountName",
    SUM({cost}) AS "Cost",
    SUM("Lines") AS "Lines",
    MIN("FirstCost") AS "First",
    MAX("LastCost") AS "Last"
  FROM {relation}
  WHERE {where}
  GROUP BY 1, 2, 3, 4, 5
),
outers AS (
  SELECT
    "Currency",
    "Group",
    "Outer",
    ROW_NUMBER() OVER (
      PARTITION BY "Currency", "Group" ORDER BY ABS(SUM("Cost")) DESC, "Outer"
    ) AS "OuterRank"
  FROM summed
  GROUP BY 1, 2, 3
),
ranked AS (
  SELECT
    summed.*,
    LEAST(outers."OuterRank", {biggest} + 1) AS "OuterRank",
    CASE WHEN outers."OuterRank" > {biggest} THEN 0 ELSE LEAST(
      ROW_NUMBER() OVER (
        PARTITION BY summed."Currency", summed."Group", summed."Outer"
        ORDER BY ABS("Cost") DESC, "Inner", "Account"
      ),
      {biggest} + 1
    ) END AS "InnerRank"
  FROM summed
  INNER JOIN outers USING ("Currency", "Group", "Outer")
)
SELECT
  "Currency",
  "Group",
  "OuterRank",
  "InnerRank",
  MIN("Outer") AS "Outer",
  MIN("Inner") AS "Inner",
  MIN("Account") AS "Account",
  MIN("AccountName") AS "AccountName",
  COUNT(DISTINCT "Outer") AS "Outers",
  COUNT(*) AS "Inners",
  SUM("Cost") AS "Cost",
  SUM("Lines") AS "Lines",
  MIN("First") AS "First",
  MAX("Last") AS "Last"
FROM ranked
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
