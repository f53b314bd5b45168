-- Every resource of a month that can carry tags with what it cost, the costliest first; where a
-- resource has several descriptions, what most of its cost has.
SELECT
  "ResourceId",
  "SubAccountId",
  MAX("Account") AS "Account",
  ARG_MAX("Environment", "Cost") AS "Environment",
  ARG_MAX("ServiceName", "Cost") AS "ServiceName",
  ARG_MAX("ServiceCode", "Cost") AS "ServiceCode",
  ARG_MAX("RegionId", "Cost") AS "RegionId",
  ARG_MAX("Owner", "Cost") AS "Owner",
  ARG_MAX("OwnerSource", "Cost") AS "OwnerSource",
  ARG_MAX("Tags", "Cost") AS "Tags",
  ARG_MAX("State", "Cost") AS "State",
  ARG_MAX("Verdict", "Cost") AS "Verdict",
  "Currency",
  SUM("Cost") AS "Cost"
FROM {judged} AS judged
WHERE "Verdict" >= 0
GROUP BY "ResourceId", "SubAccountId", "Currency"
ORDER BY "Cost" DESC, "SubAccountId", "ResourceId", "Currency"
