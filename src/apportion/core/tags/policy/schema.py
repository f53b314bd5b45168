"""The tag policy's format as one table: it checks what users write and becomes the JSON Schema."""

from __future__ import annotations

from apportion.core.rulebook.yaml.schema_types import (
    Either,
    JsonSchema,
    Key,
    ListOf,
    MapOf,
    Nothing,
    Record,
    Text,
    schema,
)
from apportion.model.tags.tag_policy import Case, TagKind

_WORD = Text("a text")
_VALUE = Text("a value")
_TAG = Text("a tag key")
_TYPE = Text("a resource type like ec2:instance or rds:*", r"[a-z0-9-]+:[A-Za-z0-9*?/._-]+")
_LAUNCHED = Text(words=("instance", "volume", "network-interface", "spot-instances-request"))
_ACTION = Text("an action like s3:CreateBucket", r"[a-z0-9-]+:[A-Za-z0-9]+")
_DAY = Text("a day like 2026-12-31", r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ACCOUNT = Text("an account id of twelve digits, in quotes", r"[0-9]{12}")
_PERCENT = Text("a whole percentage from 1 to 100", r"100|[1-9][0-9]?", numeric=True)
_WORDS = Either((_WORD, ListOf(_WORD)))
_TAGS = Either((_TAG, ListOf(_TAG)))
_ALIASES = Either((ListOf(_VALUE, empty=True), _VALUE, Nothing()))

_MANDATORY = Either(
    (
        Text("always or never", words=("always", "never")),
        Record(
            "where a tag is mandatory",
            (
                Key("environments", _WORDS, "Only in these environments.",
                    examples=(["prod", "staging"],)),
                Key("resource_types", Either((_TYPE, ListOf(_TYPE))),
                    "Only on these types, as AWS's tag policies write them.",
                    examples=(["ec2:instance", "rds:*"],)),
            ),
        ),
    )
)  # fmt: skip

_PATTERN = Key("pattern", _WORD, "A regular expression for the whole value.",
               examples=("[a-z][a-z0-9-]{2,30}",))  # fmt: skip
_CASE = Key("case", Text(words=tuple(Case)), "The letter case of values.",
            default=Case.ANY.value, needs="pattern")  # fmt: skip
_DIMENSION = Key("dimension", _WORD, "The values of this dimension in the rulebook in force, with "
                 "their aliases.", examples=("cost_center",))  # fmt: skip
_OF = Key("of", MapOf(_VALUE, _ALIASES), "The allowed values, and how people also write each.",
          examples=({"prod": ["production"], "dev": []},))  # fmt: skip

_VALUES = Either(
    (
        ListOf(_VALUE),
        Record("values", (_DIMENSION, _PATTERN, _OF, _CASE), one_of=("dimension", "pattern", "of")),
    )
)

_KEY = Record(
    "a tag key",
    (
        Key("about", _WORD, "What it is for, for engineers to read.", required=True,
            examples=("Who pays for it.",)),
        Key("kind", Text(words=tuple(TagKind)), "Who needs it.", default=TagKind.BUSINESS.value),
        Key("mandatory", _MANDATORY, "Where it has to be.", default="never", examples=("always",)),
        Key("values", _VALUES, "What is allowed; without it any text is.",
            examples=({"dimension": "cost_center"}, ["prod", "dev"])),
        Key("aliases", _TAGS, "Other keys that mean it. Case and separators need none.",
            examples=(["env", "stage"],)),
        Key("example", _VALUE, "A value to show in examples.", examples=("FIN-100",)),
    ),
)  # fmt: skip

_RULE = Record(
    "a rule",
    (
        Key("tag", _TAG, "The tag that is made of others.", required=True,
            examples=("AllocationKey",)),
        Key("equals", _WORD, "What it is: text with keys in braces.", required=True,
            examples=("{CostCenter}-{Environment}",)),
    ),
)  # fmt: skip

_EXEMPTION = Record(
    "an exemption",
    (
        Key("owner", _WORD, "Who answers for it.", required=True,
            examples=("platform@example.com",)),
        Key("until", _DAY, "The last day on which it holds.", required=True,
            examples=("2026-12-31",)),
        Key("why", _WORD, "The reason, in a sentence.", required=True,
            examples=("Moves to the new account in autumn.",)),
        Key("tags", _TAGS, "Only these keys; every key if left out.", examples=("CostCenter",)),
        Key("accounts", Either((_ACCOUNT, ListOf(_ACCOUNT))), "Only in these accounts.",
            examples=(["111111111111"],)),
        Key("resources", _WORDS, "Only these resources; * and ? stand for letters.",
            examples=(["arn:aws:s3:::legacy-*"],)),
        Key("resource_types", Either((_TYPE, ListOf(_TYPE))), "Only these types.",
            examples=(["ec2:network-interface"],)),
    ),
)  # fmt: skip

FORMAT = Record(
    "the tag policy",
    (
        Key("apportion", Text(words=("1",)), "The version of this format.", required=True,
            examples=(1,)),
        Key("keys", MapOf(_TAG, _KEY), "The tags, each key as it is to be written.", required=True,
            examples=({"CostCenter": {"about": "Who pays for it.", "mandatory": "always"}},)),
        Key("environment", _TAG, "The key that names a resource's environment; `Environment` if "
            "there is one.", examples=("Environment",)),
        Key("project", _TAG, "The key that names a resource's project; `Project` if there is one.",
            examples=("Project",)),
        Key("rules", ListOf(_RULE, empty=True), "Tags that are made of others.",
            examples=([{"tag": "AllocationKey", "equals": "{CostCenter}-{Environment}"}],)),
        Key("exemptions", ListOf(_EXEMPTION, empty=True),
            "What need not follow the policy, until a day."),
        Key("automated", Record(
            "what code made",
            (
                Key("tag", _TAG, "The marking key.", required=True, examples=("CreatedBy",)),
                Key("values", _WORDS, "The values that mean code.", required=True,
                    examples=("terraform",)),
            ),
        ), "How to recognise resources that code created.",
            examples=({"tag": "CreatedBy", "values": "terraform"},)),
        Key("targets", Record(
            "the targets",
            (
                Key("crawl", _PERCENT, "The first target.", default="80"),
                Key("walk", _PERCENT, "The second.", default="90"),
                Key("run", _PERCENT, "The last.", default="95"),
            ),
        ), "Percent of spend with valid mandatory tags.", examples=({"run": 95},)),
        Key("enforce", Record(
            "what is denied",
            (
                Key("tags", _TAGS, "Creation without these is denied; the keys that are mandatory "
                    "always if left out.", examples=("CostCenter",)),
                Key("exempt_principals", _WORDS, "ARNs that nothing is denied to; * and ? stand "
                    "for letters.", examples=(["arn:aws:iam::*:role/break-glass"],)),
                Key("launched", Either((_LAUNCHED, ListOf(_LAUNCHED))),
                    "Of what a launch of instances makes, what has to be tagged.",
                    default="instance", examples=(["instance", "volume"],)),
                Key("also", Either((_ACTION, ListOf(_ACTION))), "Calls that are left out as others "
                    "make them for people.", examples=(["s3:CreateBucket"],)),
            ),
        ), "What service control policies deny."),
    ),
)  # fmt: skip


def tag_policy_schema() -> JsonSchema:
    """Write the format as JSON Schema (2020-12), for editors to complete and check.

    It knows the form; what needs a look at two places only `read_tag_policy` finds.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema(FORMAT),
        "title": "Apportion tag policy",
        "description": "Which tags resources carry, with which values, and where.",
    }
