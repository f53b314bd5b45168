"""Accounts from CSV or JSON files, for users without access to AWS Organizations.

CSV has one line for each account; with `valid_from` or `valid_to`, one for each range of days.
JSON is a list of accounts, or the output of `aws organizations list-accounts`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from apportion.core.rulebook.inputs.csv_rows import capped, read_csv, read_day
from apportion.model.aws.accounts import Account, DateRange
from apportion.model.findings import accounts as codes
from apportion.model.findings.finding import Finding, Place, add, failing
from apportion.model.findings.rules import WRONG_DATE
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

_SHORT_ID = re.compile(r"\d{1,11}", re.ASCII)
_TAG = "tag:"
#: The names that a column may have, in lower case and without separators.
_NAMES = {
    "account": ("account", "accountid", "subaccountid", "id"),
    "name": ("name", "accountname", "subaccountname"),
    "unit": ("unit", "organizationalunit", "xorganizationalunit", "ou"),
    "state": ("state", "status"),
    "valid_from": ("validfrom",),
    "valid_to": ("validto",),
}
_KNOWN = {name: field for field, names in _NAMES.items() for name in names}
#: Fields of `aws organizations list-accounts` that are not used.
_PASSED_OVER = {
    "arn",
    "email",
    "joinedmethod",
    "joinedtimestamp",
    "paths",
    "organization",
    "synced",
}


@dataclass(frozen=True)
class AccountsFile:
    """The accounts of a file as they are now, or, if `dated`, their whole history."""

    stretches: tuple[DateRange, ...]
    dated: bool

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts as they are."""
        return tuple(each.account for each in self.stretches)


def read_accounts(
    text: str, *, name: str, today: date
) -> tuple[AccountsFile | None, list[Finding]]:
    """Read a file of accounts; None if any finding fails."""
    findings: list[Finding] = []
    is_json = text.lstrip("\ufeff \t\r\n").startswith(("[", "{"))
    records = (_of_json if is_json else _of_csv)(text, name, findings)
    dated = any("valid_from" in fields or "valid_to" in fields for _, fields, _ in records)
    read = (_stretch(place, fields, tags, today, findings) for place, fields, tags in records)
    stretches = tuple(each for each in read if each is not None)
    _check_twice(stretches, name, findings)
    if failing(findings):
        return None, capped(findings, name)
    return AccountsFile(stretches, dated), capped(findings, name)


#: Where an account stands, its fields by our names, and its tags.
_Record = tuple[Place, Mapping[str, str], Mapping[str, str]]


def _of_csv(text: str, name: str, findings: list[Finding]) -> list[_Record]:
    sheet = read_csv(text, name=name, findings=findings)
    if sheet is None:
        return []
    place = Place(name, 1)
    fields: dict[str, int] = {}
    tags: dict[str, int] = {}
    for at, written in enumerate(sheet.header):
        if written.lower().startswith(_TAG) and written[len(_TAG) :].strip():
            tags[written[len(_TAG) :].strip()] = at
        elif (field := _field(written)) is not None:
            fields[field] = at
        elif _bare(written) not in _PASSED_OVER:
            _unknown(written, place, findings)
    if "account" not in fields:
        add(findings, codes.WRONG_ACCOUNTS_FILE, place, "no column of account ids", "account")
        return []
    return [
        (
            Place(name, row.line),
            {field: row.fields[at] for field, at in fields.items()},
            {key: row.fields[at] for key, at in tags.items() if row.fields[at]},
        )
        for row in sheet.rows
    ]


def _of_json(text: str, name: str, findings: list[Finding]) -> list[_Record]:
    place = Place(name)
    try:
        parsed = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        add(findings, codes.WRONG_ACCOUNTS_FILE, place, "not JSON", found=shown(str(error)))
        return []
    if isinstance(parsed, dict):
        parsed = next((parsed[key] for key in parsed if key.lower() == "accounts"), None)
    if not isinstance(parsed, list) or not all(isinstance(each, dict) for each in parsed):
        add(
            findings,
            codes.WRONG_ACCOUNTS_FILE,
            place,
            "no list of accounts",
            '{"accounts": […]}',
        )
        return []
    return [_of_object(each, Place(name, at), findings) for at, each in enumerate(parsed, 1)]


def _of_object(parsed: Mapping[str, object], place: Place, findings: list[Finding]) -> _Record:
    fields: dict[str, str] = {}
    tags: dict[str, str] = {}
    for key, value in parsed.items():
        if key.lower() == "tags":
            tags = _tags_of(value, place, findings)
        elif (field := _field(key)) is not None and isinstance(value, str | None):
            # `State` and `Status` may both be there; a later empty one is ignored.
            fields[field] = value or fields.get(field, "")
        elif field is not None:
            add(
                findings,
                codes.WRONG_ACCOUNTS_FILE,
                place,
                f"{key} is not a text",
                found=shown(str(value)),
            )
        elif _bare(key) not in _PASSED_OVER:
            _unknown(key, place, findings)
    return place, fields, tags


def _tags_of(value: object, place: Place, findings: list[Finding]) -> dict[str, str]:
    """Read `{"Key": "value"}`, or AWS's list of `{"Key": …, "Value": …}`."""
    if isinstance(value, list) and all(isinstance(tag, dict) and "Key" in tag for tag in value):
        value = {tag["Key"]: tag.get("Value", "") for tag in value}
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return {str(key): each for key, each in value.items() if each}
    subject, expected = "the tags cannot be read", '{"CostCenter": "FIN-100"}'
    add(findings, codes.WRONG_ACCOUNTS_FILE, place, subject, expected, shown(str(value)))
    return {}


def _stretch(
    place: Place,
    fields: Mapping[str, str],
    tags: Mapping[str, str],
    today: date,
    findings: list[Finding],
) -> DateRange | None:
    id_ = fields.get("account", "").strip()
    if not id_:
        add(findings, codes.WRONG_ACCOUNTS_FILE, place, "the account has no id")
        return None
    if _SHORT_ID.fullmatch(id_):
        add(findings, codes.SHORT_ACCOUNT, place, "the account id", "twelve digits", shown(id_))
    begins = _day(fields, "valid_from", date.min, place, findings)
    ends = _day(fields, "valid_to", date.max, place, findings)
    if begins is None or ends is None:
        return None
    if begins > ends:
        add(findings, WRONG_DATE, place, "valid_from", "a day before valid_to", str(begins))
        return None
    given = (fields.get(field, "").strip() for field in ("name", "unit", "state"))
    name, unit, state = given
    account = Account(id_, name, unit, tuple(sorted(tags.items())), state)
    return DateRange(account, begins, ends, today)


def _day(
    fields: Mapping[str, str], field: str, otherwise: date, place: Place, findings: list[Finding]
) -> date | None:
    written = fields.get(field, "").strip()
    if not written:
        return otherwise
    day = read_day(written, last=otherwise == date.max)
    if day is None:
        expected = "a day like 2026-01-31 or a month like 2026-01"
        add(findings, WRONG_DATE, place, field, expected, shown(written))
    return day


def _check_twice(stretches: Sequence[DateRange], name: str, findings: list[Finding]) -> None:
    ordered = sorted(stretches, key=lambda each: (each.account.id, each.valid_from))
    for before, after in itertools.pairwise(ordered):
        if before.account.id == after.account.id and before.valid_to >= after.valid_from:
            subject = f"account {after.account.id} stands twice"
            found = shown(f"{before.account.name} and {after.account.name}")
            remedy = "Delete one, or give them valid_from and valid_to that do not overlap."
            add(
                findings, codes.ACCOUNT_TWICE, Place(name), subject, "one line a day", found, remedy
            )


def _unknown(written: str, place: Place, findings: list[Finding]) -> None:
    expected = join_words([*_NAMES, "tag:KEY"])
    remedy = did_you_mean(written, _NAMES) or f"Tags stand in columns like tag:{shown(written)}."
    subject = f"nothing is known of {shown(written)}"
    add(findings, codes.WRONG_ACCOUNTS_FILE, place, subject, expected, remedy=remedy)


def _field(written: str) -> str | None:
    return _KNOWN.get(_bare(written))


def _bare(written: str) -> str:
    return re.sub(r"[\s_\-.]+", "", written).lower()
