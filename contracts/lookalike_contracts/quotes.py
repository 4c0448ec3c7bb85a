"""What a message quotes of a long text: the beginning of it, or both ends, and none of the secrets that it was cut through.

A report covers secrets, in whatever encoding, when all messages are there. Of a secret that a message has only the first
half of it would know nothing: a page that is called `you sent %73%65%63%72%65%74…` shows what was cut off, and all but one
letter of it. So whoever cuts asks here, and what is cut is covered before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from lookalike_specs.messages import Request
from lookalike_specs.redaction import SEARCH_MARGIN, Redactor, find_secrets

# A check compares the answers to a few requests; a server may quote the signature of any of them.
RECENT_REQUESTS: Final = 4
# of a text that has nothing but secrets in it
COVERED: Final = "***"


@dataclass
class _Scope:
    """What must not be quoted: `base` covers who asks, and the requests that were sent last have signatures."""

    base: Redactor
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=RECENT_REQUESTS))
    _redactor: Redactor | None = None

    def add_request(self, request: Request) -> None:
        self.requests.append(request)
        self._redactor = None

    def create_redactor(self) -> Redactor:
        # only where something is cut, as it takes longer than most answers do
        if self._redactor is None:
            values = {value for request in self.requests for value in find_secrets((), request)}
            self._redactor = Redactor(values, self.base)
        return self._redactor


_SCOPE: ContextVar[_Scope | None] = ContextVar("quotes", default=None)


@contextmanager
def cover_quotes(redactor: Redactor) -> Iterator[None]:
    """Cover what `redactor` knows in everything that is cut within the block, and the signatures of what is sent."""
    token = _SCOPE.set(_Scope(redactor))
    try:
        yield
    finally:
        _SCOPE.reset(token)


def note_request(request: Request) -> None:
    """Say that a request is sent, whose signature may come back."""
    scope = _SCOPE.get()
    if scope is not None:
        scope.add_request(request)


def cover_quote(text: str) -> str:
    """Return the text without secrets. Who takes blanks or line breaks out asks before: a secret may go over two lines."""
    scope = _SCOPE.get()
    if scope is None:
        return text
    return _decode(scope.create_redactor().redact(_encode(text)))


def shorten_quote(text: str, max_length: int) -> str:
    """Return the text, or its first `max_length` characters and `…`."""
    if len(text) <= max_length:
        return text
    return f"{_cover_beginning(text, max_length)}…"


def shorten_middle(text: str, max_length: int) -> str:
    """Return the text, or as much of its beginning and of its end as `max_length` allows."""
    if len(text) <= max_length:
        return text
    half = max_length // 2
    return f"{_cover_beginning(text, half)} … {_cover_end(text, half)}"


def _cover_beginning(text: str, length: int) -> str:
    scope = _SCOPE.get()
    if scope is None:
        return text[:length]
    data = _encode(text[: length + SEARCH_MARGIN])
    max_bytes = len(_encode(text[:length]))
    return _decode(scope.create_redactor().redact(data, max_bytes))


def _cover_end(text: str, length: int) -> str:
    scope = _SCOPE.get()
    if scope is None:
        return text[-length:]
    window = text[-(length + SEARCH_MARGIN) :]
    covered = _decode(scope.create_redactor().redact(_encode(window)))
    # The window begins anywhere, perhaps within a secret. That part stays out of sight, unless so much was covered that
    # it comes near.
    if len(window) < len(text) and len(covered) < length + SEARCH_MARGIN // 2:
        return COVERED
    return covered[-length:]


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")
