"""The adapters of a run, its clock, and a listener for its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apportion.engines.engine_lines import EngineLines
from apportion.model.manifest import Input
from apportion.ports.engine import Engine
from apportion.ports.ledger import Ledger
from apportion.ports.lines import OpenLines
from apportion.ports.progress import Advance, Say, ignore_share

if TYPE_CHECKING:
    from apportion.usecases.runs.load_rules import Rules


@dataclass(frozen=True)
class RunContext:
    """`now` gives UTC time as ISO 8601; `say` and `advance` receive the steps of the work.

    `whole` are the runs whose files this process has compared with the proved totals, by day or by
    month: files of the ledger never change, so once is enough. `rules` are the rules that it has
    read, by the names and hashes of their files. `open_lines` opens the lines of a bill; by default
    the engine reads them.
    """

    ledger: Ledger
    engine: Engine
    now: Callable[[], str]
    say: Say
    version: str
    whole: set[tuple[str, bool]] = field(default_factory=set)
    advance: Advance = ignore_share
    rules: dict[tuple[Input, ...], Rules] = field(default_factory=dict)
    open_lines: OpenLines = EngineLines
