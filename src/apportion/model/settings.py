"""Settings: where the ledger, the rulebooks and the files beside them lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

#: The default place of the tag policy.
_TAGS = PurePath("tags.yaml")
#: And its chart map.
_CHART = PurePath("chart.yaml")


@dataclass(frozen=True)
class EngineSettings:
    """What the engine may use: it spills to disk beyond `memory`; 0 threads is one a core."""

    memory: str = "600MB"
    threads: int = 0


@dataclass(frozen=True)
class Settings:
    """Absolute paths, decided once. Nothing else in the program knows where things lie.

    Lookups and drivers are named in the rulebook relative to `drivers`.
    """

    file: str  # the apportion.toml that was read; empty if all settings came from the environment
    ledger: PurePath
    rulebooks: PurePath
    drivers: PurePath
    tags: PurePath = _TAGS  # the tag policy, a file
    chart: PurePath = _CHART  # the chart map for journals, a file
    engine: EngineSettings = field(default_factory=EngineSettings)
    two_people: bool = False  # who prepared an allocation may not approve the close of its month
    remote: str = ""  # s3://… where the ledger is kept; `ledger` is then a copy of it
