-- Each distinct text of tags, taken apart: the tag, how its key and its value are spelt.
WITH texts AS (SELECT DISTINCT "Tags" AS json FROM keys WHERE "Tags" IS NOT NULL),
named AS (SELECT json, UNNEST(json_keys(json)) AS raw FROM texts)
SELECT
  named.json AS "Tags",
  "tag names"."#tag",
  named.raw AS "#key",
  TRIM(json_extract_string(
    named.json, '/' || REPLACE(REPLACE(named.raw, '~', '~0'), '/', '~1')
  )) AS "#value"
FROM named
INNER JOIN "tag names" ON named.raw = "tag names"."#raw"
WHERE "#value" <> ''
