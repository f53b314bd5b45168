"""Find tags that are spelt in several ways or contradict each other, and accept an alias."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from apportion.core.rulebook.read import read_rulebook
from apportion.core.rulebook.yaml.edit import CannotEditError, add_text
from apportion.core.rulebook.yaml.edit import Path as Steps
from apportion.core.tags.coverage import tags_of
from apportion.core.tags.judged_rows import TagSetCost
from apportion.core.tags.policy.read import read_tag_policy
from apportion.core.tags.remediation.probable_owner import owner_key
from apportion.core.tags.remediation.suggestions import Suggested, Suggestion, TagSpend, suggestions
from apportion.core.templates import query
from apportion.model.errors.base import FindingsError
from apportion.model.errors.tags import CannotAcceptError, NoSuchSuggestionError
from apportion.model.findings.finding import Finding, failing
from apportion.model.findings.tags import OWNERS_DIFFER
from apportion.model.outcome import Outcome
from apportion.model.rulebook import FromTag, Rulebook
from apportion.model.settings import Settings
from apportion.model.tags.tag_keys import normalise
from apportion.model.tags.tag_policy import ListedValues
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import allocated_periods

from .judge_resources import Judged, judged

_COLUMNS = (
    "id", "about", "key", "found", "meant", "project", "cost", "currency", "resources",
    "environments", "accounts", "accept",
)  # fmt: skip


def suggest(context: RunContext, settings: Settings, *, period: str = "", today: date) -> Outcome:
    """List probable meanings of tags, by cost; `accept` shows where an alias would go."""
    month, found = _found(context, settings, period, today)
    rows = tuple(_row(month, one) for one in found)
    can = sum(one.acceptable for one in found)
    hint = f"{can} can be accepted as an alias: `apportion tags suggest --accept ID`."
    messages = (hint,) if can else () if rows else ("Every tag is spelt as in the policy.",)
    findings = (*month.findings, *_differing(month, found))
    return Outcome(_COLUMNS, rows, findings, (*messages, month.words))


def accepted(
    context: RunContext, settings: Settings, wanted: str, *, period: str = "", today: date
) -> list[tuple[Path, str, str]]:
    """Make the files that accepting a suggestion changes: path, new text, and what was added.

    Nothing is written. Raises NoSuchSuggestionError, CannotAcceptError, FindingsError.
    """
    month, found = _found(context, settings, period, today)
    can = [one for one in found if one.acceptable]
    one = next((one for one in can if one.id == wanted), None)
    if one is None:
        raise NoSuchSuggestionError(wanted, [each.id for each in can])
    edits: dict[Path, list[Steps]] = {}
    for path, steps in _places(month, settings, one):
        edits.setdefault(path, []).append(steps)
    return [_edited(path, steps, one) for path, steps in edits.items()]


def _found(
    context: RunContext, settings: Settings, period: str, today: date
) -> tuple[Judged, list[Suggestion]]:
    wanted = period or allocated_periods(context)[-1]
    month = judged(context, settings, period=wanted, today=today)
    owner = owner_key(month.policy, month.published.rulebook)
    return month, suggestions(month.judge, _spends(context, month), owner=owner)


def _spends(context: RunContext, month: Judged) -> Iterator[TagSpend]:
    costs = context.engine.rows(query("core/tags/tag_spend", judged=month.costs))
    for row in read_rows(TagSetCost, costs):
        yield TagSpend(
            tags_of(row.tags),
            row.account,
            row.environment,
            month.verdicts[row.verdict],
            row.cost,
            row.currency,
            row.resources,
        )


def _row(month: Judged, one: Suggestion) -> dict[str, object]:
    return {
        "id": one.id if one.acceptable else "",
        "about": one.about.value,
        "key": one.key,
        "found": one.found,
        "meant": one.meant,
        "project": one.project,
        "cost": one.cost,
        "currency": one.currency,
        "resources": one.resources,
        "environments": ", ".join(sorted(one.environments)),
        "accounts": ", ".join(sorted(one.accounts)),
        "accept": _where(month, one),
    }


def _where(month: Judged, one: Suggestion) -> str:
    """Say where an alias would go, or why there is none to accept."""
    if not one.acceptable:
        unknown = one.about is Suggested.VALUE
        return "" if unknown else "put the tags right"
    if one.about is Suggested.KEY:
        return "tag policy and rulebook"
    return "rulebook" if _dimension(month, one.key) else "tag policy"


def _differing(month: Judged, found: list[Suggestion]) -> Iterator[Finding]:
    key = next((one for one in month.policy.keys if one.name == month.policy.project), None)
    for one in found:
        if one.about is Suggested.PROJECT and key:
            where = ", ".join(sorted(one.environments)) or "no environment"
            yield Finding(
                OWNERS_DIFFER,
                str(key.place),
                f"project {one.project} in {where} ({', '.join(sorted(one.accounts))})",
                expected=f"{one.key} {one.meant}, as most of it has",
                found=one.found,
                remedy="Correct the tags, or accept that the project has several owners.",
                amount=one.cost,
                currency=one.currency,
            )


def _dimension(month: Judged, key: str) -> str:
    found = month.policy.key(key)
    return found.values.dimension if found and isinstance(found.values, ListedValues) else ""


def _places(month: Judged, settings: Settings, one: Suggestion) -> Iterator[tuple[Path, Steps]]:
    """Where an alias is added: the file, and the list in it."""
    rulebook = month.published.rulebook
    rules = Path(settings.rulebooks).parent / rulebook.name
    if one.about is Suggested.VALUE:
        dimension = _dimension(month, one.key)
        if dimension:
            yield rules, ("dimensions", dimension, "values", one.meant)
        else:
            yield Path(settings.tags), ("keys", one.key, "values", "of", one.meant)
        return
    yield Path(settings.tags), ("keys", one.key, "aliases")
    for steps in _tag_sources(rulebook, one.key):
        yield rules, steps


def _tag_sources(rulebook: Rulebook, key: str) -> Iterator[Steps]:
    """The rulebook's sources that read a tag key, by their numbers in the file."""
    for dimension in rulebook.dimensions:
        for at, source in enumerate(dimension.sources):
            if isinstance(source, FromTag) and normalise(key) in source.keys:
                yield ("dimensions", dimension.name, "from", at, "tag")


def _edited(path: Path, steps: list[Steps], one: Suggestion) -> tuple[Path, str, str]:
    text = path.read_bytes().decode("utf-8-sig")
    for each in steps:
        try:
            text = _added(text, each, one.found)
        except CannotEditError as error:
            raise CannotAcceptError(path.name, str(error)) from error
    read = read_tag_policy if steps[0][0] == "keys" else read_rulebook
    wrong = failing(read(text, name=path.name)[1])
    if wrong:
        raise FindingsError(wrong)
    return path, text, f"{one.found!r} now means {one.meant}"


def _added(text: str, steps: Steps, found: str) -> str:
    """Add to the list, which stands under `of` only where the values have aliases already."""
    try:
        return add_text(text, steps, found)
    except CannotEditError:
        if "of" not in steps:
            raise
        return add_text(text, [step for step in steps if step != "of"], found)
