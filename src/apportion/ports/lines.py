"""The lines of a bill: what reads every one of them.

After it a month is keys and costs, about 1.5 % of the lines. Keys are described, labelled and split
by the run's engine, whatever reads the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from apportion.model.delivery import Encoding
from apportion.model.lines import LinesQuery
from apportion.model.relation import Relation

from .engine import Engine


class Lines(Protocol):
    """The lines of one bill, columns united by name.

    Columns are as delivered, with `#file` and `#row`: the place of the file in the bill, and of
    the line in the file, both from zero; NULL for CSV.
    """

    @property
    def bill(self) -> Relation:
        """The lines as a relation of the run's engine, for checks that read few of them."""

    def add_up(self, query: LinesQuery, folder: str) -> Mapping[str | None, list[str]]:
        """Add the lines up into Parquet files in a folder.

        Returns the files of each period, with lines of unreadable periods under None; no files
        where there are no lines.
        """

    def fetch(self, places: Relation) -> Iterator[Relation]:
        """Make relations of the lines at `places` (`File`, `Row`), for the run's engine.

        Each line comes once. A relation is read before the next one is made; the first one comes
        even without lines. Only for lines with places.
        """


#: Opens the files of a bill, beside the engine of a run.
OpenLines = Callable[[Engine, Sequence[str], Encoding], Lines]
