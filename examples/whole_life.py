"""The whole life of an organisation's bills in AWS, on this machine and without an AWS account.

    python examples/whole_life.py [FOLDER] [--short]

It starts emulators of AWS, types the commands of the real program as one would, shows what they
say, and checks it: every total to the last digit, and that nothing happens twice. It ends with 1
when something is not so. The folder, a temporary one if none is named, holds ledger and settings.
With --short there is one month, and only what comes out is looked at.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from pyiceberg.table import StaticTable

from apportion.demo.company import accounts
from apportion.model.period import Period
from emulators.exports_in_s3 import ExportInS3
from emulators.queues import taken
from emulators.whole_aws import REGION, WholeAws, running
from larkmoor_in_aws.billing import TAG_KEYS, Billing
from larkmoor_in_aws.organisation import organisation
from larkmoor_in_aws.prompt import NotSoError, Prompt

BILLS = "s3://larkmoor-bills/exports/cur2"
COSTS = "larkmoor-costs"
LAKE, REPORTS = f"s3://{COSTS}/lake", f"s3://{COSTS}/reports"
SENDER, READER = "finops@larkmoor.example", "cfo@larkmoor.example"
#: Resources are tagged with these; the rulebook wants all but the last two.
UNWANTED = {"Team", "ManagedBy"}


@dataclass
class Life:
    """All that the chapters share. `months` are those before this one, the newest last."""

    aws: WholeAws
    prompt: Prompt
    months: tuple[Period, ...]
    scratch: Path
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def newest(self) -> Period:
        """The month that is reported."""
        return self.months[-1]

    @property
    def requests(self) -> int:
        """How many requests there were till now."""
        return len(self.aws.front.requests)


def organisation_appears(life: Life) -> None:
    """Accounts and buckets come to be, which is not Apportion's work."""
    life.prompt.chapter("An organisation")
    life.ids = organisation(life.aws.client("organizations"), accounts())
    s3, place = life.aws.client("s3"), {"LocationConstraint": REGION}
    for bucket in ("larkmoor-bills", COSTS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    life.prompt.aside(f"In AWS: an organisation of {len(life.ids)} accounts, and two buckets.")


def export_is_made(life: Life) -> None:
    """AWS is asked to write the bill into a bucket."""
    life.prompt.types(f"apportion aws exports plan {BILLS} --to export-plan.json")
    life.prompt.types(f"apportion aws exports apply {BILLS} --yes")
    life.prompt.types("apportion aws exports list")
    life.prompt.so("AWS has one export", holds=len(life.aws.data_exports.exports) == 1)


def bills_appear(life: Life) -> Billing:
    """AWS writes the months into the bucket, as yet without tags."""
    export = ExportInS3(life.aws.client("s3"), "larkmoor-bills", "exports/cur2")
    billing = Billing.of(export, life.months, life.ids, life.scratch)
    billing.write(active=())
    months = " and ".join(map(str, life.months))
    life.prompt.aside(f"A day later AWS has written {billing.made.lines:,} lines for {months}.")
    return billing


def exports_are_read(life: Life) -> None:
    """Every new delivery, once."""
    prompt = life.prompt
    prompt.chapter("The bill is read")
    prompt.types(f"apportion ingest {BILLS}")
    before = life.requests
    prompt.types(f"apportion ingest {BILLS}")
    prompt.so(
        "the second time, no file of the bill was fetched", holds=not life.aws.downloads(before)
    )


def accounts_are_synced(life: Life) -> None:
    """Names, units and tags of accounts come from AWS Organizations."""
    prompt = life.prompt
    prompt.chapter("Accounts")
    prompt.types("apportion aws accounts sync")


def accounts_stay(life: Life) -> None:
    """What is synced a second time is there already."""
    prompt = life.prompt
    again = prompt.types("apportion aws accounts sync")
    prompt.so("the second time, nothing was written", holds="nothing was written" in again)
    listed = {str(row["account"]) for row in prompt.asks("apportion aws accounts list")}
    prompt.so(
        "the ledger has every account of the organisation", holds=listed == {*life.ids.values()}
    )


def first_look(life: Life) -> None:
    """Without tags, accounts decide."""
    life.prompt.chapter("A first look, without tags")
    life.prompt.types(f"apportion allocate --period {life.newest} --to first.csv")
    with (life.prompt.folder / "first.csv").open(encoding="utf-8", newline="") as file:
        tagged = sum((Decimal(row["tagged"]) for row in csv.DictReader(file)), Decimal(0))
    life.prompt.so("no cent carries a tag, as AWS writes none into the bill", holds=tagged == 0)


def tags_are_planned(life: Life) -> None:
    """A plan is made for somebody to read."""
    life.aws.cost_explorer.now = datetime.now(UTC)
    life.prompt.chapter("Tag keys: look, plan, apply")
    life.prompt.types(f"apportion aws plan --backfill-from {life.months[0]} --to tags-plan.json")


def plan_waits(life: Life) -> None:
    """Nothing happens before somebody says yes."""
    prompt, costs = life.prompt, life.aws.cost_explorer
    prompt.types("apportion aws apply tags-plan.json", code=2)
    prompt.so(
        "without --yes nothing was changed",
        holds=all(tag.status == "Inactive" for tag in costs.tag_keys.values()),
    )


def tags_are_activated(life: Life, billing: Billing) -> None:
    """The plan is applied once, and AWS writes the bill again."""
    prompt, costs = life.prompt, life.aws.cost_explorer
    prompt.types("apportion aws apply tags-plan.json --yes")
    active = {key for key, tag in costs.tag_keys.items() if tag.status == "Active"}
    prompt.so("the keys that rules ask for are active", holds=active == {*TAG_KEYS} - UNWANTED)
    prompt.so("one backfill was asked for", holds=len(costs.backfills) == 1)
    prompt.types("apportion aws apply tags-plan.json --yes", code=2)
    prompt.so("the same plan is not applied twice", holds=len(costs.backfills) == 1)
    billing.write(active)
    prompt.aside("A day later AWS has written the bill again, with tags.")


def allocated(life: Life, billing: Billing) -> None:
    """The months that changed are read again; every cent has an owner."""
    prompt = life.prompt
    prompt.chapter("Allocated and proved")
    prompt.types(f"apportion ingest {BILLS}")
    prompt.types("apportion allocate")
    for month in life.months:
        expected = billing.expected(month)
        owners = prompt.asks(f"apportion report --period {month}")
        total = sum((Decimal(row["total"]) for row in owners), Decimal(0))
        prompt.so(f"{month}: owners pay {total}, which is the bill", holds=total == expected)
        tagged = sum((Decimal(row["tagged"]) for row in owners), Decimal(0))
        prompt.so(f"{tagged} of it carries a valid tag", holds=tagged > 0)


def published(life: Life, billing: Billing) -> None:
    """Tables in S3 and Glue, that any reader of Iceberg reads."""
    prompt = life.prompt
    prompt.chapter("Published to S3 and Glue")
    prompt.types(f"apportion publish {LAKE}")
    tables, before = _tables(life), life.aws.objects(COSTS)
    prompt.types(f"apportion publish {LAKE}")
    prompt.so(
        f"the second time, {len(tables)} tables had no new snapshot", holds=_tables(life) == tables
    )
    prompt.so("and no object was written", holds=life.aws.objects(COSTS) == before)
    total = _read_by_iceberg(life, tables["daily_by_run"])
    expected = sum((billing.expected(month) for month in life.months), Decimal(0))
    prompt.so(
        f"pyiceberg reads {total} from S3, which is what AWS charged", holds=total == expected
    )


def delivered(life: Life, billing: Billing) -> None:
    """A report and a letter; a retry is neither."""
    prompt = life.prompt
    prompt.chapter("The weekly report")
    letters = _readers(life)
    command = f"apportion deliver {REPORTS} --email {READER} --from {SENDER} --sns {letters.topic}"
    prompt.types(command)
    prompt.so("one letter left, and one notice", holds=letters.counted() == (1, 1))
    before = life.aws.objects(COSTS)
    prompt.types(command)
    prompt.so("the second time no letter left", holds=letters.counted() == (1, 1))
    prompt.so("and no object was written", holds=life.aws.objects(COSTS) == before)
    total = _delivered_total(life)
    prompt.so(
        f"owners.csv in S3 comes to {total}, which is the bill",
        holds=total == billing.expected(life.newest),
    )
    print(f"\n   The letter:\n\n{letters.text()}")


@dataclass
class Letters:
    """What readers got: letters by SES, and notices that a queue has for a topic of SNS."""

    aws: WholeAws
    topic: str
    queue: str
    notices: int = 0

    def counted(self) -> tuple[int, int]:
        """Count letters and notices."""
        self.notices += len(taken(self.aws.client("sqs"), self.queue))
        return len(self._letters()), self.notices

    def text(self) -> str:
        """Give the letter, indented."""
        body = str(self._letters()[0]["body"])
        return "\n".join(f"   │ {line}".rstrip() for line in body.splitlines())

    def _letters(self) -> list[dict[str, Any]]:
        response = requests.get(f"{self.aws.front.endpoint}/moto-api/data.json", timeout=600)
        found: list[dict[str, Any]] = response.json()["ses"]["Message"]
        return found


def _readers(life: Life) -> Letters:
    """Verify the sender and have a queue listen to a topic."""
    life.aws.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    topic = life.aws.client("sns").create_topic(Name="costs")["TopicArn"]
    sqs = life.aws.client("sqs")
    queue = sqs.create_queue(QueueName="costs")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    life.aws.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
    )
    return Letters(life.aws, topic, queue)


def _tables(life: Life) -> dict[str, str]:
    """Give where the metadata of each published table is: a new snapshot is a new place."""
    listed = life.aws.client("glue").get_tables(DatabaseName="apportion")["TableList"]
    return {
        table["Name"]: table["Parameters"]["metadata_location"]
        for table in listed
        if "metadata_location" in table["Parameters"]
    }


def _read_by_iceberg(life: Life, metadata: str) -> Decimal:
    found = life.aws.environment
    table = StaticTable.from_metadata(
        metadata,
        {
            "s3.endpoint": found["AWS_ENDPOINT_URL"],
            "s3.access-key-id": found["AWS_ACCESS_KEY_ID"],
            "s3.secret-access-key": found["AWS_SECRET_ACCESS_KEY"],
            "s3.region": REGION,
        },
    )
    costs = table.scan(selected_fields=("Cost",)).to_arrow().column("Cost")
    return sum(costs.to_pylist(), Decimal(0))


def _delivered_total(life: Life) -> Decimal:
    s3 = life.aws.client("s3")

    def read(key: str) -> str:
        text: str = s3.get_object(Bucket=COSTS, Key=key)["Body"].read().decode()
        return text

    latest = json.loads(read("reports/latest.json"))
    owners = read(f"reports/{latest['period']}/{latest['delivery']}/owners.csv")
    return sum((Decimal(row["total"]) for row in csv.DictReader(io.StringIO(owners))), Decimal(0))


def tell(life: Life, *, short: bool) -> None:
    """Tell it from the beginning to the end."""
    organisation_appears(life)
    if not short:
        export_is_made(life)
    billing = bills_appear(life)
    exports_are_read(life)
    accounts_are_synced(life)
    if not short:
        accounts_stay(life)
        first_look(life)
    tags_are_planned(life)
    if not short:
        plan_waits(life)
    tags_are_activated(life, billing)
    allocated(life, billing)
    if not short:
        life.prompt.types(f"apportion prove --period {life.newest}")
    published(life, billing)
    if not short:
        life.prompt.types(f"apportion query movers --period {life.newest}")
    delivered(life, billing)
    life.prompt.chapter("That is all")
    life.prompt.aside(f"{life.prompt.checks} checks hold. AWS got {life.requests:,} requests.")


def main(arguments: Sequence[str] | None = None, *, prompt: type[Prompt] = Prompt) -> int:
    """Give the exit code. Without `arguments` they are those of the process."""
    words = argparse.ArgumentParser(description="The whole life of bills in AWS, emulated.")
    words.add_argument("folder", nargs="?", type=Path, help="a new one, kept; else a temporary one")
    words.add_argument("--short", action="store_true", help="one month, and only what comes out")
    asked = words.parse_args(arguments)
    newest = Period.of(datetime.now(UTC).date()).before
    months = (newest,) if asked.short else (newest.before, newest)
    with _folders(asked.folder) as (folder, scratch), running([*TAG_KEYS]) as aws:
        environment = {**aws.environment, "XDG_CACHE_HOME": str(scratch / "cache")}
        life = Life(aws, prompt(folder, environment), months, scratch)
        try:
            tell(life, short=asked.short)
        except NotSoError as found:
            print(f"\nNot so: {found}", file=sys.stderr)
            return 1
    if asked.folder:
        print(f"   {asked.folder} has the settings and the ledger.")
    return 0


@contextmanager
def _folders(named: Path | None) -> Iterator[tuple[Path, Path]]:
    """Give the folder to work in, with the settings, and one for what AWS has beside."""
    with TemporaryDirectory() as temporary:
        folder = (named or Path(temporary) / "larkmoor").resolve()
        settings = Path(__file__).with_name("larkmoor_in_aws") / "settings"
        shutil.copytree(settings, folder, dirs_exist_ok=True)
        scratch = Path(temporary) / "aws"
        scratch.mkdir()
        yield folder, scratch


if __name__ == "__main__":
    sys.exit(main())
