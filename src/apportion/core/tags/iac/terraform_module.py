"""The tag policy as a Terraform module that refuses wrong values before anything is planned.

The module makes no resources and needs no provider. Variables are the policy's keys; tags that
rules make of others are made here too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from apportion.core.tags.policy.page import example_values
from apportion.core.tags.policy.verdict import NAMED, in_export
from apportion.model.tags.tag_policy import (
    AnyValue,
    Case,
    ListedValues,
    PatternValues,
    TagKey,
    TagKind,
    TagPolicy,
)

_BY_AWS = r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$"


def terraform_module(policy: TagPolicy) -> str:
    """Write the module: a variable with its validations for each key, and the tags."""
    made = {rule.key for rule in policy.rules}
    required = [key for key in policy.keys if key.name not in made]
    parts = [
        f"# Generated from {policy.name} by `apportion tags generate`; change that file.",
        *(_variable(key) for key in required),
        _locals(policy),
        _outputs(),
    ]
    return "\n\n".join(parts) + "\n"


def terraform_example(policy: TagPolicy) -> str:
    """Write a root module that gives every resource the tags by `default_tags`."""
    made = {rule.key for rule in policy.rules}
    values = example_values(policy)
    names = {variable_name(key.name): key for key in policy.keys if key.name not in made}
    wide = max([len("source"), *map(len, names)])
    arguments = [f'  {"source".ljust(wide)} = "../tags"']
    arguments += [
        f"  {name.ljust(wide)} = {_quoted(values[key.name])}" for name, key in names.items()
    ]
    return "\n".join(
        [
            f"# Generated from {policy.name} by `apportion tags generate`; an example to copy.",
            "",
            'module "tags" {',
            *arguments,
            "}",
            "",
            "# Every resource of this provider carries the tags. What an Auto Scaling group or a",
            "# launch template makes does not: give it module.tags.tags there too.",
            'provider "aws" {',
            "  default_tags {",
            "    tags = module.tags.tags",
            "  }",
            "}",
            "",
        ]
    )


def variable_name(key: str) -> str:
    """Write a key as a variable: `CostCenter` is `cost_center`."""
    name = in_export(key)
    return name if re.match(r"[a-z_]", name) else f"tag_{name}"


def _variable(key: TagKey) -> str:
    name = variable_name(key.name)
    about = f"{key.about.rstrip('.')}; becomes the tag {key.name}."
    lines = [
        f'variable "{name}" {{',
        f"  description = {_quoted(about)}",
        "  type        = string",
        *(["  default     = null"] if key.mandatory is None else ["  nullable    = false"]),
        *(line for validation in _validations(key, name) for line in validation),
        "}",
    ]
    return "\n".join(lines)


def _validations(key: TagKey, name: str) -> Iterator[list[str]]:
    value = f"var.{name}"
    match key.values:
        case ListedValues(values):
            allowed = ", ".join(_quoted(one.name) for one in values)
            names = _shortened(", ".join(one.name for one in values))
            yield _validation(key, f"contains([{allowed}], {value})", f"expected one of {names}.")
        case PatternValues(pattern, case):
            regex = _quoted(f"^(?:{pattern})$")
            yield _validation(key, f"can(regex({regex}, {value}))", f"expected {pattern} in full.")
            if case is not Case.ANY:
                test = f"{case.value}({value}) == {value}"
                yield _validation(key, test, f"expected {case.value} case.")
        case AnyValue():
            test = f"can(regex({_quoted(_BY_AWS)}, {value}))"
            expected = "expected 1 to 256 letters, digits, spaces and _ . : / = + - @."
            yield _validation(key, test, expected)


def _validation(key: TagKey, test: str, expected: str) -> list[str]:
    name = variable_name(key.name)
    # A condition may not be null, and Terraform does not stop at the first half of an `||`.
    whole = test if key.mandatory else f"var.{name} == null ? true : {test}"
    message = f"{key.name}: {expected}"
    return [
        "",
        "  validation {",
        f"    condition     = {whole}",
        f"    error_message = {_quoted(message)}",
        "  }",
    ]


def _locals(policy: TagPolicy) -> str:
    lines = ["locals {"]
    for kind in TagKind:
        own = {_quoted(key.name): key for key in policy.keys if key.kind is kind}
        wide = max(map(len, own), default=0)
        lines.append(f"  {kind.value} = {{")
        lines += [f"    {name.ljust(wide)} = {_value(policy, key)}" for name, key in own.items()]
        lines += ["  }", ""]
    lines += [
        "  # Tags that may be left out, and are, do not come.",
        "  business_tags  = { for key, value in local.business : key => value if value != null }",
        "  technical_tags = { for key, value in local.technical : key => value if value != null }",
        "}",
    ]
    return "\n".join(lines)


def _value(policy: TagPolicy, key: TagKey) -> str:
    rule = next((rule for rule in policy.rules if rule.key == key.name), None)
    if rule is None:
        return f"var.{variable_name(key.name)}"
    parts = NAMED.split(rule.equals)  # text, key, text, key, ..., text
    written = "".join(
        f"${{{_variable_of(part)}}}" if at % 2 else _escaped(part) for at, part in enumerate(parts)
    )
    optional = [name for name in NAMED.findall(rule.equals) if _optional(policy, name)]
    test = " || ".join(f"{_variable_of(name)} == null" for name in optional)
    return f'{test} ? null : "{written}"' if test else f'"{written}"'


def _variable_of(name: str) -> str:
    return f"var.{variable_name(name)}"


def _optional(policy: TagPolicy, name: str) -> bool:
    key = policy.key(name)
    return key is not None and key.mandatory is None


def _outputs() -> str:
    return """\
output "tags" {
  description = "All tags, for `merge()` and for the provider's `default_tags`."
  value       = merge(local.business_tags, local.technical_tags)
}

output "business_tags" {
  description = "Tags that costs are read by: activate these as cost allocation tags."
  value       = local.business_tags
}

output "technical_tags" {
  description = "Tags that machines are run by."
  value       = local.technical_tags
}"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _escaped(text: str) -> str:
    return _quoted(text)[1:-1]


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300].rpartition(', ')[0]} and more"
