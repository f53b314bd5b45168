"""Days that are not billed completely are hatched, and a closed month says who closed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.model.finance.close import Decision
from apportion.usecases.dashboard.run_cache import RunCache
from apportion.web.charts.stacked import NOT_BILLED
from late_bills import TEAMS, deliver_at, four_days, lines_at
from stories import Line, reopened, workspace_in
from web_client import application, as_one_of
from web_ledger import run_cache_of

ACCESS = """\
access: 1
sign_in:
  secret_header: {secret_header: X-Proxy-Secret, secret_from: PROXY_SECRET}
groups:
  finance: everything
  part: {team: [a]}
"""
CHARGES: tuple[Line, ...] = ({"tags": "Team=a", "cost": "4"}, {"tags": "Team=b", "cost": "6"})


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunCache]:
    """The newest delivery holds three whole days and a part of the fourth."""
    folder = tmp_path_factory.mktemp("unfinished") / "month"
    return four_days(folder, CHARGES), run_cache_of(folder)


def page(month: tuple[Path, RunCache], address: str, group: str) -> str:
    folder, runs = month
    with application(folder, runs=runs, access=ACCESS) as client:
        return " ".join(client.get(address, headers=as_one_of(group)).text.split())


def test_days_that_are_not_billed_completely_are_hatched(month: tuple[Path, RunCache]) -> None:
    shown = page(month, "/overview", "finance")
    assert "Hatched days are not billed completely" in shown
    assert "About 6.00 USD more is expected" in shown
    assert NOT_BILLED in shown
    assert "&#34;fillmode&#34;" in shown or '"fillmode"' in shown


@pytest.mark.parametrize("address", ["/overview", "/owners?owner=a"])
def test_a_scope_sees_which_days_and_no_amount_of_others(
    month: tuple[Path, RunCache], address: str
) -> None:
    shown = page(month, address, "part")
    assert "Hatched days are not billed completely" in shown
    assert "more is expected" not in shown
    assert NOT_BILLED not in shown


def test_a_closed_month_says_who_closed_it_to_those_who_see_all(tmp_path: Path) -> None:
    workspace_in(tmp_path / "month", TEAMS)
    folder, made = tmp_path / "month", "2026-10-02T00:00:00Z"
    deliver_at(folder, lines_at(made, first="2026-09-01", days=30, charges=CHARGES), made)
    reopened(folder).allocate(["2026-09"])
    runs = run_cache_of(folder)
    assert "is closed" not in page((folder, runs), "/overview", "finance")
    reopened(folder).close.close("2026-09", Decision("R. Vega", "Day 5"))
    assert runs.refresh(), "the ledger has another version"
    whole, part = (page((folder, runs), "/overview", group) for group in ("finance", "part"))
    assert 'class="state closed"' in whole
    assert "by R. Vega." in whole
    assert 'class="state closed"' in part
    assert "Vega" not in part
