"""Find what an exchange holds in the places of secrets and signatures, right or wrong."""

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

from .value_index import MIN_SECRET_LENGTH

SEPARATORS: Final = re.compile(rb"[\s,;=]+")
# The first word of an authorization, which says only of what kind it is: `Basic`, `Bearer`, `acs`.
AUTH_SCHEME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]*")
# Members of JSON and elements of XML, however deep they stand, and fields of a multipart form: `"appSecret": "…"`,
# `<appSecret>…</`, `name="appSecret"` with its value behind an empty line. The head of a field has bounds, or a body of
# nothing but heads would take the square of its length.
MEMBER_PATTERN: Final = (
    rb'"(?:%b)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"'
    rb"|<(?:%b)>([^<]+)</"
    rb'|name="?(?:%b)"?(?:[; \t][^\r\n]{0,200})?\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n(.*?)(?:\r?\n--|\Z)'
)


def find_secrets(names: Iterable[str], request: Request, response: Response | None = None) -> set[bytes]:
    """Return what stands where an API's secrets of these names belong, and where any client puts some.

    Signatures of every scheme are among them, whatever the API takes; each value in every reading of its bytes.
    """
    lower_names = tuple(name.lower().encode() for name in names)
    values = {signature.encode() for signature in _read_signatures(request)}
    for name, value in _iter_pairs(request, response):
        read_parts = SECRET_HEADERS.get(name.lower())
        if read_parts is not None:
            values.update(read_parts(value))
        elif name.lower() in lower_names:
            values.update(_split_parts(value))
    values.update(_find_members(lower_names, request.body))
    if response is not None:
        values.update(_find_members(lower_names, response.body))
    readings = {reading for value in values for reading in _list_charset_readings(value)}
    return {reading for reading in readings if len(reading) >= MIN_SECRET_LENGTH}


def _list_charset_readings(value: bytes) -> tuple[bytes, ...]:
    """Return the value, and what becomes of one that is not ASCII in a text: some read UTF-8, others Latin-1."""
    if value.isascii():
        return (value,)
    return value, value.decode("utf-8", "replace").encode(), value.decode("latin-1").encode()


def _iter_pairs(request: Request, response: Response | None) -> Iterator[tuple[bytes, bytes]]:
    """Yield every name in headers, query and form with its value, in the bytes that it stands for.

    Bytes, as a secret may be no text at all: `parse_pairs` would make U+FFFD of it, and it would not be found again.
    """
    yield from request.headers
    if response is not None:
        yield from response.headers
    texts = [request.query]
    if canonical.is_form(request):
        texts.append(request.body)
    for text in texts:
        for part in text.replace(b"+", b" ").split(b"&", MAX_PAIRS):
            name, _, value = part.partition(b"=")
            yield unquote_to_bytes(name), unquote_to_bytes(value)


def _find_members(names: tuple[bytes, ...], body: bytes) -> Iterator[bytes]:
    for match in _compile_member_pattern(names).finditer(body):
        json, xml, field = match.groups()
        if json is not None:
            yield _unescape_json(json)
        elif xml is not None:
            yield unescape(xml.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        else:
            yield field


def _unescape_json(json: bytes) -> bytes:
    """Return what a string of JSON says; one that is none after all stays as it is."""
    try:
        return msgspec.json.decode(b'"%b"' % json, type=str).encode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json


@lru_cache(maxsize=32)
def _compile_member_pattern(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    any_name = b"|".join(map(re.escape, (*names, *SECRET_HEADERS)))
    return re.compile(MEMBER_PATTERN % (any_name, any_name, any_name), re.IGNORECASE | re.DOTALL)


def _read_signatures(request: Request) -> list[str]:
    """Return those of all schemes that can be read, whatever the API takes."""
    signatures = [scheme.read_signature(request) for scheme in SCHEMES.values()]
    return [signature for signature in signatures if signature]


def _split_parts(value: bytes) -> list[bytes]:
    # `Credential=abc,Signature=def`: somebody may quote the whole, somebody else a part of it
    return [value, *SEPARATORS.split(value)]


def _split_authorization(value: bytes) -> list[bytes]:
    """Return the signature, where there is one that can be read; else all that follows the kind, and its parts."""
    only_header = Request(method="", path="", headers=((b"authorization", value),))
    signatures = _read_signatures(only_header)
    if signatures:
        return [signature.encode("latin-1") for signature in signatures]
    kind, _, rest = value.strip().partition(b" ")
    rest = rest or kind
    if AUTH_SCHEME.fullmatch(kind):
        parts = _split_parts(rest)
    else:
        parts = [rest, *_split_parts(value)]
    # `Basic` has `name:password` in Base64
    with suppress(ValueError):
        name_and_password = b64decode(rest, validate=True)
        parts += [name_and_password, name_and_password.partition(b":")[2]]
    return parts


# Headers in which clients put secrets, whether an API asks for them or not.
SECRET_HEADERS: Final[Mapping[bytes, Callable[[bytes], list[bytes]]]] = {
    b"authorization": _split_authorization,
    b"proxy-authorization": _split_authorization,
    b"cookie": _split_parts,
    # `session=abc; Path=/; Max-Age=60`: the rest says where and how long it counts
    b"set-cookie": lambda value: _split_parts(value.partition(b";")[0]),
}
