"""Reads access.yaml: sign-in, and the access of each group."""

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
_URL = Text("an address with https:// (http:// only for this machine)",
            r"(https://|http://(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$))[^\s]*")  # fmt: skip
_HEADER = Text("the name of an HTTP header", r"[A-Za-z0-9-]+")
_VARIABLE = Text("the name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]*")
_CLAIM = Text("the name of a claim")

_GROUPS_CLAIM = Key("groups_claim", _CLAIM, "The claim that lists the groups.", default="groups")
_NAME_CLAIM = Key("name_claim", _CLAIM, "The claim with the displayed name.", default="email")

_OIDC = Record(
    "OpenID Connect",
    (
        Key("issuer", _URL, "The provider; its /.well-known/openid-configuration is read.",
            required=True, examples=("https://login.example.com",)),
        Key("client_id", Text("an id"), "The client id, as registered at the provider.",
            required=True),
        Key("public_url", _URL, "The address of the dashboard in browsers.", required=True,
            examples=("https://costs.example.com",)),
        Key("secret_from", _VARIABLE, "The environment variable with the client secret.",
            examples=("APPORTION_OIDC_SECRET",)),
        Key("scopes", Text("scopes"), "The requested scopes.", default="openid profile email"),
        _GROUPS_CLAIM,
        _NAME_CLAIM,
    ),
)  # fmt: skip

_SIGNED = Record(
    "a signed header",
    (
        Key("header", _HEADER, "The header with the token.", default="X-Amzn-Oidc-Data"),
        Key("keys", _URL, "The address of the keys; the key id is added to it.", required=True,
            examples=("https://public-keys.auth.elb.eu-west-1.amazonaws.com",)),
        Key("signer", Text("an ARN"), "The ARN of the load balancer that signs the tokens.",
            examples=("arn:aws:elasticloadbalancing:…",)),
        Key("issuer", Text("an issuer"), "The required value of the claim `iss`."),
        Key("audience", Text("an audience"), "The required value of the claim `aud`."),
        _GROUPS_CLAIM,
        _NAME_CLAIM,
    ),
)  # fmt: skip

_SECRET = Record(
    "a header with a secret",
    (
        Key("secret_header", _HEADER, "The header with the secret.", required=True),
        Key("secret_from", _VARIABLE, "The environment variable with the secret.", required=True),
        Key("name_header", _HEADER, "The header with the user name.", default="X-Forwarded-User"),
        Key("groups_header", _HEADER, "The header with the groups, separated by commas.",
            default="X-Forwarded-Groups"),
    ),
)  # fmt: skip

FORMAT = Record(
    "sign-in and access",
    (
        Key("access", Text(words=("1",), numeric=True), "The version of the format.",
            required=True),
        Key("sign_in", Record(
            "a sign-in method",
            (
                Key("oidc", _OIDC, "OpenID Connect."),
                Key("signed_header", _SIGNED, "A proxy that signs a token, such as an AWS ALB."),
                Key("secret_header", _SECRET, "A proxy with a shared secret."),
            ),
            one_of=("oidc", "signed_header", "secret_header"),
        ), "The sign-in method.", required=True),
        Key("groups", MapOf(Text("a group"), Either((
            Text("everything, or owners by dimension", words=("everything",)),
            MapOf(Text("a dimension"), Either((_VALUE, ListOf(_VALUE)))),
        ))), "The access of each group; `*` is every signed-in user.", required=True,
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
    methods, groups = fitted.get("sign_in"), fitted.get("groups")
    if not isinstance(methods, MapNode) or not isinstance(groups, MapNode):
        return None, findings
    sign_in = _sign_in(methods)
    if isinstance(sign_in, SignedHeader) and not (sign_in.signer or sign_in.audience):
        expected = "signer: the load balancer's ARN, or audience"
        findings.append(Finding(ANYONES_TOKEN, str(methods.place), "signed_header", expected))
        return None, findings
    scopes = {key.text: _scope(value) for key, value in groups.entries}
    return Access(sign_in, scopes), findings


def access_schema() -> JsonSchema:
    """Write the format as JSON Schema."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema(FORMAT)}


def _sign_in(methods: MapNode) -> SignIn:
    ((method, node),) = methods.entries
    values = (
        {key.text: value.text for key, value in node.entries if isinstance(value, TextNode)}
        if isinstance(node, MapNode)
        else {}
    )
    match method.text:
        case "oidc":
            return Oidc(**values)
        case "signed_header":
            return SignedHeader(**{"header": "X-Amzn-Oidc-Data", **values})
        case _:
            names = {"name_header": "X-Forwarded-User", "groups_header": "X-Forwarded-Groups"}
            return SecretHeader(**{**names, **values})


def _scope(node: Node) -> Scope:
    if not isinstance(node, MapNode):
        return EVERYTHING
    return Scope(values={key.text: frozenset(_texts(value)) for key, value in node.entries})


def _texts(node: Node) -> list[str]:
    if isinstance(node, ListNode):
        return [item.text for item in node.items if isinstance(item, TextNode)]
    return [node.text] if isinstance(node, TextNode) else []
