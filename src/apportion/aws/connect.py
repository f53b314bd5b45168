"""Clients of boto3 from a profile, or from the environment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from .actions import ASSUME
from .api_calls import ATTEMPTS, Calls, Client
from .errors import without_answer

#: Cost Explorer has one endpoint for all regions of a partition.
_REGION = "us-east-1"


def client_of(service: str, *, profile: str = "", region: str = "") -> Client:
    """Make a client of a service; without a region, it is that of the profile or us-east-1.

    The client repeats nothing by itself: `Calls` does, and counts. It may be used by several
    threads. Raises AwsCredentialsError.
    """
    try:
        session = boto3.Session(profile_name=profile or None)
        client = session.client(
            service,
            region_name=region or session.region_name or _REGION,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 1},
                connect_timeout=10,
                read_timeout=60,
                max_pool_connections=16,
                # What S3 states of an object is compared with all its bytes, once they are here.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                user_agent_extra="apportion",
            ),
        )
    except BotoCoreError as error:
        raise without_answer(service, error) from None
    return cast("Client", client)


def cost_explorer_client(profile: str) -> tuple[Client, str]:
    """Make a client of Cost Explorer, and a text that identifies its credentials.

    The client repeats nothing by itself: `Calls` does, and counts. Raises AwsCredentialsError.
    """
    try:
        session = boto3.Session(profile_name=profile or None)
        credentials = session.get_credentials()
        key = credentials.get_frozen_credentials().access_key if credentials else ""
        region = session.region_name or ""
        client = session.client(
            "ce",
            region_name=region if region.startswith("cn-") else _REGION,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 1},
                connect_timeout=10,
                read_timeout=60,
                user_agent_extra="apportion",
            ),
        )
    except BotoCoreError as error:
        raise without_answer("ce", error) from None
    return cast("Client", client), hashlib.sha256(key.encode()).hexdigest()


def in_role(
    clients: Callable[[str, str], Client], role: str, *, session: str = "apportion"
) -> Callable[[str, str], Client]:
    """Make clients that act in a role; its trust policy must allow the identity of `clients`.

    Its credentials last an hour and are requested once. CloudTrail shows the role's name and the
    session's. Without a role these are `clients` unchanged.
    """
    if not role:
        return clients
    request = {"RoleArn": role, "RoleSessionName": session[:64]}
    sts = Calls(clients("sts", ""), ASSUME, budget=ATTEMPTS, resource=role)
    given = sts.send("assume_role", request)["Credentials"]
    acting = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def client(service: str, region: str) -> Client:
        like = cast("Any", clients(service, region)).meta
        made = acting.client(
            service,
            region_name=like.region_name,
            endpoint_url=like.endpoint_url,
            config=like.config,
        )
        return cast("Client", made)

    return client
