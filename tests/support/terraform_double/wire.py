"""Writes a schema, read as JSON, in the messages of Terraform's plugin protocol."""

from __future__ import annotations

import json
from typing import Any

from tf.gen import tfplugin_pb2 as pb

from .bindings import Schema

_NESTINGS = {
    "single": pb.Schema.NestedBlock.SINGLE,
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
    "map": pb.Schema.NestedBlock.MAP,
}


def schemas(schema: Schema) -> Any:
    """Write the answer to 'what do you know?'."""
    return pb.GetProviderSchema.Response(
        provider=_schema(schema["provider"]),
        provider_meta=pb.Schema(block=pb.Schema.Block()),
        resource_schemas={n: _schema(s) for n, s in schema["resource_schemas"].items()},
        data_source_schemas={n: _schema(s) for n, s in schema["data_source_schemas"].items()},
        server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True),
    )


def complaint(summary: str, detail: str = "", attribute: str = "") -> Any:
    """Write a diagnostic that ends the command."""
    result = pb.Diagnostic(severity=pb.Diagnostic.ERROR, summary=summary, detail=detail)
    if attribute:
        step = pb.AttributePath.Step(attribute_name=attribute)
        result.attribute.CopyFrom(pb.AttributePath(steps=[step]))
    return result


def _schema(one: Schema) -> Any:
    return pb.Schema(version=one["version"], block=_block(one["block"]))


def _block(block: Schema) -> Any:
    return pb.Schema.Block(
        version=0,
        attributes=[_attribute(n, a) for n, a in sorted(block.get("attributes", {}).items())],
        block_types=[_nested(n, b) for n, b in sorted(block.get("block_types", {}).items())],
    )


def _attribute(name: str, attribute: Schema) -> Any:
    return pb.Schema.Attribute(
        name=name,
        type=json.dumps(attribute["type"]).encode(),
        required=attribute.get("required", False),
        optional=attribute.get("optional", False),
        computed=attribute.get("computed", False),
    )


def _nested(name: str, nested: Schema) -> Any:
    return pb.Schema.NestedBlock(
        type_name=name,
        block=_block(nested["block"]),
        nesting=_NESTINGS[nested["nesting_mode"]],
        min_items=nested.get("min_items", 0),
        max_items=nested.get("max_items", 0),
    )
