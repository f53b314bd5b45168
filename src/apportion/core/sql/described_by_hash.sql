-- Describe new keys where lines have no place: read all lines again, keep one for each key.
SELECT DISTINCT ON (new_keys."Period", new_keys."KeyId")
  new_keys."Period",
  {bill} AS "Bill",
  new_keys."KeyId",
  new_keys."KeyCheck",
  {described}
FROM {relation}
INNER JOIN new_keys
  ON new_keys."KeyId" = CAST(hash({key_id}) >> 1 AS BIGINT)
  AND new_keys."KeyCheck" = CAST(hash({key_check}) >> 1 AS BIGINT)
