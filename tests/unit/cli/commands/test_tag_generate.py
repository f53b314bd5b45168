"""What is generated from the tag policy, proved and replayed, as a user types it."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.core.tags.generate import read_ranking
from cloudtrail_records import record
from larkmoor import Typed, copied


@pytest.fixture
def own(larkmoor: Path, tmp_path: Path) -> Typed:
    return Typed(copied(larkmoor, tmp_path))


FILES = {
    "README.md", "config-rules.json", "cost-allocation-tags.json", "custodian.json", "policy.json",
    "ranking.csv", "scp-create-1.json", "scp-protect.json", "tag-policy.json", "tags.md",
    "terraform/example/main.tf", "terraform/tags/main.tf",
}  # fmt: skip


def test_the_same_files_are_written_each_time_and_checked(own: Typed) -> None:
    assert own("tags", "generate").code == 0
    at = own.folder / "generated"
    files = {str(p.relative_to(at)): p.read_text() for p in at.rglob("*") if p.is_file()}
    assert set(files) == FILES
    assert set(own.out.split()) == {f"generated/{name}" for name in FILES}
    assert own("tags", "generate").code == 0
    assert {name: (at / name).read_text() for name in files} == files
    assert own("tags", "generate", "--check").code == 0
    assert own("tags", "generate", "--to", "elsewhere/tags").code == 0
    assert (own.folder / "elsewhere" / "tags" / "tags.md").is_file()


def test_a_file_that_was_changed_or_is_left_over_fails_the_check(own: Typed) -> None:
    own("tags", "generate")
    at = own.folder / "generated"
    (at / "tag-policy.json").write_text("{}")
    (at / "tags.md").unlink()
    (at / "scp-create-2.json").write_text("{}")
    assert own("tags", "generate", "--check").code == 1
    for name in ("tag-policy.json", "tags.md", "scp-create-2.json"):
        assert f"generated/{name}" in own.err
    assert (at / "tag-policy.json").read_text() == "{}"


def test_a_changed_policy_fails_the_check_and_a_new_bill_does_not(own: Typed) -> None:
    own("tags", "generate", "--period", "2026-08")
    assert own("tags", "generate", "--check").code == 0
    policy = own.folder / "tags.yaml"
    policy.write_text(
        policy.read_text().replace("tags: [CostCenter]", "tags: [CostCenter, Project]")
    )
    assert own("tags", "generate", "--check").code == 1
    assert "scp-create-1.json" in own.err


def test_what_they_are_packed_by_is_pinned_until_it_is_made_again(own: Typed) -> None:
    own("tags", "generate", "--period", "2026-08")
    ranking = own.folder / "generated" / "ranking.csv"
    august = ranking.read_text()
    spend = read_ranking(august)
    assert spend is not None
    assert spend[0].type == "ec2:instance"
    own("tags", "generate")
    assert ranking.read_text() == august
    assert "--rank-by-bill makes a new one" in own.err
    own("tags", "generate", "--rank-by-bill")
    assert ranking.read_text() != august


def test_documents_are_json_of_the_size_that_aws_takes(own: Typed) -> None:
    own("tags", "generate", "--scp-limit", "5120")
    at = own.folder / "generated"
    for path in at.glob("scp-*.json"):
        text = path.read_text().strip()
        assert len(text) <= 5_120
        assert json.loads(text)["Version"] == "2012-10-17"
    assert len((at / "tag-policy.json").read_text()) <= 10_001
    required = json.loads((at / "tag-policy.json").read_text())["tags"]
    assert required["costcenter"]["tag_key"] == {"@@assign": "CostCenter"}
    assert required["environment"]["report_required_tag_for"] == {
        "@@assign": ["ec2:instance", "rds:db", "rds:cluster"]
    }
    assert json.loads((at / "cost-allocation-tags.json").read_text()) == ["CostCenter", "Project"]
    (rule,) = json.loads((at / "config-rules.json").read_text())
    assert (rule["parameters"]["tag1Key"], rule["parameters"]["tag2Key"]) == (
        "CostCenter",
        "Project",
    )
    first = json.loads((at / "custodian.json").read_text())["policies"][0]
    assert first["resource"] == "aws.ec2"
    assert {"tag:CostCenter": "absent"} in first["filters"][0]["or"]


def test_the_proof_in_money(own: Typed) -> None:
    rows = own("tags", "prove-scp", "-o", "json").rows
    assert own.code == 0
    status = {row["type"]: row["status"] for row in rows}
    assert status["ec2:instance"] == "enforced"
    assert status["route53:hostedzone"] == "not enforceable"
    assert status["s3:bucket"] == "left out"
    enforced = sum(Decimal(r["cost"]) for r in rows if r["status"] == "enforced")
    whole = sum(Decimal(row["cost"]) for row in rows)
    assert f"{enforced:,.2f} of {whole:,.2f}" in own.err
    assert enforced / whole > Decimal("0.75")


def test_the_past_is_replayed(own: Typed) -> None:
    events = own.folder / "events.json.gz"
    tagged = {"tags": {"CostCenter": "CX-600"}}
    records = [record("dynamodb", "CreateTable", {}), record("dynamodb", "CreateTable", tagged)]
    events.write_bytes(gzip.compress(json.dumps({"Records": [*records, 5]}).encode()))
    rows = own("tags", "replay", str(events), "-o", "json").rows
    assert [(row["denied"], row["creator"]) for row in rows] == [
        (True, "ann@example.com"),
        (False, "ann@example.com"),
    ]
    assert rows[0]["lacks"] == "CostCenter missing; Project missing; Environment missing"
    assert "2 of 2 calls created or tagged something; 1 of them would have been denied." in own.err
    assert "1 records could not be read" in own.err
    assert len(own("tags", "replay", str(events), "--only-denied", "-o", "json").rows) == 1


@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on this machine")
@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({}, ""),
        ({"cost_center": "ECOM-2OO"}, "CostCenter: expected one of FIN-100"),
        ({"environment": "production"}, "Environment: expected one of prod, staging, dev"),
        ({"project": "50 %"}, "Project: expected 1 to 256 letters"),
        ({"team": "a%b"}, "Team: expected"),
    ],
)
def test_terraform_refuses_what_the_policy_refuses(
    own: Typed, changed: dict[str, str], refused: str
) -> None:
    own("tags", "generate")
    module = own.folder / "generated" / "terraform" / "tags"
    values = {"cost_center": "ECOM-200", "project": "checkout", "environment": "prod", **changed}
    (module / "v.auto.tfvars.json").write_text(json.dumps(values))
    assert terraform(module, "fmt", "-check", "main.tf").returncode == 0
    assert terraform(module, "init", "-backend=false").returncode == 0
    done = terraform(module, "apply", "-auto-approve")
    if refused:
        assert done.returncode == 1
        assert refused in " ".join(done.stderr.replace("│", " ").split())
        return
    assert done.returncode == 0, done.stderr
    tags = json.loads(terraform(module, "output", "-json", "tags").stdout)
    assert tags == {"CostCenter": "ECOM-200", "Project": "checkout", "Environment": "prod"}


def terraform(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", *words, *(["-no-color"] if words[0] != "fmt" else [])],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
