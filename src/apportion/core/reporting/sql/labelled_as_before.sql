-- The labels of a bill, those of things that were there before as they were labelled on the same day
-- of the month.
SELECT labelled.* REPLACE (
  GREATEST(labelled."FirstDay", COALESCE(b."#from", labelled."FirstDay")) AS "FirstDay",
  LEAST(labelled."LastDay", COALESCE(b."#to", labelled."LastDay")) AS "LastDay",
  {replaced}
)
FROM {labelled} AS labelled
INNER JOIN {keys} AS keys ON labelled."KeyId" = keys."KeyId"
LEFT JOIN {labels_before} AS b
  ON {same}
  AND b."#from" <= labelled."LastDay"
  AND b."#to" >= labelled."FirstDay"
