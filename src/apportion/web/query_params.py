"""The query parameters of pages, files and the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class PageQuery(BaseModel):
    """The parameters of every page."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[
        str,
        Field(
            default="",
            pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$",
            description="Billing month, for example 2026-09. Default: the newest month.",
        ),
    ]
    currency: Annotated[
        str,
        Field(
            default="",
            max_length=20,
            description="Show amounts in this currency. Default: the rulebook's currency.",
        ),
    ]
    as_of: Annotated[
        str,
        Field(
            default="",
            max_length=64,
            pattern=r"^[0-9A-Za-z:.-]*$",
            description="Show an earlier allocation: a run id, or a time such as "
            "2026-10-09T06:12Z. Default: the newest allocation.",
        ),
    ]

    def page_params(self) -> dict[str, str]:
        """The parameters of this page only."""
        shared = set(PageQuery.model_fields)
        return {k: v for k, v in self.model_dump().items() if v and k not in shared}


class OverviewQuery(PageQuery):
    """The parameters of the overview."""

    by: Annotated[
        str,
        Field(
            default="",
            max_length=200,
            description="Group days and changes by this column: SubAccountId, ServiceName, "
            "ChargeCategory or a dimension. Default: owner.",
        ),
    ]


class FlowQuery(PageQuery):
    """The parameters of the flow."""

    by: Annotated[
        str,
        Field(
            default="",
            pattern="^(SubAccountId|ServiceName)?$",
            description="Column on the left: SubAccountId or ServiceName. Default: SubAccountId.",
        ),
    ]
    origin: Annotated[
        str,
        Field(default="", max_length=500, description="Only cost of this account or service."),
    ]
    allocated_by: Annotated[
        str,
        Field(
            default="",
            max_length=500,
            description="Only cost that this source allocated, for example tag:costcenter or "
            "pool platform.",
        ),
    ]
    owner: Annotated[str, Field(default="", max_length=500, description="Only cost of this owner.")]


class OwnersQuery(PageQuery):
    """The parameters of the owners page."""

    owner: Annotated[
        str, Field(default="", max_length=500, description="An owner. Default: all owners.")
    ]


class PoolsQuery(PageQuery):
    """The parameters of the pools page."""

    pool: Annotated[
        str, Field(default="", max_length=500, description="A pool. Default: all pools.")
    ]


class TagsQuery(PageQuery):
    """The parameters of the tags page."""

    by: Annotated[
        str,
        Field(
            default="",
            max_length=200,
            description="Rows of the heat map: SubAccountId, ServiceName, #owner or a dimension. "
            "Default: SubAccountId.",
        ),
    ]
    tag: Annotated[
        str,
        Field(default="", max_length=500, description="List resources without this tag."),
    ]


class ProofQuery(PageQuery):
    """The parameters of the proof."""

    by: Annotated[
        str,
        Field(
            default="",
            pattern="^(account)?$",
            description="`account`: one row for each account. Default: one row for each payer.",
        ),
    ]


class RulesQuery(PageQuery):
    """The parameters of the rules page."""


class ExplainQuery(PageQuery):
    """The figure to explain: one of owner, pool or resource; or a part of an owner's cost."""

    owner: Annotated[
        str, Field(default="", max_length=500, description="Explain the cost of this owner.")
    ]
    pool: Annotated[
        str, Field(default="", max_length=500, description="Explain the cost of this pool.")
    ]
    resource: Annotated[
        str,
        Field(default="", max_length=2000, description="Explain the owners of this resource."),
    ]
    share_of: Annotated[
        str,
        Field(default="", max_length=500, description="Only the owner's share of this pool."),
    ]
    column: Annotated[
        str,
        Field(
            default="",
            max_length=200,
            description="Only the owner's direct cost with `value` in this column.",
        ),
    ]
    value: Annotated[str, Field(default="", max_length=2000, description="The value in `column`.")]
    day: Annotated[
        str,
        Field(
            default="",
            pattern=r"^(\d{4}-\d{2}-\d{2})?$",
            description="Only the owner's cost of this day.",
        ),
    ]
