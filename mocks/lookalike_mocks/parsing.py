"""A request as the pipeline reads it: query, form, files and JSON, each decoded once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import Message
from email.parser import HeaderParser
from typing import Any, Final

import msgspec

from lookalike_specs.messages import FORM_MEDIA_TYPE, MULTIPART_MEDIA_TYPE, Pairs, Request, parse_pairs

MAX_PARTS: Final = 1000
MAX_HEAD_SIZE: Final = 4096
MAX_PARAMETERS: Final = 100
# blanks may stand behind a boundary, and are no part of it (RFC 2046 5.1.1)
LINE_BREAK: Final = re.compile(rb"[ \t]{0,100}(\r?\n)")
HEAD_END: Final = re.compile(rb"\r?\n\r?\n")


class ParsedRequest(msgspec.Struct, frozen=True):
    """A request's query and body, decoded; `pairs` are query and form together, as they are signed.

    `broken_rule` is what was wrong with the way the body came, or with its framing; "" where nothing was. `json_body` is
    UNSET until an operation reads it, and where there is none. `path_values` are the texts in the place of the path's
    `{names}`.
    """

    request: Request
    query: Pairs
    pairs: Pairs
    form: Pairs = ()
    files: dict[str, bytes] = {}
    broken_rule: str = ""
    json_body: Any = msgspec.UNSET
    path_values: Mapping[str, str] = {}


def parse_request(request: Request) -> ParsedRequest:
    """Decode a request's query and, if it has one, its form. JSON waits until an operation wants it."""
    query = parse_pairs(request.query)
    if not request.body:
        return ParsedRequest(request, query, query, broken_rule=request.broken_rule)
    content_type = request.content_type
    if content_type == FORM_MEDIA_TYPE:
        form = parse_pairs(request.body)
        return ParsedRequest(request, query, query + form, form, broken_rule=request.broken_rule)
    if content_type != MULTIPART_MEDIA_TYPE:
        return ParsedRequest(request, query, query, broken_rule=request.broken_rule)
    try:
        parts = parse_multipart(request.body, request.get_header(b"content-type") or "")
    except MalformedMultipart:
        # a body that was cut off on its way is malformed, too; how it came says more
        return ParsedRequest(request, query, query, broken_rule=request.broken_rule or "malformed-body")
    form = tuple((part.name, part.text) for part in parts if part.filename is None)
    files = {part.name: part.content for part in parts if part.filename is not None}
    return ParsedRequest(request, query, query + form, form, files, request.broken_rule)


def parse_cookies(request: Request) -> Pairs:
    """Return the cookies of all headers, in their order; what has no `=` is none."""
    headers = [value.decode("latin-1") for name, value in request.headers if name == b"cookie"]
    cookies = []
    for part in "; ".join(headers).split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            cookies.append((name, value.strip('"')))
    return tuple(cookies)


def get_first(pairs: Pairs, name: str) -> str:
    """Return the first value of that name; "" when there is none."""
    for key, value in pairs:
        if key == name:
            return value
    return ""


def read_action(parsed: ParsedRequest, parameter: str, header: str) -> str:
    """Return the operation that a request names where its path does not tell; a parameter counts more than a header."""
    for name, value in parsed.pairs:
        if name == parameter:
            return value
    return parsed.request.get_header(header.encode()) or ""


class MalformedMultipart(Exception):
    """The body is not the parts that its boundary announces."""


class FormPart(msgspec.Struct, frozen=True):
    """One part of a body: a field, or a file when it has a file name."""

    name: str
    content: bytes
    filename: str | None = None

    @property
    def text(self) -> str:
        """Return a field's value."""
        return self.content.decode("utf-8", "replace")


def parse_multipart(body: bytes, content_type: str) -> tuple[FormPart, ...]:
    """Return the parts of a multipart/form-data body, as real clients frame them.

    Raise MalformedMultipart: no boundary, cut off, too many parts, one without a name.
    """
    if content_type.count(";") > MAX_PARAMETERS:
        raise MalformedMultipart
    boundary = parse_headers(f"content-type: {content_type}").get_boundary()
    if not boundary:
        raise MalformedMultipart
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    # before the first delimiter stands a preamble, which counts for nothing; behind the last one stands "--"
    _, *pieces = body.split(delimiter, MAX_PARTS + 2)
    if not pieces or len(pieces) > MAX_PARTS + 1 or not pieces[-1].startswith(b"--"):
        raise MalformedMultipart
    return tuple(_parse_part(piece) for piece in pieces[:-1])


def _parse_part(piece: bytes) -> FormPart:
    start = LINE_BREAK.match(piece)
    end = HEAD_END.search(piece, 0, MAX_HEAD_SIZE)
    # to split parameters, the parser takes the square of their number
    if start is None or end is None or piece.count(b";", 0, end.start()) > MAX_PARAMETERS:
        raise MalformedMultipart
    headers = parse_headers(piece[start.end() : end.start()].decode("latin-1"))
    name = headers.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise MalformedMultipart
    filename = headers.get_filename()
    if filename is not None:
        filename = _decode_utf8(filename)
    # Alibaba Cloud's Node SDK leaves out the line break between a file's bytes and the next boundary, so it is optional
    # here, and is the one that the part began with. A file that ends in such a break, sent that way, loses it.
    content = piece[end.end() :].removesuffix(start[1])
    return FormPart(_decode_utf8(name), content, filename)


def parse_headers(text: str) -> Message:
    """Parse header lines; bytes stand in them as Latin-1, since of others the parser makes U+FFFD."""
    return HeaderParser().parsestr(f"{text}\n\n")


def _decode_utf8(name: str) -> str:
    """Return a name in UTF-8 whose bytes were read as Latin-1."""
    try:
        return name.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        # it came as `name*=utf-8''…`, which the parser has decoded
        return name
