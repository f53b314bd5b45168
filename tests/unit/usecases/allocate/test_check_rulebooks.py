"""`rules check` finds without a bill what only an allocation would show otherwise."""

from __future__ import annotations

from pathlib import Path

from stories import workspace_in

HEAD = "apportion: 1\neffective: 2026-09\ncurrency: USD\n"
RULES = f"""{HEAD}
dimensions:
  team:
    from: [{{lookup: accounts.csv}}]
    values: [Retail, Logistics]
shared:
  - {{name: support, where: "ServiceName = 'Support'", split: {{usage: drivers/cases.csv}}}}
"""
ACCOUNTS = "SubAccountId,team\n000000000011,Retail\n000000000012,Retial\n"
CASES = "owner,number,month\nRetail,1,2026-08\n"
FILES = {"accounts.csv": ACCOUNTS, "drivers/cases.csv": CASES}


def test_all_of_it_at_once(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES, FILES)
    refused, months = workspace.check_rules().findings
    assert str(refused) == (
        "D002 accounts.csv:3: team 'Retial', expected a value or alias of team. Did you mean "
        "Retail? Correct the tag, or add 'Retial' to the aliases of Retail."
    )
    assert str(months) == (
        "R074 drivers/cases.csv: the driver's months, expected numbers for 2026-09 to 2026-10, "
        "found none for 2026-09 to 2026-10. Update the driver."
    )


def test_two_rulebooks_of_one_month(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES, FILES)
    (tmp_path / "rulebook" / "also.yaml").write_text(RULES)
    codes = [finding.code.number for finding in workspace.check_rules().findings]
    assert codes == ["R080", "D002", "R074"]
    (tmp_path / "rulebook" / "also.yaml").write_text(RULES.replace("2026-09", "2026-10"))
    assert "R080" not in [finding.code.number for finding in workspace.check_rules().findings]
