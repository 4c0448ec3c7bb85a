"""The parts of a multipart/form-data body, as real clients frame them.

Alibaba Cloud's Node SDK leaves out the line break between a file's bytes and the next boundary; so it is optional here.
A file that ends in a line break of its own, sent that way, loses it.
"""

from __future__ import annotations

import re
from email.parser import BytesHeaderParser
from typing import Final

import msgspec

FORM: Final = "multipart/form-data"
MAX_PARTS, MAX_HEAD = 1000, 8192
BREAK: Final = re.compile(rb"\r?\n")
HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
headers = BytesHeaderParser().parsebytes


class Malformed(Exception):
    """The body is not the parts that its boundary announces."""


class Part(msgspec.Struct, frozen=True):
    """One part: a field, or a file when it has a file name."""

    name: str
    content: bytes
    filename: str | None = None

    @property
    def text(self) -> str:
        """A field's value."""
        return self.content.decode("utf-8", "replace")


def parts(body: bytes, content_type: str) -> tuple[Part, ...]:
    """The parts of a body whose `Content-Type` is this. Raises Malformed: no boundary, cut, too many, nameless."""
    boundary = headers(b"content-type: %b\n\n" % content_type.encode("latin-1", "replace")).get_boundary()
    if not boundary:
        raise Malformed
    _, *pieces = body.split(b"--" + boundary.encode("latin-1", "replace"), MAX_PARTS + 2)
    if not pieces or len(pieces) > MAX_PARTS + 1 or not pieces[-1].startswith(b"--"):
        raise Malformed
    return tuple(_part(piece) for piece in pieces[:-1])


def _part(piece: bytes) -> Part:
    start, end = BREAK.match(piece), HEAD_END.search(piece, 0, MAX_HEAD)
    if start is None or end is None:
        raise Malformed
    head = headers(piece[start.end() : end.start()] + b"\n\n")
    name = head.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise Malformed
    return Part(_utf8(name), piece[end.end() :].removesuffix(b"\n").removesuffix(b"\r"), head.get_filename())


def _utf8(name: str) -> str:
    """A name's own bytes, which the header parser took for something else than UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
