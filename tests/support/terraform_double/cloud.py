"""The cloud behind the double: a memory for all types, moto's server for those in `real`."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

from moto_world import MotoWorld

from .values import UNKNOWN, invented

Values = dict[str, Any]

ACCOUNT = "123456789012"

#: How the resources of a type are named, where others refer to that.
_ARNS = {
    "aws_athena_workgroup": "arn:aws:athena:{region}:{account}:workgroup/{name}",
    "aws_cloudwatch_event_rule": "arn:aws:events:{region}:{account}:rule/{name}",
    "aws_cloudwatch_log_group": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws_cloudwatch_metric_alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    "aws_glue_catalog_database": "arn:aws:glue:{region}:{account}:database/{name}",
    "aws_lambda_function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "aws_scheduler_schedule": "arn:aws:scheduler:{region}:{account}:schedule/default/{name}",
}
_NAMES = ("name", "function_name", "alarm_name", "bucket", "queue_url", "rule", "role")


class Cloud:
    """All that was applied. `region` is the configured provider's."""

    def __init__(self, moto: MotoWorld) -> None:
        self._moto = moto
        self.region = "us-east-1"
        self.memory: dict[tuple[str, str], Values] = {}

    def kind(self, name: str) -> Kind:
        """Give what knows how a type is created, found, changed and removed."""
        from .real import REAL  # noqa: PLC0415 - it builds on this file

        return REAL.get(name, Kind)(name, self)

    def client(self, service: str) -> Any:
        """Make a client of moto's server."""
        return self._moto.client(service, self.region)


class Kind:
    """A type that only the memory holds. Real ones are its children, in `real`."""

    def __init__(self, name: str, cloud: Cloud) -> None:
        self._name = name
        self._cloud = cloud

    def create(self, planned: Values, attributes: Values) -> None:
        """Fill in what was not known, and keep it."""
        planned |= self.made(planned)
        for name, attribute in attributes.items():
            if planned.get(name) is UNKNOWN:
                planned[name] = self._known(name, attribute, planned)
        self._keep(planned)

    def find(self, state: Values) -> Values | None:
        """Give what is there now, None where it is gone."""
        kept = self._cloud.memory.get((self._name, state["id"]))
        if kept is None:
            return None
        live = self.live(kept)
        return None if live is None else copy.deepcopy(kept) | live

    def change(self, prior: Values, planned: Values) -> None:
        """Make of what is there what is planned."""
        self.changed(prior, planned)
        self._keep(planned)

    def remove(self, state: Values) -> None:
        """Take it away."""
        self.removed(state)
        self._cloud.memory.pop((self._name, state["id"]), None)

    # What a real type does besides.

    def made(self, planned: Values) -> Values:  # noqa: ARG002 - children use it
        return {}

    def live(self, kept: Values) -> Values | None:  # noqa: ARG002 - children use it
        return {}

    def changed(self, prior: Values, planned: Values) -> None:
        pass

    def removed(self, state: Values) -> None:
        pass

    def _keep(self, state: Values) -> None:
        self._cloud.memory[self._name, state["id"]] = copy.deepcopy(state)

    def _known(self, name: str, attribute: Values, planned: Values) -> Any:
        own = next((planned[n] for n in _NAMES if isinstance(planned.get(n), str)), None)
        if name in {"arn", "id", "name"}:
            own = own or hashlib.sha256(repr(planned).encode()).hexdigest()[:12]
        if name == "arn":
            service = self._name.split("_")[1]
            pattern = _ARNS.get(self._name, f"arn:aws:{service}:{{region}}:{{account}}:{{name}}")
            return pattern.format(region=self._cloud.region, account=ACCOUNT, name=own)
        if name == "id":
            # Two resources of a type may share a name, as the policies of one bucket's parts do.
            parts = [own, planned.get("target_id"), planned.get("statement_id")]
            return "/".join(part for part in parts if isinstance(part, str))
        return own if name == "name" else invented(attribute["type"])
