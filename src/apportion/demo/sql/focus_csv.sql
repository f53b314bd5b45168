-- The same in CSV: times as the specification writes them, maps as JSON.
SELECT
  * REPLACE (
    strftime(BillingPeriodStart, '%Y-%m-%dT%H:%M:%SZ') AS BillingPeriodStart,
    strftime(BillingPeriodEnd, '%Y-%m-%dT%H:%M:%SZ') AS BillingPeriodEnd,
    strftime(ChargePeriodStart, '%Y-%m-%dT%H:%M:%SZ') AS ChargePeriodStart,
    strftime(ChargePeriodEnd, '%Y-%m-%dT%H:%M:%SZ') AS ChargePeriodEnd,
    CAST(CAST(Tags AS JSON) AS VARCHAR) AS Tags,
    CAST(CAST(SkuPriceDetails AS JSON) AS VARCHAR) AS SkuPriceDetails,
    CAST(CAST(x_Discounts AS JSON) AS VARCHAR) AS x_Discounts
  )
FROM focus
