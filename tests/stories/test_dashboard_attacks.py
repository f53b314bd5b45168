"""What strangers can do at the auth: long bodies, keys that are not there, headers given twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from apportion.model.access import Access, SignedHeader
from apportion.model.errors.web import WeakSecretError
from apportion.web.app import create_app
from apportion.web.auth.config import SESSION_SECRET, AuthConfig, create_auth_config
from apportion.web.auth.request_bodies import MAX_BYTES
from apportion.web.auth.sessions import Sessions
from apportion.web.auth.signed_proxy import SignedProxy
from apportion.web.auth.signing_keys import SigningKeys, UnknownKeyError
from apportion.web.auth.user import SESSION_SECONDS, groups_of
from web_client import SECRET, access_of, application, as_one_of
from web_ledger import run_cache_of

OIDC = """\
access: 1
sign_in: {oidc: {issuer: 'http://localhost:1', client_id: a, public_url: 'http://localhost:8600'}}
groups: {finance: everything}
"""


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("finance contractors", {"finance contractors"}),
        ("a,b", {"a,b"}),
        (" finance ", {"finance"}),
        (["finance", "shop leads"], {"finance", "shop leads"}),
        (["finance", ["shop"], {"a": 1}, None, True], {"finance"}),
        ("", set()),
        (None, set()),
        ({"finance": True}, set()),
    ],
)
def test_a_claim_that_is_one_text_is_one_group(claim: object, groups: set[str]) -> None:
    assert groups_of(claim) == groups


@pytest.mark.parametrize("name", ["X-Forwarded-Groups", "X-Forwarded-User", "X-Proxy-Secret"])
def test_a_trusted_header_occurs_once(shown: Path, name: str) -> None:
    client = application(shown)
    once = list(as_one_of("shop").items())
    more = {"X-Forwarded-Groups": "finance", "X-Proxy-Secret": SECRET}.get(name, "eve")
    for twice in ([*once, (name.lower(), more)], [(name.upper(), more), *once]):
        answer = client.get("/api/v1/overview", headers=twice)
        assert answer.status_code == 401
        assert f"the header {name} more than once" in answer.json()["error"]
    assert client.get("/api/v1/overview", headers=once).status_code == 200


def _open_to_all(shown: Path) -> httpx2.ASGITransport:
    auth = create_auth_config(access_of(OIDC), {}, host="0.0.0.0")
    return httpx2.ASGITransport(create_app(run_cache_of(shown), auth=auth, watch=False))


@pytest.mark.parametrize("path", ["/auth/sign-out", "/overview", "/health", "/nothing"])
def test_a_body_with_a_large_length_is_not_read(shown: Path, path: str) -> None:
    async def ask() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=_open_to_all(shown)) as client:
            return await client.post(f"http://localhost:8600{path}", content=b"a" * (MAX_BYTES + 1))

    answer = asyncio.run(ask())
    assert answer.status_code == 413
    assert "at most 16,384 bytes" in answer.text


def test_a_body_in_pieces_is_read_up_to_the_limit(shown: Path) -> None:
    """Without sign-in, not even the first piece is read."""
    sent: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(1000):
            sent.append(1 << 20)
            yield b"a" * (1 << 20)

    async def ask() -> int:
        async with httpx2.AsyncClient(transport=_open_to_all(shown)) as client:
            answer = await client.post("http://localhost:8600/auth/sign-out", content=pieces())
            return answer.status_code

    assert asyncio.run(ask()) == 403
    assert len(sent) <= 1


WEAK = ["x", "changeme", "a" * 64, "ab" * 20, "passwordpasswordpasswordpassword", "0123456789" * 3]


@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_secret_signs_no_cookie(secret: str) -> None:
    with pytest.raises(WeakSecretError, match=r"at least 32 random characters.*token_urlsafe"):
        create_auth_config(access_of(OIDC), {SESSION_SECRET: secret}, host="0.0.0.0")


@pytest.mark.parametrize(
    "secret", ["", "k8Jq2vX9_bW4mT7sZ1nR6yC3hL5dF0gA", "9f86d081884c7d659a2feaa0c55ad015"]
)
def test_a_strong_secret_or_none_does(secret: str) -> None:
    auth = create_auth_config(access_of(OIDC), {SESSION_SECRET: secret}, host="0.0.0.0")
    assert len(auth.session_secret) >= 32


class Clock:
    """A clock that a test can set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_ended_or_expired_session_has_no_user() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    many = frozenset(f"a group with a long name {number}" for number in range(500))
    first, second = sessions.begin("ada", many), sessions.begin("bob", frozenset())
    assert len(first) < 60
    found = sessions.find(first)
    assert found is not None
    assert found.groups == many
    sessions.end(first)
    assert sessions.find(first) is None
    assert sessions.find(second) is not None
    clock.now += SESSION_SECONDS + 1
    assert sessions.find(second) is None
    for guess in ("", None, 7, ["x"]):
        assert sessions.find(guess) is None


class Keys:
    """An address of keys; the request of an unknown key waits until the test releases it."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256")
        self.requests: list[str] = []
        self.let_go = threading.Event()

    def fetch(self, address: str) -> bytes:
        self.requests.append(address)
        if address.endswith("/one"):
            return self.key.as_pem(private=False)
        self.let_go.wait(20)
        message = "not there"
        raise httpx2.ConnectTimeout(message)

    def token(self, kid: str) -> str:
        claims = {"email": "ada", "exp": 4e9, "aud": "us", "groups": ["finance"]}
        return jwt.encode({"alg": "ES256", "kid": kid}, claims, self.key)


@pytest.fixture
def keys() -> Iterator[Keys]:
    made = Keys()
    yield made
    made.let_go.set()


def test_requests_of_unknown_keys_are_limited(keys: Keys) -> None:
    keys.let_go.set()
    clock = Clock()
    known = SigningKeys("https://keys.example.com", fetch=keys.fetch, clock=clock)
    assert known.key("one") is known.key("one")
    for number in range(100):
        with pytest.raises((UnknownKeyError, httpx2.HTTPError)):
            known.key(f"guess {number % 50}")
    assert len(keys.requests) == 6
    assert known.key("one")
    clock.now += 61
    with pytest.raises(httpx2.HTTPError):
        known.key("guess 0")
    assert len(keys.requests) == 7


def test_a_slow_key_delays_no_other_request(shown: Path, keys: Keys) -> None:
    """Twelve requests wait for unknown keys; meanwhile one with a known key gets its response."""
    settings = SignedHeader(header="X-Token", keys="https://keys.example.com", audience="us")
    access = Access(settings, access_of().groups)
    auth = AuthConfig(proxy=SignedProxy(settings, access, fetch=keys.fetch))
    app = create_app(run_cache_of(shown), auth=auth, watch=False)

    async def ask() -> tuple[list[int], int, int]:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://costs") as client:

            async def get(kid: str) -> int:
                headers = {"X-Token": keys.token(kid)}
                return (await client.get("/api/v1/periods", headers=headers)).status_code

            first = await get("one")
            guesses = [asyncio.create_task(get(f"guess{number}")) for number in range(12)]
            while not any(address.endswith("guess0") for address in keys.requests):
                await asyncio.sleep(0.01)
            known = await get("one")
            assert not guesses[0].done()
            assert (await client.get("/health")).status_code == 200
            keys.let_go.set()
            return [await guess for guess in guesses], first, known

    refused, first, known = asyncio.run(ask())
    assert (first, known) == (200, 200)
    assert refused == [401] * 12
    assert len(keys.requests) <= 6
