"""Which values nobody else may see: a sandbox's own secrets, and what an exchange holds in the places of secrets."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from html import unescape
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec

from lookalike_specs.signing import SCHEMES
from lookalike_specs.wire import MOST_PAIRS, RawHeaders, Request

from ..journal import Entry
from ..sandbox import Sandbox
from ..sent import URL_ENCODED, sent
from ..service import Service, situation_in

# what is shorter is no secret, and would be found everywhere
LEAST: Final = 8
BREAKS: Final = re.compile(rb"[\s,;=]+")


def given(sandbox: Sandbox) -> Iterator[bytes]:
    """The secrets of a sandbox; with the demo accounts', those of all accounts that the specs know."""
    for api, service in sandbox.services.items():
        accounts = [sandbox.credentials[api]]
        if not sandbox.world.accounts:
            accounts += [credentials for credentials, _ in service.api.accounts]
        secret = service.api.root.secrets
        yield from (value.encode() for account in accounts for name, value in account.items() if name in secret)


def presented(service: Service, entry: Entry) -> Iterator[bytes]:
    """What stands where secrets and signatures belong, right or wrong; magic keys are none."""
    names = {name.lower().encode(): name for name in service.api.root.secrets}
    request = entry.request
    for name, value in _pairs(request):
        key = name.lower()
        if key in PARTS:
            yield from (part for part in PARTS[key](request, value) if len(part) >= LEAST)
        elif key in names and len(value) >= LEAST and not _is_magic(service, names[key], value):
            yield value
    for body in (request.body, entry.reply.body):
        yield from _members(tuple(names), body)


def _pairs(request: Request) -> Iterator[tuple[bytes, bytes]]:
    """Every name in a request with its value, in the bytes that it stands for."""
    yield from request.headers
    yield from _decoded(request.query)
    if request.content_type == URL_ENCODED:
        yield from _decoded(request.body)
    yield from (
        (name.encode("utf-8", "replace"), value.encode("utf-8", "replace")) for name, value in sent(request).form
    )


def _decoded(text: bytes) -> RawHeaders:
    """The pairs of a query or a form."""
    split = (part.replace(b"+", b" ").partition(b"=") for part in text.split(b"&", MOST_PAIRS))
    return tuple((unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in split)


def _members(names: tuple[bytes, ...], body: bytes) -> Iterator[bytes]:
    """The members of those names in JSON or XML, however deep they stand."""
    for found in _member(names).finditer(body):
        if found[2] is not None:
            yield unescape(found[2].decode("utf-8", "replace")).encode("utf-8", "replace")
            continue
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            yield msgspec.json.decode(b'"%b"' % found[1], type=str).encode("utf-8", "replace")


@lru_cache(maxsize=32)
def _member(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    any_name = b"|".join(map(re.escape, names))
    text = rb'"(?:%b)"\s*:\s*"((?:[^"\\]|\\.){%d,})"|<(?:%b)>([^<]{%d,})</' % (any_name, LEAST, any_name, LEAST)
    return re.compile(text, re.IGNORECASE)


def _authorization(request: Request, value: bytes) -> list[bytes]:
    """The signature, where there is one that can be read; else all that follows the first word, and its parts."""
    signatures = (scheme.presented(request) for scheme in SCHEMES.values())
    found = [signature.encode() for signature in signatures if signature and signature.encode() in value]
    if found:
        return found
    rest = value.partition(b" ")[2] or value
    with suppress(Error):
        name_and_password = b64decode(rest, validate=True)
        return [rest, name_and_password, name_and_password.partition(b":")[2]]
    return [rest, *BREAKS.split(rest)]


def _is_magic(service: Service, name: str, value: bytes) -> bool:
    situation = situation_in(value.decode("utf-8", "replace"), service.magic_keys.get(name))
    return bool(situation) and service.knows(situation)


# headers in which clients put secrets, whether an API asks for them or not
PARTS: Final[Mapping[bytes, Callable[[Request, bytes], list[bytes]]]] = {
    b"authorization": _authorization,
    b"proxy-authorization": _authorization,
    b"cookie": lambda _, value: [value, *BREAKS.split(value)],
}
