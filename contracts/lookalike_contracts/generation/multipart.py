"""The parts of a multipart form (RFC 7578), and where each stands in the body, so that it can be changed or taken out.

This reads what was sent, well-formed or not. Whether a server should take it is another question; the mock, which has to
answer that, has a reader of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from lookalike_specs.messages import Request

BOUNDARY: Final = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)
DISPOSITION: Final = re.compile(rb"^content-disposition:(.*)", re.IGNORECASE | re.MULTILINE)
# `name="a;b"` is one parameter, and `filename="; name=x"` has no name in it
PARAMETER: Final = re.compile(rb';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^;\s]*))')
# some clients end their lines with LF alone
HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
LF: Final = ord("\n")


class MultipartPart(NamedTuple):
    """A field or a file. `body[start:end]` is all of it, with the boundary before it."""

    name: str
    is_file: bool
    value: bytes
    start: int
    value_start: int
    value_end: int
    end: int


def parse_parts(request: Request) -> tuple[MultipartPart, ...]:
    """Return the parts of a request's body that have a name; none where the body is no multipart form."""
    boundary = BOUNDARY.search(request.get_header(b"content-type") or "")
    if boundary is None or not request.content_type.startswith("multipart/"):
        return ()
    delimiter = b"--" + boundary[1].strip().encode("latin-1")
    starts = list(_iter_delimiters(request.body, delimiter))
    parts = list[MultipartPart]()
    # a body that is cut off has its last part all the same
    for start, end in pairwise([*starts, len(request.body)]):
        part = _parse_part(request.body, start, start + len(delimiter), end)
        if part is not None:
            parts.append(part)
    return tuple(parts)


def _iter_delimiters(body: bytes, delimiter: bytes) -> Iterator[int]:
    """Yield where each boundary stands: on a line of its own.

    The last one, `--boundary--`, counts at the very end of a body too: the vendor's SDK for Node.js leaves out the line
    break before it, so that the boundary stands behind the last byte of the image.
    """
    index = body.find(delimiter)
    while index >= 0:
        after = index + len(delimiter)
        is_line_start = index == 0 or body[index - 1] == LF
        is_last = body.startswith(b"--", after)
        if is_last and (is_line_start or not body[after + 2 :].strip()):
            yield index
            return
        # "--XX" is not the boundary in "--XXL"
        if is_line_start and not body[after : after + 1].strip():
            yield index
        index = body.find(delimiter, after)


def _parse_part(body: bytes, start: int, head_start: int, end: int) -> MultipartPart | None:
    """Return the part between two boundaries; None for one without a name, and for what follows the last boundary."""
    head_end = HEAD_END.search(body, head_start, end)
    if head_end is None or body.startswith(b"--", head_start):
        return None
    disposition = DISPOSITION.search(body, head_start, head_end.start() + 1)
    if disposition is None:
        return None
    parameters = {key.lower(): quoted or plain for key, quoted, plain in PARAMETER.findall(disposition[1])}
    name = parameters.get(b"name")
    if not name:
        return None
    value_start = head_end.end()
    # the line break before a boundary belongs to it and not to the value, which may have line breaks of its own
    value_end = value_start + len(_remove_line_break(body[value_start:end]))
    return MultipartPart(
        name=name.decode("utf-8", "replace"),
        is_file=b"filename" in parameters or b"filename*" in parameters,
        value=body[value_start:value_end],
        start=start,
        value_start=value_start,
        value_end=value_end,
        end=end,
    )


def _remove_line_break(value: bytes) -> bytes:
    if value.endswith(b"\r\n"):
        return value[:-2]
    return value.removesuffix(b"\n")
