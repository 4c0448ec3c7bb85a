"""The yardstick: Starlette's own router and response on the same server, answering the same bytes every time."""

import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lookalike_mocks.adapters.server import bind_socket, run_server

port, path, body_file = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
body = body_file.read_bytes()


async def respond(_: Request) -> Response:
    return Response(body, media_type="application/json")


run_server(Starlette(routes=[Route(path, respond)]), bind_socket("127.0.0.1", port))
