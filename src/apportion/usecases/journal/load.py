"""Read the chart map, and templates of the package or of the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from apportion.core.journal.chart_map import read_chart_map
from apportion.core.journal.template import read_template
from apportion.model.errors.base import FindingsError
from apportion.model.errors.journals import UnknownTemplateError
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal_template import JournalTemplate
from apportion.model.findings import journals as codes
from apportion.model.findings.finding import Finding, Place
from apportion.model.outcome import Outcome
from apportion.model.suggestions import did_you_mean
from apportion.usecases.runs.load_rules import read_text

_SHOWN = ("owner", "company", "cost_center", "project", "valid_from", "valid_to")


def load_chart_map(path: Path) -> ChartMap:
    """Read the chart map; raises FindingsError."""
    chart, findings = read_chart_file(path)
    if chart is None:
        raise FindingsError(findings)
    return chart


def check_chart_map(path: Path) -> Outcome:
    """Show everything that is wrong with the chart map; rows are its owners."""
    chart, findings = read_chart_file(path)
    owners = chart.owners if chart else ()
    rows = tuple({name: getattr(owner, name) for name in _SHOWN} for owner in owners)
    words = ("The chart map is valid.",) if chart else ()
    return Outcome(_SHOWN, rows, tuple(findings), words)


def read_chart_file(path: Path) -> tuple[ChartMap | None, list[Finding]]:
    """Read the chart map and the file of owners beside it; None where a finding fails."""
    if not path.is_file():
        remedy = "Write one, or name another file in `chart` of apportion.toml."
        finding = Finding(codes.NO_CHART_MAP, str(path), "the chart map", "a file", "none", remedy)
        return None, [finding]
    text, findings = read_text(path, path.name, Place(path.name))
    if text is None:
        return None, findings

    def beside(name: str, place: Place) -> tuple[str | None, list[Finding]]:
        return read_text(path.parent / name, name, place)

    return read_chart_map(text, name=path.name, read_file=beside)


def load_template(
    wanted: str, *, names: Sequence[str], read: Callable[[str], str], folder: Path
) -> JournalTemplate:
    """Read a template: of the package by its name, or a file of the user's that ends with .yaml.

    Raises UnknownTemplateError and FindingsError.
    """
    if wanted in names:
        text: str | None = read(wanted)
        findings: list[Finding] = []
    elif wanted.endswith((".yaml", ".yml")) and (folder / wanted).is_file():
        text, findings = read_text(folder / wanted, wanted, Place(wanted))
    else:
        raise UnknownTemplateError(wanted, names, did_you_mean(wanted, names))
    if text is None:
        raise FindingsError(findings)
    template, findings = read_template(text, name=wanted)
    if template is None:
        raise FindingsError(findings)
    return template
