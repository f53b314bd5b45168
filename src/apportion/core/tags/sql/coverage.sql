-- Judged costs by group: money by state, and resources, which are right when all their tags are.
SELECT
  {groups},
  SUM("Cost") AS spend,
  COALESCE(SUM("Cost") FILTER ("State" <> '{no_resource}'), 0) AS taggable,
  {states},
  COUNT(DISTINCT "SubAccountId" || ' ' || "ResourceId")
    FILTER ("State" NOT IN ('{no_resource}', 'exempt')) AS resources,
  COUNT(DISTINCT "SubAccountId" || ' ' || "ResourceId")
    FILTER ("State" IN ('wrong', 'missing')) AS resources_wrong
FROM {judged} AS judged
GROUP BY {numbers}
ORDER BY missing + wrong DESC, {numbers}
