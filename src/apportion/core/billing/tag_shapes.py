"""The shapes that tags come in as JSON, as SQL templates that make pairs of key and value of them.

An object; an object in an object (`{"tags": {…}}`) or in a text; lists of `{Key, Value}`, of
`{TagKey, TagValue}`, of objects with a key each, of two texts, of `key:value`. pandas writes a
map as a list of two texts, Spark a tuple as `{_1, _2}`. What is none of these is a finding.

Names of parts are public: the second reading in `plain_values.py` goes by the same ones.
"""

from __future__ import annotations

#: Names of an object that holds all tags and is none: `tags`, `TagSet`, `resourceTags`, `labels`.
WRAPPERS = "(?i)(resource|user)?[_ -]?(tags?|labels?)([_ -]?(set|list))?"
#: Names of the parts of a pair; the last ones are tags of these names where one stands alone.
KEY_NAMES = ("key", "Key", "KEY", "tagKey", "TagKey", "tag_key")
VALUE_NAMES = ("value", "Value", "VALUE", "tagValue", "TagValue", "tag_value")
_NAMES = ("name", "Name")
#: Structs that stand for tuples, by their two fields.
_TUPLES = ("_1 _2", "_0 _1", "f0 f1", "field0 field1", "0 1", "k v", "K V")
#: `key:value` or `key=value`; a colon behind `aws` and `user` belongs to the key.
_PAIR = r"(?s)^\s*((?:aws|user):[^:=]+|[^:=]+?)\s*[:=]\s*(.*?)\s*$"


def _first(names: tuple[str, ...]) -> str:
    read = (f"JSON_EXTRACT_STRING(e, '$.{name}')" for name in names)
    return f"COALESCE({', '.join(read)})"


def _listed(texts: tuple[str, ...]) -> str:
    quoted = (f"'{text}'" for text in texts)
    return f"[{', '.join(quoted)}]"


def _entries(of: str) -> str:
    """All pairs of an object; a key may come twice, so no MAP is made of them."""
    return (
        f"LIST_TRANSFORM(LIST_ZIP(JSON_KEYS({of}), JSON_EXTRACT_STRING({of}, '$.*')), "
        "LAMBDA p : {'k': p[1], 'v': p[2]})"
    )


def _nested(of: str) -> str:
    """Whether an element of a list holds an object or a list."""
    types = f"LIST_CONCAT(JSON_TYPE({of}, '$.*'), JSON_TYPE({of}, '$[*]'))"
    return f"LIST_HAS_ANY({types}, ['OBJECT', 'ARRAY'])"


#: The JSON `j` without what is around its tags; to be used twice, for a text in an object.
UNWRAPPED = f"""
CASE
  WHEN JSON_TYPE(j) = 'VARCHAR' THEN TRY_CAST(JSON_EXTRACT_STRING(j, '$') AS JSON)
  WHEN JSON_TYPE(j) = 'OBJECT' AND LEN(JSON_KEYS(j)) = 1
    AND REGEXP_FULL_MATCH(JSON_KEYS(j)[1], '{WRAPPERS}')
    AND JSON_TYPE(JSON_EXTRACT(j, '$.*')[1]) IN ('OBJECT', 'ARRAY')
    THEN JSON_EXTRACT(j, '$.*')[1]
  ELSE j
END"""

_KEY, _VALUE, _NAME = map(_first, (KEY_NAMES, VALUE_NAMES, _NAMES))
#: The pairs of one element `e` of a list; NULL where it is none.
_ELEMENT = f"""
CASE JSON_TYPE(e)
  WHEN 'OBJECT' THEN CASE
    WHEN {_KEY} IS NOT NULL THEN [{{'k': {_KEY}, 'v': {_VALUE}}}]
    WHEN {_VALUE} IS NOT NULL THEN CASE WHEN {_NAME} IS NOT NULL
      THEN [{{'k': {_NAME}, 'v': {_VALUE}}}] END
    WHEN LIST_CONTAINS({_listed(_TUPLES)}, ARRAY_TO_STRING(JSON_KEYS(e), ' '))
      THEN [{{'k': JSON_EXTRACT_STRING(e, '$.*')[1], 'v': JSON_EXTRACT_STRING(e, '$.*')[2]}}]
    ELSE {_entries("e")} END
  WHEN 'ARRAY' THEN CASE WHEN JSON_ARRAY_LENGTH(e) = 2 AND JSON_TYPE(e, '$[0]') = 'VARCHAR'
    THEN [{{'k': JSON_EXTRACT_STRING(e, '$[0]'), 'v': JSON_EXTRACT_STRING(e, '$[1]')}}] END
  WHEN 'VARCHAR' THEN CASE WHEN REGEXP_MATCHES(JSON_EXTRACT_STRING(e, '$'), '{_PAIR}')
    THEN [{{
      'k': REGEXP_EXTRACT(JSON_EXTRACT_STRING(e, '$'), '{_PAIR}', 1),
      'v': REGEXP_EXTRACT(JSON_EXTRACT_STRING(e, '$'), '{_PAIR}', 2)
    }}] END
END"""

#: The pairs of the JSON `j`; NULL where it holds none.
PAIRS = f"""
CASE JSON_TYPE(j)
  WHEN 'OBJECT' THEN {_entries("j")}
  WHEN 'ARRAY' THEN FLATTEN(LIST_TRANSFORM(TRY_CAST(j AS JSON[]), LAMBDA e : {_ELEMENT}))
END"""

#: Whether an object is one pair outside of a list: it may be two tags of these names, too.
_LONE_PAIR = f"""
LEN(JSON_KEYS(j)) = 2
  AND LIST_HAS_ANY(JSON_KEYS(j), {_listed(KEY_NAMES)})
  AND LIST_HAS_ANY(JSON_KEYS(j), {_listed(VALUE_NAMES)})"""

#: The text `t` of the JSON `j` where tags in it are not read: other JSON, a part of a list, a list
#: or an object as the value of a tag, a pair outside of a list.
UNREAD = f"""
CASE
  WHEN JSON_TYPE(j) = 'NULL' THEN NULL
  WHEN JSON_TYPE(j) = 'OBJECT' AND NOT LIST_HAS_ANY(JSON_TYPE(j, '$.*'), ['OBJECT', 'ARRAY'])
    AND NOT ({_LONE_PAIR}) THEN NULL
  WHEN JSON_TYPE(j) = 'ARRAY' AND LEN(LIST_FILTER(
    TRY_CAST(j AS JSON[]), LAMBDA e : ({_ELEMENT}) IS NULL OR {_nested("e")})) = 0 THEN NULL
  ELSE t
END"""
