-- What a delivery holds, by what is charged (with and without its tags and details) and day.
SELECT
  keys."BillingAccountId",
  keys."BillingCurrency",
  keys."SubAccountId",
  keys."Charge",
  keys."Detailed",
  costs."ChargeDay",
  {amounts},
  SUM("Lines") AS "Lines"
FROM {costs} AS costs
INNER JOIN (
  SELECT
    "KeyId",
    COALESCE("BillingAccountId", '') AS "BillingAccountId",
    COALESCE("BillingCurrency", '') AS "BillingCurrency",
    {account} AS "SubAccountId",
    hash({charge}) AS "Charge",
    hash({charge}, {details}) AS "Detailed"
  FROM {keys}
) AS keys USING ("KeyId")
GROUP BY ALL
