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
    from .app.cost_explorer import allocate_costs, export_to_csv
    from .app.workspace import Workspace, open_workspace
    from .model.aws.cost_center import CostCenterCosts, DailyCost, LeftOut
    from .model.errors.base import ApportionError, FindingsError, OperationError, WrongUseError
    from .model.findings.finding import Finding, Severity
    from .model.outcome import Explanation, ExplanationNode, Outcome, RulesInForce
    from .model.question import Granularity, Question

__version__ = "0.1.0"

_HOMES = {
    "ApportionError": "model.errors.base",
    "ExplanationNode": "model.outcome",
    "CostCenterCosts": "model.aws.cost_center",
    "DailyCost": "model.aws.cost_center",
    "Explanation": "model.outcome",
    "Finding": "model.findings.finding",
    "FindingsError": "model.errors.base",
    "Granularity": "model.question",
    "LeftOut": "model.aws.cost_center",
    "OperationError": "model.errors.base",
    "Outcome": "model.outcome",
    "Question": "model.question",
    "RulesInForce": "model.outcome",
    "Severity": "model.findings.finding",
    "Workspace": "app.workspace",
    "WrongUseError": "model.errors.base",
    "allocate_costs": "app.cost_explorer",
    "export_to_csv": "app.cost_explorer",
    "open_workspace": "app.workspace",
}

__all__ = [
    "ApportionError",
    "CostCenterCosts",
    "DailyCost",
    "Explanation",
    "ExplanationNode",
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
