"""The statements of functions that run in a VPC; see `catalog`."""

from __future__ import annotations

from .statement import Statement

ATTACH = Statement(
    "AttachToTheVpc",
    (
        *("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface"),
        *("ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"),
    ),
    (
        "arn:${partition}:ec2:${region}:${account}:network-interface/*",
        "arn:${partition}:ec2:${region}:${account}:security-group/*",
        "arn:${partition}:ec2:${region}:${account}:subnet/*",
    ),
    "network interfaces of the function in your VPC; Terraform denies them to the function's code",
    called_by="Lambda",
    only_with="network",
)
SEE_VPC = Statement(
    "SeeTheVpc",
    ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
    ("*",),
    "existing interfaces and subnets; EC2 has no narrower resource",
    called_by="Lambda",
    only_with="network",
)
