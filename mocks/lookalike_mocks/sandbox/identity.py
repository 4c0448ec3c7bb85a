"""A sandbox's name inside the credentials that it was given, so that any worker can tell whose they are."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

TOKEN_LENGTH: Final = 30
TOKEN_PATTERN: Final = re.compile(r"[0-9a-f]{30}")
# how many digits of a token are the name; four check digits follow them, then 48 random bits
NAME_LENGTH: Final = 14
CHECK_END: Final = 18
# the name and its check digits, wherever they begin: a lookahead, so that matches may overlap
TOKEN_START: Final = re.compile(r"(?=([0-9a-f]{18}))")
UUID_START: Final = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-8([0-9a-f]{3})")
# Where a name is looked for. A key has about 40 characters, and a word such as `Bearer` may stand before it; a header can
# have 64 KB, with a hash to compute for each digit.
MAX_SEARCHED: Final = 200
NAME_PATTERN: Final = re.compile(r"([0-9a-f]{4})-([1-9]\d{0,2})-([1-9]\d{0,2})-([1-9]\d{0,7})", re.ASCII)
UUID_PATTERN: Final = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})")


class SandboxName(NamedTuple):
    """`run_id` tells one start of the server from another; a worker that is started again is another generation."""

    run_id: int
    worker: int
    generation: int
    serial: int

    def __str__(self) -> str:
        """Return it as people see it: `9f3c-1-1-17`."""
        return f"{self.run_id:04x}-{self.worker}-{self.generation}-{self.serial}"


def create_token(name: SandboxName) -> str:
    """Return 30 hex digits that nobody can guess: the name, its check digits, 48 random bits."""
    digits = f"{name.run_id:04x}{name.worker:02x}{name.generation:02x}{name.serial:06x}"
    return digits + _compute_check_digits(digits) + secrets.token_hex(6)


def format_as_uuid(token: str) -> str:
    """Return a token in the form of a UUID of version 4; its 30 digits are all but the two that are fixed."""
    return f"{token[:8]}-{token[8:12]}-4{token[12:15]}-8{token[15:18]}-{token[18:]}"


def find_sandbox_name(credential: str) -> SandboxName | None:
    """Return the sandbox that a credential names; None when it names none."""
    token = find_token(credential)
    if token is None:
        return None
    return parse_token(token)


def find_token(credential: str) -> str | None:
    """Return the token of ours that a credential has in it, with right check digits; None when it has none."""
    if len(credential) < TOKEN_LENGTH:
        return None
    digits = credential
    uuid = UUID_PATTERN.search(credential)
    if uuid is not None:
        digits = "".join(uuid.groups())
    match = TOKEN_PATTERN.search(digits)
    if match is None:
        return None
    token = match[0]
    if not _is_token(token):
        return None
    return token


def find_name_start(credential: str) -> SandboxName | None:
    """Return the sandbox whose name stands in a credential that may be cut behind it, in whatever letter case."""
    text = credential[:MAX_SEARCHED].lower()
    starts = [match[1] for match in TOKEN_START.finditer(text)]
    starts += ["".join(match.groups()) for match in UUID_START.finditer(text)]
    for digits in starts:
        if _is_token(digits):
            return parse_token(digits)
    return None


def parse_token(token: str) -> SandboxName:
    """Return the sandbox that a token names."""
    return SandboxName(int(token[:4], 16), int(token[4:6], 16), int(token[6:8], 16), int(token[8:14], 16))


def iter_tokens(text: str) -> Iterator[str]:
    """Yield every token of ours that stands in a text, as it is in credentials or in the form of a UUID."""
    for match in UUID_PATTERN.finditer(text):
        token = "".join(match.groups())
        if _is_token(token):
            yield token
    for match in TOKEN_PATTERN.finditer(text):
        if _is_token(match[0]):
            yield match[0]


def _is_token(digits: str) -> bool:
    # any 30 hex digits look like a token: the check digits tell a client's own key from one of ours
    return digits[NAME_LENGTH:CHECK_END] == _compute_check_digits(digits[:NAME_LENGTH])


def parse_sandbox_name(text: str) -> SandboxName | None:
    """Return the sandbox whose name that is, as people see it; None when it is no name."""
    match = NAME_PATTERN.fullmatch(text)
    if match is None:
        return None
    return SandboxName(int(match[1], 16), int(match[2]), int(match[3]), int(match[4]))


def _compute_check_digits(digits: str) -> str:
    return blake2b(digits.encode(), digest_size=2, person=b"sandbox").hexdigest()


class WorkerIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """This worker. `worker_urls` are the workers' own base URLs, the first worker's first; empty where one serves alone."""

    run_id: int = msgspec.field(default_factory=lambda: secrets.randbelow(2**16))
    worker: int = 1
    generation: int = 1
    worker_urls: tuple[str, ...] = ()

    @property
    def base_url(self) -> str:
        """Return this worker's own base URL; "" where one serves alone."""
        if not self.worker_urls:
            return ""
        return self.worker_urls[self.worker - 1]

    def explain_missing(self, name: SandboxName) -> tuple[int, dict[str, Any]]:
        """Return why a sandbox is not here, as an HTTP status and a body."""
        problem = {"error": f"sandbox {name} is gone", "sandbox": str(name)}
        if name.run_id != self.run_id:
            return 410, {**problem, "reason": "another start of the server, or another replica, made it"}
        if name.worker != self.worker and name.worker <= len(self.worker_urls):
            url = self.worker_urls[name.worker - 1]
            return 421, {"error": f"sandbox {name} lives at {url}", "sandbox": str(name), "base_url": url}
        if name.generation != self.generation:
            return 410, {**problem, "reason": f"worker {name.worker}, where it lived, ended and was started again"}
        return 410, {**problem, "reason": "it was deleted, or was the oldest when there were too many"}
