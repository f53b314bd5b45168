"""Tag keys and values are the same in every spelling that exports and people give them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.model.tags.tag_keys import matching, normalise, normalise_value


@pytest.mark.parametrize(
    "key",
    [
        "CostCenter",
        "cost-center",
        "Cost Center",
        "COST_CENTER",
        "cost.center",
        "cost:center",
        "cost/center",
        " cost  center ",
        "user:CostCenter",
        "user_cost_center",
        "resourceTags/user:CostCenter",
        "resourceTags/CostCenter",
        "resource_tags_user_cost_center",
        "accountTag/CostCenter",
        "iamPrincipal/CostCenter",
        "userAttribute/CostCenter",
    ],
)
def test_spellings_of_one_key(key: str) -> None:
    assert normalise(key) == "costcenter"


@pytest.mark.parametrize(
    ("key", "normal"),
    [
        ("aws:createdBy", "aws:createdby"),
        ("aws_created_by", "aws:createdby"),
        ("resourceTags/aws:createdBy", "aws:createdby"),
        ("resource_tags_aws_created_by", "aws:createdby"),
        ("createdBy", "createdby"),
        ("awsAccount", "awsaccount"),
        ("username", "username"),
        ("user", "user"),
        ("user:", "user"),
        ("aws:", "aws"),
        ("userAttribute/", "userattribute"),
        ("Straße", "strasse"),
        ("", ""),
        ("--", "--"),
    ],
)
def test_keys_that_keep_what_they_are(key: str, normal: str) -> None:
    assert normalise(key) == normal


@given(st.text())
@example("user:user:x")
@example("aws:user:x")
@example("resourceTags/resourceTags/x")
@example("user_:")
@example("İ")
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert normalise_value(normalise_value(text)) == normalise_value(text)


def test_the_best_written_key_comes_first() -> None:
    raw = ["resourceTags/user:CostCenter", "cost-center", "costcenter", "CostCenter", "Project"]
    assert matching(raw, "CostCenter") == (
        "CostCenter",
        "resourceTags/user:CostCenter",
        "costcenter",
        "cost-center",
    )
    assert matching(raw, "costcenter")[0] == "costcenter"
    assert matching(reversed(raw), "CostCenter") == matching(raw, "CostCenter")
    assert matching([], "CostCenter") == ()


@pytest.mark.parametrize(
    ("raw", "wanted", "first"),
    [
        (["user:costcenter", "user:CostCenter"], "CostCenter", "user:CostCenter"),
        (["user:costcenter", "user:CostCenter"], "costcenter", "user:costcenter"),
        (["user_costcenter", "user_cost_center"], "CostCenter", "user_cost_center"),
        (["user_costcenter", "user_cost_center"], "costcenter", "user_costcenter"),
        (["cost_center", "costcenter"], "Cost Center", "cost_center"),
        (["resource_tags_user_a_b", "resource_tags_user_ab"], "AB", "resource_tags_user_ab"),
    ],
)
def test_of_several_spellings_the_rulebooks_comes_first(
    raw: list[str], wanted: str, first: str
) -> None:
    assert matching(raw, wanted)[0] == matching(reversed(raw), wanted)[0] == first


def test_values_are_compared_without_case_and_separators() -> None:
    assert normalise_value(" Fin 100 ") == normalise_value("FIN-100") == "fin100"
    assert normalise_value("1.10") == "110"
    assert normalise_value("-") == "-"
    assert normalise_value("Fin\t100") == "fin100"
