-- Cost of each labelled row by day.
SELECT
  labelled_rows."#row",
  labelled_rows."KeyId",
  costs."ChargeDay" AS "#day",
  SUM(costs.{cost}) AS "#cost",
  CAST(SUM(costs."Lines") AS BIGINT) AS "#lines"
FROM {costs} AS costs
INNER JOIN {labelled_rows} AS labelled_rows
  ON costs."KeyId" = labelled_rows."KeyId"
  AND costs."ChargeDay" BETWEEN labelled_rows."FirstDay" AND labelled_rows."LastDay"
GROUP BY 1, 2, 3
