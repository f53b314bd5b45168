"""Exports of AWS Billing: the wanted ones, the existing ones, and the call that creates one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .export import S3Location


class Table(StrEnum):
    """The tables that a bill can be exported from, as one writes them."""

    CUR_2 = "cur-2.0"
    FOCUS_1_2 = "focus-1.2"
    FOCUS_1_0 = "focus-1.0"


class TimeSteps(StrEnum):
    """The time unit of usage."""

    HOURLY = "hourly"
    DAILY = "daily"
    MONTHLY = "monthly"


class Rewriting(StrEnum):
    """What a refresh does with the files of the one before."""

    OVERWRITE = "overwrite"
    CREATE_NEW = "create-new"


@dataclass(frozen=True)
class WantedExport:
    """An export to be. Its name is the last part of the place, below which it will lie."""

    place: S3Location
    table: Table = Table.CUR_2
    steps: TimeSteps = TimeSteps.DAILY
    rewriting: Rewriting = Rewriting.OVERWRITE
    split_cost: bool = False  # the cost of clusters by pod, as rows of their own
    csv: bool = False  # gzipped, in place of Parquet


@dataclass(frozen=True)
class Export:
    """An export that there is: AWS's own description of it, and how it is."""

    arn: str
    definition: Mapping[str, object]  # as GetExport has it under `Export`
    status: str
    reason: str
    refreshed: str  # when; empty if it never was


@dataclass(frozen=True)
class Call:
    """A call to AWS as data: `operation` is boto3's name for it."""

    service: str
    operation: str
    parameters: Mapping[str, object]
