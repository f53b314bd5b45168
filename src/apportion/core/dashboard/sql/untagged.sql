-- The resources of each owner with the highest cost that lack a tag that the rulebook reads, apart
-- for charges in pools.
WITH has AS (SELECT "Tags", LIST(DISTINCT "#tag") AS found FROM {tagged} AS tagged GROUP BY 1),
required AS (SELECT {required} AS names),
missing AS (
  SELECT
    keys."KeyId",
    keys."ResourceId",
    ARRAY_TO_STRING(
      LIST_FILTER(
        required.names,
        lambda tag: NOT LIST_CONTAINS(COALESCE(has.found, CAST([] AS VARCHAR[])), tag)
      ),
      ', '
    ) AS "#missing"
  FROM {keys} AS keys
  CROSS JOIN required
  LEFT JOIN has USING ("Tags")
  WHERE keys."ResourceId" <> '' AND keys."ChargeCategory" = 'Usage'
)
SELECT
  labelled_rows."#owner",
  labelled_rows."#currency",
  missing."ResourceId",
  COALESCE(labelled_rows."SubAccountId", '') AS "SubAccountId",
  MAX(labelled_rows."SubAccountName") AS "SubAccountName",
  MAX(labelled_rows."ServiceName") AS "ServiceName",
  missing."#missing",
  labelled_rows."#pool" <> '' AS "#pooled",
  MAX(labelled_rows."#source") AS "#source",
  SUM(usage."#cost") AS "#cost"
FROM {usage} AS usage
INNER JOIN missing USING ("KeyId")
INNER JOIN {labelled_rows} AS labelled_rows USING ("#row")
WHERE missing."#missing" <> ''
GROUP BY 1, 2, 3, 4, 7, 8
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY
    labelled_rows."#owner", labelled_rows."#currency", labelled_rows."#pool" <> ''
  ORDER BY ABS(SUM(usage."#cost")) DESC, missing."ResourceId", missing."#missing"
) <= {most}
ORDER BY 1, 2, "#cost" DESC, missing."ResourceId"
