"""What an exchange holds in the places of secrets and signatures, right or wrong."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from html import unescape
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec

from lookalike_specs.messages import MAX_PAIRS, Request, Response
from lookalike_specs.signing import SCHEMES, canonical

# what is shorter is no secret, and would be found everywhere
MIN_SECRET_LENGTH: Final = 8
SEPARATORS: Final = re.compile(rb"[\s,;=]+")
# the first word of an authorization, where it says only of what kind that is
AUTH_SCHEME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]*")
# members of JSON and elements of XML, however deep they stand, and fields of a multipart form; the head of a field has
# bounds, or a body of nothing but heads would take the square of its length
MEMBER_PATTERN: Final = (
    rb'"(?:%b)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"'
    rb"|<(?:%b)>([^<]+)</"
    rb'|name="?(?:%b)"?(?:[; \t][^\r\n]{0,200})?\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n(.*?)(?:\r?\n--|\Z)'
)


def find_secrets(names: Iterable[str], request: Request, reply: Response | None = None) -> set[bytes]:
    """What stands where an API's secrets of these names belong, and where any client puts some, in every reading."""
    wanted = tuple(name.lower().encode() for name in names)
    found = {signature.encode() for signature in _read_signatures(request)}
    for name, value in _iterate_pairs(request, reply):
        if (read := SECRET_HEADERS.get(name.lower())) is not None:
            found.update(read(value))
        elif name.lower() in wanted:
            found.update(_split_parts(value))
    for body in (request.body, reply.body if reply else b""):
        found.update(_find_members(wanted, body))
    return {reading for value in found for reading in _charset_readings(value) if len(reading) >= MIN_SECRET_LENGTH}


def _charset_readings(value: bytes) -> tuple[bytes, ...]:
    """The value, and what becomes of one that is not ASCII in a text: some read UTF-8, others Latin-1."""
    if value.isascii():
        return (value,)
    return value, value.decode("utf-8", "replace").encode(), value.decode("latin-1").encode()


def _iterate_pairs(request: Request, reply: Response | None) -> Iterator[tuple[bytes, bytes]]:
    """Every name in headers, query and form with its value, in the bytes that it stands for."""
    yield from request.headers
    yield from reply.headers if reply else ()
    for text in (request.query, request.body if canonical.is_form(request) else b""):
        for part in text.replace(b"+", b" ").split(b"&", MAX_PAIRS):
            name, _, value = part.partition(b"=")
            yield unquote_to_bytes(name), unquote_to_bytes(value)


def _find_members(names: tuple[bytes, ...], body: bytes) -> Iterator[bytes]:
    for found in _compile_member_pattern(names).finditer(body):
        json, xml, field = found.groups()
        if json is not None:
            yield _unescape_json(json)
        elif xml is not None:
            yield unescape(xml.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        else:
            yield field


def _unescape_json(json: bytes) -> bytes:
    """What a string of JSON says; one that is none after all stays as it is."""
    try:
        return msgspec.json.decode(b'"%b"' % json, type=str).encode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json


@lru_cache(maxsize=32)
def _compile_member_pattern(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    any_name = b"|".join(map(re.escape, (*names, *SECRET_HEADERS)))
    return re.compile(MEMBER_PATTERN % (any_name, any_name, any_name), re.IGNORECASE | re.DOTALL)


def _read_signatures(request: Request) -> list[str]:
    """Those of all schemes that can be read, whatever the API takes."""
    return [signature for scheme in SCHEMES.values() if (signature := scheme.read_signature(request))]


def _split_parts(value: bytes) -> list[bytes]:
    return [value, *SEPARATORS.split(value)]


def _split_authorization(value: bytes) -> list[bytes]:
    """The signature, where there is one that can be read; else all that follows the kind, and its parts."""
    alone = Request(method="", path="", headers=((b"authorization", value),))
    if signatures := _read_signatures(alone):
        return [signature.encode("latin-1") for signature in signatures]
    kind, _, rest = value.strip().partition(b" ")
    rest = rest or kind
    found = _split_parts(rest) if AUTH_SCHEME.fullmatch(kind) else [rest, *_split_parts(value)]
    with suppress(ValueError):
        name_and_password = b64decode(rest, validate=True)
        found += [name_and_password, name_and_password.partition(b":")[2]]
    return found


# headers in which clients put secrets, whether an API asks for them or not
SECRET_HEADERS: Final[Mapping[bytes, Callable[[bytes], list[bytes]]]] = {
    b"authorization": _split_authorization,
    b"proxy-authorization": _split_authorization,
    b"cookie": _split_parts,
    # the rest says where and how long it counts
    b"set-cookie": lambda value: _split_parts(value.partition(b";")[0]),
}
