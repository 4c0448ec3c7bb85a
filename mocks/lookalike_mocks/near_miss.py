"""The operation that a request which none matched is most like, and what it differs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Final, NamedTuple

import msgspec

from lookalike_specs.messages import Request

from .parsing import ParsedRequest, parse_request, read_action
from .service import Service

# what is longer is like nothing
MAX_PATH_LENGTH: Final = 200
MAX_SEGMENTS: Final = 20
# more than these are one difference, "path"
MAX_DIFFERENCES: Final = 3
# how unlike a difference makes it; a segment of the path as much as it is unlike, at most 1
SLIGHT_COST: Final = 0.1
MEDIUM_COST: Final = 0.5
# method and path
Route = tuple[str, str]


class RequestDifference(NamedTuple):
    """What differs, and how unlike that makes it."""

    description: str
    cost: float


class NearMiss(msgspec.Struct, frozen=True):
    """An operation, and what a request differs in; nothing, where it is this operation's."""

    method: str
    path: str
    differences: tuple[str, ...]

    def __str__(self) -> str:
        """Return one sentence for a person."""
        *most, last = self.differences
        differences = last
        if most:
            differences = f"{', '.join(most)} and {last}"
        return f"no operation matched; the nearest is {self.method} {self.path}, it differs in {differences}"


def describe_unrouted(services: Iterable[Service], request: Request) -> dict[str, Any]:
    """Return the mock's own answer to a request that no API is meant by, as a JSON object."""
    served = tuple(services)
    near_miss = find_near_miss(served, request)
    return {
        "error": str(near_miss),
        "method": request.method,
        "path": request.path,
        "nearest": near_miss.path,
        "differs": near_miss.differences,
        "apis": sorted(service.api.id for service in served),
    }


def find_near_miss(services: Iterable[Service], request: Request) -> NearMiss:
    """Return the operation that the request is most like; of several alike, the one that is documented first."""
    served = tuple(services)
    parsed = parse_request(request)
    nearest: tuple[RequestDifference, ...] = ()
    nearest_route = ("", "")
    least_cost = float("inf")
    for service in served:
        for operation in service.api.operations:
            route = (operation.method, operation.path)
            differences = tuple(_find_differences(served, service, route, parsed))
            cost = sum(difference.cost for difference in differences)
            if cost < least_cost:
                least_cost = cost
                nearest = differences
                nearest_route = route
    return NearMiss(*nearest_route, tuple(difference.description for difference in nearest))


def _find_differences(
    served: Sequence[Service], service: Service, route: Route, parsed: ParsedRequest
) -> Iterator[RequestDifference]:
    request = parsed.request
    method, path = route
    if request.method != method:
        yield RequestDifference("method", MEDIUM_COST)
    yield from _compare_paths(request.path[:MAX_PATH_LENGTH], path)
    host = request.host.partition(":")[0].lower()
    # `127.0.0.1` is nobody's host; only one of another API tells that another API was meant
    if host not in service.api.hosts and any(host in other.api.hosts for other in served):
        yield RequestDifference("host", MEDIUM_COST)
    place = service.api.root.routing.action
    endpoints = service.routes[path][method]
    if place is not None and set(endpoints) != {""}:
        action = read_action(parsed, place.parameter, place.header)
        if not action or action not in endpoints:
            yield RequestDifference(place.parameter, MEDIUM_COST)


def _compare_paths(sent_path: str, path: str) -> list[RequestDifference]:
    """Return what a path that was sent differs in from a documented one."""
    if sent_path == path:
        return []
    sent_segments = _split_path(sent_path.lower())
    segments = _split_path(path.lower())
    differences = []
    if sent_segments and segments and sent_path.endswith("/") != path.endswith("/"):
        differences.append(RequestDifference("trailing slash", SLIGHT_COST))
    if sent_segments != segments:
        differences += _compare_prefixes(sent_segments, segments) or _compare_segments(sent_segments, segments)
    elif _split_path(sent_path) != _split_path(path):
        differences.append(RequestDifference("letter case", SLIGHT_COST))
    if 0 < len(differences) <= MAX_DIFFERENCES:
        return differences
    return [RequestDifference("path", sum(difference.cost for difference in differences))]


def _split_path(path: str) -> list[str]:
    inner = path.removeprefix("/").removesuffix("/")
    if not inner:
        return []
    return inner.split("/", MAX_SEGMENTS)[:MAX_SEGMENTS]


def _compare_prefixes(sent_segments: list[str], segments: list[str]) -> list[RequestDifference]:
    """Return a prefix that is missing, or too much: `/search/image` for `/1688/search/image`; nothing where more is."""
    for kind, longer, shorter in (("missing", segments, sent_segments), ("extra", sent_segments, segments)):
        if shorter and longer[-len(shorter) :] == shorter:
            prefix = "/".join(longer[: -len(shorter)])
            return [RequestDifference(f"{kind} prefix /{prefix}", MEDIUM_COST)]
    return []


def _compare_segments(sent_segments: list[str], segments: list[str]) -> Iterator[RequestDifference]:
    """Yield the differences segment by segment, counted from 1 in the path that was sent.

    Segments that are alike stand side by side: in `/v1/imge/search` for `/v1/image/search` only the second differs.
    """
    matcher = SequenceMatcher(None, sent_segments, segments, autojunk=False)
    for kind, sent_start, sent_end, start, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        pairs = zip_longest(sent_segments[sent_start:sent_end], segments[start:end])
        for number, (sent_segment, segment) in enumerate(pairs, start=sent_start + 1):
            if sent_segment is None:
                yield RequestDifference(f"missing path segment {number}", 1.0)
            elif segment is None:
                yield RequestDifference(f"extra path segment {number}", 1.0)
            else:
                similarity = SequenceMatcher(None, sent_segment, segment).ratio()
                yield RequestDifference(f"path segment {number}", 1 - similarity)
