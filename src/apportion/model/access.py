"""Sign-in and access: scopes, groups and sign-in methods, as access.yaml defines them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: The group of every signed-in user.
ANYONE = "*"


@dataclass(frozen=True)
class Scope:
    """The access of a user: everything, or owners by their values of the owner dimension.

    `values` maps a dimension to some of its values. For a month with another owner dimension, a
    scope without its values contains no owner.
    """

    everything: bool = False
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def owners(self, dimension: str) -> frozenset[str] | None:
        """List the owners of the scope if this is the owner dimension; None is every owner."""
        return None if self.everything else self.values.get(dimension, frozenset())

    @property
    def key(self) -> str:
        """The identity of a scope: scopes with the same key contain the same owners."""
        if self.everything:
            return "everything"
        return repr([(d, sorted(values)) for d, values in sorted(self.values.items())])

    def __or__(self, other: Scope) -> Scope:
        """The union of both scopes."""
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
    """Sign-in with an OpenID Connect provider: authorization code with PKCE.

    `secret_from` is the environment variable with the client secret, `public_url` the address of
    the dashboard in browsers.
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
    """Sign-in at a proxy that adds a signed JWT as a header, for example an AWS load balancer.

    Its key is read from `keys`/<kid>. `signer`, `issuer` and `audience` are compared with the
    token if they are set.
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
    """Sign-in at a proxy that proves its headers with a shared secret."""

    secret_header: str
    secret_from: str
    name_header: str
    groups_header: str


SignIn = Oidc | SignedHeader | SecretHeader


@dataclass(frozen=True)
class Access:
    """The content of access.yaml."""

    sign_in: SignIn
    groups: Mapping[str, Scope]

    def scope(self, groups: frozenset[str]) -> Scope:
        """The union of the scopes of these groups, and of the group of all users."""
        found = NOTHING
        for group in (*sorted(groups), ANYONE):
            found |= self.groups.get(group, NOTHING)
        return found
