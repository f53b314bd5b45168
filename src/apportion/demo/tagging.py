"""How the people of Larkmoor tag: well for the most part, and wrong in every way we have seen.

Each resource has one style of tagging; docs/explanation/demo.md lists the money of each style.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

#: A tag set as people wrote it: key and value pairs in the order of the keys.
TagSet = tuple[tuple[str, str], ...]


class Style(IntEnum):
    """What is wrong with the cost centre tag of a resource."""

    UNTAGGABLE = 0  # the service bills without a resource
    GOOD = 1
    KEY_VARIANT = 2  # `costcenter` instead of `CostCenter`
    MISSPELT = 3  # `fin100`: can be read
    UNKNOWN = 4  # `TBD`: cannot be read
    MISSING = 5
    INCONSISTENT = 6  # the project's dev resources name another cost centre than prod


#: How people also write a cost centre. The demo's rulebook understands all of these.
MISSPELT: Mapping[str, tuple[str, ...]] = {
    "FIN-100": ("fin100", "Fin-100", "finance 100"),
    "ECOM-200": ("ecom200", "e-com 200", "Online Shop"),
    "SUP-300": ("SUP_300", "supply chain"),
    "STO-400": ("sto 400", "Stores"),
    "MKT-500": ("mkt500", "marketing"),
    "CX-600": ("cx600", "Customer Care"),
    "PLATFORM": ("plattform", "Platform Team"),
    "NETWORK": ("networking",),
    "SECURITY": ("Sec",),
    "DATA": ("data platform", "data-lake"),
}

#: Values that name no cost centre: a letter O for a zero, a centre closed last year, a placeholder.
UNKNOWN = ("TBD", "ECOM-2OO", "FIN-110", "n/a", "changeme")

#: Projects whose non-production resources carry another owner's cost centre.
INCONSISTENT: Mapping[tuple[str, str], str] = {
    ("shop-dev", "recommendations"): "MKT-500",
    ("supply-dev", "delivery"): "ECOM-200",
    ("shop-staging", "catalogue"): "STO-400",
}

#: Chances in a thousand, in the order of Style from KEY_VARIANT to MISSING; the rest is GOOD.
_CHANCES = (80, 60, 20, 100)
_CHANCES_OF = {
    "sandbox": (0, 0, 300, 700),  # it has no cost centre that anyone could name
    "loyalty-prod": (0, 0, 20, 880),
    "finance-prod": (60, 340, 40, 40),
    "contact-centre": (80, 60, 40, 300),
}

_TEAMS = ("falcon", "heron", "kestrel", "lapwing", "plover", "wren")


def style_of(account: str, project: str, draw: int) -> Style:
    """Choose how a resource is tagged; `draw` lies between 0 and 999."""
    if (account, project) in INCONSISTENT and draw < 800:
        return Style.INCONSISTENT
    chances = _CHANCES_OF.get(account, _CHANCES)
    for style, chance in zip(range(Style.KEY_VARIANT, Style.INCONSISTENT), chances, strict=True):
        if draw < chance:
            return Style(style)
        draw -= chance
    return Style.GOOD


@dataclass
class TagSets:
    """Every tag set once; streams refer to them by number. Number 0 has no tags."""

    sets: dict[TagSet, int] = field(default_factory=lambda: {(): 0})

    def number(self, tags: Mapping[str, str]) -> int:
        """Find or add a tag set."""
        return self.sets.setdefault(tuple(sorted(tags.items())), len(self.sets))


def tags_of(
    style: Style, *, account: str, project: str, environment: str, cost_center: str, draw: int
) -> dict[str, str]:
    """Write the tags of one resource; `draw` is any number that belongs to it."""
    if style is Style.UNTAGGABLE:
        return {}
    tags = {"Project": project, "Team": _TEAMS[draw % len(_TEAMS)]}
    if draw % 7:
        key = "env" if draw % 5 == 0 else "Environment"
        tags[key] = "production" if environment == "prod" and draw % 3 == 0 else environment
    if draw % 4:
        tags["ManagedBy"] = "terraform"
    match style:
        case Style.GOOD:
            tags["CostCenter"] = cost_center
        case Style.KEY_VARIANT:
            tags["costcenter"] = cost_center
        case Style.MISSPELT:
            tags["CostCenter"] = MISSPELT[cost_center][draw % len(MISSPELT[cost_center])]
        case Style.UNKNOWN:
            tags["CostCenter"] = UNKNOWN[draw % len(UNKNOWN)]
        case Style.INCONSISTENT:
            tags["CostCenter"] = INCONSISTENT[account, project]
        case _:
            del tags["Team"]
    return tags


def cur_key(key: str) -> str:
    """Write a tag's key as CUR 2.0 does: `CostCenter` becomes `user_cost_center`.

    AWS's own keys (`aws:eks:cluster-name`) become `aws_eks_cluster_name`.
    """
    snake = "".join(
        f"_{letter.lower()}" if letter.isupper() and at and key[at - 1].islower() else letter
        for at, letter in enumerate(key)
    )
    plain = snake.lower().replace(":", "_").replace("-", "_").replace(" ", "_")
    return plain if key.startswith("aws:") else f"user_{plain}"
