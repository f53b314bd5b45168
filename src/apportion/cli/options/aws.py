"""Options of commands that act in AWS with more than a profile, and days as people write them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

RoleOption = Annotated[
    str,
    typer.Option("--role-arn", metavar="ARN", help="Assume this IAM role."),
]


def day_of(written: str, option: str) -> date | None:
    """Read the value of an option that is a day; empty is none. Raises NotADayError."""
    from apportion.model.errors.plans import NotADayError

    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise NotADayError(option, written) from error
