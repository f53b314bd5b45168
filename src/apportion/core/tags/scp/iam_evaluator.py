"""Evaluates IAM policy documents as AWS does: what a request may, and which statement denies it.

Written from the IAM user guide's policy reference: elements, evaluation logic, condition operators
and policy variables. The standard library alone; nothing of a document is executed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .iam_conditions import all_hold, matches
from .iam_variables import filled


class Decision(StrEnum):
    """The decision of a policy on a request."""

    ALLOWED = "allowed"
    DENIED = "denied"  # explicitly, by a statement
    NOT_ALLOWED = "not allowed"  # no statement allows it


@dataclass(frozen=True)
class Request:
    """A request for one action on one resource; `context` maps condition keys to their values.

    Keys of the context are compared without case. A key that is absent is not in the request.
    """

    action: str
    resource: str
    principal: str = "arn:aws:sts::111111111111:assumed-role/engineer/me"
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def facts(self) -> dict[str, tuple[str, ...]]:
        """The context with what every request carries, keys in lower case."""
        own = {key.casefold(): tuple(values) for key, values in self.context.items()}
        return {"aws:principalarn": (_role_arn(self.principal),)} | own


@dataclass(frozen=True)
class Answer:
    """A decision, and the names of the statements that denied it."""

    decision: Decision
    by: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.decision is Decision.ALLOWED


def evaluate(documents: Iterable[Mapping[str, Any]], request: Request) -> Answer:
    """Evaluate documents of one kind together: a deny wins, then an allow, else nothing allows.

    A service control policy stands beside AWS's FullAWSAccess: put `FULL_ACCESS` among them.
    """
    facts = request.facts()
    denied: list[str] = []
    allowed = False
    for statement in _statements(documents):
        if not applies(statement, request, facts):
            continue
        if str(statement.get("Effect")) == "Deny":
            denied.append(str(statement.get("Sid", "")))
        else:
            allowed = True
    if denied:
        return Answer(Decision.DENIED, tuple(denied))
    return Answer(Decision.ALLOWED if allowed else Decision.NOT_ALLOWED)


def evaluate_all(documents: Sequence[Mapping[str, Any]], requests: Iterable[Request]) -> Answer:
    """Evaluate a call that needs several resources: it goes through if each of them does."""
    worst = Answer(Decision.ALLOWED)
    for request in requests:
        answer = evaluate(documents, request)
        if answer.decision is Decision.DENIED:
            return answer
        worst = worst if answer.allowed else answer
    return worst


#: What AWS attaches to every account: without it, nothing that is not named is allowed.
FULL_ACCESS: Mapping[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "FullAWSAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def applies(
    statement: Mapping[str, Any], request: Request, facts: Mapping[str, tuple[str, ...]]
) -> bool:
    """Whether a statement matches a request."""
    return (
        _named(statement, "Action", request.action.casefold(), fold=True)
        and _resource(statement, request.resource, facts)
        and all_hold(statement.get("Condition", {}), facts)
    )


def _statements(documents: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for document in documents:
        statements = document.get("Statement", [])
        yield from [statements] if isinstance(statements, Mapping) else statements


def _named(statement: Mapping[str, Any], element: str, name: str, *, fold: bool) -> bool:
    """Match `Action` or `NotAction`; a statement without either names nothing."""
    if element in statement:
        return any(_like(name, pattern, fold=fold) for pattern in texts(statement[element]))
    if f"Not{element}" in statement:
        listed = texts(statement[f"Not{element}"])
        return not any(_like(name, pattern, fold=fold) for pattern in listed)
    return False


def _like(name: str, pattern: str, *, fold: bool) -> bool:
    return matches(name, pattern.casefold() if fold else pattern)


def _resource(
    statement: Mapping[str, Any], resource: str, facts: Mapping[str, tuple[str, ...]]
) -> bool:
    for element, wanted in (("Resource", True), ("NotResource", False)):
        if element in statement:
            patterns = (filled(text, facts) for text in texts(statement[element]))
            found = any(p is not None and matches(resource, p) for p in patterns)
            return found is wanted
    return False


def texts(value: object) -> list[str]:
    """Give one value or a list of them as a list of texts."""
    many = value if isinstance(value, list | tuple) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in many]


def _role_arn(principal: str) -> str:
    """aws:PrincipalArn of a session is the ARN of its role: no path is known from a session."""
    head, found, rest = principal.partition(":assumed-role/")
    if not found:
        return principal
    account = head.replace(":sts:", ":iam:", 1)
    return f"{account}:role/{rest.split('/', 1)[0]}"
