"""The yardstick: Starlette's own router and response on uvicorn, answering the same bytes every time."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

if len(sys.argv) != 4:
    sys.exit("Usage: python benchmarks/static.py PORT PATH BODY_FILE")
port = int(sys.argv[1])
path = sys.argv[2]
# Read once: what is measured is the router and the response, not the disk.
body = Path(sys.argv[3]).read_bytes()


async def respond(_: Request) -> Response:
    return Response(body, media_type="application/json")


uvicorn.run(Starlette(routes=[Route(path, respond)]), port=port, log_level="critical", access_log=False)
