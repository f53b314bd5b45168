"""Builds dist/lambda/report.zip, the function that delivers reports: the same bytes every time.

It holds the package and the libraries that the function imports, at the versions that are
installed (which requirements.lock pins). boto3 is in Lambda's own runtime; DuckDB, pyarrow and
pyiceberg stay out, as the function asks Athena: with them it would be beyond Lambda's 250 MB.
"""

# ruff: noqa: INP001 - a script that is run, in a folder that is no package

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
ZIP = ROOT / "dist" / "lambda" / "report.zip"

#: What `apportion.lambdas.report` imports beside the standard library and boto3.
LIBRARIES = ("aws-lambda-powertools", "jmespath", "sqlglot", "typing-extensions", "xlsxwriter")

#: Lambda's limits: of a zip that is uploaded, and of what it unpacks to.
MOST_ZIPPED, MOST_UNZIPPED = 50 * 1024**2, 250 * 1024**2

_LEFT_OUT = {"__pycache__", "tests"}
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def contents() -> dict[str, Path]:
    """List what goes in: the name in the zip, and the file."""
    source = ROOT / "src"
    found = {path.relative_to(source).as_posix(): path for path in _files(source / "apportion")}
    for library in LIBRARIES:
        found.update(_library(library))
    return dict(sorted(found.items()))


def build(path: Path) -> str:
    """Write the zip and return its sha256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as zipped:
        for name, file in contents().items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is built
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, file.read_bytes(), compresslevel=9)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not _LEFT_OUT & set(path.parts) and path.suffix != ".pyc":
            yield path


def _library(name: str) -> Iterator[tuple[str, Path]]:
    """List the modules of an installed library; what pip notes of the installation stays out."""
    for file in distribution(name).files or ():
        inside = file.parts[0] not in {"..", "bin"} and not file.parts[0].endswith(".dist-info")
        compiled = file.suffix in {".pyc", ".so", ".pyd"}
        if inside and not compiled and not _LEFT_OUT & set(file.parts):
            yield file.as_posix(), Path(str(file.locate()))


def main() -> None:
    """Build it and say how large it is."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ZIP
    digest = build(path)
    with zipfile.ZipFile(path) as zipped:
        unzipped = sum(entry.file_size for entry in zipped.infolist())
    zipped_size = path.stat().st_size
    assert zipped_size < MOST_ZIPPED, zipped_size
    assert unzipped < MOST_UNZIPPED, unzipped
    sys.stdout.write(
        f"{path}: {zipped_size / 1e6:.1f} MB, {unzipped / 1e6:.1f} MB unzipped\nsha256 {digest}\n"
    )


if __name__ == "__main__":
    main()
