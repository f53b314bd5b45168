"""Read the rulebook in force for a period, and the lookups and drivers that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apportion.core.identity import sha256
from apportion.core.rulebook.inputs.drivers import read_driver
from apportion.core.rulebook.inputs.lookups import read_lookup
from apportion.core.rulebook.read import check_owners, read_rulebook, rulebook_in_force
from apportion.model.aws.accounts import AccountFacts
from apportion.model.errors.base import NoRulebookError
from apportion.model.findings.finding import Finding, Place, failing
from apportion.model.findings.rules import FILE_MISSING, NOT_USED, NOT_UTF8
from apportion.model.inputs import Driver, Lookup, lookup_key
from apportion.model.manifest import Input
from apportion.model.period import Period
from apportion.model.rulebook import FromLookup, Rulebook, TwoPart, Usage

_RULEBOOKS = (".yaml", ".yml")


@dataclass(frozen=True)
class Rules:
    """A rulebook with everything it names; `contents` are the bytes of each file, to be kept.

    `accounts` is what it takes from synchronised accounts, in an allocation.
    """

    rulebook: Rulebook
    text: str
    lookups: Mapping[str, Lookup]
    drivers: Mapping[str, Driver]
    contents: tuple[tuple[Input, bytes], ...]
    accounts: AccountFacts = field(default_factory=AccountFacts)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The files that went in."""
        return tuple(file for file, _content in self.contents)


def read_rulebooks(folder: Path) -> tuple[list[Rulebook], list[Finding]]:
    """Read every rulebook of a folder, the oldest file name first."""
    rulebooks: list[Rulebook] = []
    findings = [_not_used(folder, path) for path in _rulebook_files(folder, "*/**/*")]
    for path in _rulebook_files(folder, "*"):
        name = f"{folder.name}/{path.name}"
        text, more = read_text(path, name, Place(name))
        findings += more
        if text is not None:
            rulebook, more = read_rulebook(text, name=name)
            findings += more
            rulebooks += [rulebook] if rulebook else []
    return rulebooks, findings


def _rulebook_files(folder: Path, pattern: str) -> list[Path]:
    """The rulebooks that a pattern finds outside of hidden folders, such as `.git`."""
    found = (path for path in folder.glob(pattern) if path.suffix.lower() in _RULEBOOKS)
    return sorted(
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(folder).parent.parts)
    )


def _not_used(folder: Path, path: Path) -> Finding:
    return Finding(
        NOT_USED,
        f"{folder.name}/{path.relative_to(folder).as_posix()}",
        "the rulebook",
        expected=f"rulebooks in {folder.name} itself",
        found="one in a subfolder",
        remedy=f"Move it to {folder.name}, or delete it.",
    )


def rules_for(period: Period, folder: Path, beside: Path) -> tuple[Rules | None, list[Finding]]:
    """Read the rules in force for a period; files they name are relative to `beside`.

    None where a finding fails, of whichever rulebook in the folder: one that cannot be read could
    be the one that is in force. Raises NoRulebookError where no rulebook reaches back so far.
    """
    rulebooks, findings = read_rulebooks(folder)
    rulebook, more = rulebook_in_force(rulebooks, period)
    findings += more
    if failing(findings):
        return None, findings
    if rulebook is None:
        raise NoRulebookError(
            str(period), folder.name, [f"{r.name} from {r.effective}" for r in rulebooks]
        )
    rules, more = with_files(rulebook, (folder.parent / rulebook.name).read_bytes(), beside)
    return rules, findings + more


def with_files(
    rulebook: Rulebook, content: bytes, beside: Path
) -> tuple[Rules | None, list[Finding]]:
    """Read the lookups and drivers that a rulebook names; None where a finding fails."""
    findings: list[Finding] = []
    contents = [(Input("rulebook", rulebook.name, rulebook.sha256, len(content)), content)]
    lookups: dict[str, Lookup] = {}
    drivers: dict[str, Driver] = {}
    for role, file, dimension, place in named_files(rulebook):
        remedy = f"Put it at {file}, beside apportion.toml."
        text, more = read_text(beside / file, file, place, remedy=remedy)
        findings += more
        if text is None:
            continue
        if role == "lookup":
            lookup, more = read_lookup(text, name=file, dimension=dimension)
            lookups |= {lookup_key(dimension, file): lookup} if lookup else {}
        else:
            driver, more = read_driver(text, name=file)
            drivers |= {file: driver} if driver else {}
        findings += more
        raw = text.encode()
        contents.append((Input(role, file, sha256(raw), len(raw)), raw))
    findings += check_owners(rulebook, drivers)
    complete = len(lookups) + len(drivers) + 1 == len(contents) == len(named_files(rulebook)) + 1
    rules = Rules(rulebook, content.decode("utf-8-sig"), lookups, drivers, tuple(contents))
    return (rules if complete and not failing(findings) else None), findings


def named_files(rulebook: Rulebook) -> list[tuple[str, str, str, Place]]:
    """List the files that a rulebook names, each once: role, file, dimension, place."""
    named: dict[tuple[str, str], tuple[str, str, str, Place]] = {}
    for dimension in rulebook.dimensions:
        for source in dimension.sources:
            if isinstance(source, FromLookup):
                entry = ("lookup", source.file, dimension.name, source.place)
                named.setdefault(("lookup", f"{source.file} {dimension.name}"), entry)
    for pool in rulebook.pools:
        split = pool.split.rest if isinstance(pool.split, TwoPart) else pool.split
        if isinstance(split, Usage):
            named.setdefault(("driver", split.file), ("driver", split.file, "", pool.place))
    return list(named.values())


def read_text(
    path: Path, name: str, place: Place, *, remedy: str = "Check the path."
) -> tuple[str | None, list[Finding]]:
    """Read a text file of the user's; what is wrong with it stands at `place`.

    `remedy` is for a file that does not exist.
    """

    def unreadable(found: str, todo: str) -> tuple[None, list[Finding]]:
        return None, [Finding(FILE_MISSING, str(place), f"file {name}", "a file", found, todo)]

    try:
        return path.read_bytes().decode("utf-8-sig"), []
    except FileNotFoundError:
        return unreadable("none", remedy)
    except IsADirectoryError:
        return unreadable("a folder", "Rename the folder, or name another file.")
    except PermissionError:
        return unreadable("one that you may not read", "Allow reading it.")
    except UnicodeDecodeError as error:
        found = f"byte {error.object[error.start]:#04x} at offset {error.start}"
        return None, [Finding(NOT_UTF8, name, "the text", "UTF-8", found, "Save it as UTF-8.")]
