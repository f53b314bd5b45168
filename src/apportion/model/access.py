"""Who may see what: scopes, the groups that have them, and how people sign in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: The group that everyone is in who has signed in.
ANYONE = "*"


@dataclass(frozen=True)
class Scope:
    """What somebody sees: everything, or the owners with these values of the owner dimension.

    `values` maps a dimension to some of its values. A month whose rulebook has another owner
    dimension shows nothing to who has none of its values.
    """

    everything: bool = False
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def owners(self, dimension: str) -> frozenset[str] | None:
        """List the owners that are seen where this is the owner dimension; None is all."""
        return None if self.everything else self.values.get(dimension, frozenset())

    @property
    def key(self) -> str:
        """Tell scopes apart: the same key sees the same."""
        if self.everything:
            return "everything"
        return repr([(d, sorted(values)) for d, values in sorted(self.values.items())])

    def __or__(self, other: Scope) -> Scope:
        """See what either sees."""
        dimensions = {*self.values, *other.values}
        return Scope(
            self.everything or other.everything,
            {
                d: self.values.get(d, frozenset()) | other.values.get(d, frozenset())
                for d in dimensions
            },
        )


EVERYTHING = Scope(everything=True)
NOTHING = Scope()


@dataclass(frozen=True)
class Oidc:
    """Sign in with an OpenID Connect provider: authorization code with PKCE.

    Secrets stand in environment variables; here are their names. `public_url` is the address that
    browsers reach us by.
    """

    issuer: str
    client_id: str
    public_url: str
    secret_from: str = ""
    scopes: str = "openid profile email"
    groups_claim: str = "groups"
    name_claim: str = "email"


@dataclass(frozen=True)
class SignedHeader:
    """A proxy signs people in, and puts a signed JWT into a header, as AWS's load balancers do.

    Its key is read from `keys`/<kid>; `signer` is what the token's head must name, where it has
    one. `issuer` and `audience` are checked where they are given.
    """

    header: str
    keys: str
    signer: str = ""
    issuer: str = ""
    audience: str = ""
    groups_claim: str = "groups"
    name_claim: str = "email"


@dataclass(frozen=True)
class SecretHeader:
    """A proxy signs people in, and proves by a secret that the headers are its own."""

    secret_header: str
    secret_from: str
    name_header: str
    groups_header: str


SignIn = Oidc | SignedHeader | SecretHeader


@dataclass(frozen=True)
class Access:
    """What a file access.yaml says."""

    sign_in: SignIn
    groups: Mapping[str, Scope]

    def scope(self, groups: frozenset[str]) -> Scope:
        """Add up what somebody sees who is in these groups."""
        found = NOTHING
        for group in (*sorted(groups), ANYONE):
            found |= self.groups.get(group, NOTHING)
        return found
