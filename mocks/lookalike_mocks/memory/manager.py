"""One account of the memory of all sandboxes, and one for each of them.

Whatever a sandbox keeps is charged to it when it comes, and credited when it goes: a figure is added, and nothing is
counted again. When all sandboxes together are beyond their bound, the fullest ones give back until an eighth of the bound
is free. So that costs little on average, and who fills a sandbox pays for it before anybody else does.

    journal, images, uploads, … -> SandboxMemory.charge -> MemoryManager -> release_oldest of the fullest sandboxes
"""

from __future__ import annotations

import threading
from typing import Final, Protocol, get_args

from ..threads import create_reentrant_lock
from .limits import SANDBOX_BYTES, MemoryKind, MemoryLimits

MEMORY_KINDS: Final[tuple[MemoryKind, ...]] = get_args(MemoryKind)
# how much of the bound is free again when sandboxes have given back
FREED_SHARE: Final = 8


class MemoryOwner(Protocol):
    """Who can give back what it keeps: a sandbox's state."""

    memory: SandboxMemory

    def release_oldest(self, size: int) -> int:
        """Forget about that many bytes, the oldest first; return how many it were. The lock is held."""
        ...


class MemoryManager:
    """What all sandboxes of a mock keep.

    `lock` guards every container that is charged: requests are answered on the loop and in a thread beside it.
    """

    def __init__(self, limits: MemoryLimits | None = None) -> None:
        self.limits = limits or MemoryLimits()
        self.max_used = self.limits.sandboxes_bytes
        self.lock = create_reentrant_lock()
        self.used = 0
        self._owners: dict[int, MemoryOwner] = {}
        self._is_releasing = False

    def create_sandbox_memory(self) -> SandboxMemory:
        """Return the account of a sandbox that is about to be made, under the same limits and the same lock."""
        return SandboxMemory(self.limits, self.lock)

    def add(self, owner: MemoryOwner) -> None:
        """Count a sandbox from now on, with all that it keeps already."""
        with self.lock:
            self._owners[id(owner)] = owner
            owner.memory.manager = self
            self.used += owner.memory.used
            self.enforce_limit()

    def remove(self, owner: MemoryOwner) -> None:
        """Count a sandbox no longer; whoever still holds it has it for himself."""
        with self.lock:
            if self._owners.pop(id(owner), None) is not None:
                self.used -= owner.memory.used
                owner.memory.manager = None

    @property
    def used_by_kind(self) -> dict[str, int]:
        """Return the bytes of all sandboxes, by what they go to."""
        with self.lock:
            memories = [owner.memory.used_by_kind for owner in self._owners.values()]
            return {kind: sum(used[kind] for used in memories) for kind in MEMORY_KINDS}

    def enforce_limit(self) -> None:
        """Let the fullest sandboxes give back, half of what they have at a time, if all are beyond the bound."""
        if self.used <= self.limits.sandboxes_bytes or self._is_releasing:
            return
        # what is released is credited, which asks for this again
        self._is_releasing = True
        try:
            self._release(self.limits.sandboxes_bytes - self.limits.sandboxes_bytes // FREED_SHARE)
        finally:
            self._is_releasing = False

    def _release(self, target: int) -> None:
        has_released = True
        while self.used > target and has_released:
            has_released = False
            for owner in sorted(self._owners.values(), key=lambda owner: -owner.memory.used):
                excess = self.used - target
                if excess <= 0:
                    return
                if owner.release_oldest(min(excess, owner.memory.used // 2)):
                    has_released = True


class SandboxMemory:
    """What one sandbox keeps; `manager` is None for one that is counted nowhere."""

    def __init__(self, limits: MemoryLimits | None = None, lock: threading.RLock | None = None) -> None:
        self.limits = limits or MemoryLimits()
        self.lock = lock or create_reentrant_lock()
        self.manager: MemoryManager | None = None
        self.used = SANDBOX_BYTES
        self.used_by_kind: dict[str, int] = dict.fromkeys(MEMORY_KINDS, 0)
        self.used_by_kind["credentials"] = SANDBOX_BYTES

    def charge(self, kind: MemoryKind, size: int) -> None:
        """Count what came, or, below 0, what went. The lock has to be held."""
        self.used += size
        self.used_by_kind[kind] += size
        manager = self.manager
        if manager is not None:
            manager.used += size
            if size > 0 and manager.used > manager.max_used:
                manager.enforce_limit()
