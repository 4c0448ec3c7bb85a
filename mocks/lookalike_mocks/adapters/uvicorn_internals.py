"""The one list of what we use of uvicorn beyond its documented interface, and of the versions that have it.

`protocol.MockProtocol` subclasses uvicorn's httptools protocol, which is private to uvicorn: a release may rename any of
this. So uvicorn is bounded in pyproject.toml by the same versions as here, `tests/mocks/adapters/test_uvicorn.py` holds
the list to the uvicorn that is installed, and under a version out of bounds (somebody else's project may need one) the
server falls back to the protocol that uvicorn itself would choose. See `server.select_protocol`.

To raise the bound: install the new uvicorn, run that test and the other tests of the adapters, change both bounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import uvicorn

# from the first of these on, and below the second, as (major, minor)
SUPPORTED_FROM: Final = (0, 34)
SUPPORTED_BELOW: Final = (0, 55)
VERSION_PATTERN: Final = re.compile(r"(\d+)\.(\d+)\b")

# uvicorn.protocols.http.httptools_impl.HttpToolsProtocol: the methods that we call or override, and their parameters.
# httptools calls those that begin with `on_`, asyncio the first three.
PROTOCOL_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "__init__": ("config", "server_state", "app_state", "_loop"),
    "connection_made": ("transport",),
    "connection_lost": ("exc",),
    "data_received": ("data",),
    "on_message_begin": (),
    "on_url": ("url",),
    "on_header": ("name", "value"),
    "on_headers_complete": (),
    "on_body": ("body",),
    "on_message_complete": (),
    "shutdown": (),
    "_unsupported_upgrade_warning": (),
}
# its attributes, and the names of their types before a connection is made
PROTOCOL_ATTRIBUTES: Final[Mapping[str, str]] = {
    "app": "function",
    "app_state": "dict",
    "connections": "set",
    "cycle": "NoneType",
    "expect_100_continue": "bool",
    "flow": "NoneType",
    "headers": "NoneType",
    "loop": "object",
    "parser": "HttpRequestParser",
    "pipeline": "deque",
    "scheme": "NoneType",
    "scope": "NoneType",
    "server_state": "ServerState",
    "transport": "NoneType",
}
# those that are there once on_message_begin has run
REQUEST_ATTRIBUTES: Final = ("url",)
# httptools_impl.RequestResponseCycle: one request under way through ASGI
CYCLE_ATTRIBUTES: Final = ("default_headers", "disconnected", "flow", "keep_alive", "response_complete")
# uvicorn.protocols.http.flow_control.FlowControl
FLOW_ATTRIBUTES: Final = ("resume_reading", "write_paused")
# uvicorn.server.ServerState and uvicorn.config.Config: undocumented too, and used under any version
STATE_ATTRIBUTES: Final = ("connections", "default_headers", "tasks", "total_requests")
CONFIG_ATTRIBUTES: Final = ("http_protocol_class", "load")


def is_supported(version: str | None = None) -> bool:
    """Return whether that version of uvicorn, or the installed one, is within the bounds."""
    if version is None:
        version = uvicorn.__version__
    match = VERSION_PATTERN.match(version)
    if match is None:
        return False
    return SUPPORTED_FROM <= (int(match[1]), int(match[2])) < SUPPORTED_BELOW


def describe_unsupported() -> str:
    """Return why some faults cannot be carried out under the installed uvicorn."""
    bounds = ">={}.{},<{}.{}".format(*SUPPORTED_FROM, *SUPPORTED_BELOW)
    return f"Lookalike knows uvicorn {bounds} and this is {uvicorn.__version__}, which may not hand out its connections"
