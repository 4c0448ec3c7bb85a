"""A request of httpx, signed anew; what the Python snippets of findings import."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.sign import sign

from ..context import create_signing_context
from .secrets import load_account

if TYPE_CHECKING:
    import httpx


def sign_request(request: httpx.Request, api: str, scheme: str, *, base: str = "", time: str = "") -> httpx.Request:
    """Return a request signed anew by a scheme of the API, with the credentials of the environment.

    `base` is the server's base URL where that has a path, `time` (ISO 8601) a time to sign for in place of the present.
    Raise UnknownApi; KeyError when the API has no such scheme.
    """
    loaded_api = load_api(api)
    schemes = {scheme.name: scheme for operation in loaded_api.operations for scheme in operation.schemes}
    signing_context = create_signing_context()
    if time:
        signing_context = SigningContext(datetime.fromisoformat(time), signing_context.nonce)
    # the vendors sign the path of their own host: what a gateway puts in front of it is not part of that
    prefix = urlsplit(base).path.rstrip("/")
    unsigned = _convert_request(request, prefix)
    signed = sign(unsigned, schemes[scheme], load_account(loaded_api), signing_context)
    url = request.url.copy_with(query=signed.query or None)
    # the body may have another length now; httpx counts it
    headers = [pair for pair in signed.headers if pair[0] != b"content-length"]
    # the request's own class, because httpx is an extra that this module must not import
    return type(request)(request.method, url, headers=headers, content=signed.body or None)


def _convert_request(request: httpx.Request, prefix: str) -> Request:
    path, _, query = request.url.raw_path.partition(b"?")
    return Request(
        method=request.method,
        path=unquote(path.decode("ascii")).removeprefix(prefix),
        query=query,
        headers=tuple((name.lower(), value) for name, value in request.headers.raw),
        body=request.read(),
        scheme=request.url.scheme,
    )
