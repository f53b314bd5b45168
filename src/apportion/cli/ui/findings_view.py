"""Lays findings out for people: by severity, each with its remedy on a line of its own."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from apportion.model import money
from apportion.model.cents import cents
from apportion.model.findings.finding import Finding, Severity
from apportion.reports.visible import visible

from .styling import Paint, unpainted

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTICE)
#: How many findings of one code are shown in full; a bill may have thousands alike.
SHOWN_OF_A_CODE = 10
#: Prose wider than this is tiring to read, however wide the terminal.
WIDEST = 100
_INDENT = "  "


def lay_out(
    findings: Sequence[Finding],
    *,
    width: int = 80,
    paint: Paint = unpainted,
    shown: int | None = SHOWN_OF_A_CODE,
) -> str:
    """Write findings grouped by severity and code; `shown` of each code, None means all.

    Equal findings of several months are shown once.
    """
    width, findings = min(width, WIDEST), list(dict.fromkeys(findings))
    groups = []
    for severity in _ORDER:
        own = [finding for finding in findings if finding.code.severity is severity]
        if own:
            groups.append(_group(severity, own, width=width, paint=paint, shown=shown))
    return "\n".join(groups)


def counted(findings: Iterable[Finding]) -> str:
    """Count the findings of each severity: `1 error and 2 warnings`."""
    counts = Counter(finding.code.severity for finding in findings)
    parts = [_plural(counts[severity], severity) for severity in _ORDER if counts[severity]]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _group(
    severity: Severity, findings: list[Finding], *, width: int, paint: Paint, shown: int | None
) -> str:
    lines = [paint(_plural(len(findings), severity), severity), ""]
    ordered = sorted(findings, key=lambda finding: finding.code.number)
    for number, alike in groupby(ordered, key=lambda finding: finding.code.number):
        own = _by_money(list(alike))
        lines.append(f"{_INDENT}{paint(number, severity)}  {own[0].code.title}")
        for (place, remedy), same in _by_place_and_remedy(own[:shown]).items():
            lines += _findings(place, remedy, same, width=width, paint=paint)
        lines += _rest(own, shown, paint)
        lines.append("")
    return "\n".join(lines)


def _by_place_and_remedy(findings: list[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """Put those together whose place and remedy need to be read only once."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.place, finding.remedy), []).append(finding)
    return groups


def _findings(
    place: str, remedy: str, same: list[Finding], *, width: int, paint: Paint
) -> list[str]:
    inner = width - len(_INDENT * 3)
    lines = [f"{_INDENT * 2}{paint(visible(place), 'faint')}"] if place else []
    for finding in same:
        lines += textwrap.indent(_wrapped(_facts(finding), inner), _INDENT * 3).splitlines()
    if remedy:
        wrapped = _wrapped(f"→ {visible(remedy)}", inner, hang="  ")
        lines += textwrap.indent(wrapped, _INDENT * 3).splitlines()
    return lines


def _facts(finding: Finding) -> str:
    facts = [visible(finding.subject)]
    if finding.expected:
        facts.append(f"expected {visible(finding.expected)}")
    if finding.found:
        facts.append(f"found {visible(finding.found)}")
    if finding.amount is not None:
        facts.append(f"{_amount(finding.amount)} {visible(finding.currency)}".rstrip())
    return ", ".join(facts).rstrip(".") + "."


def _amount(amount: Decimal) -> str:
    """Show cents, or every digit of an amount that is less than a cent."""
    return money.text(amount) if amount and abs(amount) < Decimal("0.01") else cents(amount)


def _rest(findings: list[Finding], shown: int | None, paint: Paint) -> list[str]:
    if shown is None or len(findings) <= shown:
        return []
    words = f"… and {len(findings) - shown:,} more; --all-findings shows them"
    return [f"{_INDENT * 2}{paint(words, 'faint')}"]


def _by_money(findings: list[Finding]) -> list[Finding]:
    """Put those with most money at stake first; the others stay in their order."""
    return sorted(findings, key=lambda finding: -abs(finding.amount or Decimal(0)))


def _wrapped(text: str, width: int, *, hang: str = "") -> str:
    return textwrap.fill(
        text,
        max(width, 20),
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plural(count: int, severity: Severity) -> str:
    return f"{count:,} {severity}" + ("" if count == 1 else "s")
