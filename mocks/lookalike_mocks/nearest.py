"""The operation that a request which none matched is most like, and what it differs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

import msgspec

from lookalike_specs.wire import Request

from .sent import sent
from .service import Service

# what is longer is like nothing
MOST_PATH, MOST_SEGMENTS = 200, 20
# more than these are told as one
MOST_DIFFERENCES = 3
# how unlike a difference makes it; a segment of the path as much as it is unlike, at most 1
SLIGHT, MIDDLING = 0.1, 0.5
Route = tuple[str, str]


class Difference(NamedTuple):
    """What differs, and how unlike that makes it."""

    what: str
    cost: float


class Near(msgspec.Struct, frozen=True):
    """An operation, and what a request differs in; nothing, where it is this operation's."""

    method: str
    path: str
    differs: tuple[str, ...]

    def __str__(self) -> str:
        """One sentence for a person."""
        *most, last = self.differs
        what = f"{', '.join(most)} and {last}" if most else last
        return f"no operation matched; the nearest is {self.method} {self.path}, it differs in {what}"


def nearest(services: Iterable[Service], request: Request) -> Near:
    """The operation that the request is most like."""
    served = tuple(services)
    found = [
        (tuple(_differences(served, service, route, request)), route) for service in served for route in service.routes
    ]
    differences, route = min(found, key=lambda pair: sum(each.cost for each in pair[0]))
    return Near(*route, tuple(each.what for each in differences))


def _differences(served: Sequence[Service], service: Service, route: Route, request: Request) -> Iterator[Difference]:
    method, path = route
    if request.method != method:
        yield Difference("method", MIDDLING)
    yield from _in_path(request.path[:MOST_PATH], path)
    host = request.host.partition(":")[0].lower()
    if host not in service.api.hosts and any(host in other.api.hosts for other in served):
        yield Difference("host", MIDDLING)
    action, endpoints = service.api.root.routing.action, service.routes[route]
    if action is not None and set(endpoints) != {""}:
        named = _named(action.parameter, action.header, request)
        if not named or named not in endpoints:
            yield Difference(action.parameter, MIDDLING)


def _named(parameter: str, header: str, request: Request) -> str:
    """The operation that a request names where the path does not tell; the parameter counts more."""
    named = [value for name, value in sent(request).pairs if name == parameter]
    return (named or [request.header(header.encode()) or ""])[0]


def _in_path(sent_path: str, path: str) -> list[Difference]:
    """What a path that was sent differs in from one that is known."""
    if sent_path == path:
        return []
    ours, theirs = _segments(sent_path.lower()), _segments(path.lower())
    found = []
    if ours and theirs and sent_path.endswith("/") != path.endswith("/"):
        found.append(Difference("trailing slash", SLIGHT))
    if ours != theirs:
        found += _in_prefix(ours, theirs) or _in_segments(ours, theirs)
    elif _segments(sent_path) != _segments(path):
        found.append(Difference("letter case", SLIGHT))
    if 0 < len(found) <= MOST_DIFFERENCES:
        return found
    return [Difference("path", sum(each.cost for each in found))]


def _segments(path: str) -> list[str]:
    inner = path.removeprefix("/").removesuffix("/")
    return inner.split("/", MOST_SEGMENTS)[:MOST_SEGMENTS] if inner else []


def _in_prefix(ours: list[str], theirs: list[str]) -> list[Difference]:
    """A prefix that is missing, or too much; nothing where that is not all."""
    for what, longer, shorter in (("missing", theirs, ours), ("extra", ours, theirs)):
        if shorter and longer[-len(shorter) :] == shorter:
            return [Difference(f"{what} prefix /{'/'.join(longer[: -len(shorter)])}", MIDDLING)]
    return []


def _in_segments(ours: list[str], theirs: list[str]) -> Iterator[Difference]:
    """Segment by segment, counted from 1 in the path that was sent; those that are alike stand side by side."""
    for kind, i, i_end, j, j_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        pairs = zip_longest(ours[i:i_end], theirs[j:j_end]) if kind != "equal" else ()
        for at, (mine, known) in enumerate(pairs, start=i + 1):
            if mine is None:
                yield Difference(f"missing path segment {at}", 1.0)
            elif known is None:
                yield Difference(f"extra path segment {at}", 1.0)
            else:
                yield Difference(f"path segment {at}", 1 - SequenceMatcher(None, mine, known).ratio())
