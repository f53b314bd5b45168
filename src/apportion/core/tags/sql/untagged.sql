-- Resources whose mandatory tags are missing or wrong, the costliest first; where a resource has
-- several descriptions, what most of its cost has.
SELECT
  "ResourceId",
  MAX("ResourceName") AS "ResourceName",
  "SubAccountId",
  MAX("Account") AS "Account",
  ARG_MAX("Environment", "Cost") AS "Environment",
  ARG_MAX("ServiceName", "Cost") AS "ServiceName",
  ARG_MAX("ServiceCode", "Cost") AS "ServiceCode",
  MAX("RegionId") AS "RegionId",
  ARG_MAX("Owner", "Cost") AS "Owner",
  ARG_MAX("OwnerSource", "Cost") AS "OwnerSource",
  ARG_MAX("Tags", "Cost") AS "Tags",
  ARG_MAX("Verdict", "Cost") AS "Verdict",
  "Currency",
  SUM("Cost") AS "Cost"
FROM {judged} AS judged
WHERE "State" IN ('wrong', 'missing')
GROUP BY "ResourceId", "SubAccountId", "Currency"
ORDER BY "Cost" DESC, "SubAccountId", "ResourceId", "Currency"
