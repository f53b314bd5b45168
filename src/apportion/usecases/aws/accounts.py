"""Synchronise accounts into the ledger, list them, and add their values to rules."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

from apportion.core.aws.account_files import read_accounts
from apportion.core.aws.account_history import Change, holding, is_closed, synchronised
from apportion.core.identity import run_id, sha256
from apportion.core.rulebook.inputs.account_facts import (
    account_columns,
    account_facts,
    with_gaps,
    write_facts,
)
from apportion.core.rulebook.rule_columns import columns_used, spellings
from apportion.model.aws.accounts import Account, AccountFacts, DateRange, Organization
from apportion.model.errors.base import NothingThereError
from apportion.model.findings.accounts import NO_ACCOUNTS
from apportion.model.findings.finding import Finding, Place
from apportion.model.manifest import Input, Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.relation import everything
from apportion.model.row import Row
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import record, stop_if_failing
from apportion.usecases.runs.load_rules import Rules, read_text

from .account_histories import REPLACED, SINCE, TABLE, histories, histories_to_write

_COLUMNS = {
    "Period": "VARCHAR",
    "Bill": "VARCHAR",
    "SubAccountId": "VARCHAR",
    "SubAccountName": "VARCHAR",
    "x_OrganizationalUnit": "VARCHAR",
    "Tags": "VARCHAR",
    "State": "VARCHAR",
    "ValidFrom": "DATE",
    "ValidTo": "DATE",
    "Synced": "DATE",
}
_LISTED = ("account", "name", "unit", "state", "tags", "valid_from", "valid_to", "organization")
_CHANGED = ("account", "name", "status", "change")


def synchronise(
    seen: Organization,
    context: RunContext,
    *,
    source: str,
    since: date | None = None,
    wait: float = 0,
) -> Outcome:
    """Add the accounts of an organisation to its history; rows are changes.

    `since` is the day from which they hold; default: today. Equal accounts change nothing. A
    history with a damaged file is rebuilt and written again, with a finding.
    """
    stop_if_failing(_nothing_seen(seen, source))
    today = date.fromisoformat(context.now()[:10])
    with context.ledger.lock(wait=wait):
        every = histories_to_write(context)
        known = every.get(seen.id)
        before = known.days if known else ()
        damage = known.damage if known else ()
        others = (history for id_, history in every.items() if id_ != seen.id)
        elsewhere = {each.account.id for history in others for each in history.days}
        after, changes = synchronised(
            before, seen.accounts, on=today, since=since, elsewhere=elsewhere
        )
        if known and after == before and not damage:
            return _outcome(seen, (), known.run, "no change; nothing was written")
        details = {SINCE: str(since)} if since else {}
        run = _record(seen, after, changes, source, context, details)
    return replace(_outcome(seen, changes, run, _counted(changes)), findings=damage)


def import_file(
    path: Path,
    context: RunContext,
    *,
    organization: str,
    since: date | None = None,
    wait: float = 0,
) -> Outcome:
    """Import accounts from a file as if AWS listed them; a file with days is their whole history.

    Raises FindingsError where part of the file cannot be read.
    """
    today = date.fromisoformat(context.now()[:10])
    text, findings = read_text(path, path.name, Place(path.name))
    read, more = (
        read_accounts(text, name=path.name, today=today) if text is not None else (None, [])
    )
    findings += more
    stop_if_failing(findings)
    assert read is not None
    if read.dated:
        done = _take_history(organization, read.stretches, context, source=path.name, wait=wait)
    else:
        seen = Organization(organization, read.accounts)
        done = synchronise(seen, context, source=path.name, since=since, wait=wait)
    return replace(done, findings=(*findings, *done.findings))


def listed(context: RunContext, *, day: date | None = None, all_days: bool = False) -> Outcome:
    """List accounts as they were on a day (today), or with `all_days` each range of days.

    A closed account is listed as it was last, with its last day.
    """
    known = histories(context)
    if not known:
        raise NothingThereError("accounts", [], "Run `apportion aws accounts sync` first.")
    on = day or date.fromisoformat(context.now()[:10])
    whose = [(each, id_) for id_, history in sorted(known.items()) for each in history.days]
    then = set(holding((each for each, _ in whose), on))
    shown = whose if all_days else [pair for pair in whose if pair[0] in then]
    shown.sort(key=lambda pair: (pair[0].account.id, pair[0].valid_from))
    rows = [_listed_row(organization, each) for each, organization in shown]
    gone = sum(is_closed(each, on) for each in then)
    runs = ", ".join(f"{run.run.run} of {run.run.at[:10]}" for run in known.values())
    words = f"{len(then)} accounts on {on}, {gone} gone (run {runs})."
    return Outcome(_LISTED, tuple(rows), messages=(words,))


def with_accounts(
    rules: Rules, period: Period, bills: Mapping[str, Manifest], context: RunContext
) -> Rules:
    """Add to the rules the values of the accounts in these bills that the rulebook uses.

    They become an input, so that a run names them and they are kept with the rulebook.
    """
    known = histories(context)
    if not known:
        return rules
    columns = account_columns(columns_used(rules.rulebook, rules.lookups))
    facts = account_facts(
        with_gaps(history.days for history in known.values()),
        columns=columns,
        accounts=_charging(bills.values()),
        until=period.last_day,
        versions={organization: history.run.run for organization, history in known.items()},
        spellings=spellings(rules.rulebook),
    )
    if not facts.columns:
        return rules
    content = write_facts(facts).encode()
    file = Input(TABLE, "synchronised accounts", sha256(content), len(content))
    return replace(rules, accounts=facts, contents=(*rules.contents, (file, content)))


def facts_of_all(rules: Rules, context: RunContext, *, until: date) -> AccountFacts:
    """Read the values that a rulebook uses of all known accounts, with charges or without."""
    days = with_gaps(history.days for history in histories(context).values())
    return account_facts(
        days,
        columns=account_columns(columns_used(rules.rulebook, rules.lookups)),
        accounts={each.account.id for each in days},
        until=until,
        versions={},
        spellings=spellings(rules.rulebook),
    )


def account_versions(rules: Rules) -> dict[str, str]:
    """Name the synchronisations whose accounts the rules use, for a run's record."""
    versions = (f"{organization} run {run}" for organization, run in rules.accounts.versions)
    return {TABLE: ", ".join(versions)} if rules.accounts.versions else {}


def _take_history(
    organization: str,
    days: Sequence[DateRange],
    context: RunContext,
    *,
    source: str,
    wait: float,
) -> Outcome:
    """Replace the whole history of an organisation."""
    seen = Organization(organization, tuple(each.account for each in days))
    stop_if_failing(_nothing_seen(seen, source))
    with context.ledger.lock(wait=wait):
        known = histories_to_write(context, replacing=organization).get(organization)
        if known and _plain(known.days) == _plain(days):
            return _outcome(seen, (), known.run, "no change; nothing was written")
        changes = [
            Change(each.account.id, each.account.name, "history")
            for each in holding(days, date.max)
        ]
        run = _record(seen, days, changes, source, context, {REPLACED: source})
    return _outcome(seen, changes, run, "the history in the file applies")


def _charging(bills: Iterable[Manifest]) -> Collection[str]:
    return {total.sub_account for manifest in bills for total in manifest.totals}


def _record(
    seen: Organization,
    days: Sequence[DateRange],
    changes: Sequence[Change],
    source: str,
    context: RunContext,
    details: Mapping[str, str],
) -> Manifest:
    """Write and record the history; the accounts that were seen are kept beside it."""
    content = json.dumps(asdict(seen), sort_keys=True, indent=1).encode()
    context.say("writing accounts")
    rows = [_row(seen.id, each) for each in days]
    made = context.engine.load("accounts made", _COLUMNS, rows)
    folder = context.ledger.new_folder(TABLE)
    files = context.engine.write(everything(made), folder)
    context.ledger.keep_input(content)
    seen_file = Input(TABLE, source, sha256(content), len(content))
    history = json.dumps([[str(field) for field in row] for row in rows])
    manifest = Manifest(
        run=run_id("accounts", context.version, seen.id, history, inputs=(seen_file,)),
        kind=RunKind.ACCOUNTS,
        period="",
        bill=seen.id,
        at=context.now(),
        version=context.version,
        inputs=(seen_file,),
        totals=(),
        snapshots={TABLE: context.ledger.replace(TABLE, period="", bill=seen.id, files=files)},
        details={
            "accounts": str(len({each.id for each in seen.accounts})),
            "changes": _counted(changes),
            **details,
        },
    )
    return record(manifest, context)


def _row(organization: str, each: DateRange) -> tuple[object, ...]:
    account = each.account
    return (
        "",
        organization,
        account.id,
        account.name,
        account.unit,
        json.dumps(dict(account.tags), sort_keys=True),
        account.state,
        None if each.valid_from == date.min else each.valid_from,
        None if each.valid_to == date.max else each.valid_to,
        each.synced,
    )


def _listed_row(organization: str, each: DateRange) -> Row:
    account = each.account
    values = (
        account.id,
        account.name,
        account.unit,
        account.state,
        ", ".join(f"{key}={value}" for key, value in account.tags),
        None if each.valid_from == date.min else each.valid_from,
        None if each.valid_to == date.max else each.valid_to,
        organization,
    )
    return dict(zip(_LISTED, values, strict=True))


def _plain(days: Sequence[DateRange]) -> set[tuple[Account, date, date]]:
    """Accounts and days, without the day on which they were first seen."""
    return {(each.account, each.valid_from, each.valid_to) for each in days}


def _counted(changes: Sequence[Change]) -> str:
    """Count changes by status."""
    words = ("new", "changed", "corrected", "back", "closed", "history")
    counts = {word: sum(change.status == word for change in changes) for word in words}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no change"


def _outcome(seen: Organization, changes: Sequence[Change], run: Manifest, status: str) -> Outcome:
    rows = tuple(
        {"account": c.account, "name": c.name, "status": c.status, "change": c.what}
        for c in changes
    )
    count = len({account.id for account in seen.accounts})
    words = f"{count} accounts of {seen.id}: {status} (run {run.run} of {run.at})."
    return Outcome(_CHANGED, rows, messages=(words,))


def _nothing_seen(seen: Organization, source: str) -> list[Finding]:
    if seen.accounts:
        return []
    return [
        Finding(
            NO_ACCOUNTS,
            source,
            f"organisation {seen.id}",
            expected="at least one account",
            found="none",
            remedy="Check the file or the role. An empty list would close every known account.",
        )
    ]
