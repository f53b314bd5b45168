"""Lists of SHA-256 beside billing files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apportion.model.findings import bills
from apportion.model.findings.finding import Finding

_LINE = re.compile(r"\\?([0-9a-fA-F]{64})(?:[ \t]+\*?(.+))?")
_LONGEST_LIST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Checksum:
    """The checksum of one file in a list."""

    path: Path
    sha256: str
    said_by: str


def is_checksum_list(name: str) -> bool:
    """Whether a file is a list of SHA-256, as sha256sum writes it, by its name."""
    lowered = name.lower()
    return lowered.startswith("sha256sum") or lowered.endswith((".sha256", ".sha256sum"))


def read_checksums(lists: Sequence[Path]) -> tuple[list[Checksum], list[Finding]]:
    """Read lists of `<sha256>  <name>`; a bare hash in `x.csv.sha256` is that of x.csv."""
    checksums: list[Checksum] = []
    findings: list[Finding] = []
    for path in lists:
        found, problem = _read(path)
        checksums.extend(found)
        if problem:
            findings.append(
                Finding(
                    bills.UNREADABLE_LIST,
                    str(path),
                    "list of checksums",
                    expected="lines of a SHA-256 in hexadecimal digits and a file name",
                    found=problem,
                    remedy="Fetch it again, or remove it and give the files without it.",
                )
            )
    return checksums, findings


def _read(path: Path) -> tuple[list[Checksum], str]:
    if path.stat().st_size > _LONGEST_LIST:
        return [], "a file that is too long for a list"
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return [], "bytes that are not text"
    checksums: list[Checksum] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            return checksums, f"line {number} is something else"
        named = match[2] or path.with_suffix("").name
        checksums.append(Checksum(path.parent / named, match[1].lower(), str(path)))
    return checksums, "" if checksums else "no checksum"
