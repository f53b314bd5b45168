-- Describe new keys where lines have no place: read all lines again, keep one for each key.
SELECT DISTINCT ON (new_keys."Period", new_keys."KeyId")
  new_keys."Period",
  {bill} AS "Bill",
  new_keys."KeyId",
  new_keys."KeyCheck",
  {described}
FROM (
  SELECT *, {hashes}
  FROM {relation}
) AS "#hashed"
INNER JOIN new_keys
  ON new_keys."KeyId" = {key_id}
  AND new_keys."KeyCheck" = {key_check}
