-- Lines with all columns that both formats of the bill need.
CREATE OR REPLACE TEMP VIEW described AS
SELECT
  lines.*,
  items.* EXCLUDE (item),
  spans.starts,
  spans.ends,
  spans.time_interval,
  kinds.kind_name,
  notes.text AS note_text,
  commitments.* EXCLUDE (number),
  kinds.kind_name IN ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage') AS is_usage,
  kinds.kind_name IN ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage', 'Split') AS is_metered,
  lines.commitment IS NOT NULL AND is_plan AS is_plan_line,
  lines.commitment IS NOT NULL AND NOT is_plan AS is_reservation_line,
  CASE
    WHEN kinds.kind_name = 'Split' THEN 'Usage'
    ELSE kinds.kind_name
  END AS line_item_type,
  CASE
    WHEN notes.text IS NOT NULL THEN notes.text
    WHEN kinds.kind_name = 'SavingsPlanNegation'
      THEN 'SavingsPlanNegation used by AccountId : ' || account_id || ' and UsageSku : ' || sku
    WHEN kinds.kind_name IN ('SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee')
      THEN term || ' ' || payment || ' ' || offering
    WHEN kinds.kind_name = 'DiscountedUsage'
      THEN 'USD ' || printf('%.4f', covered_rate / 1e10) || ' hourly fee per ' || usage_type
    WHEN kinds.kind_name = 'RIFee'
      THEN 'USD ' || printf('%.4f', covered_rate / 1e10) || ' hourly fee per ' || usage_type || ' reservation'
    WHEN kinds.kind_name = 'Fee' THEN 'Sign up charge for reservation: ' || usage_type
    WHEN kinds.kind_name = 'Tax' THEN 'Tax for product code ' || product_code
    WHEN kinds.kind_name = 'EdpDiscount' THEN 'Enterprise Program Discount for ' || product_code
    ELSE description
  END AS line_description
FROM lines
JOIN items ON items.item = lines.item
JOIN spans ON spans.start_second = lines."start" AND spans.end_second = lines."end"
JOIN kinds ON kinds.number = lines.kind
LEFT JOIN notes ON notes.number = lines.note
LEFT JOIN commitments ON commitments.number = lines.commitment
