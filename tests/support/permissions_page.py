"""Writes the tables of permissions in the docs from the list that policies are made of."""

from __future__ import annotations

from apportion.core.aws.iam_policies import names_of
from apportion.model.iam.roles import DUTIES, Role
from apportion.model.iam.statement import NAMES, Duty, Statement


def permissions() -> str:
    """Write a section for each role, and what the names stand for."""
    return "\n".join([*(_role(role, duty) for role, duty in DUTIES.items()), _names()])


def roles() -> str:
    """Write one line for each role: what for, which services, and whether a person takes it."""
    rows = []
    for role, duty in DUTIES.items():
        own = [each for each in duty.statements if not each.called_by]
        services = {action.partition(":")[0] for each in own for action in each.actions}
        called = ", ".join(f"`{service}`" for service in sorted(services)) or "none itself"
        when = "an approved plan" if duty.approved_by_a_person else ""
        link = f"[`{role}`](../reference/permissions.md#{role})"
        rows.append(f"| {link} | {duty.purpose} | {called} | {when} |")
    head = "| Role | What for | Services it calls | A person takes it for |"
    return "\n".join([head, "|---|---|---|---|", *rows, ""])


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
    rows = [f"| `${{{name}}}` | {result} |" for name, result in NAMES.items()]
    return "\n".join(["## Names", "", "| Name | Stands for |", "|---|---|", *rows, ""])
