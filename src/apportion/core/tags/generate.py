"""Everything that is generated from a tag policy: names of files and their texts, always the same.

What the files are packed by is pinned beside them (`ranking.csv`), so that a check compares with
the same bill and not with whatever the ledger holds today.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from apportion.model import money
from apportion.model.tags.generated import ControlPolicies, TypeSpend
from apportion.model.tags.tag_policy import TagPolicy

from .generated_outputs import (
    activation_list,
    config_rules,
    custodian_policies,
    organizations_tag_policy,
)
from .iac.terraform_module import terraform_example, terraform_module
from .policy.json import policy_json
from .policy.page import policy_page
from .scp.create_actions import source_of_tables
from .scp.generate import control_policies

RANKING = "ranking.csv"


def generate_files(
    policy: TagPolicy, spend: Sequence[TypeSpend], *, limit: int, most: int
) -> tuple[dict[str, str], ControlPolicies]:
    """Write every file, by its name in the folder."""
    ranked = ranking(spend)
    types = [one.type for one in ranked]
    controls = control_policies(policy, ranked, limit=limit, most=most)
    files = {
        **{document.name: f"{document.text}\n" for document in controls.documents},
        "tag-policy.json": organizations_tag_policy(policy, types),
        "config-rules.json": config_rules(policy),
        "cost-allocation-tags.json": activation_list(policy),
        "custodian.json": custodian_policies(policy, types),
        "policy.json": policy_json(policy),
        "tags.md": policy_page(policy),
        "terraform/tags/main.tf": terraform_module(policy),
        "terraform/example/main.tf": terraform_example(policy),
        RANKING: ranking_text(ranked),
    }
    files["README.md"] = _readme(policy, controls, limit=limit)
    return dict(sorted(files.items())), controls


def ranking(spend: Iterable[TypeSpend]) -> list[TypeSpend]:
    """Order types by cost; those that are not known or cost nothing do not count."""
    named = (one for one in spend if one.type and one.cost > 0)
    return sorted(named, key=lambda one: (-one.cost, one.type))


def ranking_text(ranked: Iterable[TypeSpend]) -> str:
    """Write the ranking that files are packed by."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("type", "cost"))
    writer.writerows((one.type, money.text(one.cost)) for one in ranked)
    return text.getvalue()


def read_ranking(text: str) -> list[TypeSpend] | None:
    """Read what `ranking_text` wrote; None where it is something else."""
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or rows[0] != ["type", "cost"]:
        return None
    try:
        return [TypeSpend(kind, Decimal(cost)) for kind, cost in rows[1:]]
    except (ValueError, InvalidOperation):
        return None


def _readme(policy: TagPolicy, controls: ControlPolicies, *, limit: int) -> str:
    documents = [
        f"| `{one.name}` | {one.size:,} of {limit:,} characters |" for one in controls.documents
    ]
    left = [f"- `{one.type}`: {one.status}, {one.why}" for one in controls.left]
    return "\n".join(
        [
            "# Generated from the tag policy",
            "",
            f"From `{policy.name}` by `apportion tags generate`. Change the policy, not these;",
            "`apportion tags generate --check` fails where they are not what it would write.",
            "",
            "| File | What |",
            "|---|---|",
            *documents,
            "| `tag-policy.json` | the tag policy of AWS Organizations, which reports |",
            "| `config-rules.json` | parameters of AWS Config's rule REQUIRED_TAGS |",
            "| `cost-allocation-tags.json` | the keys to activate for the bill |",
            "| `custodian.json` | Cloud Custodian: finds what lacks tags, does nothing to it |",
            "| `policy.json` | the policy as the validation function reads it |",
            "| `tags.md` | the page for engineers |",
            "| `terraform/` | a module whose variables refuse wrong values, and an example |",
            f"| `{RANKING}` | what the control policies are packed by |",
            "",
            "## What the control policies leave out",
            "",
            *(left or ["Nothing."]),
            "",
            f"Calls: {source_of_tables()}",
            "",
        ]
    )
