"""An exchange in the form that openapi-core asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lookalike_specs import Api, Operation
from lookalike_specs.wire import Reply, Request, pairs

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Question:
    """A request as it would stand at the API's own server; `path` is the document's."""

    request: Request
    host_url: str
    path: str

    @property
    def method(self) -> str:
        """The method in lower case."""
        return self.request.method.lower()


def question(api: Api, request: Request) -> Question:
    """The question that a request is to that API."""
    meant = [each for each in api.operations if (each.method, each.path) == (request.method, request.path)]
    if len(meant) > 1:
        meant = [each for each in meant if _names(api, request, each)] or meant
    if not meant:
        return Question(request, api.servers[0], request.path)
    return Question(request, next(iter(meant[0].servers), api.servers[0]), meant[0].template)


def _names(api: Api, request: Request, operation: Operation) -> bool:
    """Whether that one of several operations is meant; one without a name is, by bodies of its own media type."""
    action = _action(api, request)
    return action == operation.extension.action and bool(action or request.content_type in operation.media_types)


def _action(api: Api, request: Request) -> str:
    """The operation's name, where the path does not tell it; "" where nothing does."""
    where = api.root.routing.action
    if where is None:
        return ""
    sent = pairs(request.query) + (pairs(request.body) if request.content_type == FORM else ())
    named = [value for name, value in sent if name == where.parameter]
    return named[0] if named else request.header(where.header.encode()) or ""


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
