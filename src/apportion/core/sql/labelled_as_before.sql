-- The labels of a bill, those of things that were there before as they were labelled then.
SELECT labelled.* REPLACE (
  {replaced}
)
FROM labelled
INNER JOIN keys ON labelled."KeyId" = keys."KeyId"
LEFT JOIN "labels before" AS b ON {same}
