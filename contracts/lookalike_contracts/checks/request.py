"""Family `request`: what the server makes of requests as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Broken
from ..registry import probe
from ..subject import Subject


@probe(
    "request/accepted",
    says="The spec's own example, signed as the account, gets a good answer.",
    why="Nothing else can be told of an operation that refuses a good request.",
    how="Answer the example in the document with HTTP 200 and the body that it describes.",
    source="the examples of each document",
)
def accepted(subject: Subject) -> Iterator[Broken]:
    """Ask once, in every scheme that counts."""
    for scheme in subject.schemes:
        exchange = subject.send(subject.signed(subject.values(scheme), scheme))
        if not subject.reader.is_good(exchange.reply):
            near, _ = subject.reader.nearest(exchange.reply)
            message = f"a good request is answered HTTP {exchange.reply.status}, most like the error {near.id}"
            yield Broken(message, rule=f"/components/securitySchemes/{scheme.name}", exchanges=(exchange,))
