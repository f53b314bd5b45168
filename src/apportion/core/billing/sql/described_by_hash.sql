-- Describe new keys of lines without numbers: read all lines again, and describe one for each key.
SELECT
  new_keys."Period",
  {bill} AS "Bill",
  new_keys."KeyId",
  new_keys."KeyCheck",
  {described}
FROM (
  SELECT DISTINCT ON ("#key") *
  FROM (
    SELECT *, {key_id} AS "#key"
    FROM (
      SELECT *, {hashes}
      FROM {bill_lines} AS bill
    ) AS "#hashed"
  ) AS "#keyed"
  WHERE "#key" IN (SELECT "KeyId" FROM {new_keys} AS new_keys)
) AS "#first"
INNER JOIN {new_keys} AS new_keys ON new_keys."KeyId" = "#key"
