"""Findings about values: what the bill says that the rulebook does not allow."""

from __future__ import annotations

from .finding import Code, Severity

REJECTED = Code(
    "D001",
    Severity.WARNING,
    "A value that the rulebook does not allow",
    "With `other_values: reject`, a value that is neither listed nor an alias is not used; the "
    "next source is asked. The finding says how much money carries it and the closest allowed one.",
)
LOOKUP_VALUE = Code(
    "D002",
    Severity.WARNING,
    "A lookup gives a value that the rulebook does not allow",
    "The line is passed over as if it gave nothing.",
)
SEVERAL_POOLS = Code(
    "D003",
    Severity.WARNING,
    "Charges that several pools claim",
    "The first pool in the rulebook's order takes them. Make the conditions exclude each other, "
    "or leave it so if the order is meant.",
)
TAG_SPELT_TWICE = Code(
    "D004",
    Severity.NOTICE,
    "One tag, spelt several ways",
    "Tag keys are read without regard to case, separators and export prefixes. Where a charge "
    "carries several spellings, the one in the rulebook wins, then the shortest, then the first "
    "by alphabet.",
)
EMPTY_POOL = Code(
    "D005",
    Severity.NOTICE,
    "A pool that holds nothing",
    "No charge of the period met its condition.",
)
NO_SUCH_TAG = Code(
    "D006",
    Severity.NOTICE,
    "A tag that no charge carries",
    "The rulebook asks for a tag that is not in the bill at all: nothing carries it, it is spelt "
    "differently, or AWS does not write its key into bills, which `apportion aws plan` tells and "
    "plans to change.",
)
OTHER_CURRENCY = Code(
    "D007",
    Severity.NOTICE,
    "Charges in another currency",
    "They are allocated and split apart, never added to those of the rulebook's currency.",
)
ALMOST_MATCHES = Code(
    "D008",
    Severity.WARNING,
    "Lines of a lookup that match charges but for their spelling",
    "Values match as they are written. Without regard to blanks, quotes, case and leading zeros "
    "these lines would match charges of the bill; as they are, they give nothing.",
)
SPELT_ALIKE = Code(
    "D009",
    Severity.WARNING,
    "One value, spelt several ways",
    "Without `values`, every spelling is a value of its own: cost of one team stands under two "
    "names. The amount is what stands under the spellings that cost less.",
)
OTHER_SPELLING = Code(
    "D010",
    Severity.WARNING,
    "A condition that misses the bill's spelling",
    "A comparison by `=`, `<>` or `IN` is exact. No charge has this text; some have it in other "
    "capitals, or with blanks.",
)
NOT_IN_LOOKUP = Code(
    "D011",
    Severity.WARNING,
    "Accounts that a lookup has no line for",
    "No source gave their charges a value, and no line of the lookup names the account, or none "
    "that holds on these days. The amount is what they cost.",
)
HIDDEN_CHARACTERS = Code(
    "D020",
    Severity.WARNING,
    "Texts with characters that cannot be seen",
    "A value that the rulebook looks at has characters without a width, or blanks that are no "
    "plain ones. It is read without them, so that two owners that look alike are one.",
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
