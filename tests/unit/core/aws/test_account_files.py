"""Files of accounts: what is read of them, and what is wrong in them."""

from __future__ import annotations

import json
from datetime import date

import pytest

from apportion.core.aws.account_files import AccountsFile, read_accounts
from apportion.model.aws.accounts import Account

TODAY = date(2026, 9, 3)


def read(text: str) -> AccountsFile:
    found, findings = read_accounts(text, name="accounts.csv", today=TODAY)
    assert findings == []
    assert found is not None
    return found


def wrong(text: str) -> list[str]:
    found, findings = read_accounts(text, name="accounts.csv", today=TODAY)
    assert found is None
    return [str(finding) for finding in findings]


def test_a_csv_of_accounts_with_tags() -> None:
    found = read(
        "account,Account Name,OU,tag:CostCenter,tag:Team\n"
        "111111111111,lab,Research/Physics,FIN-100,\n"
        "222222222222,shop,,,web\n"
    )
    assert not found.dated
    assert found.accounts == (
        Account("111111111111", "lab", "Research/Physics", (("CostCenter", "FIN-100"),), ""),
        Account("222222222222", "shop", "", (("Team", "web"),), ""),
    )


def test_what_aws_prints() -> None:
    listed = {
        "Accounts": [
            {
                "Id": "111111111111",
                "Arn": "arn:aws:organizations::1:account/o-1/111111111111",
                "Email": "lab@example.com",
                "Name": "lab",
                "Status": "ACTIVE",
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": "2024-01-01T00:00:00Z",
                "Tags": [{"Key": "CostCenter", "Value": "FIN-100"}],
            }
        ]
    }
    (account,) = read(json.dumps(listed)).accounts
    assert account == Account("111111111111", "lab", "", (("CostCenter", "FIN-100"),), "ACTIVE")
    (account,) = read('[{"account": "x", "tags": {"Team": "web"}}]').accounts
    assert account.tags == (("Team", "web"),)


def test_a_history_has_days() -> None:
    found = read(
        "SubAccountId,name,valid_from,valid_to\n"
        "111111111111,lab,,2026-05\n"
        "111111111111,labs,2026-06-01,\n"
    )
    assert found.dated
    assert [(s.valid_from, s.valid_to) for s in found.stretches] == [
        (date.min, date(2026, 5, 31)),
        (date(2026, 6, 1), date.max),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("name\nlab\n", "A002 accounts.csv:1: no column of account ids"),
        ("account,nam\n1,lab\n", "Did you mean name?"),
        ("account,CostCenter\n1,FIN\n", "Tags stand in columns like tag:CostCenter."),
        ("account,name\n,lab\n", "A002 accounts.csv:2: the account has no id"),
        ("account,name\n1,a\n1,b\n", "A003 accounts.csv: account 1 stands twice"),
        ("account,valid_from\n1,June\n", "valid_from, expected a day like 2026-01-31"),
        ("account,valid_from,valid_to\n1,2026-06,2026-05\n", "a day before valid_to"),
        ("{", "not JSON"),
        ('{"other": []}', "no list of accounts"),
        ("[1]", "no list of accounts"),
        ('[{"Id": 123456789012}]', "Id is not a text"),
        ('[{"Id": "1", "Tags": [1]}]', "the tags cannot be read"),
    ],
)
def test_what_is_wrong_has_its_place(text: str, expected: str) -> None:
    result = " ".join(wrong(text))
    assert expected in result


def test_an_id_without_its_zeros_is_reported() -> None:
    found, (finding,) = read_accounts("account\n11111111\n", name="a.csv", today=TODAY)
    assert found is not None
    assert str(finding).startswith("A004 a.csv:2: the account id, expected twelve digits")
