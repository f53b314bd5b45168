-- Costs with the verdict on their resource; charges without one have no verdict.
SELECT
  tagged.*,
  COALESCE(NULLIF(tagged."SubAccountName", ''), tagged."SubAccountId") AS "Account",
  COALESCE(verdicts."State", '{no_resource}') AS "State",
  COALESCE(verdicts."Verdict", -1) AS "Verdict"
FROM {tagged} AS tagged
LEFT JOIN {verdicts} AS verdicts
  ON tagged."Taggable"
  AND tagged."Tags" = verdicts."Tags"
  AND tagged."Environment" = verdicts."Environment"
  AND tagged."SubAccountId" = verdicts."SubAccountId"
  AND tagged."ResourceId" = verdicts."ResourceId"
  AND tagged."ServiceCode" = verdicts."ServiceCode"
