"""Findings about access.yaml (U)."""

from __future__ import annotations

from .finding import Code, Severity

ANYONES_TOKEN = Code(
    "U001",
    Severity.ERROR,
    "Token without a named signer or audience",
    "All AWS load balancers of a region sign with the same keys, including those of other "
    "customers. "
    "Set `signer` (the ARN of your load balancer) or `audience` in access.yaml.",
)
ALL = (ANYONES_TOKEN,)
