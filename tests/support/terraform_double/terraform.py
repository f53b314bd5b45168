"""Runs Terraform in a copy of the project's configurations."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3] / "terraform"


def program() -> str:
    """Find Terraform; skips the test where there is none."""
    found = shutil.which("terraform")
    if not found:
        pytest.skip("terraform is not on this machine")
    return found


class Terraform:
    """Terraform in one folder, with the double for hashicorp/aws (or none, for what needs none)."""

    def __init__(self, folder: Path, *, reattach: str = "") -> None:
        self.folder = folder
        self.code = 0
        self.output = ""
        settings = folder / ".terraformrc"
        settings.write_text("", "utf-8")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_IN_AUTOMATION": "1",
            "GOGC": "400",  # its garbage collector takes a quarter of its time
        } | ({"TF_REATTACH_PROVIDERS": reattach} if reattach else {})

    def __call__(self, *words: str, fine: tuple[int, ...] = (0,)) -> str:
        """Run a command; what it says comes back, and an exit code that is not fine fails."""
        done = subprocess.run(
            [program(), *words],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.code = done.returncode
        self.output = done.stdout + done.stderr
        assert done.returncode in fine, f"terraform {' '.join(words)}\n{self.output}"
        return done.stdout

    def plan(self) -> Plan:
        """Plan into the file `plan`, and read it."""
        self("plan", "-input=false", "-no-color", "-out=plan")
        return Plan(json.loads(self("show", "-json", "plan")))

    def apply(self) -> None:
        """Apply the plan that was made."""
        self("apply", "-input=false", "-no-color", "plan")

    def differs(self) -> bool:
        """Plan into the file `plan`, and tell whether what is there is not what is written."""
        self("plan", "-input=false", "-no-color", "-detailed-exitcode", "-out=plan", fine=(0, 2))
        return self.code == 2

    def destroy(self) -> None:
        """Take everything away that was there when it was last looked at."""
        self("destroy", "-auto-approve", "-input=false", "-no-color", "-refresh=false")


class Plan:
    """What a plan would make."""

    def __init__(self, content: Any) -> None:
        self.content = content

    def resources(self, kind: str = "") -> list[dict[str, Any]]:
        """List the planned resources, of one type or all, in modules too."""
        found: list[dict[str, Any]] = []
        waiting = [self.content["planned_values"]["root_module"]]
        while waiting:
            module = waiting.pop()
            found += [one for one in module.get("resources", []) if one["mode"] == "managed"]
            waiting += module.get("child_modules", [])
        return [one for one in found if one["type"] == kind or not kind]

    def values(self, kind: str) -> list[dict[str, Any]]:
        """List what the resources of a type are planned to be."""
        return [one["values"] for one in self.resources(kind)]


def copied(folder: Path) -> Path:
    """Copy the project's configurations, so that nothing is written beside them."""
    ignored = shutil.ignore_patterns(".terraform*", "terraform.tfstate*")
    return Path(shutil.copytree(ROOT, folder / "terraform", ignore=ignored))
