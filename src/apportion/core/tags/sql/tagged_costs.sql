-- What each resource cost under each set of tags, with the owner and environment it was given.
-- `Taggable` is whether the charge is the usage of a resource: fees, taxes and credits, and
-- unused commitments, have nothing that could carry a tag.
SELECT
  COALESCE(keys."Tags", '') AS "Tags",
  COALESCE(keys."ResourceId", '') AS "ResourceId",
  MIN(COALESCE(keys."ResourceName", '')) AS "ResourceName",
  COALESCE(keys."x_ServiceCode", '') AS "ServiceCode",
  COALESCE(keys."SubAccountId", '') AS "SubAccountId",
  MIN(COALESCE(keys."SubAccountName", '')) AS "SubAccountName",
  COALESCE(keys."ServiceName", '') AS "ServiceName",
  COALESCE(keys."RegionId", '') AS "RegionId",
  COALESCE({environment}, '') AS "Environment",
  COALESCE(owned.{owner}, '') AS "Owner",
  COALESCE(owned.{owner_source}, '') AS "OwnerSource",
  COALESCE(keys."BillingCurrency", '') AS "Currency",
  COALESCE(keys."ResourceId", '') <> ''
    AND keys."ChargeCategory" = 'Usage'
    AND COALESCE(keys."CommitmentDiscountStatus", '') <> 'Unused' AS "Taggable",
  SUM(rolled.{cost}) AS "Cost"
FROM ({rolled}) AS rolled
INNER JOIN {keys} AS keys USING ("KeyId")
INNER JOIN {owned} AS owned USING ("KeyId", "FirstDay", "LastDay")
GROUP BY 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13
