"""Requests to Daji that are signed, and how they are signed otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from urllib.parse import quote

from book import Way
from edits import without_parameter

from lookalike_specs import load
from lookalike_specs.signing import Stages, daji, parameters
from lookalike_specs.wire import Request

ACCOUNT = load("daji-1688").account
KEY, SECRET = ACCOUNT["appKey"], ACCOUNT["appSecret"]
HOST = (b"host", b"openapi.dajisaas.com")
PAGE = "imageId=1048608196202797156&beginPage=1&pageSize=1&country=en"


def get(query: str, path: str = "/alibaba/product/imageQuery") -> Request:
    """A request with that raw query."""
    return Request(method="GET", scheme="https", path=path, query=query.encode(), headers=(HOST,))


def signed(request: Request, secret: str = SECRET, key: str = KEY) -> Request:
    """… with key and sign at its end."""
    return daji.signed(request, key, secret)


def search(query: str = PAGE, secret: str = SECRET, key: str = KEY) -> Request:
    """A search, signed."""
    return signed(get(query), secret, key)


def with_sign(query: str, sign: str) -> Request:
    """A search with the key and a sign of the caller's own."""
    return get(f"{query}&appKey={KEY}&sign={quote(sign, safe='')}")


def digest(text: str, encoding: str = "utf-8") -> str:
    """MD5 as Daji writes it."""
    return hashlib.md5(text.encode(encoding), usedforsecurity=False).hexdigest().upper()


def mistaken(query: str, texts: Iterable[str], encoding: str = "utf-8") -> Request:
    """A search whose sign is made of these pairs, in this order."""
    return with_sign(query, digest(f"{'&'.join(texts)}&secret={SECRET}", encoding))


def _revealed(request: Request, secret: str) -> Stages:
    return daji.stages(parameters.sent(request), secret, reveal=True)


WAY = Way(daji.SCHEME, "appSecret", _revealed, partial(without_parameter, name="sign"))
