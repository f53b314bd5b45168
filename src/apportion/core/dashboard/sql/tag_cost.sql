-- Tag keys of usage as written in the bill, by cost, highest first.
WITH texts AS (
  SELECT keys."Tags" AS json, SUM(usage."#cost") AS cost
  FROM {usage} AS usage
  INNER JOIN {keys} AS keys USING ("KeyId")
  WHERE keys."Tags" IS NOT NULL
  GROUP BY 1
),
named AS (SELECT cost, UNNEST(json_keys(json)) AS raw FROM texts)
SELECT raw AS "#raw" FROM named GROUP BY 1 ORDER BY SUM(cost) DESC, 1
