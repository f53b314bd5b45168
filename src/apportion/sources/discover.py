"""Find the billing files in what the user gave: files, folders, manifests, lists of checksums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apportion.model.catalogue import bills
from apportion.model.finding import Finding

from .checksums import is_checksum_list, read_checksums
from .manifests import is_manifest, match_files, read_manifests

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".zip")

_NAMES_IN_A_FINDING = 5


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
    def kind(self) -> str:
        """The suffix of SUFFIXES that the file's name ends with."""
        return kind_of(self.path)


def kind_of(path: Path) -> str:
    """Tell which of SUFFIXES a name ends with, without regard to case; empty if none."""
    lowered = path.name.lower()
    return next((suffix for suffix in SUFFIXES if lowered.endswith(suffix)), "")


def discover(paths: Sequence[Path]) -> tuple[list[Candidate], list[Finding]]:
    """Find billing files; each file once, in the order given, files of a folder by name.

    A manifest decides which files of its folder belong to the bill. A file that is named on its own
    is always taken.
    """
    chosen: dict[Path, Path] = {}
    listed: set[Path] = set()
    lists: dict[Path, Path] = {}
    whole: set[str] = set()
    left_out: list[Path] = []
    findings: list[Finding] = []
    for given in paths:
        found = _look_into(given)
        findings.extend(found.findings)
        left_out.extend(found.left_out)
        lists.update((path.resolve(), path) for path in found.lists)
        if given.is_dir():
            whole.update(map(str, found.lists))
        for path in found.data:
            chosen.setdefault(path.resolve(), path)
        if found.listed:
            listed.update(path.resolve() for path in found.data)
    expected, problems = _expected(list(lists.values()), chosen, whole)
    findings.extend(problems)
    if left_out:
        findings.append(_left_out(left_out))
    candidates = [
        Candidate(str(path), path, tuple(expected.get(resolved, ())), resolved in listed)
        for resolved, path in chosen.items()
    ]
    return candidates, findings


@dataclass
class _Found:
    data: list[Path]
    lists: list[Path]
    left_out: list[Path]
    findings: list[Finding]
    listed: bool = False  # a manifest chose the data


def _look_into(given: Path) -> _Found:
    if given.is_dir():
        return _folder(given, None)
    if given.is_file() and is_manifest(given.name):
        return _folder(_root_of(given), given)
    if given.is_file() and kind_of(given):
        beside = [path for path in sorted(given.parent.iterdir()) if _speaks_of(path, given)]
        return _Found([given], beside, [], [])
    return _Found([], [], [], [_nothing(given)])


def _root_of(manifest: Path) -> Path:
    """Data Exports keep `metadata/` and `data/` side by side; elsewhere files lie below."""
    for folder in manifest.parents:
        if folder.name == "metadata":
            return folder.parent
    return manifest.parent


def _folder(folder: Path, only: Path | None) -> _Found:
    data: list[Path] = []
    lists: list[Path] = []
    manifests: list[Path] = []
    left_out: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if any(part.startswith((".", "_")) for part in path.relative_to(folder).parts):
            left_out.append(path)
        elif is_manifest(path.name):
            manifests.append(path)
        elif is_checksum_list(path.name):
            lists.append(path)
        else:
            (data if kind_of(path) else left_out).append(path)
    read, findings = read_manifests([only] if only else manifests)
    if read:
        named, missing = match_files(read, data)
        left_out.extend(path for path in data if path not in set(named))
        data = named
        findings.extend(missing)
    elif not data and not findings:
        findings.append(_nothing(folder))
    return _Found(data, lists, left_out, findings, listed=bool(read))


def _speaks_of(path: Path, given: Path) -> bool:
    """A list beside a single file counts if it is the folder's list or the file's own."""
    if not is_checksum_list(path.name) or not path.is_file():
        return False
    return path.name.startswith(given.name) or path.name.lower().startswith("sha256sum")


def _expected(
    lists: Sequence[Path], chosen: dict[Path, Path], whole: set[str]
) -> tuple[dict[Path, list[tuple[str, str]]], list[Finding]]:
    """Look up what lists say of the chosen files; in a folder, all that they name must be there."""
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
        found = "nothing of this name"
    return Finding(
        bills.NOTHING_FOUND,
        str(given),
        "billing files",
        expected="files ending in " + ", ".join(SUFFIXES),
        found=found,
        remedy="Give the files of an export, or the folder they were downloaded to.",
    )


def _left_out(paths: Sequence[Path]) -> Finding:
    names = [path.name for path in paths]
    more = len(names) - _NAMES_IN_A_FINDING
    shown = ", ".join(names[:_NAMES_IN_A_FINDING]) + (f" and {more} more" if more > 0 else "")
    return Finding(
        bills.LEFT_OUT,
        str(paths[0].parent),
        f"{len(names)} files" if len(names) > 1 else "one file",
        found=shown,
        remedy="They are no billing data, or no manifest names them; nothing needs to be done.",
    )
