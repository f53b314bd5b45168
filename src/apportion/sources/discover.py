"""Find billing files in the given files, folders, manifests and lists of checksums."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from apportion.model.findings import bills
from apportion.model.findings.finding import Finding, failing

from .checksums import is_checksum_list, read_checksums
from .file_names import SUFFIXES, kind_of
from .folders import Walked, is_hidden, walk, why_unreadable
from .manifests import export_folder, is_manifest, match_files, read_manifests
from .other_files import doubt, not_read, read_head

_NAMES_IN_A_FINDING = 20


@dataclass(frozen=True)
class Candidate:
    """A file that may be part of a bill.

    `expected` are the SHA-256 that lists of checksums state for it, each with the list's name.
    """

    name: str  # as the user gave it, the folder's path in front
    path: Path
    expected: tuple[tuple[str, str], ...]
    listed: bool = False  # by a manifest

    @property
    def size(self) -> int:
        """The file's size in bytes."""
        return self.path.stat().st_size

    @property
    def kind(self) -> str:
        """The suffix of SUFFIXES that the file's name ends with."""
        return kind_of(self.path)


@dataclass
class Discovered:
    """Files to read; `left_out` are named as bills are, and hidden or named by no manifest."""

    candidates: list[Candidate]
    left_out: list[Candidate]
    findings: list[Finding]


def discover(paths: Sequence[Path]) -> Discovered:
    """Find billing files; each file once, in the order given, files of a folder by name.

    A manifest decides which files of its folder belong to the bill. A file that is named on its own
    is always read. Nothing is skipped silently: a file that is not read is listed, or a finding.
    """
    chosen: dict[Path, Path] = {}
    listed: set[Path] = set()
    lists: dict[Path, Path] = {}
    whole: set[str] = set()
    looked = [_look_into(given) for given in paths]
    findings = [finding for found in looked for finding in found.findings]
    for given, found in zip(paths, looked, strict=True):
        lists.update((path.resolve(), path) for path in found.lists)
        if given.is_dir():
            whole.update(map(str, found.lists))
        for path in found.data:
            chosen.setdefault(path.resolve(), path)
        if found.listed:
            listed.update(path.resolve() for path in found.data)
    expected, problems = _expected(list(lists.values()), chosen, whole)
    findings.extend(problems)
    aside, more = _aside(looked, chosen.keys())
    findings.extend(more)
    candidates = [
        Candidate(str(path), path, tuple(expected.get(resolved, ())), resolved in listed)
        for resolved, path in chosen.items()
    ]
    return Discovered(candidates, [Candidate(str(path), path, ()) for path in aside], findings)


@dataclass
class _Found:
    """The files of one given path: `aside` are unread files with names of bills."""

    data: list[Path] = field(default_factory=list)
    lists: list[Path] = field(default_factory=list)
    aside: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    listed: bool = False  # a manifest chose the data


def _look_into(given: Path) -> _Found:
    why = why_unreadable(given)
    if why and (given.is_symlink() or given.exists()):
        return _Found(findings=[_unreadable(given, why)])
    if given.is_dir():
        return _folder(given, None)
    if given.is_file() and is_manifest(given.name):
        return _folder(export_folder(given), given)
    if given.is_file() and kind_of(given):
        beside = [path for path in sorted(given.parent.iterdir()) if _speaks_of(path, given)]
        return _Found([given], beside)
    return _Found(findings=[_nothing(given)])


def _folder(folder: Path, only: Path | None) -> _Found:
    """Sort a folder's files; if one manifest was given, files of others are left out."""
    walked = walk(folder)
    found, manifests = _sorted_out(folder, walked)
    read = read_manifests([only] if only else manifests, found.data)
    found.findings.extend(read.findings)
    if read.kept:
        named, missing = match_files(read.kept, found.data)
        found.findings.extend(missing)
        rest = [path for path in found.data if path not in set(named)]
        elsewhere = read_manifests(manifests, found.data).kept if only else ()
        known, _ = match_files([*read.replaced, *elsewhere], rest)
        found.aside.extend(path for path in rest if path not in set(known))
        found.others.extend(known)
        found.data, found.listed = named, True
    found.others.extend(read.others)
    if only:
        found.notes.extend(f"{each.path.name} ({each.why})" for each in walked.unreadable)
        return found
    found.findings.extend(_unreadable(each.path, each.why) for each in walked.unreadable)
    if not found.data and not failing(found.findings):
        found.findings.append(_nothing(folder))
    return found


def _sorted_out(folder: Path, walked: Walked) -> tuple[_Found, list[Path]]:
    """Sort files by their names; returns the manifests separately."""
    found, manifests = _Found(), []
    for path in walked.files:
        if is_hidden(path, folder):
            (found.aside if kind_of(path) else found.others).append(path)
        elif is_manifest(path.name):
            manifests.append(path)
        elif is_checksum_list(path.name):
            found.lists.append(path)
        else:
            (found.data if kind_of(path) else found.others).append(path)
    found.notes.extend(
        f"{path.relative_to(folder)} (empty folder)" for path in walked.empty if path != folder
    )
    found.notes.extend(f"{path.relative_to(folder)} (read already)" for path in walked.again)
    return found, manifests


def _aside(looked: Sequence[_Found], chosen: AbstractSet[Path]) -> tuple[list[Path], list[Finding]]:
    """Describe everything that is not read; files with names of bills are inspected later."""
    aside = _once([path for found in looked for path in found.aside], chosen)
    others = _once([path for found in looked for path in found.others], chosen)
    findings, plain = [], []
    for path in others:
        why = None if kind_of(path) else doubt(path.name, read_head(path))
        if why:
            findings.append(not_read(str(path), why))
        else:
            plain.append(path)
    notes = [note for found in looked for note in found.notes]
    if plain or notes:
        findings.append(_left_out(plain, notes))
    return aside, findings


def _once(paths: Sequence[Path], chosen: AbstractSet[Path]) -> list[Path]:
    """Keep one path for each file that is not read under any other name."""
    there = {path.resolve(): path for path in reversed(paths)}
    return [
        path for path in paths if there.get(path.resolve()) == path and path.resolve() not in chosen
    ]


def _speaks_of(path: Path, given: Path) -> bool:
    """A list beside a single file counts if it is the folder's list or the file's own."""
    if not is_checksum_list(path.name) or not path.is_file():
        return False
    return path.name.startswith(given.name) or path.name.lower().startswith("sha256sum")


def _expected(
    lists: Sequence[Path], chosen: dict[Path, Path], whole: set[str]
) -> tuple[dict[Path, list[tuple[str, str]]], list[Finding]]:
    """Find the checksums of the chosen files; in a folder, every listed file must exist."""
    checksums, findings = read_checksums(lists)
    expected: dict[Path, list[tuple[str, str]]] = {}
    for checksum in checksums:
        expected.setdefault(checksum.path.resolve(), []).append((checksum.sha256, checksum.said_by))
        is_data = checksum.said_by in whole and kind_of(checksum.path)
        if is_data and not checksum.path.exists():
            findings.append(
                Finding(
                    bills.MISSING_FILE,
                    checksum.said_by,
                    checksum.path.name,
                    expected=f"the file {checksum.path}",
                    found="no such file",
                    remedy="Fetch the whole delivery: every file that the list names.",
                )
            )
    return {path: said for path, said in expected.items() if path in chosen}, findings


def _nothing(given: Path) -> Finding:
    if given.is_dir():
        found = "a folder without any"
    elif given.exists():
        found = "a file of another kind"
    else:
        found = "no such file or folder"
    return Finding(
        bills.NOTHING_FOUND,
        str(given),
        "billing files",
        expected="files ending in " + ", ".join(SUFFIXES),
        found=found,
        remedy="Name the files of an export, or the folder that they were downloaded to.",
    )


def _unreadable(path: Path, why: str) -> Finding:
    return Finding(
        bills.UNREADABLE_FILE,
        str(path),
        "part of the bill may be here",
        found=why,
        remedy="Make it readable, or remove it if it is no part of the bill.",
    )


def _left_out(paths: Sequence[Path], notes: Sequence[str]) -> Finding:
    names = [*(path.name for path in paths), *notes]
    more = len(names) - _NAMES_IN_A_FINDING
    shown = ", ".join(names[:_NAMES_IN_A_FINDING]) + (f" and {more} more" if more > 0 else "")
    return Finding(
        bills.LEFT_OUT,
        str(paths[0].parent) if paths else "the given folders",
        f"{len(names)} files" if len(names) > 1 else "one file",
        found=shown,
        remedy="They hold no charges, or a newer manifest replaced them; nothing needs to be done.",
    )
