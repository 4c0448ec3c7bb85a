"""CONNECT: a client that takes our port for a proxy asks for a tunnel to a host, and speaks TLS in it.

The tunnel ends here: what follows the head of such a request is read as if it had come to this port straight away. So this
stands before a connection begins, where its socket is still nobody's, and reads not one byte beyond that head.
"""

from __future__ import annotations

import asyncio
import re
import socket
from typing import Final

from .interception import Interception
from .response_head import encode_closing_response

METHOD: Final = b"CONNECT "
REQUEST_LINE: Final = re.compile(rb"CONNECT ([^\x00-\x20]+) HTTP/1\.[01]\r\n")
HEAD_END: Final = b"\r\n\r\n"
MAX_HEAD_BYTES: Final = 8192
ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"
FORBIDDEN: Final = b"403 Forbidden"
BAD_REQUEST: Final = b"400 Bad Request"
POLL_SECONDS: Final = 0.005


async def open_tunnel(client: socket.socket, interception: Interception) -> bool:
    """Answer a client's CONNECT. Return False where it asks for something else, of which nothing is taken then.

    Raise ConnectionAbortedError where it was refused, OSError where it has left. The caller says how long it may take.
    """
    while True:
        start = client.recv(len(METHOD), socket.MSG_PEEK)
        if not METHOD.startswith(start):
            return False
        if start == METHOD:
            break
        # a part of the word: what was seen stays in the system's buffer, so that the socket is readable all the time
        await asyncio.sleep(POLL_SECONDS)
    loop = asyncio.get_running_loop()
    head = await _take_head(client)
    match = REQUEST_LINE.match(head)
    if match is None or not head.endswith(HEAD_END):
        await loop.sock_sendall(client, encode_closing_response(BAD_REQUEST))
        raise ConnectionAbortedError("this is no request for a tunnel")
    authority = match[1].decode("latin-1")
    if interception.accepts(authority):
        await loop.sock_sendall(client, ESTABLISHED)
        return True
    advice = interception.refuse(authority).encode("utf-8", "replace") + b"\n"
    await loop.sock_sendall(client, encode_closing_response(FORBIDDEN, advice))
    raise ConnectionAbortedError("the tunnel was refused")


async def _take_head(client: socket.socket) -> bytes:
    """Return the head of a request, and take nothing but that; a head that is too long comes without its end."""
    loop = asyncio.get_running_loop()
    head = b""
    while len(head) < MAX_HEAD_BYTES and not head.endswith(HEAD_END):
        # a client that does not wait for the answer sends its TLS right behind the head
        piece = await loop.sock_recv(client, _count_bytes_before_end(client, head))
        if not piece:
            raise ConnectionAbortedError("the client has left")
        head += piece
    return head


def _count_bytes_before_end(client: socket.socket, head: bytes) -> int:
    """Return how many of the bytes that have come belong to the head; 1 where none has come yet."""
    try:
        data = client.recv(MAX_HEAD_BYTES, socket.MSG_PEEK)
    except BlockingIOError:
        return 1
    end = (head + data).find(HEAD_END)
    if end >= 0:
        return end + len(HEAD_END) - len(head)
    return max(len(data), 1)
