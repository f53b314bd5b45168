"""Findings stand by weight, code and money, and a flood of them stays readable."""

from __future__ import annotations

from decimal import Decimal

from apportion.cli.ui.findings_view import counted, lay_out
from apportion.model.findings.finding import Code, Finding, Severity

LOST = Code("P001", Severity.ERROR, "A stage lost money", "")
ODD = Code("D001", Severity.WARNING, "A value that is not allowed", "")
TOLD = Code("L001", Severity.NOTICE, "A period was restated", "")


def test_a_page_of_findings() -> None:
    findings = [
        Finding(TOLD, "2026-08", "bill aws"),
        Finding(ODD, "rulebook/2026-01.yaml:4:3", "cost_center 'a'", amount=Decimal(1)),
        Finding(
            ODD,
            "rulebook/2026-01.yaml:4:3",
            "cost_center 'b'",
            "an allowed value",
            "another",
            "Did you mean B?",
            Decimal("-1234.5"),
            "USD",
        ),
        Finding(LOST, "2026-09", "account 1", "10.00", "9.99", amount=Decimal("1e-18")),
    ]
    assert lay_out(findings, width=70) == (
        "1 error\n"
        "\n"
        "  P001  A stage lost money\n"
        "    2026-09\n"
        "      account 1, expected 10.00, found 9.99, 0.000000000000000001.\n"
        "\n"
        "2 warnings\n"
        "\n"
        "  D001  A value that is not allowed\n"
        "    rulebook/2026-01.yaml:4:3\n"
        "      cost_center 'b', expected an allowed value, found another,\n"
        "      -1,234.50 USD.\n"
        "      → Did you mean B?\n"
        "    rulebook/2026-01.yaml:4:3\n"
        "      cost_center 'a', 1.00.\n"
        "\n"
        "1 notice\n"
        "\n"
        "  L001  A period was restated\n"
        "    2026-08\n"
        "      bill aws.\n"
    )


def test_a_place_and_a_remedy_are_read_once() -> None:
    findings = [Finding(TOLD, "r.yaml", f"tag {tag}", remedy="Activate it.") for tag in "ab"]
    assert lay_out(findings).splitlines()[3:] == [
        "    r.yaml",
        "      tag a.",
        "      tag b.",
        "      → Activate it.",
    ]


def test_what_several_months_find_alike_is_reported_once() -> None:
    page = lay_out([Finding(TOLD, "r.yaml", "tag a", remedy="Activate it.")] * 2)
    assert page.startswith("1 notice\n")
    assert page.count("tag a.") == 1


def test_of_a_flood_the_most_expensive_are_shown_and_the_rest_counted() -> None:
    findings = [Finding(ODD, "", f"value {n}", amount=Decimal(n)) for n in range(1200)]
    page = lay_out(findings)
    assert "1,200 warnings" in page
    assert "value 1199," in page
    assert "value 1189," not in page
    assert "… and 1,190 more; --all-findings shows them" in page
    assert "value 0," in lay_out(findings, shown=None)


def test_what_a_user_wrote_cannot_move_the_cursor() -> None:
    finding = Finding(ODD, "a\x1b[2J", "b\x1b[2J", "c\x1b[2J", "d\x1b[2J", "e\x1b[2J")
    assert "\x1b" not in lay_out([finding])


def test_severities_are_counted_in_words() -> None:
    findings = [Finding(code, "", "x") for code in (LOST, ODD, ODD, TOLD)]
    assert counted(findings) == "1 error, 2 warnings and 1 notice"
    assert counted(findings[1:2]) == "1 warning"
    assert counted([]) == ""
