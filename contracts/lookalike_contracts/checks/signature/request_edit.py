"""The parts that a request is made of, and edits of one part that leave all other bytes as they are.

A signature covers bytes. An edit that read a request and wrote it anew could change how other parameters are encoded,
and the signature would be refused for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from msgspec.structs import replace

from lookalike_specs.messages import FRAMING_HEADERS, Request, parse_pairs
from lookalike_specs.signing import canonical

from ...generation.multipart import parse_parts

PartLocation = Literal["query", "form", "header", "field"]
EncodedPairs = list[bytes]


class RequestPart(NamedTuple):
    """A parameter of query or form, a field of a multipart form, or a header, and its position among its kind."""

    location: PartLocation
    name: str
    value: str
    position: int = -1


def list_parts(request: Request) -> tuple[RequestPart, ...]:
    """Return every part of a request, except for the headers that frame it, such as Content-Length."""
    parts = [*_iter_pairs("query", request.query)]
    if canonical.is_form(request):
        parts += _iter_pairs("form", request.body)
    for position, part in enumerate(parse_parts(request)):
        if not part.is_file:
            parts.append(RequestPart("field", part.name, part.value.decode("latin-1"), position))
    for position, (name, value) in enumerate(request.headers):
        if name not in FRAMING_HEADERS:
            parts.append(RequestPart("header", name.decode("latin-1"), value.decode("latin-1"), position))
    return tuple(parts)


def _iter_pairs(location: PartLocation, encoded: bytes) -> Iterator[RequestPart]:
    for position, pair in enumerate(_split_pairs(encoded)):
        name, value = parse_pairs(pair)[0]
        yield RequestPart(location, name, value, position)


def find_part(request: Request, name: str) -> RequestPart | None:
    """Return the first part of that name."""
    return next((part for part in list_parts(request) if part.name == name), None)


def replace_value(request: Request, part: RequestPart, value: str) -> Request:
    """Return the request with another value in that part."""
    if part.location == "header":
        headers = list(request.headers)
        headers[part.position] = (headers[part.position][0], value.encode("latin-1", "replace"))
        return replace(request, headers=tuple(headers))
    if part.location == "field":
        field = parse_parts(request)[part.position]
        body = request.body[: field.value_start] + value.encode() + request.body[field.value_end :]
        return replace(request, body=body)

    def replace_pair(pairs: EncodedPairs) -> EncodedPairs:
        return [*pairs[: part.position], encode_pair(part.name, value), *pairs[part.position + 1 :]]

    return _edit_pairs(request, part.location, replace_pair)


def remove_part(request: Request, part: RequestPart) -> Request:
    """Return the request without that part."""
    if part.location == "header":
        return replace(request, headers=request.headers[: part.position] + request.headers[part.position + 1 :])
    if part.location == "field":
        field = parse_parts(request)[part.position]
        return replace(request, body=request.body[: field.start] + request.body[field.end :])
    return _edit_pairs(request, part.location, lambda pairs: pairs[: part.position] + pairs[part.position + 1 :])


def add_part(request: Request, part: RequestPart) -> Request:
    """Return the request with one part more, at the end; a field comes first, because files have to come last."""
    if part.location == "header":
        name = part.name.lower().encode("latin-1", "replace")
        value = part.value.encode("latin-1", "replace")
        return replace(request, headers=(*request.headers, (name, value)))
    if part.location == "field":
        boundary = request.body.partition(b"\r\n")[0]
        head = b'%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n' % (boundary, part.name.encode())
        return replace(request, body=head + part.value.encode() + b"\r\n" + request.body)
    return _edit_pairs(request, part.location, lambda pairs: [*pairs, encode_pair(part.name, part.value)])


def reorder_parts(request: Request, location: PartLocation, order: Callable[[EncodedPairs], EncodedPairs]) -> Request:
    """Return the request with its parts at that location in another order."""
    if location != "header":
        return _edit_pairs(request, location, order)
    # a name and its value are sorted as one text; no name stands twice in a request that we made
    headers = {b"\0".join(header): header for header in request.headers}
    return replace(request, headers=tuple(headers[key] for key in order(list(headers))))


def encode_pair(name: str, value: str) -> bytes:
    """Return a parameter as it stands in a query or a form."""
    return canonical.encode_pairs(((name, value),)).encode("ascii")


def _edit_pairs(request: Request, location: PartLocation, edit: Callable[[EncodedPairs], EncodedPairs]) -> Request:
    if location == "query":
        return replace(request, query=b"&".join(edit(_split_pairs(request.query))))
    return replace(request, body=b"&".join(edit(_split_pairs(request.body))))


def _split_pairs(encoded: bytes) -> EncodedPairs:
    return [pair for pair in encoded.split(b"&") if pair]
