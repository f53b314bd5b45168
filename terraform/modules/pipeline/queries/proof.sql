-- The proof: totals by payer and stage, and the difference between stages.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs),
staged AS (
  SELECT
    proofs."Period",
    proofs."BillingAccountId",
    proofs."BillingCurrency",
    SUM(CASE WHEN proofs."Stage" = 'stated' THEN proofs."Cost" ELSE 0 END) AS "stated",
    SUM(CASE WHEN proofs."Stage" = 'ledger' THEN proofs."Cost" ELSE 0 END) AS "ledger",
    SUM(CASE WHEN proofs."Stage" = 'derived' THEN proofs."Cost" ELSE 0 END) AS "derived",
    SUM(CASE WHEN proofs."Stage" = 'allocated' THEN proofs."Cost" ELSE 0 END) AS "allocated"
  FROM proofs
  INNER JOIN asked ON proofs."Period" = asked."Period"
  GROUP BY proofs."Period", proofs."BillingAccountId", proofs."BillingCurrency"
),
published AS (
  SELECT
    COALESCE(daily."BillingAccountId", '') AS "BillingAccountId",
    COALESCE(daily."BillingCurrency", '') AS "BillingCurrency",
    SUM(daily."Cost") AS "published"
  FROM daily
  INNER JOIN asked ON daily."Period" = asked."Period"
  GROUP BY COALESCE(daily."BillingAccountId", ''), COALESCE(daily."BillingCurrency", '')
)
SELECT
  staged."Period" AS "period",
  staged."BillingAccountId" AS "payer",
  staged."BillingCurrency" AS "currency",
  staged."stated",
  staged."ledger",
  staged."derived",
  staged."allocated",
  COALESCE(published."published", 0) AS "published",
  GREATEST(
    staged."stated", staged."ledger", staged."derived", staged."allocated",
    COALESCE(published."published", 0)
  ) - LEAST(
    staged."stated", staged."ledger", staged."derived", staged."allocated",
    COALESCE(published."published", 0)
  ) AS "difference"
FROM staged
LEFT JOIN published
  ON staged."BillingAccountId" = published."BillingAccountId"
  AND staged."BillingCurrency" = published."BillingCurrency"
ORDER BY 1, 2, 3
