"""Read the tag policy, with the values of the rulebook that is in force."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from apportion.core.rulebook.read import rulebook_in_force
from apportion.core.tags.policy.page import allowed_words, mandatory_words
from apportion.core.tags.policy.read import expired, read_tag_policy, with_rulebook
from apportion.model.errors.base import FindingsError
from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.findings.rules import NOT_UTF8
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.rulebook import Rulebook
from apportion.model.settings import Settings
from apportion.model.tags.tag_policy import DimensionValues, TagKey, TagPolicy
from apportion.usecases.runs.load_rules import read_rulebooks

_SHOWN = ("key", "kind", "mandatory", "allowed", "aliases", "about")


def check_tag_policy(settings: Settings, *, today: date) -> Outcome:
    """Check the tag policy; rows are its keys."""
    policy, findings = resolved_policy(settings, today=today)
    rows = tuple(_row(key) for key in policy.keys) if policy else ()
    words = ("The tag policy is right.",) if policy else ()
    return Outcome(_SHOWN, rows, tuple(findings), words)


def tag_policy(
    settings: Settings, *, today: date, rulebook: Rulebook | None = None
) -> tuple[TagPolicy, list[Finding]]:
    """Read the tag policy and its findings that do not fail; raises FindingsError if any does.

    Without a rulebook, the one in force on `today` lends its values.
    """
    policy, findings = resolved_policy(settings, today=today, rulebook=rulebook)
    if policy is None:
        raise FindingsError(findings)
    return policy, findings


def resolved_policy(
    settings: Settings, *, today: date, rulebook: Rulebook | None = None
) -> tuple[TagPolicy | None, list[Finding]]:
    """Read the tag policy and put the rulebook's values in; None where a finding fails."""
    path = Path(settings.tags)
    text, findings = _text(path)
    if text is None:
        return None, findings
    policy, findings = read_tag_policy(text, name=path.name)
    if policy is None:
        return None, findings
    if rulebook is None and any(isinstance(key.values, DimensionValues) for key in policy.keys):
        rulebook = _in_force(Path(settings.rulebooks), today)
    resolved, more = with_rulebook(policy, rulebook)
    return resolved, [*findings, *more, *expired(policy, today)]


def written_policy(path: Path) -> TagPolicy | None:
    """Read the tag policy as it stands, if there is one; raises FindingsError if that fails."""
    if not path.exists():
        return None
    text, findings = _text(path)
    policy, more = read_tag_policy(text, name=path.name) if text is not None else (None, [])
    if policy is None:
        raise FindingsError([*findings, *more])
    return policy


def _text(path: Path) -> tuple[str | None, list[Finding]]:
    try:
        return path.read_bytes().decode("utf-8-sig"), []
    except FileNotFoundError:
        remedy = "Write one: `apportion init` in an empty folder makes a commented starter."
        finding = Finding(codes.NO_POLICY, str(path), "the tag policy", "a file", "none", remedy)
        return None, [finding]
    except UnicodeDecodeError as error:
        found = f"byte {error.object[error.start]:#04x} at offset {error.start}"
        remedy = "Save it as UTF-8."
        return None, [Finding(NOT_UTF8, path.name, "the text", "UTF-8", found, remedy)]


def _in_force(folder: Path, today: date) -> Rulebook | None:
    """The rulebook's own findings are shown by `rules check`; here only its values are used."""
    rulebooks, _ = read_rulebooks(folder)
    return rulebook_in_force(rulebooks, Period.of(today))[0]


def _row(key: TagKey) -> dict[str, object]:
    return {
        "key": key.name,
        "kind": key.kind.value,
        "mandatory": mandatory_words(key),
        "allowed": allowed_words(key),
        "aliases": ", ".join(key.aliases),
        "about": key.about,
    }
