"""An exchange in the form that openapi-core asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from lookalike_specs import Api, Operation
from lookalike_specs.messages import FORM_MEDIA_TYPE, Request, Response, parse_pairs

# what a value of the path begins with in these styles, in openapi-core's names too
STYLE_MARKS: Final = {"label": ".", "matrix": ";"}
PATH_NAME: Final = re.compile(r"\{([^{}]+)\}")
# names with a value each, quoted or not; empty ones, as in `text/xml; `, are harmless
MEDIA_TYPE_PARAMETERS: Final = re.compile(r"""(?:\s*(?:[^\s=;"]+=(?:[^\s=;"]+|"(?:[^"\\]|\\.)*")\s*)?(?:;|$))*""")


@dataclass(frozen=True)
class OpenAPIRequest:
    """A request as it would stand at the API's own server; `path` is the document's.

    `path_values` are the path's values where openapi-core cannot find them itself, by the names that it looks for.
    """

    request: Request
    host_url: str
    path: str
    path_values: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.request.method.lower()

    @property
    def body(self) -> bytes | None:
        return self.request.body or None

    @property
    def content_type(self) -> str:
        return self.request.get_header(b"content-type") or ""

    # openapi-core writes the path's values into it, and reads them from there: it has to be the same object each time
    @cached_property
    def parameters(self) -> RequestParameters:
        """Return the query, the headers and the cookies; what stands in the path is found by openapi-core."""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.request.headers]
        return RequestParameters(
            query=ImmutableMultiDict(parse_pairs(self.request.query)),
            header=Headers(headers),
            cookie=ImmutableMultiDict(_parse_cookies(headers)),
            path=dict(self.path_values),
        )


def _parse_cookies(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    cookies = list[tuple[str, str]]()
    for name, value in headers:
        if name == "cookie":
            for part in value.split(";"):
                key, equals, text = part.strip().partition("=")
                if equals:
                    cookies.append((key, text))
    return cookies


def to_openapi_request(api: Api, request: Request) -> OpenAPIRequest:
    """Return a request to an API in the form that openapi-core asks for."""
    operation = match_operation(api, request)
    if operation is None:
        return _build_openapi_request(request, api.servers[0], request.path)
    return to_operation_request(api, operation, request)


def to_operation_request(api: Api, operation: Operation, request: Request) -> OpenAPIRequest:
    """Return a request to that operation, whatever its path says, in the same form."""
    # where the document's path has `{names}`, the request's own is what is matched with it
    path = request.path if "{" in operation.document_path else operation.document_path
    server = next(iter(operation.servers), api.servers[0])
    return replace(_build_openapi_request(request, server, path), path_values=_find_prefixed_values(operation, request))


def _find_prefixed_values(operation: Operation, request: Request) -> dict[str, str]:
    """Return the path's values if the style of one is `label` or `matrix`: `{";id": ";id=5"}`; else nothing.

    openapi-core looks for them under the names that a URI template would have, `{;id}` or `{.id*}`. Documents say
    `{id}`, so that it would take every such value for missing.
    """
    styled_fields = [parameter for parameter in operation.fields if parameter.style in STYLE_MARKS]
    if not styled_fields:
        return {}
    values = match_path(operation, request.path) or {}
    for parameter in styled_fields:
        if parameter.name in values:
            key = f"{STYLE_MARKS[parameter.style]}{parameter.name}"
            if parameter.explode:
                key += "*"
            values[key] = values[parameter.name]
    return values


def _build_openapi_request(request: Request, server: str, path: str) -> OpenAPIRequest:
    # openapi-core joins both as a browser does, so that a path at the server (`/api/v3`) would be lost
    split = urlsplit(server)
    return OpenAPIRequest(request, f"{split.scheme}://{split.netloc}", split.path.rstrip("/") + path)


def match_operation(api: Api, request: Request) -> Operation | None:
    """Return the operation that a request is to, None where there is none.

    Several operations may have one path, as all of Alibaba Cloud's have; where a request names none of them, it is the
    first.
    """
    candidates = [operation for operation in api.operations if operation.method == request.method]
    operations = [operation for operation in candidates if operation.path == request.path]
    if not operations:
        return _match_template(candidates, request.path)
    if len(operations) > 1:
        operations = [operation for operation in operations if _is_named(api, request, operation)] or operations
    return operations[0]


def _match_template(candidates: list[Operation], path: str) -> Operation | None:
    operations = [
        operation for operation in candidates if "{" in operation.path and match_path(operation, path) is not None
    ]
    # `/pets/{id}/toys` is meant before `/{kind}/{id}/toys`
    return min(operations, key=_rank_template, default=None)


def _rank_template(operation: Operation) -> list[bool]:
    return ["{" in segment for segment in operation.path.split("/")]


def match_path(operation: Operation, path: str) -> dict[str, str] | None:
    """Return the values that stand in the place of the path's `{names}`; None for another path."""
    if operation.path == path:
        return {}
    names = PATH_NAME.findall(operation.path)
    if not names:
        return None
    match = _compile_path(operation.path).fullmatch(path)
    if match is None:
        return None
    return dict(zip(names, match.groups(), strict=True))


@lru_cache(maxsize=1024)
def _compile_path(path: str) -> re.Pattern[str]:
    # `split` with a group gives text, name, text, name, …, text
    texts = PATH_NAME.split(path)[::2]
    return re.compile("([^/]+)".join(re.escape(text) for text in texts))


def _is_named(api: Api, request: Request, operation: Operation) -> bool:
    """Return whether a request names that operation; one without a name is meant by bodies of its own media type."""
    action = read_action(api, request)
    if action != operation.extension.action:
        return False
    return bool(action) or request.content_type in operation.media_types


def read_action(api: Api, request: Request) -> str:
    """Return the name of an operation that a request has in its query, form or headers; "" for none."""
    routing = api.root.routing.action
    if routing is None:
        return ""
    pairs = parse_pairs(request.query)
    if request.content_type == FORM_MEDIA_TYPE:
        pairs += parse_pairs(request.body)
    for name, value in pairs:
        if name == routing.parameter:
            return value
    return request.get_header(routing.header.encode()) or ""


@dataclass(frozen=True)
class OpenAPIResponse:
    """An answer; the media type keeps its parameters, as the documents name it with them."""

    response: Response

    @property
    def data(self) -> bytes:
        return self.response.body

    @property
    def status_code(self) -> int:
        return self.response.status

    @property
    def content_type(self) -> str:
        """Return the media type, without its parameters where openapi-core would raise for them."""
        media_type, *parameters = self.response.media_type.split(";")
        if all(parameter.count("=") == 1 for parameter in parameters):
            return self.response.media_type
        return media_type

    @property
    def has_valid_media_type(self) -> bool:
        """Return whether every parameter of the media type is a name and a value, or empty."""
        return bool(MEDIA_TYPE_PARAMETERS.fullmatch(self.response.media_type.partition(";")[2]))

    @property
    def headers(self) -> Mapping[str, Any]:
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.response.headers}
