"""How much memory a connection holds on to, found from outside: all that can be reached from it."""

from __future__ import annotations

import gc
import sys
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from lookalike_mocks.adapters.connection_state import Registry
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.outbox import Outbox

from .echo_app import EchoApp
from .fake_loop import FakeLoop
from .fake_transport import FakeTransport

# what a connection knows and does not own
SHARED = (
    EchoApp, FakeLoop, FakeTransport, Limits, Outbox, Registry, FunctionType, BuiltinFunctionType, MethodType, ModuleType, type,
)  # fmt: skip


def measure_held_bytes(root: Any) -> int:
    """Return the bytes of all that is reachable from an object and not shared with others."""
    seen: set[int] = set()
    waiting = [root]
    size = 0
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, SHARED):
            continue
        seen.add(id(value))
        size += sys.getsizeof(value)
        waiting += gc.get_referents(value)
    return size
