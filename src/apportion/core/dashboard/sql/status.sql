-- How far the days of each currency go, and how many of the lines have an invoice.
SELECT
  labelled_rows."#currency",
  MIN(spent."#day") AS "#first",
  MAX(spent."#day") AS "#last",
  CAST(SUM(spent."#lines") AS BIGINT) AS "#lines",
  CAST(SUM(CASE WHEN keys."InvoiceId" <> '' THEN spent."#lines" ELSE 0 END) AS BIGINT)
    AS "#invoiced"
FROM spent
INNER JOIN keys USING ("KeyId")
INNER JOIN labelled_rows USING ("#row")
GROUP BY 1
ORDER BY 1
