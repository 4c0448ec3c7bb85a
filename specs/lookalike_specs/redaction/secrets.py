"""Find what an exchange holds in the places of secrets and signatures, right or wrong."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from html import unescape
from typing import Final

import msgspec

from lookalike_specs.messages import MAX_PAIRS, Request, Response
from lookalike_specs.percent_decode import percent_decode
from lookalike_specs.signing import SCHEMES, canonical

from .decoders import decompress
from .mentions import find_mentions
from .secret_names import is_secret_name
from .value_index import MIN_SECRET_LENGTH

SEPARATORS: Final = re.compile(rb"[\s,;]+")
# The first word of an authorization, which says only of what kind it is: `Basic`, `Bearer`, `acs`.
AUTH_SCHEME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]*")
# what a value has that may mention a secret
MENTION_HINT: Final = re.compile(rb"[=@%]|[:\"'][ :]|bearer", re.IGNORECASE)
MAX_SCANNED_VALUE: Final = 16 * 1024
# Members of JSON and elements of XML, however deep they stand, and fields of a multipart form: `"appSecret": "…"`,
# `<appSecret>…</`, `name="appSecret"` with its value behind an empty line. Names and the head of a field have bounds, or a
# body of nothing but heads would take the square of its length.
JSON_MEMBER: Final = re.compile(
    rb'"([^"\\]{1,64})"\s*:\s*(?:\[\s*)?(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([0-9]{8,400}))', re.DOTALL
)
XML_ELEMENT: Final = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.:-]{0,63})>([^<]+)</")
XML_ATTRIBUTE: Final = re.compile(rb'\s([A-Za-z_][A-Za-z0-9_.:-]{0,63})="([^"<>]{8,4096})"')
FORM_FIELD: Final = re.compile(
    rb'name="?([^"\r\n; \t]{1,64})"?(?:[; \t][^\r\n]{0,200})?\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n(.*?)(?:\r?\n--|\Z)',
    re.IGNORECASE | re.DOTALL,
)


def find_secrets(names: Iterable[str], request: Request, response: Response | None = None) -> set[bytes]:
    """Return what stands where an API's secrets of these names belong, and where any client puts some.

    Where the secrets of other APIs belong counts as well, and what any part of the exchange mentions by such a name.
    Signatures of every scheme are among them, whatever the API takes; each value in every reading of its bytes.
    """
    is_secret = _create_name_test(frozenset(name.lower().encode() for name in names))
    values = {signature.encode() for signature in _read_signatures(request)}
    other_values = [request.path.encode("utf-8", "replace")]
    for name, value in _iter_named_values(request, response):
        if is_secret(name):
            read_parts = SECRET_HEADERS.get(name.lower(), _split_parts)
            values.update(read_parts(value))
        elif MENTION_HINT.search(value):
            other_values.append(value[:MAX_SCANNED_VALUE])
    # all in one, as each text is read in many ways
    values.update(find_mentions(b"\n".join(other_values), is_secret))
    readings = {reading for value in values for reading in _list_charset_readings(value)}
    return {reading for reading in readings if len(reading) >= MIN_SECRET_LENGTH}


@lru_cache(maxsize=64)
def _create_name_test(lower_names: frozenset[bytes]) -> Callable[[bytes], bool]:
    def is_secret(name: bytes) -> bool:
        return name.lower() in lower_names or name.lower() in SECRET_HEADERS or is_secret_name(name)

    return is_secret


def _list_charset_readings(value: bytes) -> tuple[bytes, ...]:
    """Return the value, and what becomes of one that is not ASCII in a text: some read UTF-8, others Latin-1."""
    if value.isascii():
        return (value,)
    return value, value.decode("utf-8", "replace").encode(), value.decode("latin-1").encode()


def _iter_named_values(request: Request, response: Response | None) -> Iterator[tuple[bytes, bytes]]:
    """Yield every name in headers, query and bodies with its value, in the bytes that it stands for.

    Bytes, as a secret may be no text at all: `parse_pairs` would make U+FFFD of it, and it would not be found again.
    """
    yield from request.headers
    yield from _iter_pairs(request.query)
    if canonical.is_form(request):
        yield from _iter_pairs(request.body)
        yield from _iter_members(request.body)
    else:
        yield from _read_body(request.body)
    if response is not None:
        yield from response.headers
        yield from _read_body(response.body)


def _read_body(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the members of a body, or what it is compressed to hold; one that has none is a value without a name."""
    for text in (body, *(layer.text for layer in decompress(body))):
        members = list(_iter_members(text))
        yield from members
        if not members:
            yield b"", text


def _iter_pairs(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    for part in text.replace(b"+", b" ").split(b"&", MAX_PAIRS):
        name, _, value = part.partition(b"=")
        yield percent_decode(name), percent_decode(value)


def _iter_members(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names and values of members, elements and fields."""
    for match in JSON_MEMBER.finditer(body):
        yield match[1], _unescape_json(match[2] or match[3] or b"")
    for match in XML_ELEMENT.finditer(body):
        yield match[1], unescape(match[2].decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    for match in XML_ATTRIBUTE.finditer(body):
        yield match[1], unescape(match[2].decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    for match in FORM_FIELD.finditer(body):
        yield match[1], match[2]


def _unescape_json(json: bytes) -> bytes:
    """Return what a string of JSON says; one that is none after all stays as it is."""
    try:
        return msgspec.json.decode(b'"%b"' % json, type=str).encode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return json


def _read_signatures(request: Request) -> list[str]:
    """Return those of all schemes that can be read, whatever the API takes."""
    signatures = [scheme.read_signature(request) for scheme in SCHEMES.values()]
    return [signature for signature in signatures if signature]


def _split_parts(value: bytes) -> list[bytes]:
    """Return the value and its parts: of `Credential=abc,Signature=def` somebody may quote `def`."""
    parts = [value]
    for pair in SEPARATORS.split(value):
        name, _, part = pair.partition(b"=")
        # Base64 may end in `=`; the name of a part is no secret
        parts.append(part.rstrip(b"=") or name)
    return parts


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
