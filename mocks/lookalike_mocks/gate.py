"""Which of the APIs on one port is meant: by `Host`, by the prefix `/<api>/`, or by the real path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .errors import AmbiguousRoute
from .service import Service


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
