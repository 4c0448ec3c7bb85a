"""A sandbox's name inside the credentials that it was given, so that any worker can tell whose they are."""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

TOKEN_LENGTH = 30
TOKEN_PATTERN = re.compile(r"[0-9a-f]{30}")
NAME_PATTERN = re.compile(r"([0-9a-f]{4})-([1-9]\d{0,2})-([1-9]\d{0,2})-([1-9]\d{0,7})", re.ASCII)
UUID_PATTERN = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})")


class SandboxName(NamedTuple):
    """`run` tells one start of the server from another; a worker that is started again is another generation."""

    run_id: int
    worker: int
    generation: int
    serial: int

    def __str__(self) -> str:
        """As people see it: `9f3c-1-1-17`."""
        return f"{self.run_id:04x}-{self.worker}-{self.generation}-{self.serial}"


def create_token(name: SandboxName) -> str:
    """30 hex digits that nobody can guess: the name, its check digits, 48 random bits."""
    head = f"{name.run_id:04x}{name.worker:02x}{name.generation:02x}{name.serial:06x}"
    return head + _compute_check_digits(head) + secrets.token_hex(6)


def format_as_uuid(text: str) -> str:
    """A token in the form of a UUID."""
    return f"{text[:8]}-{text[8:12]}-4{text[12:15]}-8{text[15:18]}-{text[18:]}"


def find_sandbox_name(credential: str) -> SandboxName | None:
    """The sandbox that a credential names; None when it names none."""
    if len(credential) < TOKEN_LENGTH:
        return None
    found = UUID_PATTERN.search(credential)
    plain = "".join(found.groups()) if found else credential
    match = TOKEN_PATTERN.search(plain)
    if match is None or match[0][14:18] != _compute_check_digits(match[0][:14]):
        return None
    digits = match[0]
    return SandboxName(int(digits[:4], 16), int(digits[4:6], 16), int(digits[6:8], 16), int(digits[8:14], 16))


def parse_sandbox_name(text: str) -> SandboxName | None:
    """The sandbox whose name that is, as people see it; None when it is no name."""
    found = NAME_PATTERN.fullmatch(text)
    return SandboxName(int(found[1], 16), *map(int, found.groups()[1:])) if found else None


def _compute_check_digits(head: str) -> str:
    return blake2b(head.encode(), digest_size=2, person=b"sandbox").hexdigest()


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
