"""Family `answer`: every answer, good or bad, held to the document."""

from __future__ import annotations

from collections.abc import Iterator

from ..answer import violated
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


def _of(subject: Subject, exchange: Exchange, kind: str) -> Iterator[Broken]:
    for found in violated(subject.api.id, *exchange, strict=subject.strict):
        if found.kind == kind:
            yield Broken(found.message, found.pointer, f"{subject.operation.pointer}/responses", (exchange,))
