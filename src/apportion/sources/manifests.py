"""Manifests beside billing files, and the files that they name.

The manifest comes last, so what it names is complete; what it does not name may be a leftover of an
earlier delivery. AWS Data Exports write `dataFiles` (full S3 addresses), the legacy Cost and Usage
Report `reportKeys` (keys in a bucket) into `*-Manifest.json`. Azure's exports write `blobs` into
the `manifest.json` of each run; runs of a month lie side by side, and each holds the month so far.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from apportion.model.findings import bills
from apportion.model.findings.finding import Finding

_PERIOD_FOLDER = re.compile(r"BILLING_PERIOD=.+|\d{8}-\d{8}", re.IGNORECASE)
_LONGEST_MANIFEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """The files of one manifest. `report` identifies a report and its month."""

    path: Path
    keys: tuple[str, ...]
    report: tuple[str, str]
    written: str = ""  # the time of writing, if given
    exports: frozenset[str] = frozenset()  # where the files lay, down to the month's folder


@dataclass(frozen=True)
class ManifestsRead:
    """Manifests in force, those that a later delivery replaced, and files with only such a name."""

    kept: tuple[Manifest, ...]
    replaced: tuple[Manifest, ...]
    others: tuple[Path, ...]
    findings: tuple[Finding, ...]


def is_manifest(name: str) -> bool:
    """Whether a file is a manifest, by its name."""
    return name.lower().endswith("manifest.json")


def read_manifests(paths: Sequence[Path], files: Sequence[Path]) -> ManifestsRead:
    """Read manifests and sort out those that a later delivery of the same month replaced.

    The legacy report keeps the manifest of each delivery in the delivery's own folder and a copy
    of the newest one in a folder above, so the one above is in force; of several with times, the
    newest. Any others are two deliveries or two exports, which is a finding, unless they are
    copies: they name the same files, and `files` beside them have the same bytes. A manifest in
    force that names no file is a finding, too.
    """
    manifests: list[Manifest] = []
    findings: list[Finding] = []
    others: list[Path] = []
    for path in paths:
        manifest, problem = _read(path)
        if manifest:
            manifests.append(manifest)
        elif problem:
            findings.append(_unreadable(path, problem))
        else:
            others.append(path)
    by_report: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        by_report[manifest.report].append(manifest)
    kept: list[Manifest] = []
    for same in by_report.values():
        newest = _newest(same)
        if len({manifest.exports for manifest in same if manifest.exports}) > 1:
            findings.append(_two_exports(same))
        elif not all(_is_copy(manifest, newest[0], files) for manifest in newest[1:]):
            findings.append(_two(newest))
        else:
            kept.append(newest[0])
    findings.extend(_names_nothing(manifest) for manifest in kept if not manifest.keys)
    replaced = tuple(manifest for manifest in manifests if manifest not in kept)
    return ManifestsRead(tuple(kept), replaced, tuple(others), tuple(findings))


def _newest(same: Sequence[Manifest]) -> list[Manifest]:
    """Leave out manifests with another one in a folder above, and those of an earlier time."""
    folders = {manifest.path.parent for manifest in same}
    newest = [each for each in same if folders.isdisjoint(each.path.parent.parents)]
    times = sorted({manifest.written for manifest in newest})
    if all(times):
        newest = [manifest for manifest in newest if manifest.written == times[-1]]
    return newest


def _is_copy(manifest: Manifest, other: Manifest, files: Sequence[Path]) -> bool:
    """Whether two manifests and the files beside them are one delivery, copied."""
    if set(manifest.keys) != set(other.keys):
        return False
    one, two = (_beside(each, files) for each in (manifest, other))
    return all(cmp(one[key], two[key], shallow=False) for key in one.keys() & two.keys())


def _beside(manifest: Manifest, files: Sequence[Path]) -> dict[str, Path]:
    """The files of a manifest in its own export's folder, by key."""
    root = export_folder(manifest.path)
    return _matched([manifest], [file for file in files if root in file.parents])


def export_folder(manifest: Path) -> Path:
    """Data Exports keep `metadata/` and `data/` side by side; other exports keep files below."""
    for folder in manifest.parents:
        if folder.name == "metadata":
            return folder.parent
    return manifest.parent


def match_files(
    manifests: Sequence[Manifest], files: Sequence[Path]
) -> tuple[list[Path], list[Finding]]:
    """Find the files that manifests name, by the longest common end of path and key.

    The folders above may differ from those in S3, but a folder that names a billing period must be
    the same. A file answers to one key only.
    """
    found = _matched(manifests, files)
    missing = [
        _missing(key, manifest)
        for manifest in manifests
        for key in manifest.keys
        if key not in found
    ]
    return sorted(found.values()), missing


def _matched(manifests: Sequence[Manifest], files: Sequence[Path]) -> dict[str, Path]:
    keys = {key: manifest for manifest in manifests for key in manifest.keys}
    by_name: dict[str, list[Path]] = defaultdict(list)
    for file in files:
        by_name[file.name].append(file)
    pairs = sorted(
        (-_common_end(key, file), -_common_start(keys[key].path, file), key, file)
        for key in keys
        for file in by_name.get(key.rpartition("/")[2], ())
        if _same_period(key, file)
    )
    found: dict[str, Path] = {}
    taken: set[Path] = set()
    for _, _, key, file in pairs:
        if key not in found and file not in taken:
            found[key] = file
            taken.add(file)
    return found


def _read(path: Path) -> tuple[Manifest | None, str]:
    if path.stat().st_size > _LONGEST_MANIFEST:
        return None, "a file that is too long for a manifest"
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None, "not JSON"
    if not isinstance(content, dict) or not {"dataFiles", "reportKeys", "blobs"} & content.keys():
        return None, ""  # some other program's manifest
    named = content.get("dataFiles", content.get("reportKeys", content.get("blobs")))
    if isinstance(named, list) and "blobs" in content:
        named = [blob.get("blobName") if isinstance(blob, dict) else None for blob in named]
    if not isinstance(named, list) or not all(isinstance(key, str) and key for key in named):
        return None, "a list of files that is not a list of names"
    keys = tuple(dict.fromkeys(_key(key) for key in named))
    export, written = _azure_export(content)
    report = f"{path.name} {export}".strip(), _period(content, keys) or str(path)
    return Manifest(path, keys, report, written, _exports(named)), ""


def _exports(named: Iterable[str]) -> frozenset[str]:
    """The locations of exports from those of their files: the part above the month's folder."""
    found = set()
    for address in named:
        parts = address.split("/")
        at = [number for number, part in enumerate(parts) if _PERIOD_FOLDER.fullmatch(part)]
        if at:
            found.add("/".join(parts[: at[0]]))
    return frozenset(found)


def _azure_export(content: dict[str, object]) -> tuple[str, str]:
    """The export of an Azure manifest, and the time of its run."""
    config, run = content.get("exportConfig"), content.get("runInfo")
    config = config if isinstance(config, dict) else {}
    run = run if isinstance(run, dict) else {}
    names = (config.get("resourceId"), config.get("exportName"))
    return "/".join(str(name) for name in names if name), str(run.get("submittedTime") or "")


def _key(address: str) -> str:
    """The key in `s3://bucket/key`; a key alone stays as it is."""
    if address.startswith("s3://"):
        return address.removeprefix("s3://").partition("/")[2]
    return address.lstrip("/")


def _period(content: dict[str, object], keys: Iterable[str]) -> str:
    period = content.get("billingPeriod")
    if isinstance(period, dict) and period.get("start"):
        return str(period["start"])
    folders = {folder for key in keys for folder in _periods_in(key.split("/"))}
    return ",".join(sorted(folders))


def _periods_in(parts: Iterable[str]) -> set[str]:
    return {part.upper() for part in parts if _PERIOD_FOLDER.fullmatch(part)}


def _same_period(key: str, file: Path) -> bool:
    wanted, there = _periods_in(key.split("/")), _periods_in(file.parts)
    return not wanted or not there or bool(wanted & there)


def _common_end(key: str, file: Path) -> int:
    count = 0
    for one, other in zip(reversed(key.split("/")), reversed(file.parts), strict=False):
        if one != other:
            break
        count += 1
    return count


def _common_start(manifest: Path, file: Path) -> int:
    count = 0
    for one, other in zip(manifest.parent.parts, file.parts, strict=False):
        if one != other:
            break
        count += 1
    return count


def _unreadable(path: Path, problem: str) -> Finding:
    return Finding(
        bills.UNREADABLE_LIST,
        str(path),
        "manifest",
        expected="JSON with dataFiles, reportKeys or blobs",
        found=problem,
        remedy="Fetch it again; it may be cut off.",
    )


def _names_nothing(manifest: Manifest) -> Finding:
    return Finding(
        bills.UNREADABLE_LIST,
        str(manifest.path),
        "manifest",
        expected="the names of the delivery's files",
        found="an empty list",
        remedy="Fetch it again: it is written last. If a month has no cost, leave its folder out.",
    )


def _two(manifests: Sequence[Manifest]) -> Finding:
    return Finding(
        bills.TWO_MANIFESTS,
        str(manifests[0].path),
        "manifest",
        expected="one delivery of a month",
        found=", ".join(str(manifest.path) for manifest in manifests),
        remedy="For one export, name only the folder of the newest delivery, or its manifest. For "
        "two exports, ingest the folder of each by itself.",
    )


def _two_exports(manifests: Sequence[Manifest]) -> Finding:
    found = sorted({name for manifest in manifests for name in manifest.exports})
    return Finding(
        bills.TWO_MANIFESTS,
        str(manifests[0].path),
        "manifest",
        expected="manifests of one export",
        found=", ".join(f"files of {name}" for name in found),
        remedy="Ingest the folder of each export by itself. Exports of one payer need --bill NAME.",
    )


def _missing(key: str, manifest: Manifest) -> Finding:
    return Finding(
        bills.MISSING_FILE,
        str(manifest.path),
        key.rpartition("/")[2],
        expected=f"the file {key}",
        found="no file of this name beside the manifest",
        remedy="Fetch the whole delivery: the manifest and every file it names.",
    )
