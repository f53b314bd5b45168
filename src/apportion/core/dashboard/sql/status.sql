-- First and last day, number of lines, and number of lines with an invoice, by currency.
SELECT
  labelled_rows."#currency",
  MIN(daily_cost."#day") AS "#first",
  MAX(daily_cost."#day") AS "#last",
  CAST(SUM(daily_cost."#lines") AS BIGINT) AS "#lines",
  CAST(SUM(CASE WHEN keys."InvoiceId" <> '' THEN daily_cost."#lines" ELSE 0 END) AS BIGINT)
    AS "#invoiced"
FROM {daily_cost} AS daily_cost
INNER JOIN {keys} AS keys USING ("KeyId")
INNER JOIN {labelled_rows} AS labelled_rows USING ("#row")
GROUP BY 1
ORDER BY 1
