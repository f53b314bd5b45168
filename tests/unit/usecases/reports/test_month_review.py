"""The monthly review: a folder for the meeting, whose figures are those of the reports."""

from __future__ import annotations

import subprocess
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from apportion.app.review_files import file_names
from apportion.app.workspace import Workspace
from apportion.model.document import Document, Section, Table
from apportion.model.errors.output_files import FolderFilledError, NotAFontError
from apportion.model.settings import Settings
from apportion.reports.pdf import pdf
from prepared import copied
from programs import needed
from stories import bill_of, delivered, parquet_bill, reopened, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
shared:
  - {name: support, where: "ServiceName = 'Support'", split: {fixed: {A: 50, B: 50}}}
"""
HOSTILE = "../<script>alert(1)</script>|`x`"


def made(folder: Path) -> Workspace:
    """Allocate two months in a folder of the test's own."""
    return reopened(copied(__name__, _make, folder))


def _make(folder: Path) -> None:
    workspace = workspace_in(folder, RULES)
    for period, cost in (("2026-08", "10"), ("2026-09", "12.345")):
        lines = (
            {"day": f"{period}-01", "tags": "CostCenter=A", "cost": cost},
            {"day": f"{period}-02", "tags": "CostCenter=B", "cost": "5"},
            {"day": f"{period}-02", "tags": f"CostCenter={HOSTILE}", "cost": "1"},
            {"day": f"{period}-02", "service": "Nobody's", "cost": "2"},
            {"day": f"{period}-03", "service": "Support", "cost": "8"},
        )
        bill = parquet_bill(bill_of(lines))
        workspace.ingest(delivered(folder, bill, name=f"{period}.parquet"))
    workspace.allocate()


def git(folder: Path, *words: str, at: str = "2026-11-02T09:00:00Z") -> None:
    subprocess.run(
        ["git", "-c", "user.name=Dana Fox", "-c", "user.email=dana@example.com", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        env={"GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": at, "PATH": "/usr/bin:/bin"},
    )


class Texts(HTMLParser):
    """What a reader of a page sees, and the tags that it is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_review_shows_who_pays_what_changed_and_why(tmp_path: Path) -> None:
    made(tmp_path).write_review("2026-09", folder=tmp_path / "out")
    result = (tmp_path / "out/review.md").read_text()
    assert result.startswith(
        "# Cloud cost review 2026-09\n\n28.35 USD. Every cent is accounted for; "
        "2.00 USD of direct cost is unallocated; the difference from the provider's files is "
        "0.00.\n"
    )
    assert "| A | 14.00 | 2.35 | 0.00 | 0.00 | 0.00 | 0.00 | 0.00 | 2.35 | 16.35 |" in result
    assert "16.35 USD: 12.35 USD direct cost and 4.00 USD shared cost." in result
    assert "+2.35 USD since 2026-08: +2.35 USD by usage." in result
    assert "| unallocated | 2.00 | \\_\\_\\_" in result
    assert "is not in a Git repository" in result


def test_who_changed_a_rule_and_what_it_moved(tmp_path: Path) -> None:
    needed("git")
    rulebook = tmp_path / "rulebook/rules.yaml"
    workspace = made(tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "rulebook")
    git(tmp_path, "commit", "-q", "-m", "before", at="2026-10-01T09:00:00Z")
    for percent, subject in ((75, "A asks most"), (25, "no, B does")):
        split = f"{{A: {percent}, B: {100 - percent}}}"
        rulebook.write_text(RULES.replace("{A: 50, B: 50}", split))
        git(tmp_path, "commit", "-q", "-am", subject, at="2026-11-03T09:00:00Z")
    workspace.allocate(["2026-09"])
    workspace.write_review("2026-09", folder=tmp_path / "out")
    result = (tmp_path / "out/review.md").read_text().split("## Rules changed since 2026-08")[1]
    first, second = result.split("### ")[1:3]
    assert first.startswith("A asks most\n\nDana Fox, 2026-11-03, commit ")
    assert "| A | 2.00 |\n| B | -2.00 |" in first
    assert "+  - {name: support" in first
    assert second.startswith("no, B does\n")
    assert "| A | -4.00 |\n| B | 4.00 |" in second


def test_merges_renamed_and_broken_rules_are_reported_as_they_are(tmp_path: Path) -> None:
    needed("git")
    made(tmp_path / "sub")  # the workspace is a part of the repository
    rules = tmp_path / "sub/rulebook/rules.yaml"
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "color.ui", "always")
    (tmp_path / "sub/elsewhere").symlink_to("/outside")
    git(tmp_path, "add", "sub/rulebook", "sub/elsewhere")
    git(tmp_path, "commit", "-q", "-m", "before", at="2026-10-01T09:00:00Z")
    later = "2026-11-03T09:00:00Z"
    git(tmp_path, "checkout", "-q", "-b", "more")
    rules.write_text(RULES.replace("A: 50, B: 50", "A: 75, B: 25"))
    git(tmp_path, "commit", "-q", "-am", "A asks most", at="2026-10-02T09:00:00Z")
    git(tmp_path, "checkout", "-q", "main")
    git(tmp_path, "merge", "-q", "--no-ff", "more", "-m", "merge", at=later)
    git(tmp_path, "mv", "sub/rulebook/rules.yaml", "sub/rulebook/new.yaml")
    git(tmp_path, "commit", "-q", "-m", "renamed", at=later)
    new = rules.with_name("new.yaml")
    new.write_text(RULES + "broken: [")
    git(tmp_path, "commit", "-q", "-am", "broken", at=later)
    new.write_text(RULES)
    git(tmp_path, "commit", "-q", "-am", "mended", at=later)
    reopened(tmp_path / "sub").write_review("2026-09", folder=tmp_path / "out")
    result = (tmp_path / "out/review.md").read_text().split("## Rules changed since 2026-08")[1]
    merge, renamed, broken, mended = result.split("\n### ")[1:5]
    assert merge.startswith("merge\n\nDana Fox, 2026-11-03, commit ")
    assert "| A | 2.00 |\n| B | -2.00 |" in merge
    assert "\n+  - {name: support" in merge
    assert "No effect on the cost of this month." in renamed
    assert "The effect is unknown" in broken
    assert "| A | -2.00 |\n| B | 2.00 |" in mended


def test_the_history_of_rules_that_do_not_lie_beside_their_files(tmp_path: Path) -> None:
    needed("git")
    made(tmp_path)
    (tmp_path / "rulebook").rename(tmp_path / "config")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "config")
    git(tmp_path, "commit", "-q", "-m", "moved here", at="2026-11-03T09:00:00Z")
    (tmp_path / "tables").mkdir()
    settings = Settings("", tmp_path / "ledger", tmp_path / "config", tmp_path / "tables")
    Workspace(settings).write_review("2026-09", folder=tmp_path / "out")
    assert "### moved here" in (tmp_path / "out/review.md").read_text()


def test_a_figure_is_the_same_everywhere_and_a_total_that_is_off_reports_it(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES.replace("{fixed: {A: 50, B: 50}}", "even"))
    lines = [
        {"day": "2026-09-01", "tags": f"CostCenter={owner}", "cost": "0.333", "service": service}
        for owner in "ABC"
        for service in ("One", "Two", "Three")
    ]
    lines.append({"day": "2026-09-01", "service": "Support", "cost": "0.1"})
    workspace.ingest(delivered(tmp_path, parquet_bill(bill_of(lines)), name="bill.parquet"))
    workspace.allocate()
    workspace.write_review("2026-09", folder=tmp_path / "out")
    result = (tmp_path / "out/review.md").read_text()  # 1.0323… each, 3.10 in all
    assert "| USD | 3.10 | 3.00 | 0.10 |" in result
    for owner in "ABC":
        statement = result.split(f"### {owner}\n")[1].split("### ")[0]
        assert "1.03 USD: 1.00 USD direct cost and 0.03 USD shared cost." in statement
        assert "| **total** |  | **1.03** |\n\nrounded; files have every digit\n" in statement
        assert f"| {owner} | 1.03 | \\_" in result
    sign_off = result.split("## Sign-off\n")[1]
    assert "**3.10**" in sign_off
    assert sign_off.count("rounded; files have every digit") == 1
    page = (tmp_path / "out/review.html").read_text()
    assert page.count('<p class="note">rounded; files have every digit</p>') >= 4


def test_no_text_of_a_bill_becomes_markup_or_a_path(tmp_path: Path) -> None:
    made(tmp_path).write_review("2026-09", folder=tmp_path / "out")
    page = Texts((tmp_path / "out/review.html").read_text())
    assert "script" not in page.tags
    assert HOSTILE in page.texts
    files = sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.*"))
    assert [str(file) for file in files] == [
        *("review-2026-09.xlsx", "review.html", "review.md", "review.pdf"),
        *("statements/A.html", "statements/A.pdf", "statements/B.html", "statements/B.pdf"),
        "statements/script-alert-1-script-x.html",
        "statements/script-alert-1-script-x.pdf",
        *("statements/unallocated.html", "statements/unallocated.pdf"),
    ]


def test_a_statement_as_pdf(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    for name in ("one", "other"):
        workspace.write_review("2026-09", folder=tmp_path / name)
    one, other = (tmp_path / name / "statements/A.pdf" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    needed("pdftotext")
    done = subprocess.run(
        ["pdftotext", "-layout", str(one), "-"], check=True, capture_output=True, text=True
    )
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "16.35 USD: 12.35 USD direct cost and 4.00 USD shared cost." in lines
    assert "support shared 4.00" in lines
    assert "total 16.35" in lines


def test_no_number_of_a_wide_table_is_broken(tmp_path: Path) -> None:
    needed("pdftotext")
    row = dict.fromkeys(("code", "severity", "finding", "place", "subject", "found"), "D001 " * 9)
    row |= {"amount": Decimal("-1234567.89"), "currency": "USD", "remedy": "Do something. " * 9}
    finding = Document("t", "", (Section("s", table=Table(tuple(row), (row,))),))
    (tmp_path / "wide.pdf").write_bytes(pdf(finding, made_at="2026-11-02T08:00:00+00:00").content)
    done = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "wide.pdf"), "-"], check=True, capture_output=True
    )
    words = done.stdout.decode().split()
    assert "-1,234,567.89" in words
    assert "USD." in words or "USD" in words


def test_the_folder_appears_whole_and_is_never_written_over(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    (tmp_path / "out").mkdir()
    outcome = workspace.write_review("2026-08", folder=tmp_path / "out")
    assert {str(row["file"]) for row in outcome.rows} >= {"review.md", "statements/A.html"}
    result = (tmp_path / "out/review.md").read_text()
    assert "What changed" not in result  # there is no month before
    with pytest.raises(
        FolderFilledError, match=r"found .*, review.html, review.md, … in it\. Nothing was written"
    ):
        workspace.write_review("2026-08", folder=tmp_path / "out")


def test_a_delivery_after_the_allocation_is_reported(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    bill = parquet_bill(bill_of([{"day": "2026-09-01", "cost": "1"}]))
    workspace.ingest(delivered(tmp_path, bill, name="again.parquet"), replace=True)
    outcome = workspace.write_review("2026-09", folder=tmp_path / "out")
    assert [finding.code.number for finding in outcome.findings] == ["L007"]
    result = (tmp_path / "out/review.md").read_text()
    assert "NOT CURRENT: a later delivery is not allocated yet." in result
    assert "| L007 | warning |" in result
    explained = workspace.explain_owner("A", "2026-09")
    assert [finding.code.number for finding in explained.findings] == ["L007"]


def test_a_long_text_leaves_a_row_on_its_page(tmp_path: Path) -> None:
    row = {"what": "words " * 5_000, "place": "A" * 1_000_000, "n": 1}
    finding = Document("A" * 1_000_000, "", (Section("x", (), Table(tuple(row), (row,))),))
    (tmp_path / "long.pdf").write_bytes(pdf(finding, made_at="2026-11-02T08:00:00+00:00").content)
    assert (tmp_path / "long.pdf").stat().st_size < 100_000


def test_a_pool_that_only_the_month_before_had_is_shown_with_nought(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    for period, service in (("2026-08", "Support"), ("2026-09", "Amazon S3")):
        lines = [{"day": f"{period}-01", "service": service, "cost": "8"}]
        bill = parquet_bill(bill_of(lines))
        workspace.ingest(delivered(tmp_path, bill, name=f"{period}.parquet"))
    workspace.allocate()
    workspace.write_review("2026-09", folder=tmp_path / "out")
    shared = (tmp_path / "out/review.md").read_text().split("\n## Shared cost")[1]
    assert "| support | 8.00 | 0.00 | -8.00 | 0 | fixed: A 50 % and B 50 %" in shared


def test_names_of_files() -> None:
    assert file_names(["a/b", "a b", "A-B", "..", "", "é"]) == [
        *("a-b", "a-b-2", "A-B-3", "owner", "owner-2", "owner-3")
    ]
    assert file_names(["CON", "nul.txt", "COM1", "com1", "LPT9. ", "x. ", "x .", "CONTROL"]) == [
        *("owner-CON", "owner-nul.txt", "owner-COM1", "owner-com1-2", "owner-LPT9"),
        *("x", "x-2", "CONTROL"),
    ]


def test_an_owner_whose_name_no_font_has_is_reported_once(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    lines = [{"day": "2026-09-01", "tags": "CostCenter=日本", "cost": "8"}]
    workspace.ingest(delivered(tmp_path, parquet_bill(bill_of(lines)), name="bill.parquet"))
    workspace.allocate()
    (finding,) = workspace.write_review("2026-09", folder=tmp_path / "out").findings
    assert str(finding) == (
        "W003 review.pdf and 1 other PDF: 2 characters in no font, found 日本. "
        "Name a font that has them: --font FILE, for example Noto Sans CJK."
    )
    with pytest.raises(NotAFontError):
        workspace.write_review("2026-09", folder=tmp_path / "more", font=tmp_path / "no.ttf")
