"""Work on several months one by one: each step, finding and failure names its month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from apportion.model.errors.base import FindingsError
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.ports.progress import Say

from .outcomes import join_outcomes


def month_by_month(
    months: Sequence[Period], work: Callable[[Period, Say], Outcome], *, say: Say
) -> Outcome:
    """Run the work for each month and join the outcomes; a single month is not named.

    A FindingsError of a later month names the months that are done.
    """
    if len(months) < 2:
        return join_outcomes([work(month, say) for month in months])
    done: list[Outcome] = []
    for month in months:
        try:
            done.append(work(month, _with_month(month, say)))
        except FindingsError as error:
            stand = [str(each) for each in months[: len(done)]]
            own = [_placed(finding, [month]) for finding in error.findings]
            raise FindingsError(own, published=stand) from error
    found = [(month, outcome.findings) for month, outcome in zip(months, done, strict=True)]
    return replace(join_outcomes(done), findings=_by_month(found))


def _with_month(month: Period, say: Say) -> Say:
    return lambda step: say(step if str(month) in step else f"{month}: {step}")


def _by_month(found: Sequence[tuple[Period, Sequence[Finding]]]) -> tuple[Finding, ...]:
    """Name the months in each finding; equal findings of several months become one."""
    months: dict[Finding, list[Period]] = {}
    for month, findings in found:
        for finding in dict.fromkeys(findings):
            months.setdefault(finding, []).append(month)
    return tuple(_placed(finding, own) for finding, own in months.items())


def _placed(finding: Finding, months: Sequence[Period]) -> Finding:
    if finding.place.startswith(tuple(map(str, months))):
        return finding  # it names the month itself, like `2026-09 bill azure`
    return replace(finding, place=f"{_spans(months)}: {finding.place}")


def _spans(months: Sequence[Period]) -> str:
    """Write months that follow each other as `2026-07 to 2026-09`."""
    spans: list[list[Period]] = []
    for month in months:
        if spans and spans[-1][-1] == month.before:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(" to ".join(dict.fromkeys(map(str, (s[0], s[-1])))) for s in spans)
