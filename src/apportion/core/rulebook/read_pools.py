"""Read the shared part of a rulebook: pools, their splits, and the owners that may pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from functools import partial

from apportion.model import money
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, add
from apportion.model.rulebook import (
    Condition,
    Dimension,
    Even,
    Fixed,
    IfNothing,
    Limit,
    MissingDays,
    Pool,
    Proportional,
    Split,
    TwoPart,
    Usage,
)
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

from .conditions.parse import only_value, read_condition
from .owner_names import Values
from .yaml.nodes import ListNode, MapNode, Node, TextNode

EVERYONE = "*"
_HUNDRED = Decimal(100)


def read_pools(
    node: Node | None,
    *,
    dimensions: Sequence[Dimension],
    owner: str,
    findings: list[Finding],
) -> tuple[Pool, ...]:
    """Read pools, already checked for form; `owner` is the dimension whose values carry cost."""
    items = (
        [item for item in node.items if isinstance(item, MapNode)]
        if isinstance(node, ListNode)
        else []
    )
    reader = _Reader(items, dimensions, owner, findings)
    pools = [pool for item in items if (pool := reader.read(item)) is not None]
    _check_names(pools, reader.values, findings)
    return tuple(pools)


class _Reader:
    """Reads pools by the names that they may use. `values` is None if the owner has a finding."""

    def __init__(
        self,
        items: Iterable[MapNode],
        dimensions: Sequence[Dimension],
        owner: str,
        findings: list[Finding],
    ) -> None:
        self._dimensions = [dimension.name for dimension in dimensions]
        self._owner = owner
        self._pools = [_text(item, "name") for item in items]
        self._findings = findings
        self._add = partial(add, findings)
        found = next((one for one in dimensions if one.name == owner), None)
        self.values = Values(found) if found else None

    def read(self, node: MapNode) -> Pool | None:
        """Read one pool; None if its condition or split has a finding."""
        where = node.get("where")
        condition = self._condition(where)
        split = self._split(node.get("split"))
        to = self._owners(node.get("to"))
        within = self._within(node.get("within"))
        limits = self._limits(node.get("limits"))
        given = node.get("owner")
        owner = self._name(given) if isinstance(given, TextNode) else ""
        if condition is None or split is None:
            return None
        pool = Pool(
            name=_text(node, "name"),
            where=condition,
            split=split,
            to=to,
            within=within,
            if_nothing=IfNothing(_text(node, "if_nothing_to_split_by") or IfNothing.KEEP),
            limits=limits,
            owner=owner or only_value(condition, self._owner),
            place=node.place,
        )
        _check_payers(pool, self._findings)
        _check_limits(pool, self._findings)
        return pool

    def _condition(self, node: Node | None) -> Condition | None:
        if not isinstance(node, TextNode):
            return None
        return read_condition(
            node.text, place=node.place, dimensions=self._dimensions, findings=self._findings
        )

    def _split(self, node: Node | None) -> Split | None:
        if isinstance(node, MapNode):
            floor, rest = _parts(node.get("two_part"))
            if isinstance(floor, MapNode):
                first = Fixed(self._percents(floor, at_most=True))
                second = self._simple(rest)
                return TwoPart(first, second) if second else None
            fixed = node.get("fixed")
            if isinstance(fixed, MapNode):
                return Fixed(self._percents(fixed, at_most=False))
        return self._simple(node)

    def _simple(self, node: Node | None) -> Even | Proportional | Usage | None:
        if isinstance(node, TextNode):
            return Even() if node.text == "even" else Proportional(None)
        if not isinstance(node, MapNode):
            return None
        usage = node.get("usage")
        if isinstance(usage, TextNode):
            return Usage(usage.text, MissingDays.MONTH)
        if isinstance(usage, MapNode):
            days = MissingDays(_text(usage, "missing_days") or MissingDays.MONTH)
            return Usage(_text(usage, "file"), days)
        condition = self._condition(node.get("proportional"))
        return Proportional(condition) if condition else None

    def _percents(self, node: MapNode, *, at_most: bool) -> tuple[tuple[str, Decimal], ...]:
        written = [(key, _percent(value)) for key, value in node.entries]
        self._names([key for key, _ in node.entries])
        with localcontext(money.EXACT):
            total = sum((percent for _, percent in written), Decimal(0))
        wrong = total > _HUNDRED if at_most else total != _HUNDRED
        if wrong and node.whole:
            expected = "at most 100" if at_most else "100"
            subject = "the percents of the floor" if at_most else "the percents"
            remedy = "" if at_most else "For equal parts, write `split: even` with `to`."
            self._add(rules.NOT_A_HUNDRED, node.place, subject, expected, f"{total}", remedy)
        return tuple((self._meant(key), percent) for key, percent in written)

    def _owners(self, node: Node | None) -> tuple[str, ...]:
        items = node.items if isinstance(node, ListNode) else ()
        return self._names([item for item in items if isinstance(item, TextNode)])

    def _limits(self, node: Node | None) -> tuple[Limit, ...]:
        if not isinstance(node, MapNode):
            return ()
        self._names([key for key, _ in node.entries if key.text != EVERYONE])
        limits: list[Limit] = []
        for key, value in node.entries:
            least, most = (
                value.get(name) if isinstance(value, MapNode) else None for name in ("min", "max")
            )
            if isinstance(value, MapNode) and not value.entries and value.whole:
                self._add(rules.EMPTY, value.place, "a limit is empty", "min or max")
            owner = key.text if key.text == EVERYONE else self._meant(key)
            limits.append(
                Limit(owner, _percent(least) if least else None, _percent(most) if most else None)
            )
        return tuple(limits)

    def _within(self, node: Node | None) -> str:
        if not isinstance(node, TextNode):
            return ""
        others = [name for name in self._dimensions if name != self._owner]
        if node.text not in others:
            same = node.text == self._owner
            subject = f"within {shown(node.text)}"
            expected = f"a dimension: {join_words(others)}" if others else "a second dimension"
            found = "the dimension of the owners" if same else "no dimension"
            remedy = "" if same else did_you_mean(node.text, others)
            self._add(rules.WRONG_PARTITION, node.place, subject, expected, found, remedy)
        return node.text

    def _names(self, nodes: Sequence[TextNode]) -> tuple[str, ...]:
        """Read a list of owners; unknown and repeated ones are findings."""
        names = [self._name(node) for node in nodes]
        for name, count in Counter(names).items():
            if count > 1:
                spellings = [
                    shown(n.text) for n, meant in zip(nodes, names, strict=True) if meant == name
                ]
                again = [n for n, meant in zip(nodes, names, strict=True) if meant == name][1]
                subject = f"{shown(name)} is named twice"
                self._add(
                    rules.NAMED_TWICE, again.place, subject, found=join_words(spellings, last="and")
                )
        return tuple(dict.fromkeys(names))

    def _name(self, node: TextNode) -> str:
        """Read one owner, in the spelling of the rulebook."""
        name = self._meant(node)
        if self.values and name not in self._pools and self.values.canonical(name) is None:
            known = [*self.values.names, *self._pools]
            subject = f"{self._owner} has no value {shown(name)}"
            remedy = did_you_mean(name, known)
            self._add(
                rules.UNKNOWN_OWNER,
                node.place,
                subject,
                f"one of {join_words(known)}",
                remedy=remedy,
            )
        return name

    def _meant(self, node: TextNode) -> str:
        written = node.text.strip()
        if self.values is None or written in self._pools:
            return written
        return self.values.canonical(written) or written


def _check_names(pools: Sequence[Pool], values: Values | None, findings: list[Finding]) -> None:
    """Find names of pools that are used twice, or that an owner has."""
    named: dict[str, Pool] = {}
    owned: dict[str, Pool] = {}
    for pool in pools:
        before = named.setdefault(pool.name, pool)
        if before is not pool:
            subject = f"a second pool is called {shown(pool.name)}"
            found = f"the first in line {before.place.line}"
            add(findings, rules.SAME_POOL, pool.place, subject, found=found)
        before = owned.setdefault(pool.owner, pool) if pool.owner else pool
        if before is not pool:
            both = f"{shown(before.name)} and {shown(pool.name)}"
            subject = f"{both} both pass on the cost of {shown(pool.owner)}"
            add(
                findings,
                rules.SAME_OWNER,
                pool.place,
                subject,
                remedy="Merge them, or set `owner:`.",
            )
    owners = {*owned, *(values.names if values else ())}
    for pool in pools:
        meant = values.canonical(pool.name) if values else None
        for owner in sorted(owners & {pool.name, meant} - {pool.owner}):
            subject = f"the pool {shown(pool.name)} is called like the owner {shown(owner)}"
            remedy = "Give it another name."
            add(findings, rules.POOL_NAMED_LIKE_OWNER, pool.place, subject, remedy=remedy)


def _check_payers(pool: Pool, findings: list[Finding]) -> None:
    stated = [owner for owner, _ in _fixed(pool).percents]
    for name in dict.fromkeys([*pool.to, *stated]):
        if name in (pool.owner, pool.name):
            subject = f"{shown(pool.name)} pays itself as {shown(name)}"
            remedy = "To keep a part, leave that part out of `where`."
            add(findings, rules.PAYS_ITSELF, pool.place, subject, remedy=remedy)
    for name in dict.fromkeys([*stated, *(limit.owner for limit in pool.limits)]):
        if pool.to and name not in pool.to and name != EVERYONE:
            subject = f"{shown(name)} has a share of {shown(pool.name)} and is not in `to`"
            add(
                findings,
                rules.OWNER_NOT_IN_TO,
                pool.place,
                subject,
                f"one of {join_words(pool.to)}",
            )


def _check_limits(pool: Pool, findings: list[Finding]) -> None:
    for limit in pool.limits:
        if limit.least is not None and limit.most is not None and limit.least > limit.most:
            subject = f"the limits of {shown(limit.owner)} cross"
            found = f"min {limit.least} and max {limit.most}"
            add(findings, rules.IMPOSSIBLE_LIMITS, pool.place, subject, "min below max", found)
    own = {limit.owner: limit for limit in pool.limits if limit.owner != EVERYONE}
    everyone = next(
        (limit for limit in pool.limits if limit.owner == EVERYONE), Limit(EVERYONE, None, None)
    )
    held = [own.get(name, everyone) for name in pool.to] or list(own.values())
    least = sum((limit.least or Decimal(0) for limit in held), Decimal(0))
    most = sum((_HUNDRED if limit.most is None else limit.most for limit in held), Decimal(0))
    if least > _HUNDRED:
        add(
            findings,
            rules.IMPOSSIBLE_LIMITS,
            pool.place,
            "sum of the minimums",
            "at most 100",
            f"{least}",
        )
    if pool.to and most < _HUNDRED:
        add(
            findings,
            rules.IMPOSSIBLE_LIMITS,
            pool.place,
            "sum of the maximums",
            "at least 100",
            f"{most}",
        )


def _fixed(pool: Pool) -> Fixed:
    split = pool.split.floor if isinstance(pool.split, TwoPart) else pool.split
    return split if isinstance(split, Fixed) else Fixed(())


def _parts(node: Node | None) -> tuple[Node | None, Node | None]:
    return (node.get("floor"), node.get("rest")) if isinstance(node, MapNode) else (None, None)


def _percent(node: Node) -> Decimal:
    return Decimal(node.text.rstrip("% ")) if isinstance(node, TextNode) else Decimal(0)


def _text(node: MapNode, key: str) -> str:
    found = node.get(key)
    return found.text.strip() if isinstance(found, TextNode) else ""
