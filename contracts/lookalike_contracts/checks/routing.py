"""Family `limits`, of whole requests: bodies that are too long or cannot be read, other methods and other paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from lookalike_specs.messages import JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Request
from lookalike_specs.request_builder import build_request

from ..context import CheckContext
from ..finding import Failure
from ..generation.mutation import confirm_failure
from ..generation.oracle import ExpectedResponse
from ..generation.unknown_routes import build_unknown_path_requests, build_wrong_method_requests
from ..registry import active_check

# longer bodies are pictures, and tried as such
MAX_BODY_BYTES: Final = 1024 * 1024
UNKNOWN_ACTION: Final = "LookalikeNoSuchAction"


def _has_unreadable_bodies(subject: CheckContext) -> bool:
    """Whether there are bodies that cannot be read: of a form, everything can be."""
    said = "malformed-body" in subject.operation.extension.errors
    return said and set(subject.operation.media_types) in ({JSON_MEDIA_TYPE}, {MULTIPART_MEDIA_TYPE})


def _has_routing_errors(subject: CheckContext) -> bool:
    """Return whether the document says what a wrong path or method leads to; what we made up holds for nobody."""
    provenance = subject.api.root.routing.x_provenance
    return provenance is None or provenance.kind != "invented"


@active_check(
    "limits/body",
    summary="A body of just the documented length is read, one of a byte more is refused.",
    rationale="A client that sends much has to know what is too much, and to be told so.",
    remediation="Read bodies up to `body-limit`; answer the error that the operation has for `body-too-large`.",
    source="`body-limit` of each operation",
    applies=lambda subject: 0 < subject.operation.extension.body_limit <= MAX_BODY_BYTES and _can_pad_body(subject),
)
def body_limit(subject: CheckContext) -> Iterator[Failure]:
    """The good request, filled up with what means nothing: spaces behind JSON, `&` behind a form."""
    limit, place = subject.operation.extension.body_limit, f"{subject.operation.pointer}/x-lookalike/body-limit"
    plain = build_request(subject.operation, subject.build_values(), subject.target.url)
    filling = b" " if plain.content_type == JSON_MEDIA_TYPE else b"&"
    for over, wanted in ((0, ExpectedResponse()), (1, _expect_error(subject, "body-too-large"))):
        request = msgspec.structs.replace(plain, body=plain.body.ljust(limit + over, filling))
        yield from _check_request(subject, request, wanted, f"a body of {limit + over:,} bytes", place)


@active_check(
    "limits/malformed",
    summary="A body that cannot be read is refused with the error for it.",
    rationale="A client with a broken encoder is told so, and does not get an answer to half of a question.",
    remediation="Answer the error that the operation has for `malformed-body`.",
    source="`errors` of each operation",
    applies=_has_unreadable_bodies,
)
def malformed_body(subject: CheckContext) -> Iterator[Failure]:
    """JSON that is cut, or no object; parts without an end."""
    place = f"{subject.operation.pointer}/x-lookalike/errors/malformed-body"
    plain = build_request(subject.operation, subject.build_values(), subject.target.url)
    bodies = (
        (plain.body[:-1], b"[]", b"\xff")
        if plain.content_type == JSON_MEDIA_TYPE
        else (plain.body[: len(plain.body) // 2],)
    )
    for broken in bodies:
        request = msgspec.structs.replace(plain, body=broken)
        yield from _check_request(
            subject, request, _expect_error(subject, "malformed-body"), "a body that cannot be read", place
        )


@active_check(
    "limits/method",
    summary="A method that the path does not have is refused with the error for it.",
    rationale="A client that asks the wrong way finds out at once.",
    remediation="Answer the error that `routing` has for `method`.",
    source="`routing` of each document",
    applies=_has_routing_errors,
)
def unknown_method(subject: CheckContext) -> Iterator[Failure]:
    """The good request by methods that nobody has at its path."""
    wanted = ExpectedResponse(frozenset((subject.api.root.routing.method,)))
    for request in build_wrong_method_requests(subject):
        yield from _check_request(
            subject, request, wanted, f"the method {request.method}", "/x-lookalike/routing/method"
        )


@active_check(
    "limits/path",
    summary="A path or an operation's name that the API does not have is refused with the error for it.",
    rationale="A misspelt address must not look like an answer.",
    remediation="Answer the errors that `routing` has for `not-found` and `unknown-action`.",
    source="`routing` of each document",
    applies=_has_routing_errors,
)
def unknown_path(subject: CheckContext) -> Iterator[Failure]:
    """The good request at a path that is not there; and by another name, where the name tells."""
    routing = subject.api.root.routing
    for nowhere in build_unknown_path_requests(subject):
        wanted = ExpectedResponse(frozenset((routing.not_found,)))
        yield from _check_request(subject, nowhere, wanted, "another path", "/x-lookalike/routing/not-found")
    names = [
        name
        for name in subject.build_values()
        if routing.action and name in (routing.action.header, routing.action.parameter)
    ]
    if names and subject.operation.extension.action:
        other = build_request(
            subject.operation, subject.build_values() | dict.fromkeys(names, UNKNOWN_ACTION), subject.target.url
        )
        unknown = ExpectedResponse(frozenset((routing.unknown_action,)))
        yield from _check_request(
            subject, other, unknown, f"{names[0]} = {UNKNOWN_ACTION!r}", "/x-lookalike/routing/unknown-action"
        )


def _check_request(
    subject: CheckContext, request: Request, wanted: ExpectedResponse, told: str, place: str
) -> Iterator[Failure]:
    yield from confirm_failure(
        lambda: wanted.find_failure(subject, subject.send(subject.sign_request(request)), told, place)
    )


def _expect_error(subject: CheckContext, rule: str) -> ExpectedResponse:
    errors = subject.operation.extension.errors
    return ExpectedResponse(
        frozenset((subject.resolve_error(subject.resolve_reaction(errors.get(rule, errors["default"]))),))
    )


def _can_pad_body(subject: CheckContext) -> bool:
    """Whether its body may be longer than it needs to be: of a form of parts, what is too long is a file."""
    return bool(subject.operation.body_location) and set(subject.operation.media_types) != {MULTIPART_MEDIA_TYPE}
