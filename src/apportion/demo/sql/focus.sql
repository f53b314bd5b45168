-- The bill as AWS Data Exports deliver FOCUS 1.2: no negations and no split rows; the fee of a
-- commitment is a purchase, and its unused part a line of its own.
WITH parts AS (
  SELECT
    *,
    FALSE AS is_unused,
    CASE WHEN kind_name = 'SavingsPlanCoveredUsage' THEN 0 ELSE cost END AS billed,
    CASE WHEN kind_name IN ('SavingsPlanRecurringFee', 'RIFee') THEN 0 ELSE effective END AS amortised
  FROM described
  WHERE kind_name NOT IN ('SavingsPlanNegation', 'Split')
  UNION ALL
  SELECT *, TRUE, 0, effective
  FROM described
  WHERE kind_name IN ('SavingsPlanRecurringFee', 'RIFee') AND effective <> 0
), priced AS (
  SELECT
    *,
    CASE
      WHEN is_unused THEN 0
      WHEN is_usage THEN list_cost
      WHEN kind_name = 'SavingsPlanRecurringFee' THEN 0
      WHEN kind_name IN ('SavingsPlanUpfrontFee', 'RIFee', 'Fee') AND commitment IS NOT NULL THEN 0
      ELSE cost
    END AS listed,
    is_usage AND kind_name <> 'Usage' AS is_covered,
    NOT is_unused AND (
      kind_name IN ('SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee', 'RIFee', 'Fee')
    ) AS is_purchase
  FROM parts
)
SELECT
  CASE WHEN is_usage THEN zone END AS AvailabilityZone,
  billed / 1e10 AS BilledCost,
  $payer_id AS BillingAccountId,
  $payer_name AS BillingAccountName,
  'Management Account' AS BillingAccountType,
  'USD' AS BillingCurrency,
  $period_end::TIMESTAMP_MS AS BillingPeriodEnd,
  $period_start::TIMESTAMP_MS AS BillingPeriodStart,
  NULL::VARCHAR AS CapacityReservationId,
  NULL::VARCHAR AS CapacityReservationStatus,
  CASE
    WHEN is_purchase THEN 'Purchase'
    WHEN kind_name = 'Tax' THEN 'Tax'
    WHEN kind_name = 'Credit' THEN 'Credit'
    WHEN kind_name = 'Refund' THEN 'Adjustment'
    ELSE 'Usage'
  END AS ChargeCategory,
  CASE WHEN starts < $period_start THEN 'Correction' END AS ChargeClass,
  line_description AS ChargeDescription,
  CASE
    WHEN kind_name IN ('SavingsPlanRecurringFee', 'RIFee') AND NOT is_unused THEN 'Recurring'
    WHEN kind_name IN ('Fee', 'SavingsPlanUpfrontFee', 'Tax', 'Credit', 'Refund') THEN 'One-Time'
    ELSE 'Usage-Based'
  END AS ChargeFrequency,
  ends AS ChargePeriodEnd,
  starts AS ChargePeriodStart,
  CASE WHEN is_plan_line THEN 'Spend' WHEN is_reservation_line THEN 'Usage' END AS CommitmentDiscountCategory,
  arn AS CommitmentDiscountId,
  NULL::VARCHAR AS CommitmentDiscountName,
  CASE WHEN is_unused THEN 'Unused' WHEN is_covered THEN 'Used' END AS CommitmentDiscountStatus,
  CASE WHEN is_plan_line THEN 'Savings Plan' WHEN is_reservation_line THEN 'Reserved Instance' END
    AS CommitmentDiscountType,
  CASE WHEN is_covered AND is_plan THEN effective / 1e10 WHEN is_covered THEN quantity
    WHEN is_unused AND is_plan THEN effective / 1e10 WHEN is_unused THEN unused_quantity
    WHEN is_purchase AND commitment IS NOT NULL THEN quantity END AS CommitmentDiscountQuantity,
  CASE WHEN is_plan_line THEN 'USD' WHEN is_reservation_line THEN 'Hours' END AS CommitmentDiscountUnit,
  CASE WHEN is_usage THEN quantity END AS ConsumedQuantity,
  CASE WHEN is_usage THEN pricing_unit END AS ConsumedUnit,
  listed / 1e10 AS ContractedCost,
  CASE WHEN is_usage THEN CAST(rate AS DOUBLE) END AS ContractedUnitPrice,
  amortised / 1e10 AS EffectiveCost,
  CASE WHEN marketplace THEN $marketplace_invoice ELSE $invoice END AS InvoiceId,
  'Amazon Web Services EMEA SARL' AS InvoiceIssuerName,
  listed / 1e10 AS ListCost,
  CASE WHEN is_usage THEN CAST(rate AS DOUBLE) END AS ListUnitPrice,
  CASE
    WHEN is_covered OR is_unused THEN 'Committed'
    WHEN kind_name IN ('Tax', 'Credit', 'Refund') THEN NULL
    WHEN contains(usage_type, 'SpotUsage') THEN 'Dynamic'
    ELSE 'Standard'
  END AS PricingCategory,
  'USD' AS PricingCurrency,
  CASE WHEN is_usage THEN CAST(rate AS DOUBLE) END AS PricingCurrencyContractedUnitPrice,
  amortised / 1e10 AS PricingCurrencyEffectiveCost,
  CASE WHEN is_usage THEN CAST(rate AS DOUBLE) END AS PricingCurrencyListUnitPrice,
  CASE WHEN is_usage THEN quantity WHEN is_purchase THEN quantity END AS PricingQuantity,
  CASE WHEN is_usage THEN pricing_unit END AS PricingUnit,
  'AWS' AS ProviderName,
  CASE WHEN marketplace THEN legal_entity ELSE 'AWS' END AS PublisherName,
  CASE WHEN is_usage THEN region END AS RegionId,
  CASE WHEN is_usage THEN location END AS RegionName,
  CASE WHEN is_usage THEN resource_id WHEN is_plan_line THEN arn END AS ResourceId,
  CASE WHEN is_usage THEN resource_name END AS ResourceName,
  CASE WHEN is_usage AND resource_id IS NOT NULL THEN family END AS ResourceType,
  category AS ServiceCategory,
  service_name AS ServiceName,
  subcategory AS ServiceSubcategory,
  CASE WHEN is_usage THEN sku END AS SkuId,
  CASE WHEN kind_name NOT IN ('Tax', 'EdpDiscount') THEN usage_type END AS SkuMeter,
  CASE WHEN is_usage AND instance_type IS NOT NULL THEN MAP {'InstanceType': instance_type}
    ELSE MAP {}::MAP(VARCHAR, VARCHAR) END AS SkuPriceDetails,
  CASE WHEN is_usage THEN sku || '.JRTCKXETXF.6YS6EN2CT7' END AS SkuPriceId,
  account_id AS SubAccountId,
  account_name AS SubAccountName,
  CASE WHEN account_id = $payer_id THEN 'Management Account' ELSE 'Member Account' END AS SubAccountType,
  CASE WHEN is_usage THEN tags_focus END AS Tags,
  CASE WHEN discount < 0 THEN MAP {'edp_discount': discount / 1e10} ELSE MAP {}::MAP(VARCHAR, DOUBLE) END AS x_Discounts,
  CASE WHEN is_usage THEN operation END AS x_Operation,
  product_code AS x_ServiceCode
FROM priced
