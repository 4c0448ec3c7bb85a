"""Family `limits`, of whole requests: bodies that are too long or cannot be read, other methods and other paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from lookalike_specs.sample import build
from lookalike_specs.wire import JSON, Request

from ..finding import Broken
from ..registry import probe
from ..requests.asking import twice
from ..requests.expected import Expected
from ..requests.sent import MULTIPART
from ..requests.stray import by_other_methods, elsewhere
from ..subject import Subject

# longer bodies are pictures, and tried as such
LONGEST: Final = 1024 * 1024
NOBODY: Final = "LookalikeNoSuchAction"


def _is_read(subject: Subject) -> bool:
    """Whether there are bodies that cannot be read: of a form, everything can be."""
    said = "malformed-body" in subject.operation.extension.errors
    return said and set(subject.operation.media_types) in ({JSON}, {MULTIPART})


@probe(
    "limits/body",
    says="A body of just the documented length is read, one of a byte more is refused.",
    why="A client that sends much has to know what is too much, and to be told so.",
    how="Read bodies up to `body-limit`; answer the error that the operation has for `body-too-large`.",
    source="`body-limit` of each operation",
    applies=lambda subject: 0 < subject.operation.extension.body_limit <= LONGEST and _is_padded(subject),
)
def body(subject: Subject) -> Iterator[Broken]:
    """The good request, filled up with what means nothing: spaces behind JSON, `&` behind a form."""
    limit, place = subject.operation.extension.body_limit, f"{subject.operation.pointer}/x-lookalike/body-limit"
    plain = build(subject.operation, subject.values(), subject.target.url)
    filling = b" " if plain.content_type == JSON else b"&"
    for over, wanted in ((0, Expected()), (1, _reaction(subject, "body-too-large"))):
        request = msgspec.structs.replace(plain, body=plain.body.ljust(limit + over, filling))
        yield from _held(subject, request, wanted, f"a body of {limit + over:,} bytes", place)


@probe(
    "limits/malformed",
    says="A body that cannot be read is refused with the error for it.",
    why="A client with a broken encoder is told so, and does not get an answer to half of a question.",
    how="Answer the error that the operation has for `malformed-body`.",
    source="`errors` of each operation",
    applies=_is_read,
)
def malformed(subject: Subject) -> Iterator[Broken]:
    """JSON that is cut, or no object; parts without an end."""
    place = f"{subject.operation.pointer}/x-lookalike/errors/malformed-body"
    plain = build(subject.operation, subject.values(), subject.target.url)
    bodies = (plain.body[:-1], b"[]", b"\xff") if plain.content_type == JSON else (plain.body[: len(plain.body) // 2],)
    for broken in bodies:
        request = msgspec.structs.replace(plain, body=broken)
        yield from _held(subject, request, _reaction(subject, "malformed-body"), "a body that cannot be read", place)


@probe(
    "limits/method",
    says="A method that the path does not have is refused with the error for it.",
    why="A client that asks the wrong way finds out at once.",
    how="Answer the error that `routing` has for `method`.",
    source="`routing` of each document",
)
def method(subject: Subject) -> Iterator[Broken]:
    """The good request by methods that nobody has at its path."""
    wanted = Expected(frozenset((subject.api.root.routing.method,)))
    for request in by_other_methods(subject):
        yield from _held(subject, request, wanted, f"the method {request.method}", "/x-lookalike/routing/method")


@probe(
    "limits/path",
    says="A path or an operation's name that the API does not have is refused with the error for it.",
    why="A misspelt address must not look like an answer.",
    how="Answer the errors that `routing` has for `not-found` and `unknown-action`.",
    source="`routing` of each document",
)
def path(subject: Subject) -> Iterator[Broken]:
    """The good request at a path that is not there; and by another name, where the name tells."""
    routing = subject.api.root.routing
    for nowhere in elsewhere(subject):
        wanted = Expected(frozenset((routing.not_found,)))
        yield from _held(subject, nowhere, wanted, "another path", "/x-lookalike/routing/not-found")
    names = [
        name
        for name in subject.values()
        if routing.action and name in (routing.action.header, routing.action.parameter)
    ]
    if names and subject.operation.extension.action:
        other = build(subject.operation, subject.values() | dict.fromkeys(names, NOBODY), subject.target.url)
        unknown = Expected(frozenset((routing.unknown_action,)))
        yield from _held(subject, other, unknown, f"{names[0]} = {NOBODY!r}", "/x-lookalike/routing/unknown-action")


def _held(subject: Subject, request: Request, wanted: Expected, told: str, place: str) -> Iterator[Broken]:
    yield from twice(lambda: wanted.broken(subject, subject.send(subject.proven(request)), told, place))


def _reaction(subject: Subject, rule: str) -> Expected:
    errors = subject.operation.extension.errors
    return Expected(frozenset((subject.error(subject.chosen(errors.get(rule, errors["default"]))),)))


def _is_padded(subject: Subject) -> bool:
    """Whether its body may be longer than it needs to be: of a form of parts, what is too long is a file."""
    return bool(subject.operation.body_place) and set(subject.operation.media_types) != {MULTIPART}
