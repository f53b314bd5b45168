"""Builds the functions' zips in dist/lambda, the same bytes every time.

report.zip holds the package and the libraries that the function imports, at the versions that are
installed (which requirements.lock pins). boto3 is in Lambda's own runtime; DuckDB, pyarrow and
pyiceberg stay out, as the function asks Athena: with them it would be beyond Lambda's 250 MB.
validate_tags.zip holds the modules that its function imports, and nothing else.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
ZIP = ROOT / "dist" / "lambda" / "report.zip"

VALIDATOR = "validate_tags.zip"

#: What `apportion.lambdas.report` imports beside the standard library and boto3.
LIBRARIES = ("aws-lambda-powertools", "jmespath", "sqlglot", "typing-extensions", "xlsxwriter")

#: Lambda's limits: of a zip that is uploaded, and of what it unpacks to.
MOST_ZIPPED, MOST_UNZIPPED = 50 * 1024**2, 250 * 1024**2
#: What the validation function may weigh, so that it starts at once.
MOST_VALIDATOR = 100_000

_MODULES = """
import sys
import apportion.lambdas.validate_tags
files = [m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == "apportion"]
print("\\n".join(files))
"""

_LEFT_OUT = {"__pycache__", "tests", "fonts"}  # no function writes a PDF
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def contents() -> dict[str, Path]:
    """List what goes in: the name in the zip, and the file."""
    source = ROOT / "src"
    found = {path.relative_to(source).as_posix(): path for path in _files(source / "apportion")}
    for library in LIBRARIES:
        found.update(_library(library))
    return dict(sorted(found.items()))


def validator() -> dict[str, Path]:
    """List what the validation function needs: what Python loads for it, and its table."""
    source = ROOT / "src"
    done = subprocess.run(
        [sys.executable, "-c", _MODULES],
        env={"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    table = source / "apportion" / "core" / "tags" / "tables" / "created.csv"
    found = [Path(line) for line in done.stdout.split()] + [table]
    return dict(sorted((path.relative_to(source).as_posix(), path) for path in found))


def build(path: Path, files: Mapping[str, Path] | None = None) -> str:
    """Write a zip, of the report function if nothing is named, and return its sha256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as zipped:
        for name, file in (contents() if files is None else files).items():
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
    """Build both, or those that are named, and say how large they are."""
    named = [Path(word) for word in sys.argv[1:]]
    for path in named or [ZIP, ZIP.with_name(VALIDATOR)]:
        if path.name == VALIDATOR:
            _made(path, validator(), MOST_VALIDATOR)
        else:
            _made(path, contents(), MOST_ZIPPED)


def _made(path: Path, files: Mapping[str, Path], most: int) -> None:
    digest = build(path, files)
    with zipfile.ZipFile(path) as zipped:
        unzipped = sum(entry.file_size for entry in zipped.infolist())
    zipped_size = path.stat().st_size
    assert zipped_size < most, zipped_size
    assert unzipped < MOST_UNZIPPED, unzipped
    sys.stdout.write(
        f"{path}: {zipped_size / 1e6:.2f} MB, {unzipped / 1e6:.2f} MB unzipped\nsha256 {digest}\n"
    )


if __name__ == "__main__":
    main()
