-- Findings of the allocation about data and rules.
WITH asked AS (SELECT MAX("Period") AS "Period" FROM runs)
SELECT
  findings."Code" AS "code",
  findings."Severity" AS "severity",
  findings."Place" AS "place",
  findings."Sentence" AS "finding",
  findings."Amount" AS "amount",
  findings."BillingCurrency" AS "currency"
FROM findings
INNER JOIN asked ON findings."Period" = asked."Period"
ORDER BY 1, 3, 4
