"""Answers what Terraform asks of a provider: validate, plan, apply, read, import."""

from __future__ import annotations

from typing import Any

from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

from .bindings import Schema
from .cloud import Cloud
from .lookups import look_up
from .tags import wrong_tags
from .values import UNKNOWN, decoded, encoded, invented
from .wire import complaint, schemas


class Servicer(rpc.ProviderServicer):  # type: ignore[misc] - generated code has no types
    """One provider. It plans by the schema alone; what plans do is done by the cloud."""

    def __init__(self, schema: Schema, cloud: Cloud) -> None:
        self._schema = schema
        self._answer = schemas(schema)
        self._cloud = cloud
        self._default_tags: dict[str, str] = {}

    # What is known.

    def GetMetadata(self, _request: Any, _context: Any) -> Any:
        able = pb.ServerCapabilities(get_provider_schema_optional=True)
        return pb.GetMetadata.Response(server_capabilities=able)

    def GetProviderSchema(self, _request: Any, _context: Any) -> Any:
        return self._answer

    def GetFunctions(self, _request: Any, _context: Any) -> Any:
        return pb.GetFunctions.Response()

    def StopProvider(self, _request: Any, _context: Any) -> Any:
        return pb.StopProvider.Response()

    # What is configured.

    def ValidateProviderConfig(self, _request: Any, _context: Any) -> Any:
        return pb.ValidateProviderConfig.Response()

    def ConfigureProvider(self, request: Any, _context: Any) -> Any:
        settings = decoded(request.config) or {}
        blocks = settings.get("default_tags") or []
        self._default_tags = (blocks[0].get("tags") if blocks else None) or {}
        self._cloud.region = settings.get("region") or "us-east-1"
        return pb.ConfigureProvider.Response()

    def ValidateDataResourceConfig(self, _request: Any, _context: Any) -> Any:
        return pb.ValidateDataResourceConfig.Response()

    def ValidateResourceConfig(self, request: Any, _context: Any) -> Any:
        tags = decoded(request.config).get("tags")
        problems = wrong_tags(tags) if isinstance(tags, dict) else []
        result = [complaint("Tags that AWS refuses", problem, "tags") for problem in problems]
        return pb.ValidateResourceConfig.Response(diagnostics=result)

    # What is there.

    def UpgradeResourceState(self, request: Any, _context: Any) -> Any:
        state = pb.DynamicValue(json=request.raw_state.json)
        return pb.UpgradeResourceState.Response(upgraded_state=state)

    def ReadResource(self, request: Any, _context: Any) -> Any:
        state = decoded(request.current_state)
        found = self._cloud.kind(request.type_name).find(state)
        if found and "tags_all" in found:
            found["tags"] = self._own_tags(found["tags_all"], state.get("tags"))
        return pb.ReadResource.Response(new_state=encoded(found), private=request.private)

    def ReadDataSource(self, request: Any, _context: Any) -> Any:
        state = decoded(request.config)
        state |= look_up(request.type_name, state, self._cloud)
        for name, attribute in self._attributes("data_source_schemas", request.type_name).items():
            if attribute.get("computed") and state.get(name) is None:
                state[name] = invented(attribute["type"])
        return pb.ReadDataSource.Response(state=encoded(state))

    # What shall be there.

    def PlanResourceChange(self, request: Any, _context: Any) -> Any:
        prior, planned = decoded(request.prior_state), decoded(request.proposed_new_state)
        if planned is None:
            return pb.PlanResourceChange.Response(planned_state=request.proposed_new_state)
        written = decoded(request.config)
        attributes = self._attributes("resource_schemas", request.type_name)
        for name, attribute in attributes.items():
            if attribute.get("computed") and written.get(name) is None and prior is None:
                planned[name] = self._cloud.region if name == "region" else UNKNOWN
        if "tags_all" in attributes:
            tags = planned.get("tags")
            planned["tags_all"] = UNKNOWN if tags is UNKNOWN else self._all_tags(tags)
        return pb.PlanResourceChange.Response(
            planned_state=encoded(planned), planned_private=request.prior_private
        )

    def ApplyResourceChange(self, request: Any, _context: Any) -> Any:
        prior, planned = decoded(request.prior_state), decoded(request.planned_state)
        kind = self._cloud.kind(request.type_name)
        attributes = self._attributes("resource_schemas", request.type_name)
        try:
            if planned is None:
                kind.remove(prior)
            elif prior is None:
                kind.create(planned, attributes)
            else:
                kind.change(prior, planned)
        except Exception as error:  # noqa: BLE001 - whatever the cloud refuses, Terraform shows it
            result = complaint(f"{request.type_name}: {type(error).__name__}", str(error))
            return pb.ApplyResourceChange.Response(
                diagnostics=[result], new_state=request.prior_state
            )
        return pb.ApplyResourceChange.Response(new_state=encoded(planned))

    def _attributes(self, kind: str, name: str) -> Schema:
        found: Schema = self._schema[kind][name]["block"].get("attributes", {})
        return found

    def _all_tags(self, tags: dict[str, str] | None) -> dict[str, str]:
        return {**self._default_tags, **(tags or {})}

    def _own_tags(
        self, live: dict[str, str], before: dict[str, str] | None
    ) -> dict[str, str] | None:
        """Tell tags of the resource from those that the provider adds to all."""
        own = {
            key: value
            for key, value in live.items()
            if self._default_tags.get(key) != value or key in (before or {})
        }
        return own if own or before is not None else None
