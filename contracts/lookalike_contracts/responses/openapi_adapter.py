"""An exchange in the form that openapi-core asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from lookalike_specs import Api, Operation
from lookalike_specs.messages import FORM_MEDIA_TYPE, Request, Response, parse_pairs

MEDIA_TYPE_PARAMETERS = re.compile(r"""(?:\s*(?:[^\s=;"]+=(?:[^\s=;"]+|"(?:[^"\\]|\\.)*")\s*)?(?:;|$))*""")


@dataclass(frozen=True)
class OpenAPIRequest:
    """A request as it would stand at the API's own server; `path` is the document's."""

    request: Request
    host_url: str
    path: str

    @property
    def method(self) -> str:
        """The method in lower case."""
        return self.request.method.lower()

    @property
    def body(self) -> bytes | None:
        """The body; none where it is empty."""
        return self.request.body or None

    @property
    def content_type(self) -> str:
        """The media type of the body, with its parameters."""
        return self.request.get_header(b"content-type") or ""

    @property
    def parameters(self) -> RequestParameters:
        """The query and the headers."""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.request.headers]
        return RequestParameters(query=ImmutableMultiDict(parse_pairs(self.request.query)), header=Headers(headers))


def to_openapi_request(api: Api, request: Request) -> OpenAPIRequest:
    """The question that a request is to that API."""
    operation = match_operation(api, request)
    if operation is None:
        return OpenAPIRequest(request, api.servers[0], request.path)
    return OpenAPIRequest(request, next(iter(operation.servers), api.servers[0]), operation.document_path)


def match_operation(api: Api, request: Request) -> Operation | None:
    """The operation that a request is to; the first one there, where none of several is named."""
    found = [each for each in api.operations if (each.method, each.path) == (request.method, request.path)]
    if len(found) > 1:
        found = [each for each in found if _is_named_operation(api, request, each)] or found
    return next(iter(found), None)


def _is_named_operation(api: Api, request: Request, operation: Operation) -> bool:
    """Whether that one of several operations is meant; one without a name is, by bodies of its own media type."""
    action = _read_action(api, request)
    return action == operation.extension.action and bool(action or request.content_type in operation.media_types)


def _read_action(api: Api, request: Request) -> str:
    """The operation's name, where the path does not tell it; "" where nothing does."""
    where = api.root.routing.action
    if where is None:
        return ""
    sent = parse_pairs(request.query) + (parse_pairs(request.body) if request.content_type == FORM_MEDIA_TYPE else ())
    named = [value for name, value in sent if name == where.parameter]
    return named[0] if named else request.get_header(where.header.encode()) or ""


@dataclass(frozen=True)
class OpenAPIResponse:
    """A reply; the media type keeps its parameters, as the documents name it with them."""

    response: Response

    @property
    def data(self) -> bytes:
        """The body."""
        return self.response.body

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.response.status

    @property
    def content_type(self) -> str:
        """The media type; without its parameters where openapi-core could not read them."""
        plain, *parameters = self.response.media_type.split(";")
        return self.response.media_type if all(each.count("=") == 1 for each in parameters) else plain

    @property
    def has_valid_media_type(self) -> bool:
        """Whether every parameter of the media type is a name and a value, or empty."""
        return bool(MEDIA_TYPE_PARAMETERS.fullmatch(self.response.media_type.partition(";")[2]))

    @property
    def headers(self) -> Mapping[str, Any]:
        """Every header but the body's own."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.response.headers}
