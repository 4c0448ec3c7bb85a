"""The operation that a request which none matched is most like, and what it differs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

import msgspec

from lookalike_specs.messages import Request

from .parsing import parse_request
from .service import Service

# what is longer is like nothing
MAX_PATH_LENGTH = 200
MAX_SEGMENTS = 20
# more than these are told as one
MAX_DIFFERENCES = 3
# how unlike a difference makes it; a segment of the path as much as it is unlike, at most 1
SLIGHT_COST = 0.1
MEDIUM_COST = 0.5
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
        """One sentence for a person."""
        *most, last = self.differences
        what = f"{', '.join(most)} and {last}" if most else last
        return f"no operation matched; the nearest is {self.method} {self.path}, it differs in {what}"


def find_near_miss(services: Iterable[Service], request: Request) -> NearMiss:
    """The operation that the request is most like."""
    served = tuple(services)
    found = [
        (tuple(_find_differences(served, service, route, request)), route)
        for service in served
        for route in service.routes
    ]
    differences, route = min(found, key=lambda pair: sum(each.cost for each in pair[0]))
    return NearMiss(*route, tuple(each.description for each in differences))


def _find_differences(
    served: Sequence[Service], service: Service, route: Route, request: Request
) -> Iterator[RequestDifference]:
    method, path = route
    if request.method != method:
        yield RequestDifference("method", MEDIUM_COST)
    yield from _compare_paths(request.path[:MAX_PATH_LENGTH], path)
    host = request.host.partition(":")[0].lower()
    if host not in service.api.hosts and any(host in other.api.hosts for other in served):
        yield RequestDifference("host", MEDIUM_COST)
    action = service.api.root.routing.action
    endpoints = service.routes[route]
    if action is not None and set(endpoints) != {""}:
        named = _read_action(action.parameter, action.header, request)
        if not named or named not in endpoints:
            yield RequestDifference(action.parameter, MEDIUM_COST)


def _read_action(parameter: str, header: str, request: Request) -> str:
    """The operation that a request names where the path does not tell; the parameter counts more."""
    named = [value for name, value in parse_request(request).pairs if name == parameter]
    return (named or [request.get_header(header.encode()) or ""])[0]


def _compare_paths(sent_path: str, path: str) -> list[RequestDifference]:
    """What a path that was sent differs in from one that is known."""
    if sent_path == path:
        return []
    ours = _split_path(sent_path.lower())
    theirs = _split_path(path.lower())
    found = []
    if ours and theirs and sent_path.endswith("/") != path.endswith("/"):
        found.append(RequestDifference("trailing slash", SLIGHT_COST))
    if ours != theirs:
        found += _compare_prefixes(ours, theirs) or _compare_segments(ours, theirs)
    elif _split_path(sent_path) != _split_path(path):
        found.append(RequestDifference("letter case", SLIGHT_COST))
    if 0 < len(found) <= MAX_DIFFERENCES:
        return found
    return [RequestDifference("path", sum(each.cost for each in found))]


def _split_path(path: str) -> list[str]:
    inner = path.removeprefix("/").removesuffix("/")
    return inner.split("/", MAX_SEGMENTS)[:MAX_SEGMENTS] if inner else []


def _compare_prefixes(ours: list[str], theirs: list[str]) -> list[RequestDifference]:
    """A prefix that is missing, or too much; nothing where that is not all."""
    for what, longer, shorter in (("missing", theirs, ours), ("extra", ours, theirs)):
        if shorter and longer[-len(shorter) :] == shorter:
            return [RequestDifference(f"{what} prefix /{'/'.join(longer[: -len(shorter)])}", MEDIUM_COST)]
    return []


def _compare_segments(ours: list[str], theirs: list[str]) -> Iterator[RequestDifference]:
    """Segment by segment, counted from 1 in the path that was sent; those that are alike stand side by side."""
    for kind, i, i_end, j, j_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        pairs = zip_longest(ours[i:i_end], theirs[j:j_end]) if kind != "equal" else ()
        for at, (mine, known) in enumerate(pairs, start=i + 1):
            if mine is None:
                yield RequestDifference(f"missing path segment {at}", 1.0)
            elif known is None:
                yield RequestDifference(f"extra path segment {at}", 1.0)
            else:
                yield RequestDifference(f"path segment {at}", 1 - SequenceMatcher(None, mine, known).ratio())
