"""Writes the tables of docs/permissions.md from the list that policies are made of."""

from __future__ import annotations

from apportion.core.policies import names_of
from apportion.model.permission import NAMES, Duty, Statement
from apportion.model.permissions import DUTIES, Role


def permissions() -> str:
    """Write a section for each role, and what the names stand for."""
    return "\n".join([*(_role(role, duty) for role, duty in DUTIES.items()), _names()])


def _role(role: Role, duty: Duty) -> str:
    purpose = f"{duty.purpose[0].upper()}{duty.purpose[1:]}."
    if duty.approved_by_a_person:
        purpose += (
            " **It changes settings of AWS: a person takes this role, for an approved plan.**"
        )
    options = " ".join(f"--{name.replace('_', '-')}" for name in names_of(role)[0])
    lines = [f"## {role}", "", purpose]
    if options:
        lines += ["", f"Needs `{options}`."]
    lines += ["", "| Actions | On | Why |", "|---|---|---|", *map(_statement, duty.statements)]
    return "\n".join([*lines, ""])


def _statement(statement: Statement) -> str:
    actions = "<br>".join(f"`{action}`" for action in statement.actions)
    resources = "<br>".join(f"`{resource}`" for resource in statement.resources)
    why = statement.why
    if statement.called_by:
        why += f" (called by {statement.called_by})"
    if statement.only_with:
        why += f"; only with `--{statement.only_with.replace('_', '-')}`"
    return f"| {actions} | {resources} | {why} |"


def _names() -> str:
    rows = [f"| `${{{name}}}` | {told} |" for name, told in NAMES.items()]
    return "\n".join(["## Names", "", "| Name | Stands for |", "|---|---|", *rows, ""])
