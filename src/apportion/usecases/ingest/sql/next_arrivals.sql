-- What a delivery changed, by day and class of charge, and a row without a day for the delivery.
SELECT
  {period} AS "Period",
  {bill} AS "Bill",
  CAST({number} AS BIGINT) AS "Delivery",
  {made} AS "MadeAt",
  "ChargeDay",
  {classes},
  {added},
  CAST(SUM("Lines") AS BIGINT) AS "Lines"
FROM (
  SELECT "ChargeDay", {classes}, {measures}, "Lines"
  FROM {costs} AS costs
  INNER JOIN (SELECT "KeyId", {described} FROM {keys}) AS keys USING ("KeyId")
  UNION ALL
  SELECT "ChargeDay", {classes}, {negated}, -"Lines" AS "Lines"
  FROM {earlier} AS earlier
  WHERE NOT "ChargeDay" IS NULL
) AS changes
GROUP BY ALL
HAVING {changed} OR SUM("Lines") <> 0
UNION ALL
SELECT
  {period} AS "Period",
  {bill} AS "Bill",
  CAST({number} AS BIGINT) AS "Delivery",
  {made} AS "MadeAt",
  CAST(NULL AS DATE) AS "ChargeDay",
  {no_class},
  {nothing},
  CAST(0 AS BIGINT) AS "Lines"
