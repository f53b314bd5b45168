"""Makers of what commands use: the workspace, Cost Explorer, AWS clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apportion.app.workspace import Workspace
    from apportion.aws.api_calls import Client
    from apportion.model.aws.cost_query import Access
    from apportion.model.settings import Settings
    from apportion.ports.bills import CostReports
    from apportion.ports.progress import Progress, Say

    #: Makes a workspace from settings and a listener for the steps of its work.
    Open = Callable[[Settings, Progress], Workspace]

    #: Reaches Cost Explorer, with a listener for the steps of the work, and the clock.
    Connect = Callable[[Access, Say, Callable[[], datetime]], CostReports]

    #: Makes a client of boto3 for a service with the credentials of a profile, in a region; both
    #: may be "", which is the environment's.
    Clients = Callable[[str, str, str], Client]


def open_real(settings: Settings, progress: Progress) -> Workspace:
    """Open the workspace that the settings describe."""
    from apportion.app.workspace import Workspace

    return Workspace(settings, say=progress.say, advance=progress.advance)


def connect_real(access: Access, say: Say, now: Callable[[], datetime]) -> CostReports:
    """Reach AWS."""
    from apportion.app.cost_explorer import connect

    return connect(access, say=say, now=now)


def client_real(service: str, profile: str, region: str) -> Client:
    """Make a client of AWS."""
    from apportion.aws.connect import client_of

    return client_of(service, profile=profile, region=region)
