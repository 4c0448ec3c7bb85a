"""Family `answer`: every answer, good or bad, held to the document."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message

from ..answers.answer import violated
from ..finding import Broken, Exchange
from ..registry import look
from ..subject import Subject

OURS = "the responses of each document"


@look(
    "answer/status",
    says="The HTTP status is one that the operation documents.",
    why="Clients choose what to do by the status; one that nobody documented falls through.",
    how="Answer only with the statuses in the operation's `responses`.",
    source=OURS,
)
def status(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """The document's own list."""
    return _of(subject, exchange, "status")


@look(
    "answer/media-type",
    says="The media type is one that the operation documents for that status.",
    why="Clients choose the parser by it.",
    how="Send the `Content-Type` that stands in the document, and a body of that type.",
    source=OURS,
)
def media_type(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """The document's own list."""
    return _of(subject, exchange, "media type")


@look(
    "answer/schema",
    says="The body is what the schema of that status says.",
    why="A field that is missing, renamed or of another type breaks whoever reads it.",
    how="Keep names, types, enumerations and required fields as in the document.",
    source=OURS,
)
def schema(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """By openapi-core; with `--strict`, fields that the document does not name count as well."""
    return _of(subject, exchange, "schema")


@look(
    "answer/envelope",
    says="The HTTP status and the body say the same of how it went.",
    why="Half of the clients look at the status, the other half at the body.",
    how="Answer success with a status of success, and errors with the status that the document has for them.",
    source="`success` in the promises of each operation, and the transports of errors",
)
def envelope(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """A good body under a bad status, or an error under a good one that its transport does not have."""
    reader, reply = subject.reader, exchange.reply
    fine, where = 200 <= reply.status < 300, f"{subject.operation.pointer}/x-lookalike/promises/success"
    if not fine and reader.claims_good(reply) and not reader.errors(reply):
        yield Broken(f"the body says that it went well, under HTTP {reply.status}", "", where, (exchange,))
    elif fine and not reader.is_good(reply) and not reader.errors(reply):
        form, differences = reader.nearest(reply)
        if {found.aspect for found in differences} == {"status"}:
            where = f"/x-lookalike/errors/{form.id}"
            yield Broken(f"the body is the error {form.id}, under HTTP {reply.status}", "", where, (exchange,))


@look(
    "answer/headers",
    says="A body has a `Content-Type`, and is written in the character set that it names, or in UTF-8.",
    why="A client that goes by the header shows other characters, or none.",
    how="Send `Content-Type` with every body, and the `charset` that the body has.",
    source="RFC 9110, 8.3; RFC 8259, 8.1",
)
def headers(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """The header, and the body decoded as it says."""
    reply, where = exchange.reply, f"{subject.operation.pointer}/responses"
    if not reply.body:
        return
    if not reply.media_type:
        yield Broken("a body without `Content-Type`", "", where, (exchange,))
        return
    message = Message()
    message["content-type"] = reply.media_type
    charset = str(message.get_param("charset") or "utf-8")
    try:
        reply.body.decode(charset)
    except LookupError:
        yield Broken(f"nobody knows the character set {charset!r}", "", where, (exchange,))
    except UnicodeDecodeError as wrong:
        yield Broken(f"the body is not {charset}: byte {wrong.start}", "", where, (exchange,))


def _of(subject: Subject, exchange: Exchange, kind: str) -> Iterator[Broken]:
    for found in violated(subject.api.id, *exchange, strict=subject.strict):
        if found.kind == kind:
            yield Broken(found.message, found.pointer, f"{subject.operation.pointer}/responses", (exchange,))
