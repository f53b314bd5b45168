-- The names inside a JSON column, each once.
SELECT DISTINCT UNNEST(json_keys(json)) AS name
FROM (SELECT DISTINCT {column} AS json FROM {keys} AS keys WHERE {column} IS NOT NULL)
