"""What stands in a request, before it is known what it asks for."""

from __future__ import annotations

import msgspec

from lookalike_specs.wire import Pairs, Request, parse_pairs

from . import multipart

URL_ENCODED_FORM = "application/x-www-form-urlencoded"


class ParsedRequest(msgspec.Struct, frozen=True):
    """A request's query and form, decoded; `fault` is what was wrong with the way it came, or with its framing."""

    request: Request
    query: Pairs
    form: Pairs = ()
    files: dict[str, bytes] = {}
    broken_rule: str = ""

    @property
    def pairs(self) -> Pairs:
        """Query and form together."""
        return self.query + self.form if self.form else self.query


def parse_request(request: Request) -> ParsedRequest:
    """Decode a request's query and, if it has one, its form."""
    query = parse_pairs(request.query)
    if not request.body:
        return ParsedRequest(request, query, broken_rule=request.broken_rule)
    if request.content_type == URL_ENCODED_FORM:
        return ParsedRequest(request, query, parse_pairs(request.body), {}, request.broken_rule)
    if request.content_type != multipart.MULTIPART_FORM:
        return ParsedRequest(request, query, broken_rule=request.broken_rule)
    try:
        found = multipart.parse_multipart(request.body, request.get_header(b"content-type") or "")
    except multipart.MalformedMultipart:
        return ParsedRequest(request, query, broken_rule=request.broken_rule or "malformed-body")
    fields = tuple((part.name, part.text) for part in found if part.filename is None)
    return ParsedRequest(request, query, fields, {p.name: p.content for p in found if p.filename is not None}, request.broken_rule)
