"""Findings about dimension values and pools (D)."""

from __future__ import annotations

from .finding import Code, Severity

REJECTED = Code(
    "D001",
    Severity.WARNING,
    "Value not allowed by the rulebook",
    "With `other_values: reject`, a value that is neither listed nor an alias is not used, and "
    "the next source is tried. The finding shows the cost with this value and the closest "
    "allowed value.",
)
LOOKUP_VALUE = Code(
    "D002",
    Severity.WARNING,
    "Lookup value not allowed by the rulebook",
    "The lookup line is ignored.",
)
SEVERAL_POOLS = Code(
    "D003",
    Severity.WARNING,
    "Charges match several pools",
    "The first pool in the rulebook takes them. If the order is not intended, change the "
    "conditions so that they exclude each other.",
)
TAG_SPELT_TWICE = Code(
    "D004",
    Severity.NOTICE,
    "Tag key in several spellings",
    "Tag keys are read without case, separators and export prefixes. If a charge has several "
    "spellings, the spelling in the rulebook is used, then the shortest, then the first in "
    "alphabetical order.",
)
EMPTY_POOL = Code(
    "D005",
    Severity.NOTICE,
    "Empty pool",
    "No charge of the period matches the pool's condition.",
)
NO_SUCH_TAG = Code(
    "D006",
    Severity.NOTICE,
    "Tag not in the bill",
    "The rulebook uses a tag that no charge has: no resource has it, it is spelled differently, "
    "or it is not activated as a cost allocation tag. `apportion aws plan` checks the "
    "activation.",
)
OTHER_CURRENCY = Code(
    "D007",
    Severity.NOTICE,
    "Charges in another currency",
    "They are allocated and split separately, and never added to charges in the rulebook's "
    "currency.",
)
ALMOST_MATCHES = Code(
    "D008",
    Severity.WARNING,
    "Lookup lines differ from the bill only in spelling",
    "Values match exactly. Without blanks, quotes, case and leading zeros these lines would "
    "match charges; as written they match none.",
)
SPELT_ALIKE = Code(
    "D009",
    Severity.WARNING,
    "Value in several spellings",
    "Without `values`, every spelling is a separate value, so the cost of one team appears under "
    "several names. The amount is the cost under the less frequent spellings.",
)
OTHER_SPELLING = Code(
    "D010",
    Severity.WARNING,
    "Condition differs from the bill only in spelling",
    "`=`, `<>` and `IN` compare exactly. No charge has this text; some have it with other case "
    "or blanks.",
)
NOT_IN_LOOKUP = Code(
    "D011",
    Severity.WARNING,
    "Accounts missing from a lookup",
    "No source gave their charges a value, and the lookup has no line for the account on these "
    "days. The amount is their cost.",
)
HIDDEN_CHARACTERS = Code(
    "D020",
    Severity.WARNING,
    "Values with invisible characters",
    "A value that the rulebook uses has characters without width, unusual spaces or accents that "
    "are characters of their own. It is read without them, so that values that look the same are "
    "the same.",
)
ALL = (
    REJECTED,
    LOOKUP_VALUE,
    SEVERAL_POOLS,
    TAG_SPELT_TWICE,
    EMPTY_POOL,
    NO_SUCH_TAG,
    OTHER_CURRENCY,
    ALMOST_MATCHES,
    SPELT_ALIKE,
    OTHER_SPELLING,
    NOT_IN_LOOKUP,
    HIDDEN_CHARACTERS,
)
