"""Builds a release in dist/release: sdist, wheel, the functions' zips, SBOM and SHA256SUMS.

    python release/build.py [--tag v0.1.0] [--to FOLDER]

The release workflow and a maintainer run the same steps. The wheel is built from the sdist, so the
sdist is complete. Both are built twice and must be the same bytes. With `--tag`, the version of the
program must be that of the tag, and CHANGELOG.md must have its section.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import lambda_zip
from sbom import sbom

ROOT = Path(__file__).parents[1]
#: Where there is no Git history, as in an unpacked sdist: the first moment that a zip can hold.
NO_COMMIT = 315532800


def main() -> int:
    """Check, build, compare, and list what was built. Exit code 1 if the release is wrong."""
    arguments = _arguments()
    version = _run("-m", "hatchling", "version").strip()
    problems = tag_problems(arguments.tag, version) if arguments.tag else []
    if not problems:
        problems = _build(arguments.to, version)
    sys.stdout.write("".join(f"{line}\n" for line in problems or _listed(arguments.to)))
    return 1 if problems else 0


def tag_problems(tag: str, version: str) -> list[str]:
    """Compare a tag with the program's version and with the changelog."""
    problems = []
    if tag != f"v{version}":
        problems.append(
            f"The tag is {tag}, but src/apportion/__init__.py has version {version}: "
            f"expected the tag v{version}. Change one of them."
        )
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(version)}\b", changes, re.MULTILINE):
        problems.append(
            f"CHANGELOG.md has no section '## {version}'. Rename 'Unreleased' to it, with the date."
        )
    return problems


def _build(folder: Path, version: str) -> list[str]:
    """Build all files and replace the folder, or list what is wrong with them."""
    with tempfile.TemporaryDirectory() as scratch:
        first, second = Path(scratch, "first"), Path(scratch, "second")
        epoch = _commit_time()
        for each in (first, second):
            packages(each, epoch=epoch)
        problems = [
            f"{path.name}: two builds differ, so nobody can verify it."
            for path in sorted(first.iterdir())
            if path.read_bytes() != (second / path.name).read_bytes()
        ]
        if not problems:
            _complete(first, version, epoch=epoch)
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(first, folder)
    return problems


def packages(folder: Path, *, epoch: int) -> None:
    """Build the sdist, and the wheel from the sdist."""
    to = ("--directory", str(folder))
    _run("-m", "hatchling", "build", "--target", "sdist", *to, epoch=epoch)
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(next(folder.glob("*.tar.gz"))) as packed:
            packed.extractall(scratch, filter="data")
        unpacked = next(Path(scratch).iterdir())
        _run("-m", "hatchling", "build", "--target", "wheel", *to, epoch=epoch, folder=unpacked)


def _complete(folder: Path, version: str, *, epoch: int) -> None:
    """Add the functions' zips, the SBOM and the list of hashes."""
    lambda_zip.build(folder / "report.zip")
    lambda_zip.build(folder / lambda_zip.VALIDATOR, lambda_zip.validator())
    text = sbom(ROOT, version, epoch=epoch)
    (folder / "apportion.cdx.json").write_text(text, "utf-8")
    sums = "".join(f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir()))
    (folder / "SHA256SUMS").write_text(sums, "utf-8")


def _commit_time() -> int:
    done = subprocess.run(
        ["git", "log", "-1", "--pretty=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return int(done.stdout) if done.returncode == 0 else NO_COMMIT


def _run(*arguments: str, epoch: int = NO_COMMIT, folder: Path = ROOT) -> str:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def _listed(folder: Path) -> list[str]:
    return [f"{folder / line[66:]}: sha256 {line[:64]}" for line in _sums(folder)]


def _sums(folder: Path) -> list[str]:
    return (folder / "SHA256SUMS").read_text("utf-8").splitlines()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tag", default="", help="tag that is released; default: none, a check")
    parser.add_argument(
        "--to", type=Path, default=ROOT / "dist" / "release", help="folder; it is replaced"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
