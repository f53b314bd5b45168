"""The public names of `import apportion`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import apportion

PROMISED = {
    *("ApportionError", "FindingsError", "OperationError", "WrongUseError"),
    *("Finding", "Severity"),
    *("Explanation", "ExplanationNode", "Outcome", "RulesInForce"),
    *("CostCenterCosts", "DailyCost", "LeftOut", "allocate_costs", "export_to_csv"),
    *("Granularity", "Question"),
    *("Workspace", "open_workspace", "Settings", "__version__"),
    *(
        "Accounts",
        "Close",
        "CostCategories",
        "Expiry",
        "Invoices",
        "Journals",
        "Nowcast",
        "Publishing",
        "Review",
        "Tags",
    ),
    *("Bucket", "By", "CostReports", "Decision", "S3Location", "SplitCost", "Taking"),
}


def test_the_public_names_are_what_they_are() -> None:
    assert set(apportion.__all__) == PROMISED
    assert all(getattr(apportion, name) is not None for name in PROMISED)


def test_every_type_of_the_facade_is_public_and_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/library.md").read_text("utf-8")
    members = [apportion.open_workspace, apportion.Workspace.__init__]
    facade = [vars(part) for part in apportion.Workspace.__mro__ if part is not object]
    for name, member in (pair for part in facade for pair in part.items()):
        if not name.startswith("_"):
            members.append(getattr(member, "func", member))  # a cached property has its function
            assert re.search(rf"`[^`\n]*\b{name}\b", page), name
    types = {
        word
        for member in members
        for annotation in member.__annotations__.values()
        for word in re.findall(r"\b[A-Z]\w+", annotation)
    } - {"Callable", "Sequence", "Path", "None"}
    assert len(types) > 15  # a check that finds nothing to check fails
    assert types - set(apportion.__all__) == set()
    assert {name for name in types if f"`{name}`" not in page and f"{name}(" not in page} == set()


def test_importing_the_package_loads_no_engine() -> None:
    heavy = {"boto3", "duckdb", "pyarrow"}
    script = f"import sys, apportion; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
