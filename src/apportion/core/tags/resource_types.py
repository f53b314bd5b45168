"""Recognises the type of a resource by its id in a bill, as AWS tag policies name types."""

from __future__ import annotations

import re
from itertools import takewhile

#: EC2 bills by bare ids; the part before the dash is the type.
_EC2 = {
    "acl": "network-acl", "cgw": "customer-gateway", "eipalloc": "elastic-ip", "eni":
    "network-interface", "fl": "vpc-flow-log", "i": "instance", "igw": "internet-gateway",
    "nat": "natgateway", "rtb": "route-table", "sg": "security-group", "sir":
    "spot-instances-request", "snap": "snapshot", "subnet": "subnet", "tgw": "transit-gateway",
    "tgw-attach": "transit-gateway-attachment", "vgw": "vpn-gateway", "vol": "volume",
    "vpc": "vpc", "vpce": "vpc-endpoint", "vpn": "vpn-connection",
}  # fmt: skip
_EC2_ID = re.compile(r"([a-z]+(?:-attach)?)-[0-9a-f]{8,}")
_ARN = re.compile(r"arn:[^:]*:([^:]+):[^:]*:[^:]*:(.+)", re.DOTALL)
#: ARNs that begin with a name and not with a kind.
_NAMED = {"s3": "bucket", "sns": "topic", "sqs": "queue"}
_HASH = 8
_SERVICES = {"AmazonS3": "s3:bucket", "AWSQueueService": "sqs:queue", "AmazonSNS": "sns:topic"}

#: What is billed by itself and cannot carry a tag of the user's.
UNTAGGABLE = frozenset({"eks:pod"})


def resource_type(resource: str, service_code: str = "") -> str:
    """Name the type of a resource, `ec2:instance`; empty if the id does not show it.

    `service_code` is AWS's product code, for ids that are bare names: buckets above all.
    """
    if match := _ARN.fullmatch(resource):
        return _of_arn(match[1], match[2])
    if (match := _EC2_ID.fullmatch(resource)) and match[1] in _EC2:
        return f"ec2:{_EC2[match[1]]}"
    return _SERVICES.get(service_code, "")


def name_prefix(resource: str) -> str:
    """Give how a resource's name begins: its words before the first number or hash, joined by `-`.

    `arn:aws:rds:eu-west-1:1:db:checkout-staging-264` begins with `checkout-staging`. Empty where
    the id is no name, like `i-0abc`.
    """
    if _EC2_ID.fullmatch(resource):
        return ""
    match = _ARN.fullmatch(resource)
    words = re.split(r"[-_./:]+", _name_of(match[1], match[2]) if match else resource)
    named = [word.casefold() for word in words if word]
    kept = list(takewhile(lambda word: not any(map(str.isdigit, word)), named))
    # `vpce-103838a6aa75a49d1` has the letters of its kind before a hash: that is no name.
    if len(kept) == 1 and len(named) > 1 and len(named[1]) >= _HASH:
        return ""
    return "-".join(kept[:3])


def _of_arn(service: str, rest: str) -> str:
    if service in _NAMED and "/" not in rest.partition(":")[0]:
        return f"{service}:{_NAMED[service]}"
    parts = [part for part in re.split(r"[:/]", rest) if part]
    scoped = service == "wafv2" and len(parts) > 1  # wafv2:...:regional/webacl/name/id
    return f"{service}:{parts[1 if scoped else 0]}" if parts else ""


def _name_of(service: str, rest: str) -> str:
    if service in _NAMED:
        return rest
    parts = re.split(r"[:/]", rest, maxsplit=1)
    name = parts[1] if len(parts) > 1 else parts[0]
    return re.sub(r"^/?(?:app|net|gwy|webacl)/", "", name)
