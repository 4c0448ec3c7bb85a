"""A request of httpx, signed."""

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
    """The request, signed anew by that scheme of the API with the credentials of the environment.

    `base` is the server's base URL where that has a path, `time` (ISO 8601) one to sign for in place of the present.
    Raises UnknownApi; KeyError when the API has no such scheme.
    """
    loaded = load_api(api)
    schemes = {each.name: each for operation in loaded.operations for each in operation.schemes}
    moment = create_signing_context()
    if time:
        moment = SigningContext(datetime.fromisoformat(time), moment.nonce)
    prefix = urlsplit(base).path.rstrip("/")
    asked = _convert_request(request, prefix)
    proven = sign(asked, schemes[scheme], load_account(loaded), moment)
    url = request.url.copy_with(query=proven.query or None)
    headers = [pair for pair in proven.headers if pair[0] != b"content-length"]
    return type(request)(request.method, url, headers=headers, content=proven.body or None)


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
