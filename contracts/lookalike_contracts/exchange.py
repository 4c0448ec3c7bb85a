"""An exchange in the form that openapi-core asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookalike_specs.wire import Reply, Request


@dataclass(frozen=True)
class Question:
    """A request as it would stand at the API's own server."""

    request: Request
    host_url: str

    @property
    def path(self) -> str:
        """The path without query."""
        return self.request.path

    @property
    def method(self) -> str:
        """The method in lower case."""
        return self.request.method.lower()


@dataclass(frozen=True)
class Answer:
    """A reply; the media type keeps its parameters, as the documents name it with them."""

    reply: Reply

    @property
    def data(self) -> bytes:
        """The body."""
        return self.reply.body

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.reply.status

    @property
    def content_type(self) -> str:
        """The media type."""
        return self.reply.media_type

    @property
    def headers(self) -> Mapping[str, Any]:
        """Every header but the body's own."""
        return {name.decode(): value.decode() for name, value in self.reply.headers}
