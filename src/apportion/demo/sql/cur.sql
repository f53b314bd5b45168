-- The bill as AWS Data Exports deliver CUR 2.0, split cost allocation rows included.
SELECT
  CASE
    WHEN starts < $period_start THEN 'Refund'
    WHEN kind_name IN ('SavingsPlanUpfrontFee', 'Fee') AND commitment IS NOT NULL THEN 'Purchase'
    ELSE 'Anniversary'
  END AS bill_bill_type,
  billing_entity AS bill_billing_entity,
  $period_end::TIMESTAMP_MS AS bill_billing_period_end_date,
  $period_start::TIMESTAMP_MS AS bill_billing_period_start_date,
  CASE WHEN marketplace THEN $marketplace_invoice ELSE $invoice END AS bill_invoice_id,
  'Amazon Web Services EMEA SARL' AS bill_invoicing_entity,
  $payer_id AS bill_payer_account_id,
  $payer_name AS bill_payer_account_name,
  cost_category,
  CASE WHEN discount < 0 THEN MAP {'edp_discount': discount / 1e10} ELSE MAP {}::MAP(VARCHAR, DOUBLE) END AS discount,
  0.0::DOUBLE AS discount_bundled_discount,
  COALESCE(discount, 0) / 1e10 AS discount_total_discount,
  format('{:016x}', identity) AS identity_line_item_id,
  time_interval AS identity_time_interval,
  CASE WHEN is_metered THEN zone END AS line_item_availability_zone,
  cost / 1e10 AS line_item_blended_cost,
  CASE WHEN is_metered THEN rate_text END AS line_item_blended_rate,
  'USD' AS line_item_currency_code,
  legal_entity AS line_item_legal_entity,
  line_description AS line_item_line_item_description,
  line_item_type AS line_item_line_item_type,
  0.0::DOUBLE AS line_item_normalization_factor,
  0.0::DOUBLE AS line_item_normalized_usage_amount,
  CASE WHEN is_metered OR kind_name = 'SavingsPlanNegation' THEN operation END AS line_item_operation,
  product_code AS line_item_product_code,
  CASE
    WHEN is_metered THEN resource_id
    WHEN is_plan_line AND kind_name <> 'SavingsPlanNegation' THEN arn
  END AS line_item_resource_id,
  CASE WHEN kind_name = 'Tax' THEN 'VAT' END AS line_item_tax_type,
  cost / 1e10 AS line_item_unblended_cost,
  CASE WHEN kind_name = 'DiscountedUsage' THEN '0.0000000000' WHEN is_metered THEN rate_text END
    AS line_item_unblended_rate,
  account_id AS line_item_usage_account_id,
  account_name AS line_item_usage_account_name,
  COALESCE(quantity, 0) AS line_item_usage_amount,
  ends AS line_item_usage_end_date,
  starts AS line_item_usage_start_date,
  CASE WHEN kind_name NOT IN ('Tax', 'EdpDiscount') THEN usage_type END AS line_item_usage_type,
  'USD' AS pricing_currency,
  CASE WHEN is_reservation_line THEN term END AS pricing_lease_contract_length,
  CASE WHEN is_reservation_line THEN offering END AS pricing_offering_class,
  CASE WHEN is_usage THEN list_cost / 1e10 ELSE 0 END AS pricing_public_on_demand_cost,
  CASE WHEN is_metered THEN rate_text END AS pricing_public_on_demand_rate,
  CASE WHEN is_reservation_line THEN payment END AS pricing_purchase_option,
  CASE WHEN is_usage THEN sku || '.JRTCKXETXF.6YS6EN2CT7' END AS pricing_rate_code,
  CASE WHEN is_usage THEN rate_id END AS pricing_rate_id,
  CASE WHEN is_reservation_line THEN 'Reserved' WHEN is_usage THEN 'OnDemand' END AS pricing_term,
  CASE WHEN is_metered THEN pricing_unit END AS pricing_unit,
  product,
  CASE WHEN is_metered THEN instance_family END AS product_instance_family,
  CASE WHEN is_metered THEN instance_type END AS product_instance_type,
  CASE WHEN is_metered THEN location END AS product_location,
  CASE WHEN is_metered THEN family END AS product_product_family,
  CASE WHEN is_metered THEN region END AS product_region_code,
  product_code AS product_servicecode,
  CASE WHEN is_metered THEN sku END AS product_sku,
  CASE WHEN is_metered THEN usage_type END AS product_usagetype,
  CASE WHEN kind_name = 'DiscountedUsage' THEN round(quantity * upfront_hourly) / 1e10 ELSE 0 END
    AS reservation_amortized_upfront_cost_for_usage,
  CASE WHEN kind_name = 'RIFee' THEN (total - cost) / 1e10 ELSE 0 END
    AS reservation_amortized_upfront_fee_for_billing_period,
  CASE WHEN kind_name = 'DiscountedUsage' THEN effective / 1e10 ELSE 0 END
    AS reservation_effective_cost,
  CASE WHEN is_reservation_line THEN ends_text END AS reservation_end_time,
  CASE WHEN is_reservation_line THEN units_text END AS reservation_number_of_reservations,
  CASE WHEN kind_name = 'DiscountedUsage' THEN (effective - round(quantity * upfront_hourly)) / 1e10 ELSE 0 END
    AS reservation_recurring_fee_for_usage,
  CASE WHEN is_reservation_line THEN arn END AS reservation_reservation_a_r_n,
  CASE WHEN is_reservation_line THEN starts_text END AS reservation_start_time,
  COALESCE(unused_upfront, 0) / 1e10 AS reservation_unused_amortized_upfront_fee_for_billing_period,
  COALESCE(unused_quantity, 0) AS reservation_unused_quantity,
  COALESCE(unused_recurring, 0) / 1e10 AS reservation_unused_recurring_fee,
  CASE WHEN kind_name = 'RIFee' THEN upfront / 1e10 ELSE 0 END AS reservation_upfront_value,
  CASE WHEN is_metered THEN tags_cur END AS resource_tags,
  CASE WHEN kind_name = 'SavingsPlanRecurringFee' THEN (total - cost) / 1e10 ELSE 0 END
    AS savings_plan_amortized_upfront_commitment_for_billing_period,
  CASE WHEN is_plan_line THEN ends_text END AS savings_plan_end_time,
  CASE WHEN is_plan_line THEN offering END AS savings_plan_offering_type,
  CASE WHEN is_plan_line THEN payment END AS savings_plan_payment_option,
  CASE WHEN is_plan_line THEN term END AS savings_plan_purchase_term,
  CASE WHEN kind_name = 'SavingsPlanRecurringFee' THEN cost / 1e10 ELSE 0 END
    AS savings_plan_recurring_commitment_for_billing_period,
  CASE WHEN is_plan_line THEN arn END AS savings_plan_savings_plan_a_r_n,
  CASE WHEN kind_name = 'SavingsPlanCoveredUsage' THEN effective / 1e10 ELSE 0 END
    AS savings_plan_savings_plan_effective_cost,
  CASE WHEN kind_name = 'SavingsPlanCoveredUsage' THEN printf('%.10f', covered_rate / 1e10) END
    AS savings_plan_savings_plan_rate,
  CASE WHEN is_plan_line THEN starts_text END AS savings_plan_start_time,
  CASE WHEN kind_name = 'SavingsPlanRecurringFee' THEN total / 1e10 ELSE 0 END
    AS savings_plan_total_commitment_to_date,
  CASE WHEN kind_name = 'SavingsPlanRecurringFee' THEN used / 1e10 ELSE 0 END
    AS savings_plan_used_commitment,
  CASE WHEN kind_name = 'Split' THEN quantity * 7 / 8 END AS split_line_item_actual_usage,
  parent_id AS split_line_item_parent_resource_id,
  CASE WHEN kind_name = 'Split' THEN split_cost / 1e10 END AS split_line_item_public_on_demand_split_cost,
  CASE WHEN kind_name = 'Split' THEN unused_cost / 1e10 END AS split_line_item_public_on_demand_unused_cost,
  CASE WHEN kind_name = 'Split' THEN quantity END AS split_line_item_reserved_usage,
  split_cost / 1e10 AS split_line_item_split_cost,
  CASE WHEN kind_name = 'Split' THEN quantity END AS split_line_item_split_usage,
  split_ratio AS split_line_item_split_usage_ratio,
  unused_cost / 1e10 AS split_line_item_unused_cost,
  account_tags AS tags
FROM described
