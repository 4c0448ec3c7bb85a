"""The yardstick: Starlette's own router and response on the same server, answering the same bytes every time."""

import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lookalike_mocks.doors.run import run
from lookalike_mocks.doors.server import bound

port, path, file = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
body = file.read_bytes()


async def answer(_: Request) -> Response:
    return Response(body, media_type="application/json")


run(Starlette(routes=[Route(path, answer)]), bound("127.0.0.1", port))
