"""One delivery that is ingested into one bill: what decides its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from apportion.core.identity import run_id, sha256
from apportion.core.proof import total
from apportion.model.charges import ChargeQueries, SplitCost
from apportion.model.delivery import Delivery, Intent
from apportion.model.hours import join_hours
from apportion.model.manifest import Input, Manifest, Total
from apportion.model.money import from_units
from apportion.ports.bills import Source
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import record


@dataclass(frozen=True)
class DeliveryWork:
    """A delivery of a source, the queries that read it, and its bill; "" until it is known."""

    delivery: Delivery
    queries: ChargeQueries
    bill: str
    inputs: tuple[Input, ...]
    decided_by: tuple[str, ...]
    details: Mapping[str, str]
    intent: Intent
    source: Source

    @classmethod
    def of(
        cls,
        delivery: Delivery,
        queries: ChargeQueries,
        split_cost: SplitCost,
        *,
        details: Mapping[str, str],
        intent: Intent,
        source: Source,
    ) -> DeliveryWork:
        """Collect all that decides the runs of a delivery."""
        mapping = sha256(delivery.mapping.encode())
        # The identity, too: bytes that are described in another way now are ingested again.
        decided_by = ("ingest", delivery.format, mapping, queries.identity, split_cost)
        inputs = tuple(Input("bill", file.name, file.sha256, file.size) for file in delivery.files)
        return cls(delivery, queries, "", inputs, decided_by, details, intent, source)

    @property
    def format(self) -> str:
        """The format and its version."""
        return f"{self.delivery.format} {self.delivery.version}".strip()

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods that the files hold."""
        return tuple(sorted({stated.period for stated in self.delivery.stated}))

    def run_of(self, period: str, part: Manifest | None) -> str:
        """The id of the run of a period, of this delivery alone or together with a part."""
        if part is None:
            return run_id(*self.decided_by, self.bill, period, inputs=self.inputs)
        together = (self.bill, period, "together with", part.run)
        return run_id(*self.decided_by, *together, inputs=self.inputs)

    def hours(self, period: str, part: Manifest | None) -> dict[str, int]:
        """The hours in which charges of a period begin, in this delivery and a part."""
        return join_hours(part.hours if part else {}, self.delivery.hours.get(period, {}))

    def stated(self, period: str) -> list[Total]:
        """The totals that the files state for a period."""
        return [
            total(
                "stated",
                (stated.billing_account, stated.sub_account, stated.currency),
                stated.lines,
                map(from_units, stated.units),
            )
            for stated in self.delivery.stated
            if stated.period == period
        ]


def update_details(current: Manifest, work: DeliveryWork, context: RunContext) -> Manifest:
    """Record a new name of the same bytes, so that the next ingest recognises it."""
    details = {**current.details, **work.details}
    if details == current.details:
        return current
    again = replace(current, at=context.now(), details=details, replaced_bills=())
    return record(again, context)
