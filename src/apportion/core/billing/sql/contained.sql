-- What an earlier delivery held and a later one does not: in all, and the accounts and days of
-- which nothing is left. A charge is known by what describes it on a day, whatever its key is.
WITH before AS ({before}),
after AS ({after}),
-- What was charged, whatever its tags and details are now.
unchanged AS (
  SELECT "Charge", "ChargeDay"
  FROM (
    SELECT "Charge", "ChargeDay", "BilledCost", "EffectiveCost", "Lines", 0 AS "Later" FROM before
    UNION ALL
    SELECT "Charge", "ChargeDay", "BilledCost", "EffectiveCost", "Lines", 1 AS "Later" FROM after
  )
  GROUP BY ALL
  HAVING COALESCE(SUM("BilledCost") FILTER ("Later" = 0), 0)
      = COALESCE(SUM("BilledCost") FILTER ("Later" = 1), 0)
    AND COALESCE(SUM("EffectiveCost") FILTER ("Later" = 0), 0)
      = COALESCE(SUM("EffectiveCost") FILTER ("Later" = 1), 0)
    AND (
      BOOL_OR("BilledCost" <> 0 OR "EffectiveCost" <> 0)
      OR SUM("Lines") FILTER ("Later" = 0) <= SUM("Lines") FILTER ("Later" = 1)
    )
),
joined AS (
  SELECT
    COALESCE(before."BillingAccountId", after."BillingAccountId") AS "BillingAccountId",
    COALESCE(before."BillingCurrency", after."BillingCurrency") AS "BillingCurrency",
    COALESCE(before."SubAccountId", after."SubAccountId") AS "SubAccountId",
    COALESCE(before."ChargeDay", after."ChargeDay") AS "ChargeDay",
    COALESCE(before."Lines", 0) AS "Lines",
    COALESCE(after."Lines", 0) AS "NewLines",
    COALESCE(ABS(before."BilledCost") + ABS(before."EffectiveCost"), 0) AS "Weight",
    COALESCE(ABS(after."BilledCost") + ABS(after."EffectiveCost"), 0) AS "NewWeight",
    COALESCE(before."BilledCost", 0) AS "Billed",
    COALESCE(after."BilledCost", 0) AS "NewBilled",
    -- As when a day was restated.
    before."Lines" = after."Lines" AND ABS("Weight" - "NewWeight") * 4
      <= GREATEST("Weight", "NewWeight") AS "Same",
    unchanged."Charge" IS NOT NULL AS "Whole",
    {differences}
  FROM before
  FULL JOIN after USING ("Detailed", "ChargeDay")
  LEFT JOIN unchanged ON unchanged."Charge" = before."Charge" AND unchanged."ChargeDay" = before."ChargeDay"
),
compared AS (
  SELECT *, "NewLines" < "Lines" OR "NewWeight" < "Weight" AS "Less"
  FROM joined
)
SELECT
  "BillingAccountId" AS "BillingAccount",
  "BillingCurrency" AS "Currency",
  CASE WHEN GROUPING("SubAccountId") = 0 THEN "SubAccountId" END AS "SubAccount",
  CASE WHEN GROUPING("ChargeDay") = 0 THEN "ChargeDay" END AS "Day",
  CAST(SUM("Lines") AS BIGINT) AS "Lines",
  CAST(SUM("NewLines") AS BIGINT) AS "NewLines",
  SUM("Weight") AS "Weight",
  SUM("NewWeight") AS "NewWeight",
  COALESCE(SUM("NewWeight") FILTER ("Same"), 0) AS "SameWeight",
  COALESCE(SUM("NewBilled") FILTER ("Same"), 0) AS "SameBilled",
  CAST(COALESCE(SUM("NewLines") FILTER ("Lines" > 0), 0) AS BIGINT) AS "CommonLines",
  COALESCE(SUM("NewBilled") FILTER ("Lines" > 0), 0) AS "CommonBilled",
  COALESCE(SUM("Weight" - LEAST("Weight", "NewWeight")) FILTER ("Less" AND NOT "Whole"), 0)
    AS "LostWeight",
  CAST(COALESCE(SUM("Lines" - LEAST("Lines", "NewLines")) FILTER ("Less" AND NOT "Whole"), 0)
    AS BIGINT) AS "LostLines",
  CAST(COALESCE(SUM("Lines") FILTER ("NewLines" < "Lines" AND NOT "Whole"), 0) AS BIGINT)
    AS "FewerLines",
  COALESCE(SUM("Billed") FILTER ("NewLines" = 0 AND "Whole"), 0) AS "Redescribed",
  {lost}
FROM compared
GROUP BY GROUPING SETS (
  ("BillingAccountId", "BillingCurrency"),
  ("BillingAccountId", "BillingCurrency", "SubAccountId"),
  ("BillingAccountId", "BillingCurrency", "ChargeDay")
)
HAVING GROUPING("SubAccountId") + GROUPING("ChargeDay") = 2
  OR (SUM("NewLines") = 0 AND SUM("Weight") <> 0)
ORDER BY 1, 2, 3 NULLS FIRST, 4 NULLS FIRST
