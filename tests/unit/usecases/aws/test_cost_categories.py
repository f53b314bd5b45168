"""AWS Cost Categories in and out: charges get the same owners by both ways of saying it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import category_evaluator as aws
from apportion.app.workspace import Workspace
from apportion.aws.actions import COST_CATEGORIES
from apportion.core.aws.cost_categories.definitions_json import (
    definitions_of,
    read_definitions,
    write_definitions,
)
from apportion.core.aws.cost_categories.to_aws import export_categories
from apportion.core.rulebook.inputs.lookups import read_lookup
from apportion.core.rulebook.read import read_rulebook
from apportion.model.aws.accounts import AccountFact, AccountFacts
from apportion.model.aws.cost_category import Match, Regular
from apportion.model.findings.finding import failing
from apportion.model.inputs import lookup_key
from apportion.model.question import Question
from apportion.usecases.aws.cost_categories import to_rulebook
from aws_typed import Typed
from cost_explorer_fake import FakeCostExplorer, client_of, serving
from moto_world import serving as serving_moto
from soak import examples
from stories import bill_of, csv_bill, delivered, reopened, workspace_in

NOBODY = "unallocated"


def dimension(key: str, *values: str, how: str = "") -> dict[str, Any]:
    options = {"MatchOptions": [how]} if how else {}
    return {"Dimensions": {"Key": key, "Values": list(values), **options}}


def tag(key: str, *values: str, how: str = "EQUALS") -> dict[str, Any]:
    inner: dict[str, Any] = {"Key": key, "MatchOptions": [how]}
    return {"Tags": inner | ({"Values": list(values)} if values else {})}


def rule(value: str, where: Mapping[str, Any]) -> dict[str, Any]:
    return {"Value": value, "Type": "REGULAR", "Rule": where}


def inherited(key: str = "") -> dict[str, Any]:
    inherits = {"DimensionName": "TAG", "DimensionKey": key}
    return {
        "Type": "INHERITED_VALUE",
        "InheritedValue": inherits if key else {"DimensionName": "LINKED_ACCOUNT_NAME"},
    }


#: Two categories with everything that a definition may hold.
TEAM = {
    "Name": "Team",
    "EffectiveStart": "2026-03-01T00:00:00Z",
    "Rules": [
        rule("Tax", dimension("RECORD_TYPE", "Tax")),
        rule("Shared", dimension("SERVICE_CODE", "AWSSupport", "AmazonVPC")),
        rule("Lost", {"And": [tag("Team", how="ABSENT"), dimension("REGION", "eu-west-1")]}),
        rule("Web", tag("Team", "web", "WEB")),
        rule("Web", {"And": [dimension("LINKED_ACCOUNT", "000000000022"),
                             {"Not": tag("Team", "d", how="STARTS_WITH")}]}),
        rule("Box", dimension("USAGE_TYPE", "EU-", "BoxUsage", how="CONTAINS")),
        rule("Production", {"CostCategories": {"Key": "Env", "Values": ["prod"]}}),
        inherited("Team"),
        inherited(),
    ],
    "SplitChargeRules": [
        {"Source": "Shared", "Targets": ["Web", "data"], "Method": "PROPORTIONAL"},
        {"Source": "Tax", "Targets": ["Web", "Lost"], "Method": "EVEN"},
        {
            "Source": "Box",
            "Targets": ["Web", "data"],
            "Method": "FIXED",
            "Parameters": [{"Type": "ALLOCATION_PERCENTAGES", "Values": ["37.5", "62.5"]}],
        },
    ],
}  # fmt: skip
ENV = {
    "Name": "Env",
    "EffectiveStart": "2026-01-01T00:00:00Z",
    "DefaultValue": "test",
    "Rules": [
        rule("prod", {"Or": [
            {"Dimensions": {"Key": "LINKED_ACCOUNT_NAME", "Values": ["-PROD"],
                            "MatchOptions": ["ENDS_WITH", "CASE_INSENSITIVE"]}},
            tag("Environment", "prod"),
        ]}),
    ],
}  # fmt: skip

ACCOUNTS = {"000000000011": "shop-prod", "000000000022": "lab", "000000000033": "Data-Prod"}
FIELDS = {
    "LINKED_ACCOUNT": "account",
    "LINKED_ACCOUNT_NAME": "account_name",
    "SERVICE_CODE": "x_ServiceCode",
    "REGION": "RegionId",
}


def charges() -> list[dict[str, str]]:
    """Every combination that the rules can tell apart, each at a cost of its own."""
    found: list[dict[str, str]] = []
    for account, name in ACCOUNTS.items():
        for service in ("AmazonEC2", "AWSSupport"):
            for region in ("eu-west-1", "us-east-1"):
                for team in ("", "web", "WEB", "data", "Ops x"):
                    for environment in ("", "prod"):
                        found.append(
                            {
                                "LINKED_ACCOUNT": account,
                                "LINKED_ACCOUNT_NAME": name,
                                "SERVICE_CODE": service,
                                "REGION": region,
                                "tag:Team": team,
                                "tag:Environment": environment,
                                "cost": f"{len(found) + 1}.{len(found):03d}",
                            }
                        )
    return found


def line_of(charge: Mapping[str, str], at: int) -> dict[str, str]:
    tags = ";".join(f"{k[4:]}={v}" for k, v in charge.items() if k.startswith("tag:") and v)
    own = {FIELDS[key]: value for key, value in charge.items() if key in FIELDS}
    return {
        "day": "2026-09-10",
        "cost": charge["cost"],
        "tags": tags,
        "ResourceId": f"r-{at}",
        "ServiceName": charge["SERVICE_CODE"],
        **own,
    }


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One bill of all charges, to which each test brings its rulebook."""
    folder = tmp_path_factory.mktemp("ledger")
    workspace = workspace_in(folder, "")
    lines = [line_of(charge, at) for at, charge in enumerate(charges())]
    workspace.ingest(delivered(folder, csv_bill(bill_of(lines))))
    return folder


def derived(ledger: Path, rulebook: str, dimensions: Sequence[str]) -> dict[str, Decimal]:
    """What the program makes of the charges: each kind of them, and its own cost."""
    (ledger / "rulebook" / "rules.yaml").write_text(rulebook, "utf-8")
    workspace = reopened(ledger)
    outcome = workspace.check_rules()
    assert not failing(list(outcome.findings)), outcome.findings
    workspace.allocate(["2026-09"])
    assert not failing(list(workspace.prove(["2026-09"]).findings))
    return owners(workspace, dimensions)


def owners(workspace: Workspace, dimensions: Sequence[str]) -> dict[str, Decimal]:
    rows = workspace.report(Question("2026-09", by=tuple(dimensions))).rows
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        paid[" / ".join(str(row[name]) for name in dimensions)] += Decimal(str(row["total"]))
    return {name: cost for name, cost in paid.items() if cost}


def by_aws(definitions: Sequence[Mapping[str, Any]], name: str) -> dict[str, Decimal]:
    """What AWS makes of the same charges, by the evaluator; shared cost is split."""
    others = {each["Name"]: each for each in definitions}
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for charge in charges():
        value = aws.value_of(others[name], charge, others) or NOBODY
        costs[value] += Decimal(charge["cost"])
    return aws.split(others[name], costs, nobody=NOBODY)


def cents(paid: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """AWS divides without saying how it rounds: sums are compared to the thousandth of a cent."""
    return {name: round(cost, 5) for name, cost in paid.items()}


def imported(*definitions: Mapping[str, Any], names: Sequence[str] = ()) -> Any:
    categories, findings = read_definitions(json.dumps(definitions), name="x.json")
    assert findings == []
    return to_rulebook(categories, names)


@pytest.mark.parametrize(("default", "absent"), [("test", "FALSE"), ("", "env = 'unallocated'")])
def test_absent_of_a_category_that_has_a_default_value_is_never_true(
    default: str, absent: str
) -> None:
    """With a default value every charge has one; without it, those that no rule takes have none."""
    team = {
        "Name": "Team",
        "Rules": [rule("Nowhere", {"CostCategories": {"Key": "Env", "MatchOptions": ["ABSENT"]}})],
    }
    env = {**ENV, "DefaultValue": default}
    made = imported(team, env)
    assert f'where: "{absent}"' in made.text
    result = [str(finding) for finding in made.findings if "ABSENT" in finding.subject]
    never = "G003 Team: ABSENT of Env, found never true, as a default value is always there."
    assert result == ([never] if default else [])


def test_an_imported_category_gives_every_charge_its_owner(ledger: Path) -> None:
    made = imported(TEAM, ENV)
    assert failing(list(made.findings)) == []
    found = derived(ledger, made.text, ["team"])
    assert cents(found) == cents(by_aws([TEAM, ENV], "Team"))
    assert len(found) == 4, "a comparison of nothing holds for ever"
    assert "Shared" not in found


def test_what_it_shows_otherwise_is_reported() -> None:
    result = {(f.place, f.subject): f.found for f in imported(TEAM, ENV).findings}
    spelling = "read in every spelling of the key, and without spaces around values"
    assert result == {
        ("Team", "tags Team"): spelling,
        ("Team", "RECORD_TYPE and USAGE_TYPE"): "read as x_LineItemType and x_UsageType, which "
        "only a CUR has in full",
        ("Team", "REGION"): "read as RegionId; charges of no region have none, not `global`",
        ("Env", "tags Environment"): spelling,
        ("Env", "the month it begins with"): "2026-01 in AWS, 2026-03 here",
    }


def test_what_it_cannot_show_is_left_out_with_a_comment() -> None:
    odd = {
        "Name": "9 Odd: things",
        "Rules": [
            rule("a", dimension("PURCHASE_TYPE", "Spot")),
            rule("b", {"ProductAttributes": {"Key": "x", "Values": ["y"]}}),
            rule("c", tag("Team", "web", how="GREATER_THAN_OR_EQUAL")),
            rule("d", {"CostCategories": {"Key": "Elsewhere", "Values": ["x"]}}),
            {"Type": "INHERITED_VALUE", "InheritedValue": {"DimensionName": "REGION"}},
        ],
        "SplitChargeRules": [
            {"Source": "a", "Targets": ["b"], "Method": "BY_MAGIC"},
            {"Source": "a", "Targets": ["b"], "Method": "FIXED",
             "Parameters": [{"Type": "ALLOCATION_PERCENTAGES", "Values": ["99"]}]},
        ],
    }  # fmt: skip
    made = imported(odd)
    assert [finding.code.number for finding in made.findings] == ["G002"] * 7
    assert made.text.count("is left out") == 5
    assert "  category_9_odd_things:\n" in made.text
    assert read_rulebook(made.text, name="r.yaml")[0] is not None


def test_a_category_brings_those_that_it_looks_at() -> None:
    made = imported(ENV, TEAM, names=["Team"])
    assert list(yaml.safe_load(made.text)["dimensions"]) == ["team", "env"]
    assert list(yaml.safe_load(imported(ENV, TEAM, names=["Env"]).text)["dimensions"]) == ["env"]


def test_users_words_stay_words() -> None:
    """Quotes, colons and SQL in a definition are texts in the rulebook, never more."""
    evil = "a' OR 1=1; -- \" : # {x} é"
    made = imported({"Name": "T", "Rules": [rule(evil, tag(evil, evil))], "DefaultValue": evil})
    book, findings = read_rulebook(made.text, name="r.yaml")
    assert book is not None, findings
    assert (book.dimensions[0].default, book.dimensions[0].sources[0].value) == (evil, evil)  # type: ignore[union-attr]  # a condition


@pytest.mark.parametrize("text", ["", "[]", "3", '{"Name": "x"}', '[{"Rules": []}]', '["x"]'])
def test_what_is_no_definition_is_reported(text: str) -> None:
    categories, findings = read_definitions(text, name="x.json")
    assert categories == []
    assert [finding.code.number for finding in findings] == ["G001"]


RULEBOOK = """\
apportion: 1
effective: 2026-01
currency: USD
owner: team
dimensions:
  team:
    from:
      - where: "x_ServiceCode = 'AWSSupport'"
        value: Shared
      - where: "NOT (Tags['Team'] = 'data') AND RegionId <> 'us-east-1'"
        value: Europe
      - where: "stage = 'prod' AND SubAccountId IN ('000000000011', '000000000033')"
        value: Shop
      - tag: Team
        # the values below are all that are allowed
    values: {Shared: [], Europe: [], Shop: [], WEB: [web], data: []}
    default: none
  stage:
    from:
      - where: "lower(SubAccountName) LIKE '%-prod'"
        value: prod
      - lookup: stages.csv
    default: test
shared:
  - name: support
    where: "team = 'Shared'"
    split: proportional
"""
STAGES = "SubAccountId,stage\n000000000022,lab\n"


def exported(text: str, lookup: str = STAGES) -> Any:
    book, findings = read_rulebook(text, name="rules.yaml")
    assert book is not None, findings
    read, _ = read_lookup(lookup, name="stages.csv", dimension="stage")
    assert read is not None
    lookups = {lookup_key("stage", "stages.csv"): read}
    return export_categories(book, lookups, AccountFacts(), on=date(2026, 9, 10))


def test_an_exported_rulebook_means_the_same_to_aws(ledger: Path) -> None:
    made = exported(RULEBOOK)
    assert failing(list(made.findings)) == []
    definitions = json.loads(write_definitions(made.categories))
    (ledger / "stages.csv").write_text(STAGES)
    found = derived(ledger, RULEBOOK, ["team"])
    assert cents(found) == cents(by_aws(definitions, "team"))
    assert set(found) == {"Europe", "Shop", "WEB", "data", "none"}


def test_exported_and_imported_again_it_gives_the_same_owners(ledger: Path) -> None:
    definitions = json.loads(write_definitions(exported(RULEBOOK).categories))
    again = imported(*definitions, names=["team"])
    assert [f for f in again.findings if f.code.number != "G003"] == []
    found = derived(ledger, again.text, ["team", "stage"])
    (ledger / "stages.csv").write_text(STAGES)
    assert found == derived(ledger, RULEBOOK, ["team", "stage"])


HEAD = "apportion: 1\neffective: 2026-01\ncurrency: USD\ndimensions:\n"
CANNOT = """\
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from:
      - account_tag: Team
      - where: "ResourceId LIKE '%gpu%'"
        value: GPU
      - where: "ServiceName LIKE 'Amazon Connect%'"
        value: CX
      - where: "RegionId LIKE 'eu-_est-1'"
        value: West
      - column: RegionId
      - tag: Team
    default: none
  stage:
    from: [{lookup: stages.csv}, {where: "SubAccountName LIKE 'p%'", value: "a/b"}]
shared:
  - {name: gpus, where: "team = 'GPU'", split: {usage: gpu.csv}}
  - {name: net, where: "ServiceName = 'Amazon VPC'", split: even}
  - {name: west, where: "team = 'West'", split: {fixed: {CX: 100}}}
  - {name: cx, where: "team = 'CX'", split: {fixed: {GPU: 100}}}
  - {name: every, where: "team = 'E'", split: even, within: stage}
  - {name: all, where: "team = 'A'", split: even}
"""


def test_what_aws_cannot_show_is_reported_one_by_one() -> None:
    made = exported(CANNOT, "SubAccountId,stage,valid_from\n1,x,2026-05-01\n2,y,2027-01-01\n")
    result = {
        (finding.code.number, finding.place.partition(":")[2], finding.found.split(",")[0])
        for finding in made.findings
    }
    assert result == {
        ("G010", "7:9", "tags of accounts that are not synchronised"),
        ("G010", "8:9", "the column ResourceId"),
        ("G011", "10:16", "services by their codes: AmazonConnect"),
        ("G010", "12:9", "the pattern 'eu-_est-1'"),
        ("G010", "14:9", "values that are those of the column RegionId"),
        ("G011", "15:9", "this spelling of the key alone"),
        ("G011", "18:12", "its values on 2026-09-10"),
        ("G010", "17:3", "AWS takes at most 50 letters"),
        ("G010", "20:5", "a split by usage"),
        ("G010", "21:5", "a pool that is no single value of the owners' dimension"),
        ("G010", "23:5", "its value is a target of another split"),
        ("G010", "24:5", "`within`"),
        ("G010", "25:5", "a split to every owner"),
    }
    team, stage = made.categories
    assert [split.source for split in team.splits] == ["West"]
    assert len(stage.rules) == 1


def test_units_and_tags_of_accounts_become_lists_of_accounts() -> None:
    lines = (
        "{where: \"x_OrganizationalUnit LIKE 'Retail/%'\", value: Shop}, "
        "{where: \"NOT (account_tags['Team'] = 'web')\", value: Other}, {account_tag: Team}"
    )
    book, findings = read_rulebook(HEAD + f"  team:\n    from: [{lines}]\n", name="r.yaml")
    assert book is not None, findings
    facts = AccountFacts(
        ("SubAccountName", "account_tag:team", "x_OrganizationalUnit"),
        tuple(
            AccountFact(id_, date.min, (None, team, unit), date(2026, 9, 3))
            for id_, team, unit in (
                ("1", "web", "Retail/Web"),
                ("2", "data", "Retail"),
                ("3", None, "Retail/Shop"),
                ("4", "web", "Root"),
            )
        ),
    )
    made = export_categories(book, {}, facts, on=date(2026, 9, 10))
    assert {finding.code.number for finding in made.findings} == {"G011"}
    (team,) = made.categories
    accounts = {
        rule.value: rule.where.values
        for rule in team.rules
        if isinstance(rule, Regular) and isinstance(rule.where, Match)
    }
    assert accounts == {"Shop": ("1", "3"), "Other": ("2",), "web": ("1", "4"), "data": ("2",)}


def test_limits_of_aws_fail() -> None:
    lines = "".join(
        f"      - {{where: \"SubAccountId = '{at:012d}'\", value: v{at}}}\n" for at in range(501)
    )
    (finding,) = exported(f"{HEAD}  stage:\n    from:\n{lines}").findings
    assert str(finding) == "G012 rules.yaml stage: rules, expected at most 500, found 501."


VALUES = st.sampled_from(["web", "WEB", "web-1", "data", "x"])
FIELD = st.sampled_from(["tag:Team", "LINKED_ACCOUNT_NAME", "REGION", "USAGE_TYPE"])


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    field = draw(FIELD)
    how = draw(st.sampled_from(["EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS"]))
    options = [how, *draw(st.sampled_from([[], ["CASE_INSENSITIVE"]]))]
    values = draw(st.lists(VALUES, min_size=1, max_size=3, unique=True))
    if not field.startswith("tag:"):
        return {"Dimensions": {"Key": field, "MatchOptions": options, "Values": values}}
    if draw(st.booleans()):
        return tag("Team", how="ABSENT")
    return {"Tags": {"Key": "Team", "MatchOptions": options, "Values": values}}


EXPRESSIONS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"And": parts}, st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: {"Or": parts}, st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda part: {"Not": part}, inner),
    ),
    max_leaves=5,
)
#: Each of these with each of those, and charges that say nothing of either.
KINDS = [
    {"tag:Team": team, field: value}
    for team in ("", "web", "WEB", "web-1", "data")
    for field in ("LINKED_ACCOUNT_NAME", "REGION", "USAGE_TYPE")
    for value in ("", "web", "xweb", "web-1x")
]
_COLUMNS = {
    "tag:Team": "tag:team",
    "LINKED_ACCOUNT_NAME": "SubAccountName",
    "REGION": "RegionId",
    "USAGE_TYPE": "x_UsageType",
}


@given(EXPRESSIONS)
@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_expression_means_the_same_in_sql_and_back(where: dict[str, Any]) -> None:
    """AWS's meaning (the evaluator), ours (DuckDB), and AWS's again after the way back."""
    made = imported({"Name": "T", "Rules": [rule("yes", where)]})
    book, findings = read_rulebook(made.text, name="r.yaml")
    assert book is not None, findings
    condition = book.dimensions[0].sources[0].where  # type: ignore[union-attr]  # a condition
    by_sql = ours(condition.sql)
    expected = [aws.holds(where, charge, {}) for charge in KINDS]
    assert by_sql == expected, condition.sql
    (back,) = json.loads(
        write_definitions(
            export_categories(book, {}, AccountFacts(), on=date(2026, 9, 1)).categories
        )
    )
    assert [aws.holds(back["Rules"][0]["Rule"], charge, {}) for charge in KINDS] == expected


def ours(sql: str) -> list[bool]:
    columns = ", ".join(f'"{column}"' for column in _COLUMNS.values())
    rows = ", ".join(
        "(" + ", ".join(f"NULLIF('{kind.get(field, '')}', '')" for field in _COLUMNS) + ")"
        for kind in KINDS
    )
    query = f"SELECT COALESCE({sql}, FALSE) FROM (VALUES {rows}) AS t({columns})"
    return [bool(row[0]) for row in duckdb.connect().execute(query).fetchall()]


@pytest.fixture
def typed(tmp_path: Path) -> Iterator[Typed]:
    fake = FakeCostExplorer(
        (),
        page=1,
        categories=[
            {"CostCategoryArn": f"arn:aws:ce::111111111111:costcategory/{each['Name']}", **each}
            for each in (TEAM, ENV)
        ],
    )
    with serving(fake) as endpoint:
        typed = Typed(tmp_path, lambda _service, _region: client_of(endpoint))
        typed.well("init")
        yield typed
    called = {f"ce:{action}" for action, _ in fake.calls}
    assert called <= set(COST_CATEGORIES.values()), "nothing else was called"


def test_from_aws_to_a_rulebook_that_is_right_and_back(typed: Typed) -> None:
    for rulebook in (typed.folder / "rulebook").glob("*.yaml"):
        rulebook.unlink()
    file = typed.folder / "rulebook" / "2026-03.yaml"
    typed.well("aws", "cost-categories", "import", "--to", str(file))
    assert "G003" in typed.err
    typed.well("rules", "check")
    typed.well("aws", "cost-categories", "export", "--period", "2026-03")
    names = [each["Name"] for each in json.loads(typed.out)]
    assert names == ["env", "team"], (
        "what others look at comes first, as it has to be created first"
    )
    assert typed("aws", "cost-categories", "import", "--name", "Nope").code == 2
    assert "There is no cost category 'Nope'; there are Team, Env." in typed.err


def test_what_is_exported_can_be_created_and_is_then_the_same() -> None:
    """boto3 checks each definition against AWS's model of the call, moto keeps and describes it."""
    made = exported(RULEBOOK)
    with serving_moto() as world:
        ce = world.client("ce", "us-east-1")
        for definition in json.loads(write_definitions(made.categories)):
            arn = ce.create_cost_category_definition(**definition)["CostCategoryArn"]
            described = ce.describe_cost_category_definition(CostCategoryArn=arn)["CostCategory"]
            (read,), findings = definitions_of(described, place="moto")
            assert findings == []
            assert read in made.categories


def test_from_a_file_without_aws(typed: Typed) -> None:
    file = typed.folder / "category.json"
    file.write_text(json.dumps({"CostCategory": ENV}))
    words = ("aws", "cost-categories", "import", "--from-file", str(file))
    typed.well(*words, "--effective", "2026-05", "--currency", "EUR")
    written = yaml.safe_load(typed.out)
    assert (written["effective"], written["currency"]) == ("2026-05", "EUR")
    file.write_text("{}")
    assert typed(*words).code == 1
    assert "G001" in typed.err
