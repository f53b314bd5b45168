"""What can be wrong with access.yaml, beside its form."""

from __future__ import annotations

from .finding import Code, Severity

ANYONES_TOKEN = Code(
    "U001",
    Severity.ERROR,
    "Anyone's token would do",
    "Keys of AWS's load balancers are those of a whole region: every customer's balancer signs "
    "with them. Only `signer` (the balancer's ARN), or `audience`, tells whose token it is.",
)
ALL = (ANYONES_TOKEN,)
