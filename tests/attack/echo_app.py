"""An application that says in its response which request it answers, so that a lost or doubled one is seen.

`/direct/17` is answered at once, `/slow/17?seconds=3` by a task, `/stream/17` by a task in pieces. `pad` is how long a body is
wanted. The serial number comes back in a header, as a response to HEAD has no body.
"""

from __future__ import annotations

import zlib
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from lookalike_mocks.adapters.raw_connection import EXTENSION, RawConnection
from lookalike_specs.messages import Request, Response

# of a longer body no more is kept
BODY_LIMIT = 4000
STREAM_PIECES = 3


class EchoApp:
    """What a ServerConnection asks of its application."""

    def respond_directly(self, request: Request) -> Response | None:
        if not request.path.startswith("/direct/"):
            return None
        return build_echo(request)

    def get_body_limit(self, method: str, path: str) -> int:
        return BODY_LIMIT

    def get_body_seconds(self, path: str) -> float:
        return 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope["extensions"][EXTENSION]
        assert isinstance(raw, RawConnection)
        response = build_echo(raw.request)
        if not await raw.wait(float(_get_option(raw.request, "seconds"))):
            return
        await send({"type": "http.response.start", "status": 200, "headers": list(response.headers)})
        pieces = [response.body]
        if raw.request.path.startswith("/stream/"):
            pieces = [response.body] * STREAM_PIECES
        for piece in pieces[:-1]:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": pieces[-1]})


def build_echo(request: Request) -> Response:
    """Return a response whose headers say what came."""
    headers = (
        (b"x-serial", request.path.rpartition("/")[2].encode()),
        (b"x-method", request.method.encode()),
        (b"x-size", b"%d" % len(request.body)),
        (b"x-checksum", b"%d" % zlib.crc32(request.body)),
        (b"x-broken-rule", request.broken_rule.encode() or b"none"),
    )
    body = b"p" * int(_get_option(request, "pad"))
    return Response(status=200, body=body, media_type="text/plain", headers=headers)


def _get_option(request: Request, name: str) -> str:
    return parse_qs(request.query.decode()).get(name, ["0"])[0]
