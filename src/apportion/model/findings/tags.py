"""Findings about the tag policy and about tags (T)."""

from __future__ import annotations

from .finding import Code, Severity


def _error(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.ERROR, title, meaning)


def _warning(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.WARNING, title, meaning)


def _notice(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.NOTICE, title, meaning)


# The policy.
SAME_KEY = _error(
    "T001",
    "Two keys are the same",
    "Keys and their aliases are compared without case and separators; a tag would fit two keys.",
)
UNKNOWN_TAG = _error(
    "T002", "A key that the policy does not have", "Rules and exemptions name keys of `keys`."
)
UNKNOWN_DIMENSION = _error(
    "T003",
    "No such list of values in the rulebook",
    "`dimension` names a dimension of the rulebook in force that lists its values.",
)
SAME_TAG_VALUE = _error(
    "T004",
    "Two values are the same",
    "Values are compared without case and separators; these two could not be told apart.",
)
BAD_TAG_PATTERN = _error(
    "T005",
    "A wrong regular expression",
    "Patterns are plain: letters, digits, [ ], ( ), |, ., *, +, ? and { }. No looking ahead, no "
    "references, nothing repeated that is repeated inside, which could take for ever.",
)
REFUSED_KEY = _error(
    "T006",
    "A key that AWS refuses",
    "Keys have at most 128 letters, digits, spaces and _.:/=+-@, and do not begin with `aws:`.",
)
REFUSED_VALUE = _error(
    "T007",
    "A value that AWS refuses",
    "Values have at most 256 letters, digits, spaces and _.:/=+-@.",
)
EXPIRED = _warning(
    "T008",
    "An exemption has expired",
    "It is not in force any more: what it named is judged like everything else.",
)
RULE_OF_ITSELF = _error(
    "T009",
    "A tag is made of itself",
    "A rule makes a tag of others; rules that need each other make nothing.",
)
NOTHING_MANDATORY = _notice(
    "T010", "Nothing is mandatory", "Every resource is valid that has no wrong tag."
)
UNKNOWN_ENVIRONMENT = _error(
    "T011",
    "An environment that nothing can be in",
    "`mandatory` names an environment that the key naming environments does not allow.",
)
TARGETS_CROSS = _error(
    "T012", "Targets that cross", "Targets rise from crawl to walk to run, in percent of spend."
)
NOT_A_DAY = _error("T013", "No such day", "Days are written 2026-12-31.")
NO_POLICY = _error(
    "T014",
    "There is no tag policy",
    "The file that `tags` names in apportion.toml is not there. `apportion init` writes a starter.",
)
RULE_NEVER_HOLDS = _error(
    "T015",
    "A rule that never holds",
    "What the rule makes of allowed values is no allowed value of the tag.",
)
ENVIRONMENT_UNNAMED = _error(
    "T016",
    "Nothing names the environment",
    "Where `mandatory` names environments, `environment` names the key that tells them.",
)
EXEMPT_EVERYTHING = _error(
    "T017", "An exemption of everything", "An exemption says what it is for, or it would end a tag."
)

# What bills show.
BELOW = _error(
    "T020",
    "Less spend is tagged than was asked for",
    "The part of spend with valid mandatory tags, of all spend that can carry tags.",
)
MISSING_TAG = _warning(
    "T021",
    "A mandatory tag is missing",
    "The money of resources that lack the tag. `apportion tags untagged` lists them by cost.",
)
KEY_SPELT = _warning(
    "T022",
    "A tag key is spelt otherwise",
    "Reports of AWS tell keys apart by every letter. Here they are read as meant, but not valid.",
)
UNKNOWN_TAG_VALUE = _warning(
    "T023",
    "A tag value that is not allowed",
    "It cannot be read as any allowed value. `apportion tags suggest` lists what was meant.",
)
VALUE_SPELT = _warning(
    "T024",
    "A tag value is spelt otherwise",
    "It can be read, but is not written as the policy writes it.",
)
RULE_BROKEN = _warning(
    "T025", "A tag does not agree with others", "The policy says what it is made of."
)
OWNERS_DIFFER = _warning(
    "T026",
    "A project names several owners",
    "Resources of one project name another owner in one environment than in the others.",
)

# What is generated.
OUT_OF_DATE = _error(
    "T030",
    "A generated file is out of date",
    "It is not what the tag policy generates today. Nobody should change such a file by hand.",
)
CONTROL_WRONG = _error(
    "T031",
    "A control policy does what it should not",
    "The evaluator was asked about every call that creates something; this answer is wrong.",
)

# What code declares.
NOT_READ = _error(
    "T040",
    "Code that cannot be read",
    "Its resources were not looked at. `terraform validate` or cfn-lint say more.",
)
CODE_WRONG = _error(
    "T041",
    "A mandatory tag is missing or wrong in code",
    "The resource would be created so. The provider's default tags are counted in.",
)
CODE_OPTIONAL = _warning(
    "T042",
    "A tag that may be left out is wrong in code",
    "It would be created so, and is not read.",
)
NOT_HANDED_ON = _warning(
    "T043",
    "What a resource makes lacks tags",
    "Instances, volumes and tasks cost money of their own, and get only tags that are handed on. "
    "Default tags of the provider do not reach what Auto Scaling groups and templates launch.",
)
TOLD_BY_CALLER = _notice(
    "T044",
    "A module that says nothing of default tags",
    "It has no provider, so who calls it may give the tags. Check the folder that calls it.",
)
TOLD_BY_PLAN = _notice(
    "T045",
    "Tags that only a plan tells",
    "They come from variables, other modules or functions. Check the plan as well: "
    "`terraform show -json plan > plan.json`.",
)

ALL = (
    SAME_KEY, UNKNOWN_TAG, UNKNOWN_DIMENSION, SAME_TAG_VALUE, BAD_TAG_PATTERN, REFUSED_KEY,
    REFUSED_VALUE, EXPIRED, RULE_OF_ITSELF, NOTHING_MANDATORY, UNKNOWN_ENVIRONMENT, TARGETS_CROSS,
    NOT_A_DAY, NO_POLICY, RULE_NEVER_HOLDS, ENVIRONMENT_UNNAMED,
    EXEMPT_EVERYTHING,
    BELOW, MISSING_TAG, KEY_SPELT, UNKNOWN_TAG_VALUE, VALUE_SPELT, RULE_BROKEN, OWNERS_DIFFER,
    OUT_OF_DATE, CONTROL_WRONG,
    NOT_READ, CODE_WRONG, CODE_OPTIONAL, NOT_HANDED_ON, TOLD_BY_CALLER, TOLD_BY_PLAN,
)  # fmt: skip
