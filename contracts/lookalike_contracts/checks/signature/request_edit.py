"""What a request is made of, part by part, and a part of it changed: all other bytes stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from msgspec.structs import replace

from lookalike_specs.messages import FRAMING_HEADERS, Request, parse_pairs
from lookalike_specs.signing import canonical

from ...generation.multipart import parse_parts

PartLocation = Literal["query", "form", "header", "field"]
EncodedPairs = list[bytes]


class RequestPart(NamedTuple):
    """A parameter of query or form, a field of a multipart form, or a header; `at` is its position there."""

    location: PartLocation
    name: str
    value: str
    position: int = -1


def list_parts(request: Request) -> tuple[RequestPart, ...]:
    """Every part of a request, but the headers that it is framed by."""
    found = [RequestPart("query", *parse_pairs(piece)[0], at) for at, piece in enumerate(_split_pairs(request.query))]
    if canonical.is_form(request):
        found += [
            RequestPart("form", *parse_pairs(piece)[0], at) for at, piece in enumerate(_split_pairs(request.body))
        ]
    for position, part in enumerate(parse_parts(request)):
        if not part.is_file:
            found.append(RequestPart("field", part.name, part.value.decode("latin-1"), position))
    headers = enumerate(request.headers)
    found += [
        RequestPart("header", k.decode("latin-1"), v.decode("latin-1"), at)
        for at, (k, v) in headers
        if k not in FRAMING_HEADERS
    ]
    return tuple(found)


def find_part(request: Request, name: str) -> RequestPart | None:
    """The first part of that name."""
    return next((found for found in list_parts(request) if found.name == name), None)


def replace_value(request: Request, part: RequestPart, value: str) -> Request:
    """The request with another value there."""
    if part.location == "header":
        headers = list(request.headers)
        headers[part.position] = headers[part.position][0], value.encode("latin-1", "replace")
        return replace(request, headers=tuple(headers))
    if part.location == "field":
        field = parse_parts(request)[part.position]
        body = request.body[: field.value_start] + value.encode() + request.body[field.value_end :]
        return replace(request, body=body)
    return _edit_pairs(
        request, part.location, lambda pieces: _replace_pair(pieces, part.position, encode_pair(part.name, value))
    )


def remove_part(request: Request, part: RequestPart) -> Request:
    """The request without that part."""
    if part.location == "header":
        return replace(request, headers=request.headers[: part.position] + request.headers[part.position + 1 :])
    if part.location == "field":
        field = parse_parts(request)[part.position]
        return replace(request, body=request.body[: field.start] + request.body[field.end :])
    return _edit_pairs(request, part.location, lambda pieces: pieces[: part.position] + pieces[part.position + 1 :])


def add_part(request: Request, part: RequestPart) -> Request:
    """The request with one part more, at the end; a field of a multipart form comes first, as files come last."""
    if part.location == "header":
        name = part.name.lower().encode("latin-1", "replace")
        value = part.value.encode("latin-1", "replace")
        return replace(request, headers=(*request.headers, (name, value)))
    if part.location == "field":
        start = request.body.partition(b"\r\n")[0]
        head = b'%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n' % (start, part.name.encode())
        return replace(request, body=head + part.value.encode() + b"\r\n" + request.body)
    return _edit_pairs(request, part.location, lambda pieces: [*pieces, encode_pair(part.name, part.value)])


def reorder_parts(request: Request, place: PartLocation, order: Callable[[EncodedPairs], EncodedPairs]) -> Request:
    """The request with its parts there in another order."""
    if place == "header":
        # what is sorted are names and values together; a name stands once in what the judge makes
        known = {b"\0".join(each): each for each in request.headers}
        return replace(request, headers=tuple(known[each] for each in order(list(known))))
    return _edit_pairs(request, place, order)


def encode_pair(name: str, value: str) -> bytes:
    """A parameter as it travels."""
    return canonical.encode_pairs(((name, value),)).encode("ascii")


def _edit_pairs(request: Request, place: PartLocation, change: Callable[[EncodedPairs], EncodedPairs]) -> Request:
    if place == "query":
        return replace(request, query=b"&".join(change(_split_pairs(request.query))))
    return replace(request, body=b"&".join(change(_split_pairs(request.body))))


def _replace_pair(pieces: EncodedPairs, at: int, piece: bytes) -> EncodedPairs:
    return [*pieces[:at], piece, *pieces[at + 1 :]]


def _split_pairs(raw: bytes) -> EncodedPairs:
    return [piece for piece in raw.split(b"&") if piece]
