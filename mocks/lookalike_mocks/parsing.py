"""The parts of a multipart/form-data body, as real clients frame them.

Alibaba Cloud's Node SDK leaves out the line break between a file's bytes and the next boundary; so it is optional here.
A file that ends in a line break of its own, sent that way, loses it.
"""

from __future__ import annotations

import re
from email.message import Message
from email.parser import HeaderParser
from typing import Final

import msgspec

from lookalike_specs.messages import FORM_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Pairs, Request, parse_pairs

MAX_PARTS = 1000
MAX_HEAD_SIZE = 4096
MAX_PARAMETERS = 100
LINE_BREAK: Final = re.compile(rb"\r?\n")
HEAD_END: Final = re.compile(rb"\r?\n\r?\n")


class MalformedMultipart(Exception):
    """The body is not the parts that its boundary announces."""


class FormPart(msgspec.Struct, frozen=True):
    """One part: a field, or a file when it has a file name."""

    name: str
    content: bytes
    filename: str | None = None

    @property
    def text(self) -> str:
        """A field's value."""
        return self.content.decode("utf-8", "replace")


def parse_multipart(body: bytes, content_type: str) -> tuple[FormPart, ...]:
    """The parts of a body whose `Content-Type` is this. Raises Malformed: no boundary, cut, too many, nameless."""
    if content_type.count(";") > MAX_PARAMETERS:
        raise MalformedMultipart
    boundary = parse_headers(f"content-type: {content_type}").get_boundary()
    if not boundary:
        raise MalformedMultipart
    _, *pieces = body.split(b"--" + boundary.encode("latin-1", "replace"), MAX_PARTS + 2)
    if not pieces or len(pieces) > MAX_PARTS + 1 or not pieces[-1].startswith(b"--"):
        raise MalformedMultipart
    return tuple(_parse_part(piece) for piece in pieces[:-1])


def _parse_part(piece: bytes) -> FormPart:
    start = LINE_BREAK.match(piece)
    end = HEAD_END.search(piece, 0, MAX_HEAD_SIZE)
    # to split parameters, the parser takes the square of their number
    if start is None or end is None or piece.count(b";", 0, end.start()) > MAX_PARAMETERS:
        raise MalformedMultipart
    head = parse_headers(piece[start.end() : end.start()].decode("latin-1"))
    name = head.get_param("name", header="content-disposition")
    filename = head.get_filename()
    if not isinstance(name, str):
        raise MalformedMultipart
    content = piece[end.end() :].removesuffix(start[0])
    return FormPart(_decode_utf8(name), content, None if filename is None else _decode_utf8(filename))


def parse_headers(text: str) -> Message:
    """Header lines, read; bytes stand in them as Latin-1, since of others the parser makes U+FFFD."""
    return HeaderParser().parsestr(f"{text}\n\n")


def _decode_utf8(name: str) -> str:
    """A name in UTF-8, whose bytes were read as Latin-1; one that had its encoding with it is right already."""
    try:
        return name.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return name


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
    if request.content_type == FORM_MEDIA_TYPE:
        return ParsedRequest(request, query, parse_pairs(request.body), {}, request.broken_rule)
    if request.content_type != MULTIPART_MEDIA_TYPE:
        return ParsedRequest(request, query, broken_rule=request.broken_rule)
    try:
        found = parse_multipart(request.body, request.get_header(b"content-type") or "")
    except MalformedMultipart:
        return ParsedRequest(request, query, broken_rule=request.broken_rule or "malformed-body")
    fields = tuple((part.name, part.text) for part in found if part.filename is None)
    return ParsedRequest(
        request, query, fields, {p.name: p.content for p in found if p.filename is not None}, request.broken_rule
    )


def parse_cookies(request: Request) -> Pairs:
    """The cookies of all headers, in their order; what has no `=` is none."""
    header = "; ".join(value.decode("latin-1") for name, value in request.headers if name == b"cookie")
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return tuple((name, value.strip('"')) for name, equals, value in pairs if equals)
