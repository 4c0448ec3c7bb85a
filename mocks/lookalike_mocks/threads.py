"""Threads and locks that work in a forked child, and where gevent has replaced Python's own."""

from __future__ import annotations

import os
import sys
import threading
import weakref
from importlib import import_module
from typing import Any, Final

# every lock of ours that may be held by one thread while another one forks
_locks: Final[weakref.WeakSet[Any]] = weakref.WeakSet()


def create_lock() -> threading.Lock:
    """Return a lock that is free in a forked child, whoever held it in the parent.

    A child has one thread, the one that forked. A lock that another one held at that moment would be held for ever.
    """
    lock = threading.Lock()
    _locks.add(lock)
    return lock


def create_reentrant_lock() -> threading.RLock:
    """Return the same, for one that its holder may take again."""
    lock = threading.RLock()
    _locks.add(lock)
    return lock


def _renew_locks() -> None:
    for lock in _locks:
        # what `logging` and `concurrent.futures` do as well
        lock._at_fork_reinit()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


def has_greenlets_for_threads() -> bool:
    """Return whether gevent's `monkey.patch_all()` has made greenlets of what `threading` starts."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("threading"))


def find_original(module: str, name: str) -> Any:
    """Return a member of a standard module as it was before gevent replaced it."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None:
        return monkey.get_original(module, name)
    return getattr(import_module(module), name)
