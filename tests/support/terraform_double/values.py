"""Values as Terraform sends them: MessagePack, in which one extension says 'not known yet'."""

from __future__ import annotations

import json
from typing import Any

import msgpack
from msgpack.ext import ExtType
from tf.gen import tfplugin_pb2 as pb


class Unknown:
    """A value that is known after apply. There is one of it, UNKNOWN."""

    def __repr__(self) -> str:
        return "(known after apply)"

    def __deepcopy__(self, _memo: dict[int, Any]) -> Unknown:
        return self


UNKNOWN = Unknown()


def decoded(value: Any) -> Any:
    """Read a value that Terraform sent; None where it is null."""
    if value.json:
        return json.loads(value.json)
    if value.msgpack:
        return msgpack.unpackb(
            value.msgpack, ext_hook=lambda _code, _content: UNKNOWN, strict_map_key=False
        )
    return None


def encoded(value: Any) -> Any:
    """Write a value for Terraform."""
    return pb.DynamicValue(msgpack=msgpack.packb(value, default=_extension))


def invented(kind: Any) -> Any:
    """Make an empty value of a type."""
    if isinstance(kind, str):
        return {"string": "", "number": 0, "bool": False}.get(kind)
    return {"list": [], "set": [], "map": {}}.get(kind[0])


def _extension(value: Any) -> ExtType:
    assert value is UNKNOWN, value
    return ExtType(0, b"\x00")
