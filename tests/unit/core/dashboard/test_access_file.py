"""access.yaml is read, and each mistake in it is a finding."""

from __future__ import annotations

import pytest

from apportion.core.dashboard.access_file import access_schema, read_access
from apportion.model.access import EVERYTHING, Oidc, Scope, SecretHeader, SignedHeader

OIDC = """\
access: 1
sign_in:
  oidc: {issuer: https://login.example.com, client_id: apportion, public_url: https://costs.example.com}
groups:
  finance: everything
  shop: {cost_center: [ECOM-200, STO-400], team: 007}
  "*": {cost_center: COMMON}
"""


def test_groups_see_what_they_are_given_and_everyone_what_all_are() -> None:
    access, findings = read_access(OIDC, name="access.yaml")
    assert findings == []
    assert access is not None
    assert access.sign_in == Oidc(
        "https://login.example.com", "apportion", "https://costs.example.com"
    )
    assert access.scope(frozenset({"finance"})).everything
    shop = access.scope(frozenset({"shop", "unknown"}))
    assert shop.owners("cost_center") == {"ECOM-200", "STO-400", "COMMON"}
    assert shop.owners("team") == {"007"}
    assert shop.owners("environment") == frozenset()
    assert access.scope(frozenset()).owners("cost_center") == {"COMMON"}


def test_scopes_have_one_key_exactly_if_they_see_the_same() -> None:
    one = Scope(values={"a": frozenset({"x", "y"}), "b": frozenset({"z"})})
    same = Scope(values={"b": frozenset({"z"}), "a": frozenset({"y", "x"})})
    assert one.key == same.key
    others = [
        EVERYTHING,
        Scope(),
        Scope(values={"a": frozenset({"x,y"})}),
        Scope(values={"a": frozenset({"x"}), "b": frozenset({"y", "z"})}),
    ]
    assert len({one.key, *(other.key for other in others)}) == 5


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (
            "signed_header: {keys: https://keys.example.com, signer: 'arn:aws:x'}",
            SignedHeader("X-Amzn-Oidc-Data", "https://keys.example.com", "arn:aws:x"),
        ),
        (
            "secret_header: {secret_header: X-Secret, secret_from: SECRET}",
            SecretHeader("X-Secret", "SECRET", "X-Forwarded-User", "X-Forwarded-Groups"),
        ),
    ],
)
def test_proxies(way: str, expected: object) -> None:
    text = f"access: 1\nsign_in:\n  {way}\ngroups: {{a: everything}}\n"
    access, findings = read_access(text, name="access.yaml")
    assert access is not None, findings
    assert access.sign_in == expected


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("", "R"),
        ("access: 2\n", "R"),
        (OIDC.replace("https://login", "http://login"), "R"),
        (OIDC.replace("everything", "nothing"), "R"),
        (OIDC.replace("client_id: apportion,", ""), "R"),
        (OIDC.replace("oidc:", "password:"), "R"),
        (
            (
                "access: 1\nsign_in: {signed_header: {keys: https://k.example}}\n"
                "groups: {a: everything}\n"
            ),
            "U001",
        ),
    ],
)
def test_what_is_wrong_opens_nothing(wrong: str, code: str) -> None:
    access, findings = read_access(wrong, name="access.yaml")
    assert access is None
    assert findings
    assert all(finding.code.number.startswith(code) for finding in findings)
    assert all(finding.place.startswith("access.yaml") for finding in findings)


def test_editors_get_the_format() -> None:
    assert set(access_schema()["properties"]) == {"access", "sign_in", "groups"}  # type: ignore[call-overload]
