"""Where a sandbox lives: which start of the server, which worker of it, which of that worker's lives."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from .token import SandboxName


class WorkerIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """This worker. `urls` are the workers' own base URLs, the first worker's first; empty where one serves alone."""

    run_id: int = msgspec.field(default_factory=lambda: secrets.randbelow(2**16))
    worker: int = 1
    generation: int = 1
    worker_urls: tuple[str, ...] = ()

    @property
    def base_url(self) -> str:
        """This worker's own base URL; "" where one serves alone."""
        return self.worker_urls[self.worker - 1] if self.worker_urls else ""

    def explain_missing(self, name: SandboxName) -> tuple[int, dict[str, Any]]:
        """Why a sandbox is not here, as an HTTP status and a body."""
        told = {"error": f"sandbox {name} is gone", "sandbox": str(name)}
        if name.run_id != self.run_id:
            return 410, {**told, "reason": "another start of the server, or another replica, made it"}
        if name.worker != self.worker and name.worker <= len(self.worker_urls):
            url = self.worker_urls[name.worker - 1]
            return 421, {"error": f"sandbox {name} lives at {url}", "sandbox": str(name), "base_url": url}
        if name.generation != self.generation:
            return 410, {**told, "reason": f"worker {name.worker}, where it lived, ended and was started again"}
        return 410, {**told, "reason": "it was deleted, or was the oldest when there were too many"}
