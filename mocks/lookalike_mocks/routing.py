"""Which of the APIs on one port is meant: by `Host`, by the prefix `/<api>/`, or by the real path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from lookalike_specs.messages import Request, is_json

from .context import RequestContext
from .exceptions import AmbiguousRoute, VendorError
from .parsing import ParsedRequest
from .service import Endpoint, Service


class RouteMatch(NamedTuple):
    """The API that is meant, and the path as that API knows it."""

    service: Service
    path: str


@dataclass(frozen=True, slots=True)
class ApiRouter:
    """The tables by which a request finds its API."""

    by_id: Mapping[str, Service]
    by_host: Mapping[str, tuple[Service, ...]]
    by_path: Mapping[str, Service]
    by_segment: Mapping[str, Service]
    templated: tuple[Service, ...] = ()

    def resolve(self, host: str, path: str) -> RouteMatch | None:
        """The way to an API; None when none of them is meant. A vendor's host name counts more than the path."""
        if (at_host := self.by_host.get(host.partition(":")[0])) is not None:
            return _select_at_host(at_host, path)
        if (service := self.by_path.get(path)) is not None:
            return RouteMatch(service, path)
        segment = _first_segment(path)
        if (service := self.by_id.get(segment)) is not None:
            return RouteMatch(service, _strip_base_path(service, path[len(segment) + 1 :] or "/"))
        return self._resolve_template(path) or (
            RouteMatch(self.by_segment[segment], path) if segment in self.by_segment else None
        )

    def _resolve_template(self, path: str) -> RouteMatch | None:
        """Return the API that has the path as a template, or below the base path of its real servers."""
        for service in self.templated:
            for candidate in (path, _strip_base_path(service, path)):
                if service.has_path(candidate):
                    return RouteMatch(service, candidate)
        for service in self.templated:
            below = _strip_base_path(service, path)
            if below != path:
                return RouteMatch(service, below)
        return None


def build_router(services: Iterable[Service]) -> ApiRouter:
    """The tables for these APIs. Raises AmbiguousRoute where two would answer the same request."""
    by_id: dict[str, Service] = {}
    by_host: dict[str, tuple[Service, ...]] = {}
    by_path: dict[str, Service] = {}
    by_segment: dict[str, Service] = {}
    routes: dict[str, str] = {}
    for service in services:
        by_id[service.api.id] = service
        for host in sorted(service.api.hosts):
            by_host[host] = (*by_host.get(host, ()), service)
        for method, path in service.routes:
            other = routes.setdefault(f"{method} {path}", service.api.id)
            if other != service.api.id:
                raise AmbiguousRoute(f"{method} {path}", (other, service.api.id))
            by_path[path] = service
            by_segment.setdefault(_first_segment(path), service)
    by_segment.pop("", None)
    templated = tuple(service for service in by_id.values() if service.templates or service.api.base_paths)
    return ApiRouter(by_id, by_host, by_path, by_segment, templated)


def _select_at_host(services: tuple[Service, ...], path: str) -> RouteMatch:
    """Return the API at a vendor's host that has the path, else the first one there."""
    for service in services:
        below = _strip_base_path(service, path)
        if service.has_path(below):
            return RouteMatch(service, below)
    return RouteMatch(services[0], _strip_base_path(services[0], path))


def _strip_base_path(service: Service, path: str) -> str:
    """Return the path without what the API's real servers have before it, such as `/api/v3`."""
    for base in service.api.base_paths:
        if path == base or path.startswith(f"{base}/"):
            return path[len(base) :] or "/"
    return path


def _first_segment(path: str) -> str:
    return path[1:].partition("/")[0]


# in the place of a body that is one value: there is none, or one in another documented media type, which is not read
ABSENT: Final = object()
UNREAD: Final = object()
MAX_PAIRS = 1000
MAX_DEPTH = 100


def match_operation(service: Service, sent: ParsedRequest) -> RequestContext:
    """The call that this request is. Raises Refused: no such path, no such method, no such action."""
    request = sent.request
    endpoints = service.routes.get((request.method, request.path))
    if endpoints is None and service.templates:
        return _match_template(service, sent)
    if endpoints is None:
        raise _build_routing_error(service, request)
    endpoint = endpoints.get("") if len(endpoints) == 1 else None
    endpoint = endpoint or _select_by_action(service, endpoints, sent)
    if endpoint.body_location is None:
        return RequestContext(service, endpoint, request, sent.query)
    return RequestContext(service, endpoint, request, sent.query, sent.form, files=sent.files)


def _match_template(service: Service, sent: ParsedRequest) -> RequestContext:
    """Return the call of an operation whose path has names in it. Raise VendorError."""
    request = sent.request
    match = service.match_template(request.method, request.path)
    if match is None:
        raise _build_routing_error(service, request)
    template, values = match
    endpoints = service.routes[template.method, template.path]
    endpoint = endpoints.get("") or next(iter(endpoints.values()))
    form = sent.form if endpoint.body_location else ()
    return RequestContext(service, endpoint, request, sent.query, form, files=sent.files, path_values=values)


def parse_json_body(call: RequestContext, sent: ParsedRequest) -> None:
    """Fill `call.document`. Raises Refused: a body that came too late, is too long, or cannot be read."""
    endpoint = call.endpoint
    request = call.request
    variants = call.service.variants
    if endpoint.body_location is None:
        return
    if sent.broken_rule:
        raise build_rule_error(endpoint, variants, sent.broken_rule)
    if len(call.form) > MAX_PAIRS or len(request.body) > endpoint.operation.extension.body_limit:
        raise build_rule_error(endpoint, variants, "body-too-large")
    if endpoint.body_location == "json":
        call.json_body = _decode_json(call.service, endpoint, request)
    elif endpoint.body_location == "body":
        call.json_body = _decode_whole_body(call.service, endpoint, request)


def build_rule_error(endpoint: Endpoint, variants: Mapping[str, str], rule: str, **facts: Any) -> VendorError:
    """The vendor's error for a broken rule of the whole request."""
    errors = endpoint.operation.extension.errors
    reaction = errors.get(rule, errors.get("default", ""))
    error = reaction if isinstance(reaction, str) else reaction[variants[reaction["variant"]]]
    return VendorError(error, {"rule": rule, "parameter": "", "value": "", **facts})


def _build_routing_error(service: Service, request: Request) -> VendorError:
    known = service.has_path(request.path)
    routing = service.api.root.routing
    return VendorError(routing.method if known else routing.not_found)


def _select_by_action(service: Service, endpoints: Mapping[str, Endpoint], sent: ParsedRequest) -> Endpoint:
    """The endpoint that the request names; one without a name is meant by bodies of its own media type."""
    where = service.api.root.routing.action
    if where is None:
        return next(iter(endpoints.values()))
    named = [value for name, value in sent.pairs if name == where.parameter]
    action = (named or [sent.request.get_header(where.header.encode()) or ""])[0]
    found = endpoints.get(action)
    if found is None or not (action or sent.request.content_type in found.operation.media_types):
        raise VendorError(service.api.root.routing.unknown_action, {"parameter": where.parameter, "value": action})
    return found


def _decode_json(service: Service, endpoint: Endpoint, request: Request) -> Any:
    try:
        document = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise build_rule_error(endpoint, service.variants, "malformed-body") from broken
    openings = request.body.count(b"[") + request.body.count(b"{")
    if not isinstance(document, dict) or (openings > MAX_DEPTH and _is_deep(document)):
        raise build_rule_error(endpoint, service.variants, "malformed-body")
    return document


def _decode_whole_body(service: Service, endpoint: Endpoint, request: Request) -> Any:
    """Return a body that is one value: JSON, or the text of another media type; ABSENT, UNREAD where it is none.

    Raise VendorError.
    """
    operation = endpoint.operation
    sent_type = request.content_type
    if not request.body:
        return ABSENT
    if sent_type in operation.media_types and sent_type != operation.body_media_type and not is_json(sent_type):
        return UNREAD
    if (
        sent_type
        and sent_type != operation.body_media_type
        and not (is_json(sent_type) and is_json(operation.body_media_type))
    ):
        raise build_rule_error(endpoint, service.variants, "media-type", value=sent_type)
    if not is_json(operation.body_media_type):
        return request.body.decode("utf-8", "replace")
    try:
        value = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise build_rule_error(endpoint, service.variants, "malformed-body") from error
    if _is_deep(value):
        raise build_rule_error(endpoint, service.variants, "malformed-body")
    return value


def _is_deep(document: Any) -> bool:
    """Whether it is nested deeper than anything sensible is, and than the validator can look."""
    level = [document]
    for _ in range(MAX_DEPTH):
        insides = [node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list)]
        level = [inner for inside in insides for inner in inside]
    return bool(level)
