"""Family `answer`: every answer, good or bad, held to the document."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message

from ..context import CheckContext
from ..finding import Exchange, Failure
from ..registry import passive_check
from ..responses.schema import find_response_violations

SOURCE = "the responses of each document"


@passive_check(
    "answer/status",
    summary="The HTTP status is one that the operation documents.",
    rationale="Clients choose what to do by the status; one that nobody documented falls through.",
    remediation="Answer only with the statuses in the operation's `responses`.",
    source=SOURCE,
)
def status(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """The document's own list."""
    return _report_violations(subject, exchange, "status")


@passive_check(
    "answer/media-type",
    summary="The media type is one that the operation documents for that status.",
    rationale="Clients choose the parser by it.",
    remediation="Send the `Content-Type` that stands in the document, and a body of that type.",
    source=SOURCE,
)
def media_type(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """The document's own list."""
    return _report_violations(subject, exchange, "media type")


@passive_check(
    "answer/schema",
    summary="The body is what the schema of that status says.",
    rationale="A field that is missing, renamed or of another type breaks whoever reads it.",
    remediation="Keep names, types, enumerations and required fields as in the document.",
    source=SOURCE,
)
def schema(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """By openapi-core; with `--strict`, fields that the document does not name count as well."""
    return _report_violations(subject, exchange, "schema")


@passive_check(
    "answer/envelope",
    summary="The HTTP status and the body say the same of how it went.",
    rationale="Half of the clients look at the status, the other half at the body.",
    remediation="Answer success with a status of success, and errors with the status that the document has for them.",
    source="`success` in the promises of each operation, and the transports of errors",
)
def envelope(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """A good body under a bad status, or an error under a good one that its transport does not have."""
    reader = subject.classifier
    reply = exchange.response
    fine = 200 <= reply.status < 300
    where = f"{subject.operation.pointer}/x-lookalike/invariants/success"
    if not fine and reader.body_says_success(reply) and not reader.find_exact_errors(reply):
        yield Failure(f"the body says that it went well, under HTTP {reply.status}", "", where, (exchange,))
    elif fine and not reader.is_good(reply) and not reader.find_exact_errors(reply):
        form, differences = reader.find_closest_error(reply)
        if {found.aspect for found in differences} == {"status"}:
            where = f"/x-lookalike/errors/{form.id}"
            yield Failure(f"the body is the error {form.id}, under HTTP {reply.status}", "", where, (exchange,))


@passive_check(
    "answer/headers",
    summary="A body has a `Content-Type`, and is written in the character set that it names, or in UTF-8.",
    rationale="A client that goes by the header shows other characters, or none.",
    remediation="Send `Content-Type` with every body, and the `charset` that the body has.",
    source="RFC 9110, 8.3; RFC 8259, 8.1",
)
def headers(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """The header, and the body decoded as it says."""
    reply = exchange.response
    where = f"{subject.operation.pointer}/responses"
    if not reply.body:
        return
    if not reply.media_type:
        yield Failure("a body without `Content-Type`", "", where, (exchange,))
        return
    message = Message()
    message["content-type"] = reply.media_type
    charset = str(message.get_param("charset") or "utf-8")
    try:
        reply.body.decode(charset)
    except LookupError:
        yield Failure(f"nobody knows the character set {charset!r}", "", where, (exchange,))
    except UnicodeDecodeError as wrong:
        yield Failure(f"the body is not {charset}: byte {wrong.start}", "", where, (exchange,))


def _report_violations(subject: CheckContext, exchange: Exchange, kind: str) -> Iterator[Failure]:
    for found in find_response_violations(subject.api.id, *exchange, strict=subject.strict):
        if found.kind == kind:
            yield Failure(found.message, found.pointer, f"{subject.operation.pointer}/responses", (exchange,))
