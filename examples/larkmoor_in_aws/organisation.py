"""Larkmoor's organisation in AWS: units, accounts and their tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apportion.demo.company import PAYER, Account


def organisation(organizations: Any, accounts: Sequence[Account]) -> dict[str, str]:
    """Make it; gives the ids that AWS gave to the accounts, by the ids that the demo has.

    The demo's payer is the management account.
    """
    made = organizations.create_organization(FeatureSet="ALL")["Organization"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    units = {
        name: organizations.create_organizational_unit(ParentId=root, Name=name)
        for name in dict.fromkeys(account.unit for account in accounts)
    }
    ids = {}
    for account in accounts:
        number = made["MasterAccountId"]
        if account.account_name != PAYER:
            number = _made(organizations, account)
        unit = units[account.unit]["OrganizationalUnit"]["Id"]
        organizations.move_account(AccountId=number, SourceParentId=root, DestinationParentId=unit)
        if account.account_tag:
            tag = {"Key": "CostCenter", "Value": account.account_tag}
            organizations.tag_resource(ResourceId=number, Tags=[tag])
        ids[account.account_id] = number
    return ids


def _made(organizations: Any, account: Account) -> str:
    mail = f"{account.account_name}@larkmoor.example"
    status = organizations.create_account(AccountName=account.account_name, Email=mail)
    return str(status["CreateAccountStatus"]["AccountId"])
