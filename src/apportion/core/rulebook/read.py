"""Read a rulebook from YAML with all its findings, and pick the rulebook in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from unicodedata import normalize

from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, failing
from apportion.model.period import Period
from apportion.model.rulebook import (
    Condition,
    Dimension,
    FromCondition,
    Method,
    Pool,
    Proportional,
    Rulebook,
    TwoPart,
)
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

from .owner_names import check_owners
from .read_dimensions import check_comparisons, read_dimensions, sort_by_need
from .read_pools import read_pools
from .schema import FORMAT, rulebook_schema
from .yaml.nodes import MapNode, Node, TextNode, read_yaml
from .yaml.schema_types import Fitting, fit

__all__ = ["check_owners", "read_rulebook", "rulebook_in_force", "rulebook_schema", "same_months"]


def read_rulebook(text: str, *, name: str) -> tuple[Rulebook | None, list[Finding]]:
    """Read a rulebook; None if any finding fails. `name` is the file in places.

    All findings are returned, in the order of the text. The hash is of the text in UTF-8, so the
    caller decides whether a byte order mark is part of it. Values are read as Unicode NFC, as those
    of the bill are; see look_alikes.py.
    """
    findings: list[Finding] = []
    node = read_yaml(normalize("NFC", text), name=name, findings=findings)
    fitted = fit(node, FORMAT, Fitting(findings)) if node is not None else None
    if not isinstance(fitted, MapNode):
        return None, findings
    rulebook = _read(fitted, name, text, findings)
    return (None if failing(findings) else rulebook), sorted(findings, key=_position)


def rulebook_in_force(
    rulebooks: Sequence[Rulebook], period: Period
) -> tuple[Rulebook | None, list[Finding]]:
    """Pick the newest rulebook that is in force for a period, None if all begin later.

    Two rulebooks that begin in the same month are a finding; the first by name is used.
    """
    findings = same_months(rulebooks)
    begun = [rulebook for rulebook in rulebooks if rulebook.effective <= period]
    newest = max((rulebook.effective for rulebook in begun), default=None)
    candidates = sorted(
        (one for one in begun if one.effective == newest), key=lambda rulebook: rulebook.name
    )
    return (candidates[0] if candidates else None), findings


def same_months(rulebooks: Sequence[Rulebook]) -> list[Finding]:
    """Find rulebooks that begin in the same month as another one."""
    first: dict[Period, Rulebook] = {}
    findings: list[Finding] = []
    for rulebook in sorted(rulebooks, key=lambda one: one.name):
        before = first.setdefault(rulebook.effective, rulebook)
        if before is not rulebook:
            subject = f"a second rulebook begins in {rulebook.effective}"
            found = f"the first, {before.name}"
            remedy = "Change `effective` of one, or delete it."
            findings.append(
                Finding(rules.SAME_MONTH, rulebook.name, subject, found=found, remedy=remedy)
            )
    return findings


def _read(node: MapNode, name: str, text: str, findings: list[Finding]) -> Rulebook | None:
    dimensions = read_dimensions(node.get("dimensions"), findings)
    owner = _owner(node.get("owner"), dimensions, findings)
    pools = read_pools(node.get("shared"), dimensions=dimensions, owner=owner, findings=findings)
    check_comparisons(_conditions(dimensions, pools), dimensions, findings)
    ordered = sort_by_need(dimensions, findings)
    if failing(findings):
        return None
    return Rulebook(
        name=name,
        sha256=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        effective=Period.parse(_text(node, "effective")),
        currency=_text(node, "currency"),
        cost=_text(node, "cost") or "EffectiveCost",
        method=Method(_text(node, "method") or Method.RECIPROCAL),
        owner=owner,
        dimensions=ordered,
        pools=pools,
    )


def _owner(node: Node | None, dimensions: Sequence[Dimension], findings: list[Finding]) -> str:
    names = [dimension.name for dimension in dimensions]
    if not isinstance(node, TextNode):
        return names[0] if names else ""
    if names and node.text not in names:
        subject = f"the owner {shown(node.text)} is no dimension"
        expected, remedy = join_words(names), did_you_mean(node.text, names)
        findings.append(
            Finding(
                rules.UNKNOWN_OWNER_DIMENSION, str(node.place), subject, expected, remedy=remedy
            )
        )
    return node.text


def _conditions(dimensions: Iterable[Dimension], pools: Iterable[Pool]) -> Iterable[Condition]:
    for dimension in dimensions:
        for source in dimension.sources:
            if isinstance(source, FromCondition):
                yield source.where
    for pool in pools:
        yield pool.where
        split = pool.split.rest if isinstance(pool.split, TwoPart) else pool.split
        if isinstance(split, Proportional) and split.where is not None:
            yield split.where


def _text(node: MapNode, key: str) -> str:
    found = node.get(key)
    return found.text.strip() if isinstance(found, TextNode) else ""


def _position(finding: Finding) -> tuple[int, ...]:
    """Line and column at the end of a place; a place without them comes first."""
    parts = finding.place.rsplit(":", 2)[1:]
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit())
