"""Which of the APIs on one port is meant: by `Host`, by the prefix `/<api>/`, or by the real path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from lookalike_specs.messages import Request

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

    def resolve(self, host: str, path: str) -> RouteMatch | None:
        """The way to an API; None when none of them is meant. A vendor's host name counts more than the path."""
        if (at_host := self.by_host.get(host.partition(":")[0])) is not None:
            return RouteMatch(next((service for service in at_host if _has_path(service, path)), at_host[0]), path)
        if (service := self.by_path.get(path)) is not None:
            return RouteMatch(service, path)
        segment = _first_segment(path)
        if (service := self.by_id.get(segment)) is not None:
            return RouteMatch(service, path[len(segment) + 1 :] or "/")
        return RouteMatch(self.by_segment[segment], path) if segment in self.by_segment else None


def build_router(services: Iterable[Service]) -> ApiRouter:
    """The tables for these APIs. Raises AmbiguousRoute where two would answer the same request."""
    by_id: dict[str, Service] = {}
    by_host: dict[str, tuple[Service, ...]] = {}
    by_path: dict[str, Service] = {}
    by_segment: dict[str, Service] = {}
    routes: dict[str, str] = {}
    for service in services:
        by_id[service.api.id] = service
        for host in service.api.hosts:
            by_host[host] = (*by_host.get(host, ()), service)
        for method, path in service.routes:
            other = routes.setdefault(f"{method} {path}", service.api.id)
            if other != service.api.id:
                raise AmbiguousRoute(f"{method} {path}", (other, service.api.id))
            by_path[path] = service
            by_segment.setdefault(_first_segment(path), service)
    by_segment.pop("", None)
    return ApiRouter(by_id, by_host, by_path, by_segment)


def _has_path(service: Service, path: str) -> bool:
    return any(path == known for _, known in service.routes)


def _first_segment(path: str) -> str:
    return path[1:].partition("/")[0]


MAX_PAIRS = 1000
MAX_DEPTH = 100


def match_operation(service: Service, sent: ParsedRequest) -> RequestContext:
    """The call that this request is. Raises Refused: no such path, no such method, no such action."""
    request = sent.request
    endpoints = service.routes.get((request.method, request.path))
    if endpoints is None:
        raise _build_routing_error(service, request)
    endpoint = endpoints.get("") if len(endpoints) == 1 else None
    endpoint = endpoint or _select_by_action(service, endpoints, sent)
    if endpoint.body_location is None:
        return RequestContext(service, endpoint, request, sent.query)
    return RequestContext(service, endpoint, request, sent.query, sent.form, files=sent.files)


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
    call.json_body = _decode_json(call.service, endpoint, request) if endpoint.body_location == "json" else None


def build_rule_error(endpoint: Endpoint, variants: Mapping[str, str], rule: str, **facts: Any) -> VendorError:
    """The vendor's error for a broken rule of the whole request."""
    errors = endpoint.operation.extension.errors
    reaction = errors.get(rule, errors.get("default", ""))
    error = reaction if isinstance(reaction, str) else reaction[variants[reaction["variant"]]]
    return VendorError(error, {"rule": rule, "parameter": "", "value": "", **facts})


def _build_routing_error(service: Service, request: Request) -> VendorError:
    known = any(path == request.path for _, path in service.routes)
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


def _is_deep(document: Any) -> bool:
    """Whether it is nested deeper than anything sensible is, and than the validator can look."""
    level = [document]
    for _ in range(MAX_DEPTH):
        insides = [node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list)]
        level = [inner for inside in insides for inner in inside]
    return bool(level)
