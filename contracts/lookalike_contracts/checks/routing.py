"""Family `limits`, of whole requests: bodies that are too long or cannot be read, other methods and other paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from lookalike_specs.messages import JSON_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Request
from lookalike_specs.pointers import join_pointer
from lookalike_specs.request_builder import build_request

from ..context import CheckContext
from ..finding import Failure
from ..generation.mutation import confirm_failure
from ..generation.oracle import ExpectedResponse
from ..generation.unknown_routes import build_unknown_path_requests, build_wrong_method_requests
from ..registry import active_check

# a longer body can only be an image, and the checks of images send those
MAX_BODY_BYTES: Final = 1024 * 1024
UNKNOWN_ACTION: Final = "LookalikeNoSuchAction"


@active_check(
    "limits/body",
    summary="A body of exactly the documented length is read; one that is a byte longer is refused.",
    rationale="A client that sends much has to know how much is too much, and to be told so.",
    remediation="Read bodies up to `body-limit`; answer the error that the operation has for `body-too-large`.",
    source="`body-limit` of each operation",
    applies=lambda context: 0 < context.operation.extension.body_limit <= MAX_BODY_BYTES and _can_pad_body(context),
)
def body_limit(context: CheckContext) -> Iterator[Failure]:
    """Send the good request, filled up with what means nothing: spaces behind JSON, `&` behind a form."""
    limit = context.operation.extension.body_limit
    rule = f"{context.operation.pointer}/x-lookalike/body-limit"
    plain = _build_plain_request(context)
    padding = b" " if plain.content_type == JSON_MEDIA_TYPE else b"&"
    for length, expected in ((limit, ExpectedResponse()), (limit + 1, _expect_error(context, "body-too-large"))):
        request = replace(plain, body=plain.body.ljust(length, padding))
        yield from _check_request(context, request, expected, f"a body of {length:,} bytes", rule)


def _can_pad_body(context: CheckContext) -> bool:
    """Tell whether a body may be longer than it needs to be. A form of parts may not: nothing may follow its end."""
    return bool(context.operation.body_location) and set(context.operation.media_types) != {MULTIPART_MEDIA_TYPE}


def _can_be_malformed(context: CheckContext) -> bool:
    """Tell whether there are bodies that cannot be read. Of a form everything can be: `%%&=` is two parameters."""
    if "malformed-body" not in context.operation.extension.errors:
        return False
    return set(context.operation.media_types) in ({JSON_MEDIA_TYPE}, {MULTIPART_MEDIA_TYPE})


@active_check(
    "limits/malformed",
    summary="A body that cannot be read is refused with the error for it.",
    rationale="A client with a broken encoder must be told, and not get a response to half of its request.",
    remediation="Answer the error that the operation has for `malformed-body`.",
    source="`errors` of each operation",
    applies=_can_be_malformed,
)
def malformed_body(context: CheckContext) -> Iterator[Failure]:
    """Send JSON that is cut, or is no object, or parts without an end."""
    rule = f"{context.operation.pointer}/x-lookalike/errors/malformed-body"
    plain = _build_plain_request(context)
    expected = _expect_error(context, "malformed-body")
    for body in _list_malformed_bodies(plain):
        request = replace(plain, body=body)
        yield from _check_request(context, request, expected, "a body that cannot be read", rule)


def _list_malformed_bodies(plain: Request) -> list[bytes]:
    if plain.content_type == JSON_MEDIA_TYPE:
        return [plain.body[:-1], b"[]", b"\xff"]
    return [plain.body[: len(plain.body) // 2]]


@active_check(
    "limits/method",
    summary="A method that the path does not have is refused with the error for it.",
    rationale="A client that uses the wrong method finds out at once.",
    remediation="Answer the error that `routing` has for `method`.",
    source="`routing` of each document",
)
def unknown_method(context: CheckContext) -> Iterator[Failure]:
    """Send the good request by methods that no operation at its path has."""
    error = context.resolve_reaction(context.api.root.routing.method)
    expected = ExpectedResponse(frozenset((error,)))
    for request in build_wrong_method_requests(context):
        description = f"the method {request.method}"
        yield from _check_request(context, request, expected, description, "/x-lookalike/routing/method")


@active_check(
    "limits/path",
    summary="A path, or an operation's name, that the API does not have is refused with the error for it.",
    rationale="A misspelt URL must not look like a response.",
    remediation="Answer the errors that `routing` has for `not-found` and `unknown-action`.",
    source="`routing` of each document",
)
def unknown_path(context: CheckContext) -> Iterator[Failure]:
    """Send the good request to paths that do not exist; and under another name, where requests name the operation."""
    expected = _expect_routing_error(context, "not-found", context.api.root.routing.not_found)
    for request in build_unknown_path_requests(context):
        yield from _check_request(context, request, expected, "another path", "/x-lookalike/routing/not-found")
    yield from _check_unknown_action(context)


def _check_unknown_action(context: CheckContext) -> Iterator[Failure]:
    routing = context.api.root.routing
    if routing.action is None or not context.operation.extension.action:
        return
    values = context.build_values()
    names = [name for name in values if name in (routing.action.header, routing.action.parameter)]
    if not names:
        return
    changed = values | dict.fromkeys(names, UNKNOWN_ACTION)
    request = build_request(context.operation, changed, context.target.url)
    expected = ExpectedResponse(frozenset((routing.unknown_action,)))
    description = f"{names[0]} = {UNKNOWN_ACTION!r}"
    yield from _check_request(context, request, expected, description, "/x-lookalike/routing/unknown-action")


def _build_plain_request(context: CheckContext) -> Request:
    return build_request(context.operation, context.build_values(), context.target.url)


def _check_request(
    context: CheckContext, request: Request, expected: ExpectedResponse, description: str, rule: str
) -> Iterator[Failure]:
    # signed anew each time, or the second request would be refused as a replay of the first
    yield from confirm_failure(
        lambda: expected.find_failure(context, context.send(context.sign_request(request)), description, rule)
    )


def _expect_routing_error(context: CheckContext, name: str, error: str) -> ExpectedResponse:
    """Return what a wrong path or method may lead to.

    Where that is an error of ours, as the document says nothing of it, an error of its own with that status is as good.
    """
    errors = context.api.root.errors
    if context.api.find_provenance(f"/x-lookalike/routing/{name}").kind != "invented":
        return ExpectedResponse(frozenset((error,)))
    status = errors[error].status
    return ExpectedResponse(frozenset(other for other, known in errors.items() if known.status == status))


def _expect_error(context: CheckContext, rule: str) -> ExpectedResponse:
    errors = context.operation.extension.errors
    keyword = rule if rule in errors else "default"
    error = context.resolve_error(context.resolve_reaction(errors[keyword]))
    premises = [f"{context.operation.pointer}/x-lookalike/errors/{keyword}"]
    reaction = errors[keyword]
    if isinstance(reaction, dict):
        premises.append(join_pointer("x-lookalike", "variants", reaction["variant"]))
    return ExpectedResponse(frozenset((error,)), premises=tuple(premises))
