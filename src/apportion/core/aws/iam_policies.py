"""IAM policies of roles, as JSON or as templates for Terraform."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from apportion.model.errors.base import PolicyNamesError
from apportion.model.iam.roles import DUTIES, Role
from apportion.model.iam.statement import Statement
from apportion.model.outcome import Outcome
from apportion.model.row import Row

_NAME = re.compile(r"\$\{(\w+)\}")
#: What a name may be made of: nothing that IAM reads as a pattern or a variable.
_PLAIN = re.compile(r"[\w.:/@=+-]+", re.ASCII)


def policy(role: Role, names: Mapping[str, str]) -> dict[str, object]:
    """Make a role's policy; statements of things that are not named are left out.

    Raises PolicyNamesError where a name is missing, or could be more than a name.
    """
    statements = [s for s in DUTIES[role].statements if not s.only_with or names.get(s.only_with)]
    needed = sorted({name for s in statements for name in _names(s)})
    missing = [name for name in needed if not names.get(name)]
    odd = {n: names[n] for n in needed if names.get(n) and not _PLAIN.fullmatch(names[n])}
    if missing or odd:
        raise PolicyNamesError(role, missing, odd)
    text = json.dumps(_document(statements))
    made: dict[str, object] = json.loads(_NAME.sub(lambda match: names[match[1]], text))
    return made


def roles() -> Outcome:
    """List the roles with purpose, approver and the names that they need."""
    rows = tuple(_row(role) for role in Role)
    return Outcome(("role", "what_for", "approved_by", "needs"), rows)


def names_of(role: Role) -> tuple[list[str], list[str]]:
    """List the names that a role's policy needs, and those that it may have.

    The partition is left out: it is nearly always `aws`.
    """
    statements = DUTIES[role].statements
    needed = {name for s in statements if not s.only_with for name in _names(s)} - {"partition"}
    every = {name for s in statements for name in [*_names(s), s.only_with]}
    return sorted(needed), sorted(every - needed - {"partition", ""})


def templates(role: Role) -> dict[str, str]:
    """Write a role's policy as templates, by file name.

    The first has the statements for everyone; `role+name` those that need `name`.
    """
    statements = DUTIES[role].statements
    return {
        f"{role}+{only_with}.json.tftpl" if only_with else f"{role}.json.tftpl": json.dumps(
            _document([s for s in statements if s.only_with == only_with]), indent=2
        )
        + "\n"
        for only_with in dict.fromkeys(s.only_with for s in statements)
    }


def actions_of(role: Role) -> set[str]:
    """List the actions of a role that the program calls, without those that services call."""
    return {a for s in DUTIES[role].statements if not s.called_by for a in s.actions}


def _row(role: Role) -> Row:
    duty = DUTIES[role]
    return {
        "role": role.value,
        "what_for": duty.purpose,
        "approved_by": "a person" if duty.approved_by_a_person else "",
        "needs": " ".join(f"--{name.replace('_', '-')}" for name in names_of(role)[0]),
    }


def _names(statement: Statement) -> set[str]:
    return set(_NAME.findall(json.dumps(_written(statement))))


def _document(statements: list[Statement]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [_written(one) for one in statements]}


def _written(statement: Statement) -> dict[str, object]:
    resources = list(statement.resources)
    made: dict[str, object] = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": sorted(statement.actions),
        "Resource": resources[0] if len(resources) == 1 else resources,
    }
    if statement.conditions:
        made["Condition"] = {test: dict(keys) for test, keys in statement.conditions.items()}
    return made
