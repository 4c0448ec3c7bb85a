"""An exchange in the form that openapi-core asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlsplit

from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from lookalike_specs import Api, Operation
from lookalike_specs.messages import FORM_MEDIA_TYPE, Request, Response, parse_pairs

PATH_NAME = re.compile(r"\{([^{}]+)\}")
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

    # openapi-core writes the path's values into it, and reads them from there: it has to be the same object each time
    @cached_property
    def parameters(self) -> RequestParameters:
        """The query, the headers and the cookies; what stands in the path is found by openapi-core."""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.request.headers]
        return RequestParameters(
            query=ImmutableMultiDict(parse_pairs(self.request.query)),
            header=Headers(headers),
            cookie=ImmutableMultiDict(_parse_cookies(headers)),
        )


def to_openapi_request(api: Api, request: Request) -> OpenAPIRequest:
    """The question that a request is to that API."""
    operation = match_operation(api, request)
    if operation is None:
        return _build_openapi_request(request, api.servers[0], request.path)
    return to_operation_request(api, operation, request)


def to_operation_request(api: Api, operation: Operation, request: Request) -> OpenAPIRequest:
    """The question that a request is to that operation, whatever its path says."""
    # where the document's path has `{names}`, the request's own is what is matched with it
    path = request.path if "{" in operation.document_path else operation.document_path
    return _build_openapi_request(request, next(iter(operation.servers), api.servers[0]), path)


def _build_openapi_request(request: Request, server: str, path: str) -> OpenAPIRequest:
    # openapi-core joins both as a browser does, so that a path at the server (`/api/v3`) would be lost
    split = urlsplit(server)
    return OpenAPIRequest(request, f"{split.scheme}://{split.netloc}", split.path.rstrip("/") + path)


def match_path(operation: Operation, path: str) -> dict[str, str] | None:
    """Return the values that stand in the place of the path's `{names}`; None for another path."""
    if operation.path == path:
        return {}
    names = PATH_NAME.findall(operation.path)
    match = _compile_path(operation.path).fullmatch(path) if names else None
    return dict(zip(names, match.groups(), strict=True)) if match else None


@lru_cache(maxsize=1024)
def _compile_path(path: str) -> re.Pattern[str]:
    parts = re.split(PATH_NAME, path)
    return re.compile("".join("([^/]+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)))


def match_operation(api: Api, request: Request) -> Operation | None:
    """The operation that a request is to; the first one there, where none of several is named."""
    found = [each for each in api.operations if (each.method, each.path) == (request.method, request.path)]
    if not found:
        fitting = [each for each in api.operations if each.method == request.method and "{" in each.path]
        found = [each for each in fitting if match_path(each, request.path) is not None]
        # `/pets/{id}/toys` is meant before `/{kind}/{id}/toys`
        return min(found, key=lambda each: ["{" in part for part in each.path.split("/")], default=None)
    if len(found) > 1:
        found = [each for each in found if _is_named_operation(api, request, each)] or found
    return next(iter(found), None)


def _is_named_operation(api: Api, request: Request, operation: Operation) -> bool:
    """Whether that one of several operations is meant; one without a name is, by bodies of its own media type."""
    action = _read_action(api, request)
    return action == operation.extension.action and bool(action or request.content_type in operation.media_types)


def _parse_cookies(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    pairs = [part.strip().partition("=") for name, value in headers if name == "cookie" for part in value.split(";")]
    return [(name, value) for name, equals, value in pairs if equals]


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
