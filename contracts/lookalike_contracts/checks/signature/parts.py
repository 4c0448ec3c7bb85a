"""What a request is made of, part by part, and a part of it changed: all other bytes stay as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from lookalike_specs.signing import parameters, percent
from lookalike_specs.wire import FRAMING, Request, pairs

Place = Literal["query", "form", "header", "field"]
FIELD: Final = re.compile(rb'(--[^\r\n]+\r\n[^\r\n]*; name="([^"]+)"\r\n\r\n)([^\r\n]*)\r\n')
Pieces = list[bytes]


class Part(NamedTuple):
    """A parameter of query or form, a field of a multipart form, or a header; `at` is its position there."""

    place: Place
    name: str
    value: str
    at: int = -1


def parts(request: Request) -> tuple[Part, ...]:
    """Every part of a request, but the headers that it is framed by."""
    found = [Part("query", *pairs(piece)[0], at) for at, piece in enumerate(_pieces(request.query))]
    if parameters.is_form(request):
        found += [Part("form", *pairs(piece)[0], at) for at, piece in enumerate(_pieces(request.body))]
    elif request.content_type.startswith("multipart/"):
        fields = enumerate(FIELD.finditer(request.body))
        found += [Part("field", each[2].decode(), each[3].decode("latin-1"), at) for at, each in fields]
    headers = enumerate(request.headers)
    found += [
        Part("header", k.decode("latin-1"), v.decode("latin-1"), at) for at, (k, v) in headers if k not in FRAMING
    ]
    return tuple(found)


def part(request: Request, name: str) -> Part | None:
    """The first part of that name."""
    return next((found for found in parts(request) if found.name == name), None)


def changed(request: Request, part: Part, value: str) -> Request:
    """The request with another value there."""
    if part.place == "header":
        headers = list(request.headers)
        headers[part.at] = headers[part.at][0], value.encode("latin-1", "replace")
        return replace(request, headers=tuple(headers))
    if part.place == "field":
        found = list(FIELD.finditer(request.body))[part.at]
        return replace(request, body=request.body[: found.start(3)] + value.encode() + request.body[found.end(3) :])
    return _with(request, part.place, lambda pieces: _put(pieces, part.at, pair(part.name, value)))


def without(request: Request, part: Part) -> Request:
    """The request without that part."""
    if part.place == "header":
        return replace(request, headers=request.headers[: part.at] + request.headers[part.at + 1 :])
    if part.place == "field":
        found = list(FIELD.finditer(request.body))[part.at]
        return replace(request, body=request.body[: found.start()] + request.body[found.end() :])
    return _with(request, part.place, lambda pieces: pieces[: part.at] + pieces[part.at + 1 :])


def added(request: Request, part: Part) -> Request:
    """The request with one part more, at the end; a field of a multipart form comes first, as files come last."""
    if part.place == "header":
        name, value = part.name.lower().encode("latin-1", "replace"), part.value.encode("latin-1", "replace")
        return replace(request, headers=(*request.headers, (name, value)))
    if part.place == "field":
        start = request.body.partition(b"\r\n")[0]
        head = b'%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n' % (start, part.name.encode())
        return replace(request, body=head + part.value.encode() + b"\r\n" + request.body)
    return _with(request, part.place, lambda pieces: [*pieces, pair(part.name, part.value)])


def reordered(request: Request, place: Place, order: Callable[[Pieces], Pieces]) -> Request:
    """The request with its parts there in another order."""
    if place == "header":
        # what is sorted are names and values together; a name stands once in what the judge makes
        known = {b"\0".join(each): each for each in request.headers}
        return replace(request, headers=tuple(known[each] for each in order(list(known))))
    return _with(request, place, order)


def pair(name: str, value: str) -> bytes:
    """A parameter as it travels."""
    return percent.encode_pairs(((name, value),)).encode("ascii")


def _with(request: Request, place: Place, change: Callable[[Pieces], Pieces]) -> Request:
    if place == "query":
        return replace(request, query=b"&".join(change(_pieces(request.query))))
    return replace(request, body=b"&".join(change(_pieces(request.body))))


def _put(pieces: Pieces, at: int, piece: bytes) -> Pieces:
    return [*pieces[:at], piece, *pieces[at + 1 :]]


def _pieces(raw: bytes) -> Pieces:
    return [piece for piece in raw.split(b"&") if piece]
