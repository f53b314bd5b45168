"""Reads the caller from CloudTrail's `userIdentity`: a person, a role, a service of AWS.

Shapes are those of CloudTrail's user guide, "userIdentity element"; nothing in them is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apportion.model.tags.events import Caller, CallerKind

#: Sessions that machines open in a role: instances and Lambda's own.
_MACHINES = ("i-", "mi-", "awslambda")
_SSO = "AWSReservedSSO_"
_SSO_HASH = re.compile(r"_[0-9a-f]{16}$")
_OF_SERVICES = "AWSServiceRoleFor"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST = 256


def caller_of(identity: object) -> Caller:
    """Read who called; whatever it holds, a caller comes out."""
    fields: Mapping[str, Any] = identity if isinstance(identity, Mapping) else {}
    kind, arn = _text(fields.get("type")), _text(fields.get("arn"))
    if kind in ("AWSService", "AWSAccount") or (not kind and fields.get("invokedBy")):
        return Caller(CallerKind.SERVICE, _text(fields.get("invokedBy")), arn=arn)
    if kind == "Root":
        return Caller(CallerKind.ROOT, "root", arn=arn)
    if kind == "IAMUser":
        return Caller(CallerKind.PERSON, _text(fields.get("userName")) or _last(arn), arn=arn)
    if kind == "IdentityCenterUser":
        behalf = fields.get("onBehalfOf")
        user = _text(behalf.get("userId")) if isinstance(behalf, Mapping) else ""
        return Caller(CallerKind.PERSON, user, arn=arn)
    if kind in ("AssumedRole", "Role") or ":assumed-role/" in arn:
        return _in_role(fields, arn)
    name = _text(fields.get("userName"))
    known = kind in ("FederatedUser", "SAMLUser", "WebIdentityUser") and name
    return Caller(CallerKind.PERSON if known else CallerKind.UNKNOWN, name, arn=arn)


def _in_role(fields: Mapping[str, Any], arn: str) -> Caller:
    """A session name is a person's with Identity Center, or if it is an e-mail address."""
    session = _last(arn) if ":assumed-role/" in arn else ""
    role = _issuer(fields) or (arn.split("/")[1] if arn.count("/") > 1 else "")
    if role.startswith(_OF_SERVICES):
        return Caller(CallerKind.SERVICE, role, role, session, arn)
    if role.startswith(_SSO):
        shown = _SSO_HASH.sub("", role.removeprefix(_SSO))
        return Caller(CallerKind.PERSON, session, shown, session, arn)
    machine = session.startswith(_MACHINES) or session.isdigit()
    if "@" in session and not machine:
        return Caller(CallerKind.PERSON, session, role, session, arn)
    return Caller(CallerKind.ROLE, role, role, session, arn)


def _issuer(fields: Mapping[str, Any]) -> str:
    context = fields.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, Mapping) else None
    return _text(issuer.get("userName")) if isinstance(issuer, Mapping) else ""


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]


def _text(value: object) -> str:
    return _CONTROL.sub(" ", value)[:_LONGEST] if isinstance(value, str) else ""
