"""What the judge needs of a server."""

from __future__ import annotations

from typing import Protocol

from lookalike_specs.wire import Response, Request


class Target(Protocol):
    """Whatever answers requests."""

    @property
    def url(self) -> str:
        """The base URL: scheme, host, and perhaps a prefix."""
        ...

    def send(self, request: Request) -> Response:
        """The answer. Raises CouldNotCheck."""
        ...
