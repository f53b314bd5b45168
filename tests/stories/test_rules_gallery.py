"""Every finding about rules, provoked by a small text, with its exact sentence (tests/gallery)."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from apportion.core.rulebook.inputs.drivers import read_driver
from apportion.core.rulebook.inputs.lookups import read_lookup
from apportion.core.rulebook.months import months_in_force, months_missing
from apportion.core.rulebook.read import check_owners, read_rulebook, rulebook_in_force
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, failing
from apportion.model.period import Period
from apportion.model.rulebook import Rulebook
from apportion.usecases.runs.load_rules import read_rulebooks
from rule_gallery import GALLERY, examples

Read = Callable[[str], tuple[object, list[Finding]]]


def lookup(text: str) -> tuple[object, list[Finding]]:
    return read_lookup(text, name="accounts.csv", dimension="cost_center")


def driver(text: str) -> tuple[object, list[Finding]]:
    return read_driver(text, name="cpu.csv")


def rulebook(text: str) -> tuple[object, list[Finding]]:
    return read_rulebook(text, name="rulebook.yaml")


READERS: dict[str, Read] = {"rulebooks": rulebook, "lookups": lookup, "drivers": driver}


PICTURES = [
    pytest.param(page, text, [line for line in sentences if line], id=f"{page}-{number}-{title}")
    for page in READERS
    for number, (title, text, sentences) in enumerate(examples(page))
]


@pytest.mark.parametrize(("page", "text", "sentences"), PICTURES)
def test_it_shows_exactly_this(page: str, text: str, sentences: list[str]) -> None:
    value, findings = READERS[page](text)
    assert [str(finding) for finding in findings] == sentences
    assert (value is None) == bool(failing(findings))


# What no page can show: control characters, very long texts, and findings of several files.


def only(findings: list[Finding]) -> str:
    assert len(findings) == 1
    return str(findings[0])


HEAD = "apportion: 1\neffective: 2026-01\ncurrency: USD\n"
BODY = "dimensions:\n  cost_center:\n    from: [{tag: CostCenter}]\n    values: {FIN-100: []}\n"


def test_a_rulebook_may_not_be_endless() -> None:
    value, findings = rulebook("#" * 500_001)
    assert value is None
    assert only(findings) == (
        "R005 rulebook.yaml: the file is too long, expected at most 500000 characters, "
        "found 500001 characters."
    )


def test_characters_that_no_report_could_show() -> None:
    _, findings = rulebook(f'{HEAD}cost: "Effective\\u0007Cost"\n{BODY}')
    assert str(findings[0]) == (
        "R006 rulebook.yaml:4:7: the text Effective\\x07Cost cannot be shown, expected printable "
        "characters, found the character U+0007."
    )
    assert only(rulebook("a: b\nc: \x00")[1]) == (
        "R006 rulebook.yaml:2:4: the file holds a character that YAML does not allow, expected "
        "printable characters, found the character U+0000."
    )


def test_an_escape_that_stands_for_no_character() -> None:
    assert only(rulebook('"\\UFFFFFFFF"')[1]) == (
        "R001 rulebook.yaml: not valid YAML, found an escape that stands for no character."
    )


def test_a_field_with_a_control_character() -> None:
    assert only(lookup("SubAccountId,cost_center\nx,C\x07X\n")[1]) == (
        "R006 accounts.csv:2: the field C\\x07X cannot be shown."
    )


def test_a_field_longer_than_csv_allows() -> None:
    most = csv.field_size_limit()  # which a bill that was read before has raised
    assert only(driver(f"owner,number\n{'a' * (most + 1)},1\n")[1]) == (
        f"R060 cpu.csv:2: not valid CSV, found field larger than field limit ({most})."
    )


def test_a_hundred_findings_of_a_kind_are_reported_and_the_rest_is_counted() -> None:
    _, findings = lookup("SubAccountId,cost_center\n" + "111122223333,\n" * 250)
    assert len(findings) == 101
    assert str(findings[-1]) == "R068 accounts.csv: 150 more findings of kind R064."


def version(name: str, effective: str, currency: str = "USD") -> Rulebook:
    text = f"apportion: 1\neffective: {effective}\ncurrency: {currency}\n{BODY}"
    value, findings = read_rulebook(text, name=name)
    assert value is not None, findings
    return value


def test_two_rulebooks_of_one_month() -> None:
    versions = [version("b.yaml", "2026-01"), version("a.yaml", "2026-01", "EUR")]
    value, findings = rulebook_in_force(versions, Period(2026, 3))
    assert value == versions[1]
    assert only(findings) == (
        "R080 b.yaml: a second rulebook begins in 2026-01, found the first, a.yaml. "
        "Change `effective` of one, or delete it."
    )


def test_a_rulebook_in_a_subfolder(tmp_path: Path) -> None:
    (tmp_path / "rulebook" / "old").mkdir(parents=True)
    (tmp_path / "rulebook" / "old" / "a.yaml").write_text(BODY, "utf-8")
    assert only(read_rulebooks(tmp_path / "rulebook")[1]) == (
        "R081 rulebook/old/a.yaml: the rulebook, expected rulebooks in rulebook itself, found one "
        "in a subfolder. Move it to rulebook, or delete it."
    )


def test_a_driver_that_names_an_unknown_owner() -> None:
    numbers, _ = read_driver("owner,number\nfin100,1\nFIN-100,2\nfin100,3\n", name="cpu.csv")
    assert numbers is not None
    assert only(check_owners(version("a.yaml", "2026-01"), [numbers])) == (
        "R073 cpu.csv:2: cost_center has no value fin100 (in 2 lines), expected one of FIN-100 or "
        "unallocated. Did you mean FIN-100?"
    )


def test_a_driver_without_numbers_for_a_month() -> None:
    versions = [version("a.yaml", "2026-05"), version("b.yaml", "2026-09")]
    today = date(2026, 11, 3)
    numbers, _ = read_driver("owner,number,month\nA,1,2026-06\nA,1,2026-08\n", name="cpu.csv")
    assert numbers is not None
    months = [months_in_force(each, versions, today=today) for each in versions]
    assert [list(map(str, each)) for each in months] == [
        ["2026-05", "2026-06", "2026-07", "2026-08"],
        ["2026-09", "2026-10"],
    ]
    before, after = (only(list(months_missing(numbers, each))) for each in months)
    assert before == (
        "R074 cpu.csv: the driver's months, expected numbers for 2026-05 to 2026-08, found none "
        "for 2026-05 and 2026-07. Update the driver."
    )
    assert after == (
        "R074 cpu.csv: the driver's months, expected numbers for 2026-09 to 2026-10, found none "
        "for 2026-09 to 2026-10. Update the driver."
    )
    always, _ = read_driver("owner,number\nA,1\n", name="cpu.csv")
    assert always is not None
    assert not list(months_missing(always, months[0]))


def test_every_code_has_a_picture() -> None:
    told_by_the_runner = {rules.FILE_MISSING.number, rules.NOT_UTF8.number}
    texts = [path.read_text("utf-8") for path in GALLERY.glob("*.txt")]
    texts.append(Path(__file__).read_text("utf-8"))
    result = re.compile(r'(?:^|")(R\d{3}) ', re.MULTILINE)
    shown = {number for text in texts for number in result.findall(text)}
    numbers = [code.number for code in rules.ALL]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) - told_by_the_runner == shown


def test_the_catalogue_lists_every_code() -> None:
    declared = [value for value in vars(rules).values() if isinstance(value, type(rules.NOT_YAML))]
    assert set(declared) == set(rules.ALL)
    assert all(code.meaning.endswith(".") for code in rules.ALL)
