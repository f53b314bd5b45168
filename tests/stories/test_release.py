"""The release: what a maintainer and the workflow build, and what the workflow may do."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

import apportion

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
VERSION = apportion.__version__


def build(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "release" / "build.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("cyclonedx", reason="cyclonedx-python-lib is in requirements.lock")
    folder = tmp_path_factory.mktemp("release") / "files"
    done = build("--to", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_a_release_has_packages_functions_sbom_and_their_hashes(files: Path) -> None:
    sums = dict(
        reversed(line.split("  ")) for line in (files / "SHA256SUMS").read_text().splitlines()
    )
    assert sorted(sums) == sorted(
        path.name for path in files.iterdir() if path.name != "SHA256SUMS"
    )
    assert sorted(sums) == [
        f"apportion-{VERSION}-py3-none-any.whl",
        f"apportion-{VERSION}.tar.gz",
        "apportion.cdx.json",
        "report.zip",
        "validate_tags.zip",
    ]
    assert all(
        hashlib.sha256((files / name).read_bytes()).hexdigest() == digest
        for name, digest in sums.items()
    )


def test_the_wheel_has_the_program_and_the_sdist_all_that_tests_need(files: Path) -> None:
    with zipfile.ZipFile(next(files.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    assert "apportion/py.typed" in names
    assert any(name.endswith(".sql") for name in names)
    assert {name.split("/")[0] for name in names} == {"apportion", f"apportion-{VERSION}.dist-info"}
    with tarfile.open(next(files.glob("*.tar.gz"))) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"Makefile", "requirements.lock", "release/build.py", "tests/conftest.py"} <= inside


def test_the_sbom_lists_what_the_program_needs_and_nothing_of_the_tests(files: Path) -> None:
    bom = json.loads((files / "apportion.cdx.json").read_text("utf-8"))
    versions = {one["name"]: one["version"] for one in bom["components"]}
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert (bom["bomFormat"], bom["metadata"]["component"]["version"]) == ("CycloneDX", VERSION)
    assert {"boto3", "botocore", "duckdb", "fastapi", "starlette"} <= set(versions)
    assert not {"pytest", "moto", "hypothesis", "mypy"} & set(versions)
    assert [n for n, version in versions.items() if f"\n{n}=={version}" not in f"\n{lock}"] == []
    needs = {one["ref"]: one.get("dependsOn", []) for one in bom["dependencies"]}
    assert any("botocore" in one for one in needs[f"pkg:pypi/boto3@{versions['boto3']}"])


def test_a_tag_of_another_version_builds_nothing(tmp_path: Path) -> None:
    pytest.importorskip("cyclonedx", reason="cyclonedx-python-lib is in requirements.lock")
    done = build("--tag", "v99.0.0", "--to", str(tmp_path / "files"))
    assert done.returncode == 1
    assert f"has version {VERSION}: expected the tag v{VERSION}" in done.stdout
    assert not (tmp_path / "files").exists()


def test_every_action_is_named_by_one_commit() -> None:
    texts = [WORKFLOW.read_text("utf-8"), (ROOT / "action.yml").read_text("utf-8")]
    uses = [found for text in texts for found in re.findall(r"uses: (\S+)@(.*)", text)]
    assert len(uses) > 8
    assert [one for one in uses if not re.fullmatch(r"[0-9a-f]{40} # v[\d.]+", one[1])] == []
    assert len({name for name, _ in uses}) == len(set(uses))  # one commit for each action


def test_only_the_jobs_that_publish_may_write() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    may_write = {
        name: sorted(right for right, how in job.get("permissions", {}).items() if how == "write")
        for name, job in workflow["jobs"].items()
    }
    assert may_write == {
        "build": ["attestations", "id-token"],
        "test": [],
        "image": ["attestations", "id-token", "packages"],
        "pypi": ["id-token"],
        "github": ["contents"],
    }
    assert "${{ secrets" not in WORKFLOW.read_text("utf-8")


def test_the_workflow_runs_the_steps_that_a_maintainer_runs() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    commands = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    assert 'make release TAG="$GITHUB_REF_NAME"' in commands
    assert "bash release/image.sh" in commands
    assert "bash .ci/run" in commands
    script = ROOT / "release" / "image.sh"
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
