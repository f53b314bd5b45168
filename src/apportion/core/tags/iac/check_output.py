"""Findings about code as other programs read them: SARIF, annotations of GitHub, JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from apportion.model.findings.finding import Finding, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "notice"}
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(findings: Sequence[Finding], *, version: str) -> str:
    """Write SARIF 2.1.0, which code scanning of GitHub, GitLab and Azure takes."""
    used = sorted({finding.code for finding in findings}, key=lambda code: code.number)
    rules = [
        {
            "id": code.number,
            "shortDescription": {"text": code.title},
            "fullDescription": {"text": code.meaning},
            "defaultConfiguration": {"level": _LEVELS[code.severity]},
        }
        for code in used
    ]
    driver = {"name": "apportion", "version": version, "rules": rules}
    results = [_result(finding) for finding in findings]
    document = {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def github(findings: Sequence[Finding]) -> str:
    """Write the lines by which a job on GitHub marks places in the code."""
    lines = []
    for finding in findings:
        file, line = place_of(finding)
        at = f"file={_property(file)}" + (f",line={line}" if line else "")
        title = _property(f"{finding.code.number} {finding.code.title}")
        command = _COMMANDS[finding.code.severity]
        lines.append(f"::{command} {at},title={title}::{_escaped(sentence(finding))}")
    return "".join(f"{line}\n" for line in lines)


def as_json(findings: Sequence[Finding]) -> str:
    """Write each finding as an object, for scripts."""
    rows = []
    for finding in findings:
        file, line = place_of(finding)
        rows.append(
            {
                "code": finding.code.number,
                "severity": finding.code.severity.value,
                "file": file,
                "line": line,
                "subject": finding.subject,
                "expected": finding.expected,
                "found": finding.found,
                "remedy": finding.remedy,
            }
        )
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def place_of(finding: Finding) -> tuple[str, int]:
    """Take a place apart: file and line; 0 where no line is known."""
    file, _, line = finding.place.rpartition(":")
    return (file, int(line)) if file and line.isascii() and line.isdigit() else (finding.place, 0)


def sentence(finding: Finding) -> str:
    """Say a finding without its place and code."""
    expected = f", expected {finding.expected}" if finding.expected else ""
    found = f", found {finding.found}" if finding.found else ""
    return f"{finding.subject}{expected}{found}. {finding.remedy}".strip()


def _result(finding: Finding) -> dict[str, object]:
    file, line = place_of(finding)
    location: dict[str, object] = {"artifactLocation": {"uri": quote(file)}}
    if line:
        location["region"] = {"startLine": line}
    return {
        "ruleId": finding.code.number,
        "level": _LEVELS[finding.code.severity],
        "message": {"text": sentence(finding)},
        "locations": [{"physicalLocation": location}],
    }


def _escaped(text: str) -> str:
    """A text of a user must not begin a command of its own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
