"""The conditions of IAM policies: every operator, its set forms, `IfExists`, and how keys match."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from .iam_variables import LITERAL, filled, shown

#: Compares a value of the request with one of the policy; both are texts.
Compare = Callable[[str, str], bool]


class UnknownOperatorError(ValueError):
    """A condition has an operator that IAM does not have."""

    def __init__(self, operator: str) -> None:
        super().__init__(f"IAM has no condition operator {operator!r}.")


def all_hold(condition: Mapping[str, Any], facts: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a `Condition` holds: every operator, and every key under each.

    `facts` has keys in lower case. Raises UnknownOperatorError.
    """
    return all(
        _holds(operator, key, _listed(values), facts)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    literal = {character: re.escape(sign) for sign, character in LITERAL.items()}
    written = "".join(
        parts.get(c) or literal.get(c) or re.escape(c) for c in re.sub(r"\*+", "*", glob)
    )
    return re.compile(written, re.DOTALL)


def matches(text: str, glob: str) -> bool:
    """Match a text in full; `*` stands for any letters, `?` for one."""
    return _pattern(glob).fullmatch(text) is not None


def _holds(
    operator: str, key: str, wanted: Sequence[str], facts: Mapping[str, tuple[str, ...]]
) -> bool:
    quantifier, _, bare = operator.rpartition(":")
    found = facts.get(key.casefold())
    if bare == "Null":
        return (found is None or not found) is (wanted[0].casefold() == "true")
    bare, if_exists, _ = bare.partition("IfExists")
    negated = "Not" in bare
    compare = _comparison(bare.replace("Not", "", 1) if negated else bare, operator)
    values = [value for text in wanted if (value := filled(text, facts)) is not None]
    if quantifier == "ForAllValues":
        # A condition on no value holds: the key may be absent.
        return all(_one(value, values, compare, negated=negated) for value in found or ())
    if quantifier not in ("", "ForAnyValue"):
        raise UnknownOperatorError(operator)
    if found is None or not found:
        # An absent key meets a negated operator, but for the set operator, which needs a value.
        return bool(if_exists) or (negated and not quantifier)
    return any(_one(value, values, compare, negated=negated) for value in found)


def _one(value: str, wanted: Sequence[str], compare: Compare, *, negated: bool) -> bool:
    """Compare one value of the request: with `Not`, it may equal none of those wanted."""
    return any(compare(value, text) for text in wanted) is not negated


def _comparison(operator: str, written: str) -> Compare:
    found = _COMPARISONS.get(operator)
    if found is None:
        raise UnknownOperatorError(written)
    return found


def _listed(values: object) -> list[str]:
    many = values if isinstance(values, list | tuple) else [values]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in many]


def _equals(value: str, wanted: str) -> bool:
    return value == shown(wanted)


def _equals_ignoring_case(value: str, wanted: str) -> bool:
    return value.casefold() == shown(wanted).casefold()


def _arn(value: str, wanted: str) -> bool:
    """Compare ARNs part by part, so that a star does not reach over a colon."""
    parts, patterns = value.split(":", 5), wanted.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(matches, parts, patterns))


def _numbers(compare: Callable[[Decimal, Decimal], bool]) -> Compare:
    def compared(value: str, wanted: str) -> bool:
        try:
            return compare(Decimal(value), Decimal(shown(wanted)))
        except InvalidOperation:
            return False

    return compared


def _times(compare: Callable[[datetime, datetime], bool]) -> Compare:
    def compared(value: str, wanted: str) -> bool:
        first, second = _time(value), _time(shown(wanted))
        return first is not None and second is not None and compare(first, second)

    return compared


def _time(text: str) -> datetime | None:
    try:
        if re.fullmatch(r"\d{9,}", text):
            return datetime.fromtimestamp(int(text), UTC)
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _bytes(value: str, wanted: str) -> bool:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(wanted, validate=True)
    except (binascii.Error, ValueError):
        return False


def _address(value: str, wanted: str) -> bool:
    try:
        return ip_address(value) in ip_network(shown(wanted), strict=False)
    except ValueError:
        return False


#: By the operator's name without `Not`, `IfExists` and the set forms.
_COMPARISONS: Mapping[str, Compare] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": matches,
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "Bool": _equals_ignoring_case,
    "BinaryEquals": _bytes,
    "IpAddress": _address,
    "NumericEquals": _numbers(lambda a, b: a == b),
    "NumericLessThan": _numbers(lambda a, b: a < b),
    "NumericLessThanEquals": _numbers(lambda a, b: a <= b),
    "NumericGreaterThan": _numbers(lambda a, b: a > b),
    "NumericGreaterThanEquals": _numbers(lambda a, b: a >= b),
    "DateEquals": _times(lambda a, b: a == b),
    "DateLessThan": _times(lambda a, b: a < b),
    "DateLessThanEquals": _times(lambda a, b: a <= b),
    "DateGreaterThan": _times(lambda a, b: a > b),
    "DateGreaterThanEquals": _times(lambda a, b: a >= b),
}
