"""Reads access.yaml: who may see what, and how people sign in."""

from __future__ import annotations

from apportion.core.rulebook.yaml.nodes import ListNode, MapNode, Node, TextNode, read_yaml
from apportion.core.rulebook.yaml.schema_types import (
    Either,
    Fitting,
    JsonSchema,
    Key,
    ListOf,
    MapOf,
    Record,
    Text,
    fit,
    schema,
)
from apportion.model.access import (
    EVERYTHING,
    Access,
    Oidc,
    Scope,
    SecretHeader,
    SignedHeader,
    SignIn,
)
from apportion.model.findings.access import ANYONES_TOKEN
from apportion.model.findings.finding import Finding, failing

_VALUE = Text("a value")
_URL = Text("an address that begins with https:// (http:// on this machine alone)",
            r"(https://|http://(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$))[^\s]*")  # fmt: skip
_HEADER = Text("the name of an HTTP header", r"[A-Za-z0-9-]+")
_VARIABLE = Text("the name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]*")
_CLAIM = Text("the name of a claim")

_GROUPS_CLAIM = Key("groups_claim", _CLAIM, "The claim that lists the groups.", default="groups")
_NAME_CLAIM = Key("name_claim", _CLAIM, "The claim that is shown as the name.", default="email")

_OIDC = Record(
    "OpenID Connect",
    (
        Key("issuer", _URL, "The provider; its /.well-known/openid-configuration is read.",
            required=True, examples=("https://login.example.com",)),
        Key("client_id", Text("an id"), "What the provider calls us.", required=True),
        Key("public_url", _URL, "The address that browsers reach us by.", required=True,
            examples=("https://costs.example.com",)),
        Key("secret_from", _VARIABLE, "The environment variable with the client's secret.",
            examples=("APPORTION_OIDC_SECRET",)),
        Key("scopes", Text("scopes"), "What is asked for.", default="openid profile email"),
        _GROUPS_CLAIM,
        _NAME_CLAIM,
    ),
)  # fmt: skip

_SIGNED = Record(
    "a signed header",
    (
        Key("header", _HEADER, "The header with the token.", default="X-Amzn-Oidc-Data"),
        Key("keys", _URL, "Where keys are read, under their id.", required=True,
            examples=("https://public-keys.auth.elb.eu-west-1.amazonaws.com",)),
        Key("signer", Text("an ARN"), "The load balancer that must have signed.",
            examples=("arn:aws:elasticloadbalancing:…",)),
        Key("issuer", Text("an issuer"), "What `iss` must say."),
        Key("audience", Text("an audience"), "What `aud` must say."),
        _GROUPS_CLAIM,
        _NAME_CLAIM,
    ),
)  # fmt: skip

_SECRET = Record(
    "a header with a secret",
    (
        Key("secret_header", _HEADER, "The header with the secret.", required=True),
        Key("secret_from", _VARIABLE, "The environment variable with the secret.", required=True),
        Key("name_header", _HEADER, "The header with the name.", default="X-Forwarded-User"),
        Key("groups_header", _HEADER, "The header with the groups, with commas between.",
            default="X-Forwarded-Groups"),
    ),
)  # fmt: skip

FORMAT = Record(
    "who may see what",
    (
        Key("access", Text(words=("1",), numeric=True), "The format's version.", required=True),
        Key("sign_in", Record(
            "a way to sign in",
            (
                Key("oidc", _OIDC, "With an OpenID Connect provider."),
                Key("signed_header", _SIGNED, "By a proxy that signs a token, as AWS's ALB does."),
                Key("secret_header", _SECRET, "By a proxy that shares a secret with us."),
            ),
            one_of=("oidc", "signed_header", "secret_header"),
        ), "How people sign in.", required=True),
        Key("groups", MapOf(Text("a group"), Either((
            Text("everything, or owners by dimension", words=("everything",)),
            MapOf(Text("a dimension"), Either((_VALUE, ListOf(_VALUE)))),
        ))), "What each group sees; `*` is everyone who has signed in.", required=True,
            examples=({"finance": "everything", "shop": {"cost_center": ["ECOM-200"]}},)),
    ),
)  # fmt: skip


def read_access(text: str, *, name: str) -> tuple[Access | None, list[Finding]]:
    """Read access.yaml; None if any finding fails."""
    findings: list[Finding] = []
    node = read_yaml(text, name=name, findings=findings)
    fitted = fit(node, FORMAT, Fitting(findings)) if node is not None else None
    if not isinstance(fitted, MapNode) or failing(findings):
        return None, findings
    ways, groups = fitted.get("sign_in"), fitted.get("groups")
    if not isinstance(ways, MapNode) or not isinstance(groups, MapNode):
        return None, findings
    way = _sign_in(ways)
    if isinstance(way, SignedHeader) and not (way.signer or way.audience):
        expected = "signer: the balancer's ARN, or audience"
        findings.append(Finding(ANYONES_TOKEN, str(ways.place), "signed_header", expected))
        return None, findings
    scopes = {key.text: _scope(value) for key, value in groups.entries}
    return Access(way, scopes), findings


def access_schema() -> JsonSchema:
    """Write the format as JSON Schema."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema(FORMAT)}


def _sign_in(ways: MapNode) -> SignIn:
    ((way, node),) = ways.entries
    said = (
        {key.text: value.text for key, value in node.entries if isinstance(value, TextNode)}
        if isinstance(node, MapNode)
        else {}
    )
    match way.text:
        case "oidc":
            return Oidc(**said)
        case "signed_header":
            return SignedHeader(**{"header": "X-Amzn-Oidc-Data", **said})
        case _:
            names = {"name_header": "X-Forwarded-User", "groups_header": "X-Forwarded-Groups"}
            return SecretHeader(**{**names, **said})


def _scope(node: Node) -> Scope:
    if not isinstance(node, MapNode):
        return EVERYTHING
    return Scope(values={key.text: frozenset(_texts(value)) for key, value in node.entries})


def _texts(node: Node) -> list[str]:
    if isinstance(node, ListNode):
        return [item.text for item in node.items if isinstance(item, TextNode)]
    return [node.text] if isinstance(node, TextNode) else []
