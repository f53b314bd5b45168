"""The tag policy as a page for engineers: what to write, where, and how, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apportion.model.tags.tag_policy import (
    AnyValue,
    ListedValues,
    PatternValues,
    TagKey,
    TagKind,
    TagPolicy,
)

from .verdict import made_of

_MOST_VALUES = 40
_ANY = "any text"


def policy_page(policy: TagPolicy) -> str:
    """Write the page; the policy's values must be there."""
    parts = [
        "# Tags\n",
        f"Generated from `{policy.name}`; change that file, not this one.\n",
        *_table(policy),
        "## Example\n",
        f"```hcl\n{example_tags(policy)}\n```\n",
        *(part for key in policy.keys for part in _key(key)),
        *_rules(policy),
        *_exemptions(policy),
    ]
    return "\n".join(parts)


def example_tags(policy: TagPolicy) -> str:
    """Write the tags of an example resource as Terraform does."""
    values = example_values(policy)
    wide = max(map(len, values), default=0)
    lines = [f'  {key.ljust(wide)} = "{_quoted(value)}"' for key, value in values.items()]
    return "\n".join(["tags = {", *lines, "}"])


def example_values(policy: TagPolicy) -> dict[str, str]:
    """Choose a value for each key: its example, the first one allowed, or what rules make."""
    values = {key.name: example_value(key) for key in policy.keys}
    for rule in policy.rules:
        made = made_of(rule, values)
        values |= {rule.key: made} if made is not None and rule.key in values else {}
    return values


def example_value(key: TagKey) -> str:
    """Choose a value of one key."""
    if key.example:
        return key.example
    if isinstance(key.values, ListedValues):
        return key.values.values[0].name
    return key.name.lower()


def _table(policy: TagPolicy) -> Iterator[str]:
    yield "| Key | For | Mandatory | Values |\n|---|---|---|---|"
    for key in policy.keys:
        about, values = _cell(key.about), _cell(_values(key))
        yield f"| `{key.name}` | {about} | {mandatory_words(key)} | {values} |"
    yield ""


def _key(key: TagKey) -> Iterator[str]:
    yield f"## {key.name}\n"
    kind = "Business" if key.kind is TagKind.BUSINESS else "Technical"
    yield f"{_text(key.about)} {kind}; mandatory: {mandatory_words(key)}.\n"
    if key.aliases:
        spelt = ", ".join(f"`{alias}`" for alias in key.aliases)
        yield (
            f"Write it `{key.name}`. {spelt} and other spellings are read, and reported as wrong.\n"
        )
    if isinstance(key.values, ListedValues):
        source = f" (from the rulebook's `{key.values.dimension}`)" if key.values.dimension else ""
        yield f"Allowed values{source}:\n"
        for value in key.values.values[:_MOST_VALUES]:
            aliases = ", ".join(f"`{alias}`" for alias in value.aliases)
            yield f"- `{value.name}`" + (f", not {aliases}" if aliases else "")
        if len(key.values.values) > _MOST_VALUES:
            yield f"- and {len(key.values.values) - _MOST_VALUES} more"
        yield ""
    elif isinstance(key.values, PatternValues):
        yield f"Allowed is what matches `{key.values.pattern}` from beginning to end.\n"


def _rules(policy: TagPolicy) -> Iterable[str]:
    if not policy.rules:
        return []
    lines = [f"- `{rule.key}` is `{rule.equals}`" for rule in policy.rules]
    return ["## Tags made of others\n", *lines, ""]


def _exemptions(policy: TagPolicy) -> Iterator[str]:
    if not policy.exemptions:
        return
    yield "## Exemptions\n\n| What | Tags | Until | Owner | Why |\n|---|---|---|---|---|"
    for one in policy.exemptions:
        what = ", ".join((*one.accounts, *one.resources, *one.resource_types))
        tags = ", ".join(one.keys) or "all"
        cells = (what, tags, str(one.until), one.owner, one.why)
        yield f"| {' | '.join(map(_cell, cells))} |"
    yield ""


def mandatory_words(key: TagKey) -> str:
    """Say where a key is mandatory."""
    if key.mandatory is None:
        return "no"
    if key.mandatory.everywhere:
        return "always"
    environments = ", ".join(key.mandatory.environments)
    of_type = ", ".join(key.mandatory.resource_types)
    parts = (environments and f"in {environments}", of_type and f"on {of_type}")
    return " ".join(filter(None, parts))


def allowed_words(key: TagKey) -> str:
    """Describe the values that a key may have."""
    match key.values:
        case ListedValues(values):
            return ", ".join(value.name for value in values)
        case PatternValues(pattern):
            return pattern
        case AnyValue():
            return _ANY
        case _:
            return f"the values of {key.values.dimension}"


def _values(key: TagKey) -> str:
    match key.values:
        case ListedValues(values) if len(values) > 6:
            return f"{', '.join(v.name for v in values[:6])} and {len(values) - 6} more"
        case PatternValues(pattern):
            return f"`{pattern}`"
        case _:
            return allowed_words(key)


def _text(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
