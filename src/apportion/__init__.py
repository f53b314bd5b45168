"""Apportion gives every cent of a multi-account cloud bill an owner, and proves it.

    import apportion

    workspace = apportion.open_workspace("finops")       # a folder with apportion.toml
    workspace.ingest([Path("bills/2026-09")])
    workspace.allocate(["2026-09"])
    workspace.report(apportion.Question("2026-09", by=("cost_center", "project"))).rows

The command line is made of the same methods. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model.center_costs import CostCenterCosts, DailyCost, LeftOut
    from .model.errors import ApportionError, FindingsError, OperationError, WrongUseError
    from .model.finding import Finding, Severity
    from .model.outcome import Branch, Explanation, Outcome, RulesInForce
    from .model.question import Granularity, Question
    from .wiring.costs import allocate_costs, export_to_csv
    from .wiring.workspace import Workspace, open_workspace

__version__ = "0.1.0"

_HOMES = {
    "ApportionError": "model.errors",
    "Branch": "model.outcome",
    "CostCenterCosts": "model.center_costs",
    "DailyCost": "model.center_costs",
    "Explanation": "model.outcome",
    "Finding": "model.finding",
    "FindingsError": "model.errors",
    "Granularity": "model.question",
    "LeftOut": "model.center_costs",
    "OperationError": "model.errors",
    "Outcome": "model.outcome",
    "Question": "model.question",
    "RulesInForce": "model.outcome",
    "Severity": "model.finding",
    "Workspace": "wiring.workspace",
    "WrongUseError": "model.errors",
    "allocate_costs": "wiring.costs",
    "export_to_csv": "wiring.costs",
    "open_workspace": "wiring.workspace",
}

__all__ = [
    "ApportionError",
    "Branch",
    "CostCenterCosts",
    "DailyCost",
    "Explanation",
    "Finding",
    "FindingsError",
    "Granularity",
    "LeftOut",
    "OperationError",
    "Outcome",
    "Question",
    "RulesInForce",
    "Severity",
    "Workspace",
    "WrongUseError",
    "__version__",
    "allocate_costs",
    "export_to_csv",
    "open_workspace",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
