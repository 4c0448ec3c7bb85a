"""What stands in a request, before it is known what it asks for."""

from __future__ import annotations

import msgspec

from lookalike_specs.wire import Pairs, Request, pairs

from . import multipart

URL_ENCODED = "application/x-www-form-urlencoded"


class Sent(msgspec.Struct, frozen=True):
    """A request's query and form, decoded; `fault` is what was wrong with the way it came, or with its framing."""

    request: Request
    query: Pairs
    form: Pairs = ()
    files: dict[str, bytes] = {}
    fault: str = ""

    @property
    def pairs(self) -> Pairs:
        """Query and form together."""
        return self.query + self.form if self.form else self.query


def sent(request: Request) -> Sent:
    """Decode a request's query and, if it has one, its form."""
    query = pairs(request.query)
    if not request.body:
        return Sent(request, query, fault=request.fault)
    if request.content_type == URL_ENCODED:
        return Sent(request, query, pairs(request.body), {}, request.fault)
    if request.content_type != multipart.FORM:
        return Sent(request, query, fault=request.fault)
    try:
        found = multipart.parts(request.body, request.header(b"content-type") or "")
    except multipart.Malformed:
        return Sent(request, query, fault=request.fault or "malformed-body")
    fields = tuple((part.name, part.text) for part in found if part.filename is None)
    return Sent(request, query, fields, {p.name: p.content for p in found if p.filename is not None}, request.fault)
