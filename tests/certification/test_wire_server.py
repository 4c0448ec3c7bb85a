"""The server of the cases on the wire leaves nothing open behind its block."""

from __future__ import annotations

import asyncio
import gc
import itertools
import socket
import warnings
from urllib.parse import urlsplit

import pytest

from lookalike.certification.wire_server import WIRE_ANSWERS, WireServer

# what a client has sent when the block ends; and how many turns of the loop the server had for it
REQUESTS = (b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
TURNS = range(5)


async def end_with_clients(script: str) -> None:
    for request, turns in itertools.product(REQUESTS, TURNS):
        async with WireServer(script, lambda: 0.0) as server:
            address = urlsplit(server.url)
            client = socket.create_connection((address.hostname, address.port))
            client.sendall(request)
            for _ in range(turns):
                await asyncio.sleep(0)
        client.close()


@pytest.mark.parametrize("script", WIRE_ANSWERS)
def test_no_socket_is_left_open(script: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(end_with_clients(script))
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
