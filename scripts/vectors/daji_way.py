"""Requests to Daji that are signed, and how they are signed otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from urllib.parse import quote

from book import SchemeAdapter
from edits import remove_parameter

from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.signing import Stages, canonical, daji

ACCOUNT = load_api("daji-1688").account
KEY = ACCOUNT["appKey"]
SECRET = ACCOUNT["appSecret"]
HOST_HEADER = (b"host", b"openapi.dajisaas.com")
PAGE_QUERY = "imageId=1048608196202797156&beginPage=1&pageSize=1&country=en"


def build_get(query: str, path: str = "/alibaba/product/imageQuery") -> Request:
    """A request with that raw query."""
    return Request(method="GET", scheme="https", path=path, query=query.encode(), headers=(HOST_HEADER,))


def sign_request(request: Request, secret: str = SECRET, key: str = KEY) -> Request:
    """… with key and sign at its end."""
    return daji.sign_request(request, key, secret)


def build_signed_search(query: str = PAGE_QUERY, secret: str = SECRET, key: str = KEY) -> Request:
    """A search, signed."""
    return sign_request(build_get(query), secret, key)


def build_search_with_sign(query: str, sign: str) -> Request:
    """A search with the key and a sign of the caller's own."""
    return build_get(f"{query}&appKey={KEY}&sign={quote(sign, safe='')}")


def compute_digest(text: str, encoding: str = "utf-8") -> str:
    """MD5 as Daji writes it."""
    return hashlib.md5(text.encode(encoding), usedforsecurity=False).hexdigest().upper()


def build_mistaken_search(query: str, texts: Iterable[str], encoding: str = "utf-8") -> Request:
    """A search whose sign is made of these pairs, in this order."""
    return build_search_with_sign(query, compute_digest(f"{'&'.join(texts)}&secret={SECRET}", encoding))


def _recompute_revealed_stages(request: Request, secret: str) -> Stages:
    return daji.compute_stages(canonical.decode_parameters(request), secret, reveal=True)


ADAPTER = SchemeAdapter(daji.NAME, "appSecret", _recompute_revealed_stages, partial(remove_parameter, name="sign"))
