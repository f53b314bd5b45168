"""What an address may ask of a page, for pages, files and the API alike."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class PageQuery(BaseModel):
    """What every page can be asked."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[
        str,
        Field(
            default="",
            pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$",
            description="The billing month, like 2026-09; the newest one if empty.",
        ),
    ]
    currency: Annotated[
        str,
        Field(
            default="",
            max_length=20,
            description="Amounts in this currency; the rulebook's if empty. They are never added.",
        ),
    ]
    as_of: Annotated[
        str,
        Field(
            default="",
            max_length=64,
            pattern=r"^[0-9A-Za-z:.-]*$",
            description="As it stood at a run's end or at a time, not now.",
        ),
    ]

    def own(self) -> dict[str, str]:
        """The parameters that are this page's alone."""
        shared = set(PageQuery.model_fields)
        return {k: v for k, v in self.model_dump().items() if v and k not in shared}


class OverviewQuery(PageQuery):
    """What the overview can be asked."""

    by: Annotated[
        str,
        Field(
            default="",
            max_length=200,
            description="Tell days and movers apart by this column: SubAccountId, ServiceName, "
            "ChargeCategory or a dimension; by owner if empty.",
        ),
    ]


class FlowQuery(PageQuery):
    """What the flow can be asked."""

    left: Annotated[
        str,
        Field(
            default="",
            pattern="^(SubAccountId|ServiceName)?$",
            description="What stands at the left: SubAccountId or ServiceName.",
        ),
    ]
    origin: Annotated[str, Field(default="", max_length=500, description="Only from here.")]
    how: Annotated[
        str,
        Field(default="", max_length=500, description="Only what was allocated in this way."),
    ]
    owner: Annotated[str, Field(default="", max_length=500, description="Only to this owner.")]


class OwnersQuery(PageQuery):
    """What the owners' page can be asked."""

    name: Annotated[
        str, Field(default="", max_length=500, description="An owner; all of them if empty.")
    ]


class PoolsQuery(PageQuery):
    """What the pools' page can be asked."""

    pool: Annotated[
        str, Field(default="", max_length=500, description="A pool; all of them if empty.")
    ]


class TagsQuery(PageQuery):
    """What the tags' page can be asked."""

    by: Annotated[
        str,
        Field(
            default="",
            max_length=200,
            description="The rows of the heat map: SubAccountId, ServiceName, #owner or a "
            "dimension.",
        ),
    ]
    tag: Annotated[
        str,
        Field(default="", max_length=500, description="List resources that lack this tag."),
    ]


class ProofQuery(PageQuery):
    """What the proof can be asked."""

    by: Annotated[
        str,
        Field(default="", pattern="^(account)?$", description="`account`: a line for each."),
    ]


class RulesQuery(PageQuery):
    """What the rules' page can be asked."""


class ExplainQuery(PageQuery):
    """What can be explained: an owner, a pool or a resource, or a part of an owner's charges."""

    owner: Annotated[str, Field(default="", max_length=500, description="Who pays.")]
    pool: Annotated[str, Field(default="", max_length=500, description="What a pool holds.")]
    resource: Annotated[str, Field(default="", max_length=2000, description="Who pays a resource.")]
    of: Annotated[
        str, Field(default="", max_length=500, description="The owner's share of this pool.")
    ]
    cut: Annotated[
        str,
        Field(
            default="",
            max_length=200,
            description="A column: only the owner's charges with `value` in it.",
        ),
    ]
    value: Annotated[str, Field(default="", max_length=2000, description="The value in `cut`.")]
    day: Annotated[
        str,
        Field(
            default="",
            pattern=r"^(\d{4}-\d{2}-\d{2})?$",
            description="Only what the owner pays for this day.",
        ),
    ]
