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
    from .app.accounts import Accounts
    from .app.close import Close
    from .app.cost_categories import CostCategories
    from .app.cost_explorer import allocate_costs, export_to_csv
    from .app.invoices import Invoices
    from .app.journals import Journals
    from .app.nowcast import Nowcast
    from .app.publishing import Publishing
    from .app.retention import Expiry
    from .app.tags import Tags
    from .app.workspace import Workspace, open_workspace
    from .model.aws.cost_center import CostCenterCosts, DailyCost, LeftOut
    from .model.aws.cost_query import By
    from .model.aws.export import S3Location, Taking
    from .model.charges import SplitCost
    from .model.errors.base import ApportionError, FindingsError, OperationError, WrongUseError
    from .model.finance.close import Decision
    from .model.findings.finding import Finding, Severity
    from .model.outcome import Explanation, ExplanationNode, Outcome, RulesInForce
    from .model.question import Granularity, Question
    from .model.settings import Settings
    from .ports.bills import Bucket, CostReports
    from .usecases.reports.review_topics import Review

__version__ = "0.1.0"

_HOMES = {
    "Accounts": "app.accounts",
    "ApportionError": "model.errors.base",
    "Bucket": "ports.bills",
    "By": "model.aws.cost_query",
    "Close": "app.close",
    "CostCategories": "app.cost_categories",
    "CostCenterCosts": "model.aws.cost_center",
    "CostReports": "ports.bills",
    "DailyCost": "model.aws.cost_center",
    "Decision": "model.finance.close",
    "Expiry": "app.retention",
    "Explanation": "model.outcome",
    "ExplanationNode": "model.outcome",
    "Finding": "model.findings.finding",
    "FindingsError": "model.errors.base",
    "Granularity": "model.question",
    "Invoices": "app.invoices",
    "Journals": "app.journals",
    "LeftOut": "model.aws.cost_center",
    "OperationError": "model.errors.base",
    "Outcome": "model.outcome",
    "Nowcast": "app.nowcast",
    "Publishing": "app.publishing",
    "Question": "model.question",
    "Review": "usecases.reports.review_topics",
    "RulesInForce": "model.outcome",
    "S3Location": "model.aws.export",
    "Settings": "model.settings",
    "Severity": "model.findings.finding",
    "SplitCost": "model.charges",
    "Tags": "app.tags",
    "Taking": "model.aws.export",
    "Workspace": "app.workspace",
    "WrongUseError": "model.errors.base",
    "allocate_costs": "app.cost_explorer",
    "export_to_csv": "app.cost_explorer",
    "open_workspace": "app.workspace",
}

__all__ = [
    "Accounts",
    "ApportionError",
    "Bucket",
    "By",
    "Close",
    "CostCategories",
    "CostCenterCosts",
    "CostReports",
    "DailyCost",
    "Decision",
    "Expiry",
    "Explanation",
    "ExplanationNode",
    "Finding",
    "FindingsError",
    "Granularity",
    "Invoices",
    "Journals",
    "LeftOut",
    "Nowcast",
    "OperationError",
    "Outcome",
    "Publishing",
    "Question",
    "Review",
    "RulesInForce",
    "S3Location",
    "Settings",
    "Severity",
    "SplitCost",
    "Tags",
    "Taking",
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
