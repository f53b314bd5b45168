"""The columns of a bill as delivered, found by what their names mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from apportion.model.delivery import Delivery, Encoding


class RawColumnKind(Enum):
    """What a raw column holds, as far as reading it differs."""

    CSV_TEXT = auto()  # may say NULL in words
    TEXT = auto()
    BYTES = auto()
    DOUBLE = auto()
    FLOAT = auto()
    EXACT = auto()  # integers and decimals
    DATE = auto()
    TIME = auto()
    ZONED_TIME = auto()
    TEXT_MAP = auto()
    MAP = auto()
    NESTED = auto()  # structs and lists
    FLAG = auto()
    OTHER = auto()


@dataclass(frozen=True)
class RawColumn:
    """One column: its name as delivered, and how to read it.

    `ten_places` means that each of its values is a DOUBLE that `DECIMAL(18, 10)` holds exactly.
    `written` is the name in the file's header, which the engine's name is not where two names
    differ in case alone.
    """

    name: str
    kind: RawColumnKind
    ten_places: bool = False
    written: str = ""

    @property
    def key(self) -> str:
        """The name that values of the column go by."""
        return self.written or self.name

    @property
    def holds_text(self) -> bool:
        """Whether the column is text, in which anything may stand."""
        return self.kind in (RawColumnKind.CSV_TEXT, RawColumnKind.TEXT, RawColumnKind.BYTES)

    @property
    def is_map(self) -> bool:
        """Whether the column is a map, in which every key comes once."""
        return self.kind in (RawColumnKind.TEXT_MAP, RawColumnKind.MAP)

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers."""
        return self.kind in (RawColumnKind.DOUBLE, RawColumnKind.FLOAT, RawColumnKind.EXACT)


#: Prefixes that CUR writes twice (`line_item_line_item_type`), without separators.
_SECTIONS = ("lineitem", "product", "reservation", "savingsplan", "capacityreservation")
_KINDS = (
    (r"VARCHAR|JSON|UUID|ENUM\b.*", RawColumnKind.TEXT),
    (r"BLOB", RawColumnKind.BYTES),
    (r"BOOLEAN", RawColumnKind.FLAG),
    (r"DOUBLE", RawColumnKind.DOUBLE),
    (r"FLOAT|REAL", RawColumnKind.FLOAT),
    (r"DECIMAL\b.*|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", RawColumnKind.EXACT),
    (r"DATE", RawColumnKind.DATE),
    (r"TIMESTAMP WITH TIME ZONE|TIMESTAMPTZ.*", RawColumnKind.ZONED_TIME),
    (r"TIMESTAMP.*|DATETIME", RawColumnKind.TIME),
    (r".*\[\d*\]|STRUCT\b.*", RawColumnKind.NESTED),
    (r"MAP\(VARCHAR, ?VARCHAR\)", RawColumnKind.TEXT_MAP),
    (r"MAP\b.*", RawColumnKind.MAP),
)


def normal_name(name: str) -> str:
    """Write a column name without case, separators and doubled prefixes, to compare it.

    >>> normal_name("lineItem/LineItemType"), normal_name("line_item_line_item_type")
    ('lineitemtype', 'lineitemtype')
    >>> normal_name("savingsPlan/SavingsPlanARN") == normal_name("savings_plan_savings_plan_a_r_n")
    True
    """
    letters = re.sub(r"[\W_]+", "", name.casefold())
    for section in _SECTIONS:
        if letters.startswith(section * 2):
            return letters.removeprefix(section)
    return letters


@dataclass(frozen=True)
class RawColumns:
    """All columns of a bill, by normal name; where several share one, the first is meant."""

    by_name: Mapping[str, tuple[RawColumn, ...]]

    @classmethod
    def of(cls, delivery: Delivery) -> RawColumns:
        """Sort the columns of a delivery."""
        return cls.by_normal_name(
            RawColumn(
                name,
                _kind(sql_type, delivery.encoding),
                name in delivery.ten_places,
                delivery.written.get(name, ""),
            )
            for name, sql_type in delivery.columns.items()
        )

    @classmethod
    def by_normal_name(cls, columns: Iterable[RawColumn]) -> RawColumns:
        """Sort columns, those of one normal name in their order."""
        found: dict[str, tuple[RawColumn, ...]] = {}
        for column in columns:
            normal = normal_name(column.name)
            found[normal] = (*found.get(normal, ()), column)
        return cls(found)

    def find(self, name: str) -> RawColumn | None:
        """Find the column that a mapping means by a name."""
        found = self.by_name.get(normal_name(name))
        return found[0] if found else None

    def has(self, names: Sequence[str]) -> bool:
        """Whether all of these columns exist."""
        return all(self.find(name) for name in names)

    def flat(self, name: str) -> tuple[tuple[str, RawColumn], ...]:
        """List the columns that hold one key each of what could be a map, with the raw key.

        `resourceTags/user:Project` and Athena's `resource_tags_user_project` belong to
        `resource_tags`; the key stays as it is written. They come by name, for order means nothing.
        """
        prefix = re.compile(
            f"(?:{re.escape(name.replace('_', ''))}/|{re.escape(name)}_)", re.IGNORECASE
        )
        return tuple(
            (column.key[match.end() :], column)
            for column in sorted(self.all(), key=lambda column: column.name)
            if (match := prefix.match(column.key)) and match.end() < len(column.key)
        )

    def all(self) -> list[RawColumn]:
        """List all columns."""
        return [column for columns in self.by_name.values() for column in columns]

    def names(self) -> list[str]:
        """List the raw names."""
        return [column.name for column in self.all()]


def _kind(sql_type: str, encoding: Encoding) -> RawColumnKind:
    if encoding is Encoding.CSV:
        return RawColumnKind.CSV_TEXT
    written = sql_type.strip().upper()
    return next(
        (kind for form, kind in _KINDS if re.fullmatch(form, written, re.DOTALL)),
        RawColumnKind.OTHER,
    )
