"""Sign-in: none for this machine only, a provider, or a proxy."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from oidc_provider_mock import User, run_server_in_thread
from starlette.testclient import TestClient

from apportion.model.access import Access, SignedHeader
from apportion.model.errors.web import NoSecretError, NotLoopbackError
from apportion.web.app import create_app
from apportion.web.auth.config import AuthConfig, create_auth_config
from apportion.web.auth.oidc import OidcSignIn
from apportion.web.auth.proxy import NotSignedInError
from apportion.web.auth.signed_proxy import SignedProxy
from apportion.web.auth.user import SESSION_SECONDS
from web_client import access_of
from web_ledger import run_cache_of

ALB = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/costs/50dc6c495c0c9188"
NOW = 1_800_000_000
LAX = JWSRegistry(algorithms=["ES256"], strict_check_header=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_this_machine_needs_no_sign_in(host: str) -> None:
    assert create_auth_config(None, {}, host=host).hosts


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "costs.example.com", ""])
def test_other_machines_need_sign_in(host: str) -> None:
    with pytest.raises(NotLoopbackError):
        create_auth_config(None, {}, host=host)


def test_a_missing_secret_is_an_error() -> None:
    with pytest.raises(NoSecretError, match="PROXY_SECRET"):
        create_auth_config(access_of(), {}, host="0.0.0.0")


class Balancer:
    """Signs like an AWS load balancer: ES256, its ARN in the header, base64 with padding."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256")
        self.requests: list[str] = []

    def fetch(self, address: str) -> bytes:
        self.requests.append(address)
        return self.key.as_pem(private=False)

    def token(
        self, *, key: ECKey | None = None, head: Mapping[str, str] = {}, **claims: object
    ) -> str:
        heads = {"alg": "ES256", "kid": "one", "signer": ALB, "client": "c", "exp": 9, **head}
        result = {"sub": "1", "email": "ada@example.com", "exp": 4_000_000_000, **claims}
        token = jwt.encode(heads, result, key or self.key, registry=LAX)
        return ".".join(part + "=" * (-len(part) % 4) for part in token.split("."))


@pytest.fixture
def balancer() -> Balancer:
    return Balancer()


@pytest.fixture
def proxy(balancer: Balancer) -> SignedProxy:
    settings = SignedHeader(header="X-Amzn-Oidc-Data", keys="https://keys.example.com/", signer=ALB)
    access = Access(settings, access_of().groups)
    return SignedProxy(settings, access, fetch=balancer.fetch)


def test_a_load_balancer_s_token_names_the_user(balancer: Balancer, proxy: SignedProxy) -> None:
    for _ in range(3):
        user = proxy.user({"x-amzn-oidc-data": balancer.token(groups=["shop"])})
    assert (user.name, user.groups) == ("ada@example.com", {"shop"})
    assert user.scope.owners("cost_center") == {"SHOP"}
    assert balancer.requests == ["https://keys.example.com/one"]


def test_other_tokens_are_rejected(balancer: Balancer, proxy: SignedProxy) -> None:
    whole = balancer.token(groups=["finance"])
    head, body, signature = whole.split(".")
    forged = base64.urlsafe_b64encode(json.dumps({"groups": ["finance"], "exp": 9e9}).encode())
    none = base64.urlsafe_b64encode(
        json.dumps({"alg": "none", "kid": "one", "signer": ALB}).encode()
    )
    # Signed with the public key as if it were a shared secret.
    lead = [{"alg": "HS256", "kid": "one", "signer": ALB}, {"groups": "finance", "exp": 4e9}]
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()) for part in lead)
    made = hmac.digest(balancer.key.as_pem(private=False), signed, "sha256")
    confused = f"{signed.decode()}.{base64.urlsafe_b64encode(made).decode()}"
    for token in (
        "",
        "x",
        "..",
        f"{head}.{forged.decode()}.{signature}",
        f"{head}.{body}.",
        f"{none.decode()}.{forged.decode()}.",
        confused,
        balancer.token(key=ECKey.generate_key("P-256"), groups="finance"),
        balancer.token(head={"signer": ALB.replace("costs", "evil")}, groups="finance"),
        balancer.token(head={"kid": "../../evil"}, groups="finance"),
        balancer.token(exp=1, groups="finance"),
    ):
        with pytest.raises(NotSignedInError):
            proxy.user({"x-amzn-oidc-data": token})
    assert set(balancer.requests) <= {"https://keys.example.com/one"}


#: The groups of a user in a large directory.
MANY = [f"a group with a name as directories have them, number {n}" for n in range(400)]

OIDC = """\
access: 1
sign_in:
  oidc:
    issuer: {issuer}
    client_id: apportion
    secret_from: OIDC_SECRET
    public_url: http://localhost:8600
groups:
  finance: everything
  shop: {{cost_center: [SHOP]}}
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    people = (
        User(sub="ada", claims={"email": "ada@example.com", "groups": ["shop"]}),
        User(sub="bob", claims={"email": "bob@example.com"}),
        User(sub="cleo", claims={"email": "cleo@example.com", "groups": MANY}),
    )
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


class Clock:
    """A clock that a test can set."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visitor(shown: Path, issuer: str, clock: Clock) -> TestClient:
    access = access_of(OIDC.format(issuer=issuer))
    sessions = OidcSignIn(access.sign_in, access, secret="s3cret", clock=clock)  # type: ignore[arg-type]
    auth = AuthConfig(sessions=sessions, hosts=("localhost",), session_secret="signs cookies")
    app = create_app(run_cache_of(shown), auth=auth, watch=False)
    return TestClient(app, base_url="http://localhost:8600", follow_redirects=False)


def sign_in(visitor: TestClient, who: str, *, wanted: str = "/overview") -> httpx2.Response:
    """Follow the redirects like a browser, and sign in at the provider's form."""
    query = visitor.get(wanted)
    entered = visitor.get(query.headers["location"])
    form = entered.headers["location"]
    assert parse_qs(urlsplit(form).query)["code_challenge_method"] == ["S256"]
    back = httpx2.post(form, data={"sub": who}, follow_redirects=False)
    return visitor.get(back.headers["location"])


def test_a_user_signs_in_at_the_provider_and_gets_the_access_of_the_groups(
    visitor: TestClient,
) -> None:
    arrived = sign_in(visitor, "ada", wanted="/owners?owner=SHOP")
    assert arrived.headers["location"] == "/owners?owner=SHOP"
    cookie = arrived.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert visitor.get("/owners?owner=SHOP").status_code == 200
    assert "Your owners: SHOP" in visitor.get("/overview").text
    assert visitor.get("/explain?owner=FIN-100").status_code == 404
    assert "You may see cost_center SHOP." in visitor.get("/account").text


def test_a_user_without_a_group_has_no_access(visitor: TestClient) -> None:
    sign_in(visitor, "bob")
    result = visitor.get("/api/v1/overview").json()
    assert result["figures"][0]["value"] in {"0.00", "0"}
    assert "None of your groups" in visitor.get("/account").text


def test_only_the_form_of_the_session_signs_out(visitor: TestClient) -> None:
    sign_in(visitor, "ada")
    token = re.findall(r'name="token" value="([^"]+)"', visitor.get("/account").text)[0]
    for wrong in ("", "x", token[:-1]):
        assert visitor.post("/auth/sign-out", data={"token": wrong}).status_code == 403
    assert visitor.get("/overview").status_code == 200
    kept = visitor.cookies["apportion"]
    assert visitor.post("/auth/sign-out", data={"token": token}).status_code == 200
    assert visitor.get("/overview").status_code == 303
    assert visitor.get("/api/v1/overview").status_code == 401
    visitor.cookies.set("apportion", kept)  # a copy that somebody made of it
    assert visitor.get("/overview").status_code == 303


def test_a_cookie_is_small_with_any_number_of_groups(visitor: TestClient) -> None:
    entered = sign_in(visitor, "cleo", wanted=f"/overview?as_of={'x' * 5000}")
    assert entered.headers["location"] == "/"
    assert visitor.get("/account").text.count("a group with a name as directories") == len(MANY)
    assert all(len(cookie.value or "") < 1000 for cookie in visitor.cookies.jar)


def test_a_body_without_a_length_is_read_up_to_the_limit(visitor: TestClient) -> None:
    sign_in(visitor, "ada")
    pieces = (b"a" * 10_000 for _ in range(50))
    assert visitor.post("/auth/sign-out", content=pieces).status_code == 413
    assert visitor.get("/overview").status_code == 200


def test_a_session_ends(visitor: TestClient, clock: Clock) -> None:
    sign_in(visitor, "ada")
    assert visitor.get("/overview").status_code == 200
    clock.now += SESSION_SECONDS + 1
    assert visitor.get("/overview").status_code == 303


def test_a_cookie_that_was_not_made_here_is_no_one_s(visitor: TestClient) -> None:
    who = {"who": {"name": "eve", "groups": ["finance"], "at": NOW}}
    forged = base64.b64encode(json.dumps(who).encode()).decode()
    for cookie in (forged, f"{forged}.AAAA.BBBB"):
        visitor.cookies.set("apportion", cookie)
        assert visitor.get("/overview").status_code == 303
        visitor.cookies.clear()


def test_another_s_answer_of_the_provider_is_refused(visitor: TestClient) -> None:
    wanted = visitor.get("/overview")
    visitor.get(wanted.headers["location"])
    for query in ("code=stolen&state=guessed", "error=access_denied", ""):
        assert visitor.get(f"/auth/callback?{query}").status_code == 400
    assert visitor.get("/overview").status_code == 303


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil", ""])
def test_signing_in_leads_nowhere_else(visitor: TestClient, wanted: str) -> None:
    entered = visitor.get("/auth/sign-in", params={"next": wanted})
    back = httpx2.post(entered.headers["location"], data={"sub": "ada"}, follow_redirects=False)
    assert visitor.get(back.headers["location"]).headers["location"] == "/"
