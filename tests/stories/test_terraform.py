"""Terraform itself runs every module and example: against the provider's real schema, offline."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from apportion import lambdas
from apportion.core.aws.export_definition import bucket_policy, properties
from apportion.core.tags.policy.json import read_policy_json
from apportion.lambdas import validate_tags
from apportion.lambdas.event import request_of
from apportion.model.aws.export import S3Location
from apportion.model.aws.export_definition import Table, WantedExport
from exports_in_s3 import ExportInS3
from moto_world import MotoWorld
from moto_world import serving as moto_serving
from terraform_double import checks
from terraform_double.cloud import Cloud
from terraform_double.schema import PROVIDER_VERSION, schema_of, used_types
from terraform_double.serve import serving
from terraform_double.servicer import Servicer
from terraform_double.terraform import ROOT, Plan, Terraform, copied, program

MODULES = sorted(path.parent.name for path in ROOT.glob("modules/*/tests"))
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/apportion:0.1.0"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234-abcd"
TAGS = {
    "Environment": "prod",
    "CostCenter": "FIN-100",
    "Project": "apportion",
    "Owner": "finops@example.com",
    "CreatedBy": "terraform",
    "AllocationKey": "FIN-100-prod",
}


class Provided:
    """The double and moto's server, for as many configurations as one likes."""

    def __init__(self, cloud: Cloud, moto: MotoWorld, reattach: str, schema: Any) -> None:
        self.cloud = cloud
        self.moto = moto
        self.schema = schema
        self._reattach = reattach

    def terraform(self, folder: Path, **variables: object) -> Terraform:
        if variables:
            (folder / "terraform.tfvars.json").write_text(json.dumps(variables), "utf-8")
        started = Terraform(folder, reattach=self._reattach)
        started("init", "-input=false", "-no-color")
        return started


@pytest.fixture(scope="module")
def provided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provided]:
    program()
    schema = schema_of(used_types(ROOT))
    folder = tmp_path_factory.mktemp("double")
    with moto_serving() as moto:
        cloud = Cloud(moto)
        with serving(Servicer(schema, cloud), folder) as reattach:
            yield Provided(cloud, moto, reattach, schema)


@pytest.fixture
def tree(provided: Provided, tmp_path: Path) -> Path:
    provided.cloud.memory.clear()  # what a failed test left behind fails no other
    return copied(tmp_path)


@dataclass(frozen=True)
class Root:
    """A configuration that is run whole. `drift` changes one thing behind Terraform's back."""

    folder: str
    drift: Callable[[Provided], None]
    variables: dict[str, Any] = field(default_factory=dict)
    taggable: int = 0
    look: Callable[[Provided, Terraform], None] = lambda _here, _terraform: None


def _bucket_loses_tags(name: str) -> Callable[[Provided], None]:
    return lambda here: here.moto.client("s3").delete_bucket_tagging(Bucket=name)


def _role_gains_rights(here: Provided) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    here.moto.client("iam").put_role_policy(
        RoleName="tf-reader",
        PolicyName="report-reader",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )


def _queue_goes(here: Provided) -> None:
    sqs = here.moto.client("sqs", "us-east-1")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="tf-ingest-failed")["QueueUrl"])


def _task_queue_goes(here: Provided) -> None:
    sqs = here.moto.client("sqs", "us-east-1")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="tf-ingest-not-started")["QueueUrl"])


def _queue_of_tags_goes(here: Provided) -> None:
    sqs = here.moto.client("sqs", "us-east-1")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="tf-tags-failed")["QueueUrl"])


def _the_function_finds_its_policy(here: Provided, _terraform: Terraform) -> None:
    (item,) = (one for (kind, _), one in here.cloud.memory.items() if kind.endswith("table_item"))
    (policy,) = (one for name, one in json.loads(item["item"]).items() if name == "policy")
    assert read_policy_json(policy["S"]).key("CostCenter")
    kept = here.cloud.memory.items()
    controls = [one for (kind, _), one in kept if kind == "aws_organizations_policy"]
    denied = [json.loads(one["content"]) for one in controls if "SERVICE" in one["type"]]
    assert len(denied) == 2
    assert {part["Effect"] for one in denied for part in one["Statement"]} == {"Deny"}
    function = here.cloud.memory["aws_lambda_function", "tf-tags"]
    result = set(function["environment"][0]["variables"])
    stated = set(re.findall(r"^(APPORTION_\w+)", validate_tags.__doc__ or "", re.MULTILINE))
    assert result == stated
    module, _, name = function["handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def _endpoint_goes(here: Provided) -> None:
    kinds = [key for key in here.cloud.memory if key[0] == "aws_vpc_endpoint"]
    here.cloud.memory.pop(kinds[0])


def _alarm_is_raised(here: Provided) -> None:
    here.cloud.memory["aws_cloudwatch_metric_alarm", "tf-alerts-errors"]["threshold"] = 9


def _service_role_goes(here: Provided) -> None:
    iam = here.moto.client("iam")
    iam.delete_role_policy(RoleName="tf-service", PolicyName="one")
    iam.delete_role(RoleName="tf-service")


def _function_changes_owner(here: Provided) -> None:
    kept = here.cloud.memory["aws_lambda_function", "shop-api"]
    kept["tags_all"] = {**kept["tags_all"], "Owner": "nobody"}


def _role_goes(here: Provided) -> None:
    iam = here.moto.client("iam")
    iam.delete_role_policy(RoleName="apportion-reader", PolicyName="report-reader")
    iam.delete_role(RoleName="apportion-reader")


def _all_is_really_there(here: Provided, terraform: Terraform) -> None:
    outputs = json.loads(terraform("output", "-json"))
    assert outputs["export"]["value"] == "s3://acme-finops-bills/exports/apportion"
    shop = {"CostCenter": "RET-200", "AllocationKey": "RET-200-prod", "Service": "api"}
    assert shop.items() <= outputs["api_tags"]["value"].items()
    # What only the provider's default tags have comes to it as well.
    assert outputs["api_tags"]["value"]["BusinessUnit"] == "Finance"

    s3 = here.moto.client("s3")
    for bucket in ("acme-finops-bills", "acme-finops-costs"):
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert set(block.values()) == {True}
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        assert policy["Statement"][0]["Sid"] == "TlsOnly"
        tags = {t["Key"] for t in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
        assert tags >= checks.MANDATORY | {"Service", "BusinessUnit", "Repository"}

    iam = here.moto.client("iam")
    result = iam.get_role_policy(RoleName="apportion-ingest-function", PolicyName="ingest-function")
    assert "FindTheExport" in json.dumps(result["PolicyDocument"])
    logs = here.moto.client("logs", "eu-west-1")
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/apportion")["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [90, 90]


BUCKETS = {"tf-plain", "tf-bills", "tf-costs"} | {
    f"acme-finops-{name}" for name in ("bills", "costs", "logs")
}
EXPORT = {"bucket": "tf-bills", "prefix": "exports/apportion"}
CLOUDWATCH = {
    "service": "cloudwatch.amazonaws.com",
    "source_arn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:tf-alerts-*",
}
PUBLISHES = {
    "Effect": "Allow",
    "Action": "sns:Publish",
    "Resource": "arn:aws:sns:us-east-1:123456789012:tf",
}
ERRORS = {
    "description": "The function failed.",
    "namespace": "AWS/Lambda",
    "metric": "Errors",
    "dimensions": {"FunctionName": "tf"},
    "statistic": "Sum",
    "threshold": 0,
}
ROOTS = [
    Root(
        "modules/bucket",
        _bucket_loses_tags("tf-plain"),
        {"name": "tf-plain", "keep_days": 30, "expire_days": {"queries/": 7}, "tags": TAGS},
        1,
    ),
    Root(
        "modules/billing_export",
        _bucket_loses_tags("tf-bills"),
        {
            "bucket": "tf-bills",
            "tags": TAGS,
            "split_cost_allocation": True,
            "reader_arns": ["arn:aws:iam::222222222222:role/finops"],
        },
        2,
    ),
    Root(
        "modules/reader_role",
        _role_gains_rights,
        {
            "name": "tf-reader",
            "trusted": [
                "arn:aws:iam::123456789012:role/finops",
                "arn:aws:iam::333333333333:role/finops",
            ],
            "external_id": "f7a1",
            "read_export": {**EXPORT, "kms_key_arn": KEY},
            "tags": TAGS,
        },
        1,
    ),
    Root(
        "modules/pipeline",
        _queue_goes,
        {
            "name": "tf",
            "bucket": "tf-costs",
            "export": {**EXPORT, "kms_key_arn": KEY},
            "ingest_image_uri": IMAGE,
            "kms_key_arn": KEY,
            "email": {"from": "costs@acme.example", "to": ["finance@acme.example"]},
            "subscribers": ["finops@acme.example"],
            "subnet_ids": ["subnet-0a1b2c3d"],
            "security_group_ids": ["sg-0a1b2c3d"],
            "tags": TAGS,
        },
        24,
    ),
    Root(
        "modules/governance",
        _queue_of_tags_goes,
        {
            "name": "tf-tags",
            "generated": "./tests/generated",
            "validate_zip": "./versions.tf",
            "targets": ["ou-abcd-12345678"],
            "enforce": True,
            "act": ["notify", "tag", "quarantine"],
            "subscribers": ["finops@acme.example"],
            "tags": TAGS,
        },
        17,
        look=_the_function_finds_its_policy,
    ),
    Root(
        "modules/fargate",
        _task_queue_goes,
        {
            "name": "tf-ingest",
            "bucket": "tf-costs",
            "export": {**EXPORT, "kms_key_arn": KEY},
            "image_uri": IMAGE,
            "kms_key_arn": KEY,
            "network": {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": ["subnet-0a1b2c3d"]},
            "subscribers": ["finops@acme.example"],
            "tags": TAGS,
        },
        12,
    ),
    Root(
        "modules/endpoints",
        _endpoint_goes,
        {
            "name": "tf",
            "vpc_id": "vpc-0a1b2c3d",
            "subnet_ids": ["subnet-0a1b2c3d"],
            "route_table_ids": ["rtb-0a1b2c3d"],
            "tags": TAGS,
        },
        11,
    ),
    Root(
        "modules/alerts",
        _alarm_is_raised,
        {
            "name": "tf-alerts",
            "subscribers": ["finops@acme.example"],
            "publishers": {"AlarmsNotify": CLOUDWATCH},
            "alarms": {"tf-alerts-errors": ERRORS},
            "tags": TAGS,
        },
        2,
    ),
    Root(
        "modules/service_role",
        _service_role_goes,
        {
            "name": "tf-service",
            "description": "Writes nothing",
            "service": "lambda.amazonaws.com",
            "source_arn": "arn:aws:lambda:us-east-1:123456789012:function:tf",
            "policy_name": "one",
            "policy": json.dumps({"Version": "2012-10-17", "Statement": [PUBLISHES]}),
            "tags": TAGS,
        },
        1,
    ),
    Root("examples/minimal", _role_goes, {"trusted": ["arn:aws:iam::123456789012:role/a"]}, 1),
    Root("examples/complete", _function_changes_owner, taggable=33, look=_all_is_really_there),
]


def whole(provided: Provided, tree: Path, root: Root) -> Terraform:
    """Start one, with the values that its example names where there are such."""
    example = tree / root.folder / "terraform.tfvars.example"
    if example.exists():
        example.rename(example.with_suffix(""))
    return provided.terraform(tree / root.folder, **root.variables)


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.folder)
def test_planned_applied_drifted_repaired_destroyed(
    provided: Provided, tree: Path, root: Root
) -> None:
    terraform = whole(provided, tree, root)
    plan = terraform.plan()

    assert len(checks.taggable(plan)) == root.taggable
    assert checks.untagged(plan) == {}
    assert checks.open_buckets(plan) == {}
    assert checks.wide_statements(plan) == []
    assert checks.unbound_services(plan) == []

    terraform.apply()
    assert not terraform.differs(), terraform.output
    root.look(provided, terraform)

    root.drift(provided)
    assert terraform.differs()
    terraform.apply()
    assert not terraform.differs(), terraform.output

    terraform.destroy()
    assert provided.cloud.memory == {}
    buckets = provided.moto.client("s3").list_buckets()["Buckets"]
    assert {one["Name"] for one in buckets} & BUCKETS == set()


def test_there_is_a_root_for_every_folder() -> None:
    folders = {str(file.parent.relative_to(ROOT)) for file in ROOT.rglob("main.tf")}
    # The module of tags makes nothing, and is tested without a provider.
    assert {root.folder for root in ROOTS} == folders - {"modules/tags"}


@pytest.mark.parametrize("module", sorted({*MODULES} - {"tags"}))
def test_the_modules_own_tests_pass(provided: Provided, tree: Path, module: str) -> None:
    folder = tree / "modules" / module
    own_tests(provided.terraform(folder), folder)


def test_the_tags_module_s_own_tests_pass_without_a_provider(tmp_path: Path) -> None:
    folder = copied(tmp_path) / "modules" / "tags"
    terraform = Terraform(folder)
    terraform("init", "-input=false", "-no-color")
    own_tests(terraform, folder)


def own_tests(terraform: Terraform, folder: Path) -> None:
    terraform("test", "-no-color")
    runs = sum(file.read_text("utf-8").count("\nrun ") for file in folder.glob("tests/*.hcl"))
    assert runs > 5
    assert f"Success! {runs} passed, 0 failed." in terraform.output


@pytest.mark.parametrize("module", sorted(path.name for path in ROOT.glob("modules/*")))
def test_every_validation_has_a_test_in_which_it_fails(module: str) -> None:
    folder = ROOT / "modules" / module
    if not (folder / "tests").exists():
        assert module in {"alerts", "bucket", "service_role"}  # others validate their inputs
        return
    variables = (folder / "variables.tf").read_text("utf-8").split("\nvariable ")
    validated = {text.split('"')[1] for text in variables if "\n  validation {" in text}
    tests = "".join(file.read_text("utf-8") for file in folder.glob("tests/*.hcl"))
    assert validated
    assert {name for name in validated if f"[var.{name}]" not in tests} == set()


@pytest.fixture(scope="module")
def export_plans(provided: Provided, tmp_path_factory: pytest.TempPathFactory) -> dict[Table, Plan]:
    folder = copied(tmp_path_factory.mktemp("exports")) / "modules/billing_export"
    return {
        table: provided.terraform(folder, bucket="tf-bills", table=table.value).plan()
        for table in (Table.CUR_2, Table.FOCUS_1_2)
    }


@pytest.mark.parametrize("table", [Table.CUR_2, Table.FOCUS_1_2])
def test_billing_alone_delivers_and_only_for_this_account(
    export_plans: dict[Table, Plan], table: Table
) -> None:
    plan = export_plans[table]
    (policy,) = (json.loads(one["policy"]) for one in plan.values("aws_s3_bucket_policy"))
    tls, delivery = policy["Statement"]
    assert tls["Effect"] == "Deny"
    assert delivery["Principal"] == {
        "Service": ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"]
    }
    assert delivery["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    assert delivery["Condition"]["ArnLike"]["aws:SourceArn"] == [
        "arn:aws:bcm-data-exports:us-east-1:123456789012:export/*",
        "arn:aws:cur:us-east-1:123456789012:definition/*",
    ]


@pytest.fixture(scope="module")
def pipeline(provided: Provided, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    root = next(root for root in ROOTS if root.folder == "modules/pipeline")
    return whole(provided, copied(tmp_path_factory.mktemp("pipeline")), root).plan()


def test_the_functions_find_what_they_read(pipeline: Plan) -> None:
    """Terraform sets the variables that they document, and both handlers exist."""
    read = set(re.findall(r"^(APPORTION_\w+)", lambdas.__doc__ or "", re.MULTILINE))
    result: set[str] = set()
    for function in pipeline.values("aws_lambda_function"):
        result |= set(function["environment"][0]["variables"])
        module, _, name = function["image_config"][0]["command"][0].rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))
    assert {name for name in result if name.startswith("APPORTION_")} == read
    assert {name for name in result if not name.startswith("APPORTION_")} == {
        "POWERTOOLS_METRICS_NAMESPACE",
        "POWERTOOLS_SERVICE_NAME",
        "POWERTOOLS_TRACE_DISABLED",
    }


def test_manifests_of_the_export_start_the_function_and_nothing_else(pipeline: Plan) -> None:
    (rule,) = pipeline.values("aws_cloudwatch_event_rule")
    (ingest,) = (
        one for one in pipeline.values("aws_lambda_function") if one["function_name"] == "tf-ingest"
    )
    environment = ingest["environment"][0]["variables"]
    pattern = json.loads(rule["event_pattern"])["detail"]
    (wildcard,) = (one["wildcard"] for one in pattern["object"]["key"])
    export = ExportInS3(None, EXPORT["bucket"], EXPORT["prefix"])
    assert pattern["bucket"]["name"] == [export.bucket]
    for key, starts in {
        export.manifest("2026-09"): True,
        export.file("2026-09", 1): False,
        export.manifest("2026-09").replace("apportion", "other"): False,
    }.items():
        assert fnmatchcase(key, wildcard) is starts
        event = {"detail": {"bucket": {"name": export.bucket}, "object": {"key": key}}}
        assert (request_of(event, environment) is not None) is starts


@pytest.mark.parametrize("table", [Table.CUR_2, Table.FOCUS_1_2])
def test_terraform_and_the_command_make_the_same_export(
    export_plans: dict[Table, Plan], table: Table
) -> None:
    plan = export_plans[table]
    ((export,),) = (one["export"] for one in plan.values("aws_bcmdataexports_export"))
    (settings,) = export["data_query"][0]["table_configurations"].values()
    wanted = WantedExport(S3Location("tf-bills", "exports/apportion"), table)
    assert settings == properties(wanted, "123456789012", "aws")

    (policy,) = (json.loads(one["policy"]) for one in plan.values("aws_s3_bucket_policy"))
    written, query = policy["Statement"][1], bucket_policy(wanted, "123456789012", "aws")
    assert set(written["Principal"]["Service"]) == set(query["Principal"]["Service"])
    assert (written["Action"], written["Resource"]) == (query["Action"], query["Resource"])


@pytest.mark.parametrize(("table", "expected"), [(Table.CUR_2, 6), (Table.FOCUS_1_2, 1)])
def test_an_export_names_columns_and_all_of_its_settings(
    export_plans: dict[Table, Plan], table: Table, expected: int
) -> None:
    (export,) = (
        one["export"][0] for one in export_plans[table].values("aws_bcmdataexports_export")
    )
    (query,) = export["data_query"]
    ((name, settings),) = query["table_configurations"].items()
    statement = query["query_statement"]
    assert statement.startswith("SELECT ")
    assert statement.endswith(f" FROM {name}")
    assert len(settings) == expected
    columns = statement.removeprefix("SELECT ").removesuffix(f" FROM {name}").split(", ")
    assert len(columns) == len(set(columns)) > 50


def test_the_configurations_are_formatted() -> None:
    done = subprocess.run(
        [program(), "fmt", "-check", "-recursive", "-diff", str(ROOT)],
        env={"PATH": "/usr/bin:/bin", "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_the_modules_take_the_provider_that_they_were_tried_with(provided: Provided) -> None:
    assert provided.schema["version"] == PROVIDER_VERSION
    major = PROVIDER_VERSION.split(".")[0]
    wanted = {file: file.read_text("utf-8") for file in ROOT.rglob("*.tf")}
    constraints = [text for text in wanted.values() if "hashicorp/aws" in text]
    assert len(constraints) == 11
    assert all(f'">= {major}.0, < {int(major) + 1}.0"' in text for text in constraints)


# That these checks can fail.


def test_what_carries_no_tags_is_noticed(provided: Provided, tree: Path) -> None:
    folder = tree / "modules/reader_role"
    plan = provided.terraform(
        folder, trusted=["arn:aws:iam::123456789012:role/a"], tags={"Owner": "finops@example.com"}
    ).plan()
    assert checks.untagged(plan) == {
        "aws_iam_role.reader": sorted(checks.MANDATORY - {"Owner"}),
    }


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        ("server_side_encryption_configuration", "encryption"),
        ("public_access_block", "public access block"),
        ("policy", "TLS"),
        ("versioning", "versions"),
    ],
)
def test_a_bucket_that_lacks_something_is_noticed(part: str, missing: str) -> None:
    plan = Plan(_planned(without=part))
    assert checks.open_buckets(Plan(_planned())) == {}
    assert checks.open_buckets(plan) == {"b": [missing]}


def _planned(*, without: str = "") -> dict[str, Any]:
    tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    default = {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}
    blocks = ("block_public_acls", "block_public_policy", "ignore_public_acls")
    parts: dict[str, dict[str, Any]] = {
        "server_side_encryption_configuration": {"rule": [default]},
        "public_access_block": dict.fromkeys([*blocks, "restrict_public_buckets"], True),
        "policy": {"policy": json.dumps({"Statement": [tls]})},
        "versioning": {"versioning_configuration": [{"status": "Enabled"}]},
    }
    resources = [{"type": "aws_s3_bucket", "mode": "managed", "values": {"bucket": "b"}}] + [
        {"type": f"aws_s3_bucket_{name}", "mode": "managed", "values": {"bucket": "b", **values}}
        for name, values in parts.items()
        if name != without
    ]
    return {"planned_values": {"root_module": {"resources": resources}}}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:*", "arn:aws:s3:::b/*"),
        ("s3:Get*", "arn:aws:s3:::b/*"),
        ("s3:GetObject", "*"),
        ("s3:GetObject", "arn:aws:s3:::*"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:*:123456789012:table/t"),
    ],
)
def test_a_statement_that_is_too_wide_is_noticed(action: str, resource: str) -> None:
    statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
    assert checks.is_wide(statement)
    assert not checks.is_wide({**statement, "Action": "ce:GetTags", "Resource": "*"})
    assert not checks.is_wide(
        {**statement, "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::b/x/*"}
    )


def _queue(tags: str, more: str = "") -> str:
    return f"""
terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws" }}
  }}
}}
resource "aws_sqs_queue" "q" {{
  name = "q"
  tags = {tags}
  {more}
}}
"""


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        (_queue('{ "a;b" = "c" }'), "Tags that AWS refuses"),
        (_queue('{ "aws:team" = "c" }'), "Tags that AWS refuses"),
        (_queue('{ for n in range(51) : "t${n}" => "x" }'), "51 tags; AWS takes 50"),
        (_queue("{}", "visibility = 3"), "Unsupported argument"),
        (_queue("{}", 'delay_seconds = "long"'), "a number is required"),
    ],
)
def test_the_double_refuses_what_the_provider_or_aws_would(
    provided: Provided, tmp_path: Path, configuration: str, expected: str
) -> None:
    (tmp_path / "main.tf").write_text(configuration, "utf-8")
    terraform = provided.terraform(tmp_path)
    terraform("plan", "-input=false", "-no-color", fine=(1,))
    assert expected in terraform.output
