"""Tag keys and values as people write them, brought to one form so that they can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable

from apportion.model.invisible_characters import INVISIBLE

_INVISIBLE = re.compile(INVISIBLE)
_SEPARATORS = re.compile(r"[\s\-_.:/]+")
#: What exports put before every key: CUR (`resourceTags/`), its Athena table (`resource_tags_`)
#: and the `tags` map of CUR 2.0, which holds keys of all kinds (CID's cur.py names the last three).
_CONTAINERS = re.compile(r"(?:resource_?tags?[/_]|account_?tag/|iam_?principal/|user_?attribute/)")
_PREFIXES = re.compile(rf"(?i:{_CONTAINERS.pattern})?(?:user[:_])?")
#: Where a word begins inside a key in camel case.
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_USER = re.compile(r"user[:_]")
_AWS = re.compile(r"aws[:_]")


def normalise(key: str) -> str:
    """Write a tag key without case, separators and export prefixes; AWS's own keys keep `aws:`.

    Doing it twice changes nothing. One container prefix and one `user` or `aws` are taken off; a
    key that consists of nothing else keeps its letters.

    >>> normalise("resourceTags/user:Cost Center"), normalise("resource_tags_aws_created_by")
    ('costcenter', 'aws:createdby')
    """
    folded = _INVISIBLE.sub("", key).strip().casefold()
    bare = _without(_CONTAINERS, folded)
    namespace = "aws:" if _AWS.match(bare) else ""
    letters = _letters(_without(_AWS if namespace else _USER, bare))
    if letters:
        return namespace + letters
    return _letters(bare) or _letters(folded) or folded


def matching(raw_keys: Iterable[str], wanted: str) -> tuple[str, ...]:
    """Choose the keys that are `wanted` in another spelling, the best written first.

    Order: spelt exactly like `wanted`, then like it behind what exports put before keys, then as
    CUR 2.0 writes it (`user_cost_center` is CostCenter, `user_costcenter` costcenter), then the
    shortest, then alphabetically.
    """
    normal = normalise(wanted)
    found = {key for key in raw_keys if normalise(key) == normal}
    return tuple(sorted(found, key=lambda key: (_distance(key, wanted), len(key), key)))


def _distance(key: str, wanted: str) -> int:
    """Count how far a spelling is from the one that is wanted."""
    bare = _without(_PREFIXES, key)
    likes = (key == wanted, bare == _without(_PREFIXES, wanted), bare == _snake(wanted))
    return next((place for place, alike in enumerate(likes) if alike), len(likes))


def _snake(key: str) -> str:
    """Write a key as AWS writes keys in CUR 2.0 and for Athena: `CostCenter` is `cost_center`."""
    words = _WORDS.sub("_", _without(_PREFIXES, key))
    return _SEPARATORS.sub("_", words).casefold()


def normalise_value(text: str) -> str:
    """Write a value without case and separators: the form in which allowed values are compared.

    A text of nothing but separators stays as it is.
    """
    folded = _INVISIBLE.sub("", text).strip().casefold()
    return _letters(folded) or folded


def _without(prefix: re.Pattern[str], key: str) -> str:
    match = prefix.match(key)
    return key[match.end() :] if match else key


def _letters(text: str) -> str:
    return _SEPARATORS.sub("", text)
