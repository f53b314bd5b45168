-- What each stream looks like on a bill: one row for each, everything that its lines share.
CREATE OR REPLACE TABLE items AS
WITH placed AS (
  SELECT
    streams.* EXCLUDE (account, meter),
    accounts.* EXCLUDE (number, region),
    meters.* EXCLUDE (number, region, resource, usage_type, unit, plan, rate),
    meters.rate AS rate,
    meters.unit AS meters_unit,
    COALESCE(NULLIF(meters.region, ''), accounts.region) AS region,
    meters.usage_type AS bare_usage_type,
    meters.resource AS template,
    starts_with(meters.meter, 'market-') AS marketplace,
    COALESCE(projects.name, 'shared') AS project_name,
    md5($seed || '/' || streams.resource || '/' || streams.project) AS hex
  FROM streams
  JOIN accounts ON accounts.number = streams.account
  JOIN meters ON meters.number = streams.meter
  LEFT JOIN projects ON projects.number = streams.project
), named AS (
  SELECT
    *,
    project_name || '-' || environment || '-' || lpad((resource % 1000)::VARCHAR, 3, '0') AS name,
    CASE region WHEN 'eu-west-1' THEN 'EU-' WHEN 'eu-west-2' THEN 'EUW2-' ELSE '' END AS prefix
  FROM placed
), found AS (
  SELECT
    *,
    CASE WHEN marketplace THEN bare_usage_type ELSE prefix || bare_usage_type END AS usage_type,
    NULLIF(replace(replace(replace(replace(replace(replace(replace(replace(replace(
      template, '{region}', region), '{account}', account_id), '{name}', name),
      '{hex8}', hex[:8]), '{hex9}', hex[:9]), '{hex10}', hex[:10]), '{hex13}', upper(hex[:13])),
      '{hex16}', hex[:16]), '{hex17}', hex[:17]), '') AS resource_id
  FROM named
)
SELECT
  item,
  account_id,
  account_name,
  unit AS business_unit,
  product_code,
  service_name,
  category,
  subcategory,
  NULLIF(family, '') AS family,
  usage_type,
  NULLIF(operation, '') AS operation,
  meters_unit AS pricing_unit,
  rate,
  printf('%.10f', CAST(rate AS DOUBLE)) AS rate_text,
  '$' || rate || ' per ' || per AS description,
  NULLIF(instance_type, '') AS instance_type,
  NULLIF(regexp_extract(instance_type, '^(db\.|cache\.|kafka\.|ml\.)?([a-z0-9]+)\.', 2), '') AS instance_family,
  NULLIF(region, 'global') AS region,
  CASE region
    WHEN 'eu-west-1' THEN 'Europe (Ireland)'
    WHEN 'eu-west-2' THEN 'Europe (London)'
    WHEN 'us-east-1' THEN 'US East (N. Virginia)'
  END AS location,
  CASE WHEN instance_type <> '' AND resource_id IS NOT NULL
    THEN region || ['a', 'b', 'c'][resource % 3 + 1] END AS zone,
  resource_id,
  node_id AS parent_id,
  CASE WHEN resource_id IS NOT NULL THEN name END AS resource_name,
  upper(md5(product_code || usage_type)[:16]) AS sku,
  md5('rate' || product_code || usage_type)[:10] AS rate_id,
  marketplace,
  CASE
    WHEN starts_with(meter, 'market-observability') THEN 'Nightjar Software Ltd'
    WHEN marketplace THEN 'Halberd Networks B.V.'
    ELSE 'Amazon Web Services EMEA SARL'
  END AS legal_entity,
  CASE WHEN marketplace THEN 'AWS Marketplace' ELSE 'AWS' END AS billing_entity,
  CASE
    WHEN marketplace THEN MAP {'product_name': service_name}
    WHEN instance_type = '' THEN MAP {'product_name': service_name, 'servicename': service_name}
    ELSE MAP {
      'product_name': service_name,
      'servicename': service_name,
      'tenancy': 'Shared',
      'operating_system': CASE WHEN operation LIKE '%:0002' THEN 'Windows' ELSE 'Linux' END
    }
  END AS product,
  MAP {'BusinessUnit': unit} AS cost_category,
  tags_cur,
  tags_focus,
  CASE WHEN account_tag = '' THEN NULL
    ELSE MAP {'accountTag/CostCenter': account_tag, 'accountTag/BusinessUnit': unit}
  END AS account_tags
FROM found
LEFT JOIN (SELECT item AS node, resource_id AS node_id FROM found) AS nodes ON nodes.node = found.parent
JOIN tag_sets ON tag_sets.number = found.tag_set
ORDER BY item
