"""Which values of an exchange nobody may see: the account's secrets, and what stands where proofs belong."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from html import unescape
from typing import Final

import msgspec

from lookalike_specs import Api
from lookalike_specs.proof import PROOFS
from lookalike_specs.signing import SCHEMES, Stages, parameters
from lookalike_specs.veil import Veil
from lookalike_specs.wire import Request

from ..finding import Exchange

# what is shorter is no secret, and would be found everywhere
LEAST: Final = 8
AUTHORIZATION: Final = (b"authorization", b"proxy-authorization", b"cookie", b"set-cookie")
BREAKS: Final = re.compile(r"[\s,;=]+")


def veil(api: Api, account: Mapping[str, str], exchanges: Iterable[Exchange]) -> Veil:
    """Covers all of them in any text."""
    own = [value.encode() for value in secrets(api, account).values()]
    found = (value for exchange in exchanges for value in _presented(api, account, exchange))
    return Veil([*own, *(value.encode("utf-8", "replace") for value in found if len(value) >= LEAST)])


def secrets(api: Api, account: Mapping[str, str]) -> dict[str, str]:
    """Those of an account's values that are secret, by name."""
    return {name: value for name, value in account.items() if name in api.root.secrets and value}


def _presented(api: Api, account: Mapping[str, str], exchange: Exchange) -> Iterator[str]:
    request, reply = exchange
    names = tuple(api.root.secrets)
    lower = {name.lower() for name in names}
    yield from (value for name, value in parameters.sent(request) if name.lower() in lower)
    for headers in (request.headers, reply.headers):
        for name, value in headers:
            text = value.decode("utf-8", "replace")
            if name.lower() in AUTHORIZATION:
                yield from _parts(request, text)
            elif name.decode("latin-1").lower() in lower:
                yield text
    for body in (request.body, reply.body):
        yield from _members(names, body)
    yield from _proofs(account, request)


def _proofs(account: Mapping[str, str], request: Request) -> Iterator[str]:
    """The signatures that a request has, and those that it should have: a server may tell them."""
    for name, scheme in SCHEMES.items():
        if (own := scheme.presented(request)) is not None:
            yield own
        if (secret := account.get(PROOFS[name].secret)) is not None:
            made = scheme.recomputed(request, secret)
            if isinstance(made, Stages):
                yield made.signature


def _parts(request: Request, value: str) -> Iterator[str]:
    """The signature of a header that can be read; else all that follows the first word, and its parts."""
    signatures = [found for scheme in SCHEMES.values() if (found := scheme.presented(request)) and found in value]
    if signatures:
        return
    rest = value.partition(" ")[2] or value
    yield rest
    yield from BREAKS.split(rest)
    with suppress(ValueError):
        name_and_password = b64decode(rest, validate=True).decode("utf-8", "replace")
        yield name_and_password
        yield name_and_password.partition(":")[2]


def _members(names: tuple[str, ...], body: bytes) -> Iterator[str]:
    """What has those names in JSON, XML or a multipart form."""
    for found in _member(names).finditer(body):
        if found[1] is not None:
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                yield msgspec.json.decode(b'"%b"' % found[1], type=str)
        else:
            yield unescape((found[2] or found[3]).decode("utf-8", "replace"))


@lru_cache(maxsize=32)
def _member(names: tuple[str, ...]) -> re.Pattern[bytes]:
    name = b"|".join(re.escape(each.encode()) for each in names)
    return re.compile(
        rb'"(?:%b)"\s*:\s*"((?:[^"\\]|\\.)+)"|<(?:%b)>([^<]+)</|name="(?:%b)"[^\r\n]*\r\n\r\n([^\r\n]+)\r\n'
        % (name, name, name),
        re.IGNORECASE,
    )
