"""Serves the double in this process; Terraform attaches to it and installs nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from tf.gen import grpc_controller_pb2 as controller
from tf.gen import grpc_controller_pb2_grpc as controller_rpc
from tf.gen import grpc_stdio_pb2_grpc as stdio_rpc
from tf.gen import tfplugin_pb2_grpc as provider_rpc

from .servicer import Servicer

_PROVIDER = "registry.terraform.io/hashicorp/aws"


class _Controller(controller_rpc.GRPCControllerServicer):  # type: ignore[misc] - generated
    def Shutdown(self, _request: Any, _context: Any) -> Any:
        return controller.Empty()


class _Stdio(stdio_rpc.GRPCStdioServicer):  # type: ignore[misc] - generated code has no types
    def StreamStdio(self, _request: Any, _context: Any) -> Iterator[Any]:
        return iter([])


@contextmanager
def serving(servicer: Servicer, folder: Path) -> Iterator[str]:
    """Serve on a socket in a folder; gives the value of TF_REATTACH_PROVIDERS."""
    server = grpc.server(ThreadPoolExecutor(8))
    provider_rpc.add_ProviderServicer_to_server(servicer, server)
    controller_rpc.add_GRPCControllerServicer_to_server(_Controller(), server)
    stdio_rpc.add_GRPCStdioServicer_to_server(_Stdio(), server)
    socket = str(folder / "provider.sock")
    server.add_insecure_port(f"unix://{socket}")
    server.start()
    try:
        yield json.dumps(
            {
                _PROVIDER: {
                    "Protocol": "grpc",
                    "ProtocolVersion": 6,
                    "Pid": os.getpid(),
                    "Test": True,
                    "Addr": {"Network": "unix", "String": socket},
                }
            }
        )
    finally:
        server.stop(0).wait()
