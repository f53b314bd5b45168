-- The distinct resources and tags to judge.
SELECT DISTINCT "Tags", "Environment", "SubAccountId", "ResourceId", "ServiceCode"
FROM {tagged} AS tagged
WHERE "Taggable"
ORDER BY ALL
