-- Facts by days, cut where the value of a lookup changes that matches them.
SELECT facts.* REPLACE (
  GREATEST(facts."FirstDay", COALESCE(lookup."#first", facts."FirstDay")) AS "FirstDay",
  LEAST(facts."LastDay", COALESCE(lookup."#last", facts."LastDay")) AS "LastDay"
)
FROM ({facts}) AS facts
LEFT JOIN (SELECT * FROM {lookup} WHERE {is_cut}) AS lookup
  ON {matches}
  AND lookup."#first" <= facts."LastDay"
  AND lookup."#last" >= facts."FirstDay"
