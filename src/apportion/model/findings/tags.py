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
    "Keys and their aliases are compared without case and separators. A tag would match both keys.",
)
UNKNOWN_TAG = _error(
    "T002", "Key is not in the policy", "Rules and exemptions name keys of `keys`."
)
UNKNOWN_DIMENSION = _error(
    "T003",
    "Dimension has no list of values",
    "`dimension` names a dimension of the current rulebook that lists its values.",
)
SAME_TAG_VALUE = _error(
    "T004",
    "Two values are the same",
    "Values are compared without case and separators. These two would be one.",
)
BAD_TAG_PATTERN = _error(
    "T005",
    "Invalid regular expression",
    "Patterns can use letters, digits, [ ], ( ), |, ., *, +, ? and { }. Lookaround, "
    "backreferences and nested repetition are not allowed: matching could take very long.",
)
REFUSED_KEY = _error(
    "T006",
    "AWS does not accept the key",
    "A key has at most 128 letters, digits, spaces and _.:/=+-@, and does not begin with `aws:`.",
)
REFUSED_VALUE = _error(
    "T007",
    "AWS does not accept the value",
    "A value has at most 256 letters, digits, spaces and _.:/=+-@.",
)
EXPIRED = _warning(
    "T008",
    "Exemption has expired",
    "The resources that it names are checked like all others.",
)
RULE_OF_ITSELF = _error(
    "T009",
    "Tag is derived from itself",
    "A rule derives a tag from other tags. Rules that depend on each other derive nothing.",
)
NOTHING_MANDATORY = _notice(
    "T010", "No mandatory tags", "Every resource without a wrong tag is valid."
)
UNKNOWN_ENVIRONMENT = _error(
    "T011",
    "Unknown environment",
    "`mandatory` names an environment that is not an allowed value of the environment key.",
)
TARGETS_CROSS = _error(
    "T012",
    "Targets are not ascending",
    "Targets rise from crawl to walk to run, in percent of cost.",
)
NOT_A_DAY = _error("T013", "Invalid date", "Days are written 2026-12-31.")
NO_POLICY = _error(
    "T014",
    "No tag policy",
    "The file in `tags` of apportion.toml does not exist. `apportion init` writes a first version.",
)
RULE_NEVER_HOLDS = _error(
    "T015",
    "Rule never matches",
    "The value that the rule derives is not an allowed value of the tag.",
)
ENVIRONMENT_UNNAMED = _error(
    "T016",
    "No environment key",
    "If `mandatory` names environments, `environment` names the tag key that holds them.",
)
EXEMPT_EVERYTHING = _error(
    "T017",
    "Exemption of everything",
    "An exemption must name what it applies to. Without that, the tag would never be required.",
)

# What bills show.
BELOW = _error(
    "T020",
    "Tag coverage is below the target",
    "Coverage is the cost with valid mandatory tags, divided by all cost that can be tagged.",
)
MISSING_TAG = _warning(
    "T021",
    "Mandatory tag is missing",
    "The amount is the cost of resources without the tag. `apportion tags untagged` lists them "
    "by cost.",
)
KEY_SPELT = _warning(
    "T022",
    "Tag key in another spelling",
    "AWS reports distinguish keys by case. Apportion reads the key as intended, but it is not "
    "valid.",
)
UNKNOWN_TAG_VALUE = _warning(
    "T023",
    "Tag value is not allowed",
    "The value matches no allowed value. `apportion tags suggest` lists the probable ones.",
)
VALUE_SPELT = _warning(
    "T024",
    "Tag value in another spelling",
    "The value is understood, but not written as in the policy.",
)
RULE_BROKEN = _warning(
    "T025",
    "Tag does not agree with other tags",
    "A rule of the policy derives this tag from other tags.",
)
OWNERS_DIFFER = _warning(
    "T026",
    "Project with several owners",
    "Resources of one project have different owners in different environments.",
)

# What is generated.
OUT_OF_DATE = _error(
    "T030",
    "Generated file is out of date",
    "The file differs from what the tag policy generates now. Do not edit generated files.",
)
CONTROL_WRONG = _error(
    "T031",
    "SCP has the wrong effect",
    "The evaluator checked every call that creates a resource. The result for this call is wrong.",
)

# What code declares.
NOT_READ = _error(
    "T040",
    "Code cannot be read",
    "Its resources were not checked. `terraform validate` or cfn-lint show more.",
)
CODE_WRONG = _error(
    "T041",
    "Mandatory tag is missing or wrong in code",
    "The resource would be created like this. Default tags of the provider are included.",
)
CODE_OPTIONAL = _warning(
    "T042",
    "Optional tag is wrong in code",
    "The resource would be created like this, and the tag would be ignored.",
)
NOT_PROPAGATED = _warning(
    "T043",
    "Tags are not propagated",
    "Instances, volumes and tasks have their own cost, and get only propagated tags. The "
    "provider's default tags do not reach instances that Auto Scaling groups and launch "
    "templates create.",
)
KNOWN_BY_CALLER = _warning(
    "T044",
    "Module without provider",
    "A module without a provider gets default tags from its caller, so a missing tag is not "
    "judged. Check the folder that calls it. A folder with a backend or with files of variable "
    "values is no such module: its missing tags are T041.",
)
KNOWN_IN_PLAN = _notice(
    "T045",
    "Tags known only in the plan",
    "The tags come from variables, other modules or functions. Check the plan too: `terraform "
    "show -json plan > plan.json`.",
)

ALL = (
    SAME_KEY, UNKNOWN_TAG, UNKNOWN_DIMENSION, SAME_TAG_VALUE, BAD_TAG_PATTERN, REFUSED_KEY,
    REFUSED_VALUE, EXPIRED, RULE_OF_ITSELF, NOTHING_MANDATORY, UNKNOWN_ENVIRONMENT, TARGETS_CROSS,
    NOT_A_DAY, NO_POLICY, RULE_NEVER_HOLDS, ENVIRONMENT_UNNAMED,
    EXEMPT_EVERYTHING,
    BELOW, MISSING_TAG, KEY_SPELT, UNKNOWN_TAG_VALUE, VALUE_SPELT, RULE_BROKEN, OWNERS_DIFFER,
    OUT_OF_DATE, CONTROL_WRONG,
    NOT_READ, CODE_WRONG, CODE_OPTIONAL, NOT_PROPAGATED, KNOWN_BY_CALLER, KNOWN_IN_PLAN,
)  # fmt: skip
