"""A day in the life of every role: its commands and functions, as they call AWS.

What is done to prepare a day is not the role's, and not written down.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3

import forked
import function_program
from apportion.app.cost_explorer import connect
from apportion.app.publishing import forms, open_store
from apportion.app.workspace import Workspace
from apportion.cli.main import run
from apportion.cli.session import Outside
from apportion.core.tags.policy.json import policy_json
from apportion.core.tags.policy.read import read_tag_policy
from apportion.model.iam.roles import Role
from apportion.usecases.publish.notify import Notifications
from athena_over_ledger import FakeAthena
from athena_over_ledger import serving as serving_athena
from called_actions import ACCOUNT, Called, listening
from cost_explorer_fake import client_of as cost_explorer_client
from explorer_fake import VIEW, FakeExplorer
from explorer_fake import serving as serving_explorer
from export_files import charges
from exports_in_s3 import ExportInS3
from moto_world import REGION, MotoWorld
from published_months import LINES, PERIOD, RULES, allocated
from stories import bill_of, delivered, parquet_bill, workspace_in
from trail_events import run_instances

NOW = datetime(2026, 10, 2, 8, tzinfo=UTC)


@dataclass
class Company:
    """An AWS with all services that we call, and a user at a prompt in a folder.

    `endpoints` are the services that moto has not. Names are of this company alone.
    """

    moto: MotoWorld
    endpoints: dict[str, str]
    folder: Path
    name: str = field(default_factory=lambda: f"acme-{uuid4().hex[:8]}")
    called: Called = field(default_factory=Called)

    def names(self) -> dict[str, str]:
        """Give the names that the policies of its roles are made with."""
        return {
            "partition": "aws",
            "region": REGION,
            "account": ACCOUNT,
            "export_bucket": f"{self.name}-bills",
            "export_prefix": "exports/focus",
            "export_key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1",
            "bucket": f"{self.name}-costs",
            "database": self.name.replace("-", "_"),
            "workgroup": self.name,
            "table": self.name,
            "sender": "acme.example",
            "topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{self.name}",
            "queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}-failed",
            "kms_key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/2",
            "chat_topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{self.name}-chat",
            "events_queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}-events",
            "explorer_view": VIEW,
            "tagging": "on",
            "function": self.name,
            "tracing": "on",
            "network": "on",
        }

    def client(self, service: str, _profile: str = "", region: str = "") -> Any:
        """Make a client as the program would."""
        if service == "ce":
            return cost_explorer_client(self.endpoints["ce"])
        if service not in self.endpoints:
            return self.moto.client(service, region)
        return boto3.client(
            service,
            endpoint_url=self.endpoints[service],
            region_name=region or REGION,
            aws_access_key_id="AKIATEST",
            aws_secret_access_key="secret",
        )

    def does(self, *words: str, fine: int = 0) -> None:
        """Type a command, whose calls are written down."""
        with listening(self.called):
            self.prepares(*words, fine=fine)

    def prepares(self, *words: str, fine: int = 0) -> None:
        """Type a command, whose calls are not the role's."""
        err = io.StringIO()
        outside = Outside(
            open=lambda settings, say: Workspace(
                settings, say=say, now=lambda: NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
            ),
            connect=lambda access, say, now: connect(
                access, client=self.client("ce"), say=say, now=now
            ),
            client=self.client,
            folder=self.folder,
            environment={"XDG_CACHE_HOME": str(self.folder / "cache")},
            now=lambda: NOW,
            out=io.TextIOWrapper(io.BytesIO(), "utf-8"),
            err=err,
        )
        assert run(words, outside) == fine, err.getvalue()

    def invokes(
        self, function: str, events: Sequence[object], environment: Mapping[str, str]
    ) -> list[Any]:
        """Invoke a function with some events, in a process of its own; gives its answers."""
        done = forked.run(
            function_program.main,
            function,
            *map(json.dumps, events),
            folder=self.folder,
            environment=self.moto.environment()
            | {f"AWS_ENDPOINT_URL_{name.upper()}": at for name, at in self.endpoints.items()}
            | {"APPORTION_WORK": str(self.folder), **environment},
        )
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout.splitlines()[-1])
        self.called.actions.update(result["actions"])
        self.called.resources.update((action, arn) for action, arn in result["resources"])
        answers: list[Any] = result["answers"]
        return answers

    def bucket(self, what: str) -> str:
        """Make a bucket, if it is not there."""
        name = f"{self.name}-{what}"
        place = {"LocationConstraint": REGION}
        s3 = self.client("s3")
        if name not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
            s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
        return name

    def export(self) -> ExportInS3:
        """Have a month of an export delivered."""
        export = ExportInS3(self.client("s3"), self.bucket("bills"))
        export.deliver(PERIOD, [charges(PERIOD, "1.5", "2")], execution="1")
        return export

    def workspace(self) -> Workspace:
        """Have a month allocated, and settings in the folder."""
        (self.folder / "apportion.toml").write_text("", "utf-8")
        return allocated(self.folder)


def report_reader(company: Company) -> None:
    company.prepares("init")
    company.does("cost-explorer", "costs", "--cost-center", "FIN-100")
    company.does("cost-explorer", "tags", "CostCenter")
    company.does("cost-explorer", "resources", "--service", "Amazon Simple Storage Service")
    company.does("ingest", "cost-explorer", "--payer", "111111111111")


def export_reader(company: Company) -> None:
    export = company.export()
    company.prepares("init")
    company.does("ingest", export.address)


def export_creator(company: Company) -> None:
    place = f"s3://{company.bucket('bills')}/exports/cur2"
    company.does("aws", "exports", "plan", place)
    company.does("aws", "exports", "apply", place, "--yes")
    company.does("aws", "exports", "list")


def account_sync(company: Company) -> None:
    organizations = company.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Retail")
    account = organizations.create_account(AccountName="shop", Email="shop@acme.example")
    organizations.move_account(
        AccountId=account["CreateAccountStatus"]["AccountId"],
        SourceParentId=root["Id"],
        DestinationParentId=unit["OrganizationalUnit"]["Id"],
    )
    company.prepares("init")
    company.does("aws", "accounts", "sync")


def invoice_reader(company: Company) -> None:
    company.prepares("init")
    company.does("invoices", "sync", "--payer", ACCOUNT, "--period", PERIOD)


def category_reader(company: Company) -> None:
    company.does("aws", "cost-categories", "import")


def tag_planner(company: Company) -> None:
    workspace_in(company.folder, RULES, {"apportion.toml": ""})
    plan = str(company.folder / "plan.json")
    company.does("aws", "plan", "--backfill-from", "2026-01", "--to", plan)


def tag_activator(company: Company) -> None:
    tag_planner(company)
    company.does("aws", "apply", str(company.folder / "plan.json"), "--yes")


def ledger_keeper(company: Company) -> None:
    company.workspace()
    ledger = f"s3://{company.bucket('costs')}/ledger"
    (company.folder / "apportion.toml").write_text(f'ledger = "{ledger}"\n', "utf-8")
    company.does("ingest", "bills/bill.parquet")
    company.does("allocate")
    company.does("report", "--period", PERIOD)


def ledger_expirer(company: Company) -> None:
    workspace = company.workspace()
    reports = open_store(f"s3://{company.bucket('costs')}/reports", clients=company.client)
    workspace.publishing.deliver(reports, forms(["csv"]), PERIOD, Notifications())
    ledger = f"s3://{company.bucket('costs')}/ledger"
    (company.folder / "apportion.toml").write_text(f'ledger = "{ledger}"\n', "utf-8")
    for lines in (LINES, LINES * 2):
        delivered(company.folder, parquet_bill(bill_of(lines)), name="bill.parquet")
        company.prepares("ingest", "bills/bill.parquet")
    words = ("ledger", "expire", "--keep-runs", "0", "--older-than", "2026-12-31")
    words += ("--reports", f"s3://{company.bucket('costs')}/reports")
    company.does(*words)
    company.does(*words, "--yes")


def publisher(company: Company) -> None:
    company.workspace()
    lake = f"s3://{company.bucket('costs')}/lake"
    company.does("publish", lake, "--database", company.names()["database"])
    company.does("publish", lake, "--database", company.names()["database"])


def querier(company: Company) -> None:
    athena = FakeAthena(company.workspace().publishing.query)
    with serving_athena(athena) as company.endpoints["athena"]:
        words = ("query", "owners", "--via", "athena", "--workgroup", company.name)
        company.does(*words)
        athena.endless = True
        company.does(*words, "--timeout", "1", fine=3)
    assert athena.stopped, "a query that took too long went on"


def reporter(company: Company) -> None:
    company.workspace()
    company.client("sesv2").create_email_identity(EmailIdentity="finops@acme.example")
    topic = company.client("sns").create_topic(Name=company.name)["TopicArn"]
    place = f"s3://{company.bucket('costs')}/reports"
    mail = ("--email", "cfo@acme.example", "--from", "finops@acme.example", "--attach")
    company.does("deliver", place, "--sns", topic, *mail, "--link-hours", "1")
    company.does("deliver", place, "--sns", topic, *mail)


def ingest_function(company: Company) -> None:
    export = company.export()
    names = company.names()
    settings_and_database(company)
    company.client("dynamodb").create_table(
        TableName=names["table"],
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )

    def arrives(key: str) -> dict[str, object]:
        thing = {"key": key, "etag": "1"}
        return {"detail": {"bucket": {"name": export.bucket}, "object": thing}}

    manifest = arrives(export.manifest(PERIOD))
    answers = company.invokes(
        "ingest",
        [manifest, manifest, arrives(export.manifest("2026-08"))],
        {**ingest_environment(company, export), "APPORTION_TABLE": names["table"]},
    )
    assert answers[0] == answers[1]
    assert answers[0]["published"]["rows"]
    assert "2026-08" in answers[2]


def ingest_task(company: Company) -> None:
    export = company.export()
    settings_and_database(company)
    answers = company.invokes("task", [{}, {}], ingest_environment(company, export))
    assert answers[0]["published"]["rows"]
    assert isinstance(answers[1], dict), answers[1]


def settings_and_database(company: Company) -> None:
    for name, content in {"apportion.toml": "", "rulebook/rules.yaml": RULES}.items():
        company.client("s3").put_object(
            Bucket=company.bucket("costs"), Key=f"config/{name}", Body=content.encode()
        )
    company.client("glue").create_database(DatabaseInput={"Name": company.names()["database"]})


def ingest_environment(company: Company, export: ExportInS3) -> dict[str, str]:
    names = company.names()
    return {
        "APPORTION_SETTINGS": f"s3://{names['bucket']}/config/apportion.toml",
        "APPORTION_LEDGER": f"s3://{names['bucket']}/ledger",
        "APPORTION_EXPORT": export.address,
        "APPORTION_PUBLISH": f"s3://{names['bucket']}/lake",
        "APPORTION_DATABASE": names["database"],
    }


def report_function(company: Company) -> None:
    company.client("sesv2").create_email_identity(EmailIdentity="finops@acme.example")
    topic = company.client("sns").create_topic(Name=company.name)["TopicArn"]
    athena = FakeAthena(company.workspace().publishing.query)
    environment = {
        "APPORTION_DATABASE": company.names()["database"],
        "APPORTION_WORKGROUP": company.name,
        "APPORTION_REPORTS": f"s3://{company.bucket('costs')}/reports",
        "APPORTION_EMAIL_FROM": "finops@acme.example",
        "APPORTION_EMAIL_TO": "cfo@acme.example",
        "APPORTION_TOPIC": topic,
    }
    with serving_athena(athena) as company.endpoints["athena"]:
        answers = company.invokes("report", [{}, {"period": PERIOD}], environment)
    assert [list(answer) for answer in answers] == [["delivered"], ["delivered"]], answers
    querier(company)  # a query that has to be stopped is the same for the function


TAG_POLICY = "apportion: 1\nkeys:\n  Owner: {about: Whom to call., mandatory: always}\n"


def tag_scanner(company: Company) -> None:
    company.workspace()
    (company.folder / "tags.yaml").write_text(TAG_POLICY, "utf-8")
    with serving_explorer(FakeExplorer()) as company.endpoints["resource-explorer-2"]:
        words = ("--regions", REGION, "--explorer-view", VIEW)
        company.does("tags", "scan", *words)
        company.does("tags", "fix", "plan", *words)


def tag_fixer(company: Company) -> None:
    company.client("logs").create_log_group(logGroupName=company.name, tags={"a": "b"})
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{company.name}"
    fix = {"arn": arn, "account": ACCOUNT, "region": REGION, "cost": "", "why": {}}
    fix |= {"set": {"Owner": "shop"}, "remove": [], "before": {"Owner": None}}
    head = {"apportion_plan": 1, "kind": "resource-tags", "policy": "", "undoes": ""}
    plan = {**head, "made": NOW.isoformat(), "fixes": [fix]}
    (company.folder / "fix.json").write_text(json.dumps(plan), "utf-8")
    company.prepares("init")
    company.does("tags", "fix", "apply", "fix.json", "--profile", "fixer", "--yes")
    company.does("tags", "fix", "undo", "fix.undo.json", "--profile", "fixer", "--yes")


def tag_function(company: Company) -> None:
    names = company.names()
    dynamodb = company.client("dynamodb")
    dynamodb.create_table(
        TableName=names["table"],
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    for name in (company.name, f"{company.name}-chat"):
        company.client("sns").create_topic(Name=name)
    tags, findings = read_tag_policy(TAG_POLICY, name="tags.yaml")
    assert tags is not None, findings
    item = {"id": "policy", "policy": policy_json(tags)}
    dynamodb.put_item(
        TableName=names["table"], Item={key: {"S": value} for key, value in item.items()}
    )
    made = company.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    id_ = made["Instances"][0]["InstanceId"]
    company.client("ec2").create_tags(
        Resources=[id_], Tags=[{"Key": "apportion:quarantine", "Value": "2026-10-02"}]
    )
    created = run_instances(id_, tags={})
    environment = {
        "APPORTION_TABLE": names["table"],
        "APPORTION_ACT": "notify,tag,quarantine",
        "APPORTION_TOPIC": names["topic"],
        "APPORTION_CHAT_TOPIC": names["chat_topic"],
        "APPORTION_CREATOR_TAG": "Owner",
    }
    (answer,) = company.invokes("validate_tags", [created], environment)
    assert answer == {"resources": 1}
    # An event that fails is forgotten, so that it can come again.
    company.client("sns").delete_topic(TopicArn=names["topic"])
    other = run_instances("i-0123456789abcdef0", tags={})
    failed = company.invokes("validate_tags", [other], environment)
    assert "NotFound" in failed[0]


STORIES: Mapping[Role, Callable[[Company], None]] = {
    Role.REPORT_READER: report_reader,
    Role.EXPORT_READER: export_reader,
    Role.EXPORT_CREATOR: export_creator,
    Role.ACCOUNT_SYNC: account_sync,
    Role.INVOICE_READER: invoice_reader,
    Role.CATEGORY_READER: category_reader,
    Role.TAG_PLANNER: tag_planner,
    Role.TAG_ACTIVATOR: tag_activator,
    Role.LEDGER_KEEPER: ledger_keeper,
    Role.LEDGER_EXPIRER: ledger_expirer,
    Role.PUBLISHER: publisher,
    Role.QUERIER: querier,
    Role.REPORTER: reporter,
    Role.INGEST_FUNCTION: ingest_function,
    Role.INGEST_TASK: ingest_task,
    Role.REPORT_FUNCTION: report_function,
    Role.TAG_SCANNER: tag_scanner,
    Role.TAG_FIXER: tag_fixer,
    Role.TAG_FUNCTION: tag_function,
}
