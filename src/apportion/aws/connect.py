"""Makes the clients of boto3 from a profile, or from what the environment gives."""

from __future__ import annotations

import hashlib
from typing import cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from .calls import Client
from .refusals import without_answer

#: Cost Explorer has one endpoint for all regions of a partition.
_REGION = "us-east-1"


def cost_explorer_client(profile: str) -> tuple[Client, str]:
    """Make a client of Cost Explorer, and a word that tells its credentials from others.

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
