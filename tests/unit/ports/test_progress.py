"""Parts of a step are added up, whichever thread reports them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from apportion.ports.progress import Progress, Sum


def test_parts_are_added_up() -> None:
    shares: list[tuple[int, int]] = []
    parts = Sum(10, lambda done, total: shares.append((done, total)))
    parts.add(4)
    parts.add(6)
    parts.add(-6)
    assert shares == [(4, 10), (10, 10), (4, 10)]


def test_no_part_of_any_thread_is_lost() -> None:
    shares: list[int] = []
    parts = Sum(1000, lambda done, _total: shares.append(done))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(parts.add, [1] * 1000))
    assert shares == list(range(1, 1001))


def test_calling_it_begins_a_step() -> None:
    steps: list[str] = []
    Progress(steps.append)("reading")
    assert steps == ["reading"]
