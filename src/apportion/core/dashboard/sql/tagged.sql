-- The tags of each distinct tag set: name of the tag, key and value as written in the bill.
WITH texts AS (SELECT DISTINCT "Tags" AS json FROM {keys} AS keys WHERE "Tags" IS NOT NULL),
named AS (SELECT json, UNNEST(json_keys(json)) AS raw FROM texts)
SELECT
  named.json AS "Tags",
  tag_names."#tag",
  named.raw AS "#key",
  TRIM(json_extract_string(
    named.json, '/' || REPLACE(REPLACE(named.raw, '~', '~0'), '/', '~1')
  )) AS "#value"
FROM named
INNER JOIN {tag_names} AS tag_names ON named.raw = tag_names."#raw"
WHERE "#value" <> ''
