-- The distinct resources with their tags that the policy is asked about.
SELECT DISTINCT "Tags", "Environment", "SubAccountId", "ResourceId", "ServiceCode"
FROM {tagged} AS tagged
WHERE "Taggable"
ORDER BY ALL
