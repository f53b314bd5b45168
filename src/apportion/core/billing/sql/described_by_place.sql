-- Describe each new key from the line in which it was first found.
SELECT
  new_keys."Period",
  {bill} AS "Bill",
  new_keys."KeyId",
  new_keys."KeyCheck",
  {described}
FROM {lines} AS "#lines"
INNER JOIN {new_keys} AS new_keys ON "#file" = new_keys."File" AND "#row" = new_keys."Row"
