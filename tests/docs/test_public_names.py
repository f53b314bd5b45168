"""What `import apportion` promises."""

from __future__ import annotations

import subprocess
import sys

import apportion

PROMISED = {
    *("ApportionError", "FindingsError", "OperationError", "WrongUseError"),
    *("Finding", "Severity"),
    *("Explanation", "ExplanationNode", "Outcome", "RulesInForce"),
    *("CostCenterCosts", "DailyCost", "LeftOut", "allocate_costs", "export_to_csv"),
    *("Granularity", "Question"),
    *("Workspace", "open_workspace", "__version__"),
}


def test_the_public_names_are_what_they_are() -> None:
    assert set(apportion.__all__) == PROMISED
    assert all(getattr(apportion, name) is not None for name in PROMISED)


def test_importing_the_package_loads_no_engine() -> None:
    heavy = {"boto3", "duckdb", "pyarrow"}
    script = f"import sys, apportion; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
