"""Which API and which operation a request means: by `Host`, by the prefix `/<api>/`, or by the real path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from lookalike_specs.invariants import resolve_choice
from lookalike_specs.messages import Request

from .exceptions import AmbiguousRoute, VendorError
from .near_miss import find_near_miss
from .parsing import ParsedRequest, read_action
from .service import Endpoint, Endpoints, Methods, Service


class RouteMatch(NamedTuple):
    """The API that is meant, the path as that API knows it, and its operations there; none where it knows no such path.

    So `/tmapi/v1/nothing` is a match as well: it is tmapi that says "not found".
    """

    service: Service
    path: str
    methods: Methods
    # by method: `GET /pets/{id}` and `POST /{kind}/{id}` read the same path in two ways
    values: Mapping[str, Mapping[str, str]]


class OperationMatch(msgspec.Struct, frozen=True):
    """The operation that is meant, and the values of the names in its path."""

    endpoint: Endpoint
    path_values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ApiRouter:
    """The tables by which a request finds its API."""

    by_id: Mapping[str, Service]
    by_host: Mapping[str, tuple[Service, ...]]
    by_path: Mapping[str, RouteMatch]
    by_segment: Mapping[str, Service]
    # those whose paths have names in them, or whose real servers have something before them
    templated: tuple[Service, ...] = ()

    @property
    def services(self) -> tuple[Service, ...]:
        """Return the APIs that are served."""
        return tuple(self.by_id.values())

    def resolve(self, host: str, path: str) -> RouteMatch | None:
        """Return the API and the operations that are meant; None when it is no API's.

        A vendor's host name counts more than the path; a path that one API has counts more than a prefix or a first
        segment that it shares.
        """
        # `Host: API.TMAPI.TOP` is the same host: names have no case (RFC 9110 4.2.3)
        # a dot at its end only says that it is whole, as in `API.TMAPI.TOP.`
        host_services = self.by_host.get(host.partition(":")[0].rstrip(".").lower())
        if host_services is not None:
            return _match_host(host_services, path)
        match = self.by_path.get(path)
        if match is not None:
            return match
        segment = _get_first_segment(path)
        service = self.by_id.get(segment)
        if service is not None:
            return match_path(service, service.strip_base_path(path[len(segment) + 1 :] or "/"))
        match = self._match_template(path)
        if match is not None:
            return match
        service = self.by_segment.get(segment)
        if service is not None:
            # `/offers/nothing` is most likely a mistake at the API whose paths begin with `/offers/`
            return RouteMatch(service, path, {}, {})
        return None

    def _match_template(self, path: str) -> RouteMatch | None:
        """Return the API that has the path as a template, or below the base path of its real servers."""
        for service in self.templated:
            for candidate in (path, service.strip_base_path(path)):
                match = match_path(service, candidate)
                if match.methods:
                    return match
        for service in self.templated:
            inner_path = service.strip_base_path(path)
            if inner_path != path:
                return RouteMatch(service, inner_path, {}, {})
        return None

    def describe_near_miss(self, request: Request) -> str:
        """Return the operation that a request is most like, and what differs; "" where nothing does."""
        near_miss = find_near_miss(self.services, request)
        if not near_miss.differences:
            return ""
        return str(near_miss)


def build_router(services: Iterable[Service]) -> ApiRouter:
    """Build the tables for these APIs. Raise AmbiguousRoute where two would answer the same request."""
    by_id: dict[str, Service] = {}
    by_host: dict[str, tuple[Service, ...]] = {}
    by_path: dict[str, RouteMatch] = {}
    by_segment: dict[str, Service] = {}
    owners: dict[str, str] = {}
    for service in services:
        by_id[service.api.id] = service
        for host in sorted(service.api.hosts):
            # `resolve` leaves the port of a `Host` out, as a mock is at another one anyway
            name = host.partition(":")[0].lower()
            by_host[name] = (*by_host.get(name, ()), service)
        for path, methods in service.routes.items():
            by_path[path] = match_path(service, path)
            by_segment.setdefault(_get_first_segment(path), service)
            for method in methods:
                route = f"{method} {path}"
                owner = owners.setdefault(route, service.api.id)
                if owner != service.api.id:
                    raise AmbiguousRoute(route, (owner, service.api.id))
    # the path "/" has no first segment, and must not draw every unknown path to its API
    by_segment.pop("", None)
    templated = tuple(service for service in by_id.values() if service.templates or service.base_paths)
    return ApiRouter(by_id, by_host, by_path, by_segment, templated)


def match_operation(route: RouteMatch, parsed: ParsedRequest) -> OperationMatch:
    """Return the operation that a request means. Raise VendorError: no such path, no such method, no such action."""
    method = parsed.request.method
    endpoints = route.methods.get(method)
    if endpoints is None:
        routing = route.service.api.root.routing
        if route.methods:
            raise VendorError(resolve_choice(routing.method, route.service.variants))
        raise VendorError(routing.not_found)
    endpoint = None
    if len(endpoints) == 1:
        endpoint = endpoints.get("")
    if endpoint is None:
        endpoint = _select_by_action(route.service, endpoints, parsed)
    return OperationMatch(endpoint, route.values.get(method, {}))


def _match_host(services: tuple[Service, ...], path: str) -> RouteMatch:
    """Return the first API of a host that has the path; the first of all where none has it."""
    matches = [match_path(service, service.strip_base_path(path)) for service in services]
    for match in matches:
        if match.methods:
            return match
    return matches[0]


def match_path(service: Service, path: str) -> RouteMatch:
    """Return what an API has at a path; without operations where it has nothing there."""
    methods, values = service.match_path(path)
    return RouteMatch(service, path, methods, values)


def _get_first_segment(path: str) -> str:
    return path[1:].partition("/")[0]


def _select_by_action(service: Service, endpoints: Endpoints, parsed: ParsedRequest) -> Endpoint:
    """Return the endpoint that the request names; one without a name is meant by bodies of its own media type."""
    routing = service.api.root.routing
    place = routing.action
    if place is None:
        return next(iter(endpoints.values()))
    action = read_action(parsed, place.parameter, place.header)
    endpoint = endpoints.get(action)
    if endpoint is None or (not action and parsed.request.content_type not in endpoint.operation.media_types):
        raise VendorError(routing.unknown_action, {"parameter": place.parameter, "value": action})
    return endpoint
