"""Family `answer`: every response, good or bad, held to the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Final

from lookalike_specs.messages import Response
from lookalike_specs.pointers import MISSING, resolve_pointer
from lookalike_specs.provenance import Source

from ..context import CheckContext
from ..deadline import limit_time
from ..finding import Exchange, Failure
from ..registry import passive_check
from ..responses.error_match import Aspect
from ..responses.json_body import parse_json_body
from ..responses.schema import find_response_violations

SOURCE = "the responses of each document"
# what of an error it is that a response of the document says, too
ASPECTS: Final[Mapping[str, Aspect]] = {"status": "status", "media type": "media type", "schema": "shape"}


@passive_check(
    "answer/status",
    summary="The HTTP status is one that the operation documents.",
    rationale="Clients decide by the status what to do, and nobody wrote code for one that is not documented.",
    remediation="Answer only with the statuses in the operation's `responses`.",
    source=SOURCE,
)
def status(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Compare the status with the document's list."""
    return _report_violations(context, exchange, "status")


@passive_check(
    "answer/media-type",
    summary="The media type is one that the operation documents for that status.",
    rationale="Clients choose their parser by it.",
    remediation="Send the `Content-Type` that stands in the document, and a body of that type.",
    source=SOURCE,
)
def media_type(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Compare the media type with the document's list."""
    return _report_violations(context, exchange, "media type")


@passive_check(
    "answer/schema",
    summary="The body fits the schema for that status.",
    rationale="A field that is missing, renamed or of another type breaks the clients that read it.",
    remediation="Keep names, types, enumerations and required fields as in the document.",
    source=SOURCE,
)
def schema(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Validate by openapi-core; with `--strict`, fields that the document does not name count as well."""
    return _report_violations(context, exchange, "schema")


@passive_check(
    "answer/envelope",
    summary="The HTTP status and the body agree on whether the request succeeded.",
    rationale="Half of the clients look at the status, the other half at the body.",
    remediation="Answer success with a status of success, and errors with the status that the document has for them.",
    source="`success` in the promises of each operation, and `x-lookalike.error-formats`",
)
def envelope(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Look for a good body under a bad status, and for an error under a good status that its format does not have."""
    classifier = context.classifier
    response = exchange.response
    if classifier.find_exact_errors(response):
        return
    if not 200 <= response.status < 300:
        if classifier.body_says_success(response):
            message = f"the body says that it went well, under HTTP {response.status}"
            rule = f"{context.operation.pointer}/x-lookalike/invariants/success"
            yield Failure(message, "", rule, (exchange,))
        return
    if classifier.is_good(response):
        return
    pattern, mismatches = classifier.find_closest_error(response)
    if {mismatch.aspect for mismatch in mismatches} == {"status"}:
        message = f"the body is the error {pattern.id}, under HTTP {response.status}"
        yield Failure(message, "", mismatches[0].rule, (exchange,), mismatches[0].premises)


@passive_check(
    "answer/headers",
    summary="A body comes with a `Content-Type`, and is encoded as that says, or in UTF-8.",
    rationale="A client that goes by the header would show other characters, or none.",
    remediation="Send `Content-Type` with every body, and the `charset` that the body has.",
    source="RFC 9110, 8.3; RFC 8259, 8.1",
    provenance=Source("documented", "RFC 9110, 8.3, which asks for the header; RFC 8259, 8.1, for UTF-8"),
)
def headers(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Decode the body as its header says."""
    if not exchange.response.body:
        return
    message = _explain_bad_encoding(exchange.response)
    if message:
        yield Failure(message, "", f"{context.operation.pointer}/responses", (exchange,))


def _explain_bad_encoding(response: Response) -> str:
    """Return why the body cannot be decoded as its header says; "" where it can."""
    if not response.media_type:
        return "a body without `Content-Type`"
    charset = _read_charset(response.media_type)
    try:
        response.body.decode(charset)
    except LookupError:
        return f"nobody knows the character set {charset!r}"
    except UnicodeDecodeError as error:
        return f"the body is not {charset}: byte {error.start}"
    return ""


def _read_charset(content_type: str) -> str:
    # the standard library's reader of such headers, which knows quotes: `text/html; charset="gbk"`
    headers = Message()
    headers["content-type"] = content_type
    return str(headers.get_param("charset") or "utf-8")


def _report_violations(context: CheckContext, exchange: Exchange, kind: str) -> Iterator[Failure]:
    session = context.session
    with limit_time(session.deadline, session.max_seconds):
        violations = list(find_response_violations(context.api.id, *exchange, strict=context.strict))
    for violation in violations:
        if violation.kind == kind:
            rule = f"{context.operation.pointer}/responses{violation.rule}"
            premises = _list_premises(context, exchange, kind)
            yield Failure(violation.message, violation.pointer, rule, (exchange,), premises)


def _may_be_error(context: CheckContext, response: Response) -> bool:
    """Return whether a response under a status of success may be an error in words that nobody knows.

    Some vendors have HTTP 200 for errors too. Then the body says that it is no success, or has nothing of one.
    """
    body = parse_json_body(response)
    if not isinstance(body, dict) or context.classifier.is_good(response):
        return False
    for pointer, expected in context.operation.extension.invariants.success.items():
        value = resolve_pointer(body, pointer)
        if value is not MISSING and value != expected:
            return True
    return body.keys().isdisjoint(context.operation.response_schema.get("properties", {}))


def _list_premises(context: CheckContext, exchange: Exchange, kind: str) -> tuple[str, ...]:
    """Return what has to be true besides the list of responses for an error to break it.

    The list of statuses is as complete as the catalogue of errors is: where nobody knows which status an error has, any
    other one may be that error.
    """
    response = exchange.response
    is_success = 200 <= response.status < 300
    if not context.classifier.error_patterns or (is_success and not _may_be_error(context, response)):
        return ()
    aspect = ASPECTS[kind]
    _, mismatches = context.classifier.find_closest_error(response)
    for mismatch in mismatches:
        if mismatch.aspect == aspect:
            return (mismatch.rule, *mismatch.premises)
    return ()
