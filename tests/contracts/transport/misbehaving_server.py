"""Servers that behave badly, each a function of the socket that somebody connected to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event

OK_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SocketHandler = Callable[[socket.socket, Event], None]


@contextmanager
def serve_badly(manners: SocketHandler, host: str = "127.0.0.1") -> Iterator[tuple[str, list[int]]]:
    """The base URL of a server, and the number of each connection that it got; it ends with the block."""
    over, calls = Event(), list[int]()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener, ThreadPoolExecutor() as pool:
        listener.bind((host, 0))
        listener.listen()
        pool.submit(_accept_connections, listener, manners, over, calls, pool)
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}", calls
        finally:
            over.set()
            # closing does not wake who waits in accept
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept_connections(
    listener: socket.socket, manners: SocketHandler, over: Event, calls: list[int], pool: ThreadPoolExecutor
) -> None:
    with suppress(OSError):
        while not over.is_set():
            sock, _ = listener.accept()
            calls.append(len(calls) + 1)
            pool.submit(_handle_connection, sock, manners, over)


def _handle_connection(sock: socket.socket, manners: SocketHandler, over: Event) -> None:
    with sock, suppress(OSError):
        sock.settimeout(5)
        manners(sock, over)


def read_request_head(sock: socket.socket) -> bytes:
    """The head of a request."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := sock.recv(65536)):
            raise OSError
        data += piece
    return data


def send_and_close(*pieces: bytes) -> SocketHandler:
    """Says that to every request, and closes."""

    def manners(sock: socket.socket, _: Event) -> None:
        read_request_head(sock)
        for piece in pieces:
            sock.sendall(piece)

    return manners


def send_and_hold(*pieces: bytes) -> SocketHandler:
    """Says that, and never closes."""

    def manners(sock: socket.socket, over: Event) -> None:
        read_request_head(sock)
        for piece in pieces:
            sock.sendall(piece)
        over.wait(20)

    return manners


def drip_response(first: bytes, piece: bytes) -> SocketHandler:
    """Says something, and then a little more again and again."""

    def manners(sock: socket.socket, over: Event) -> None:
        read_request_head(sock)
        sock.sendall(first)
        while not over.wait(0.02):
            sock.sendall(piece)

    return manners


def flood_response(first: bytes, piece: bytes) -> SocketHandler:
    """The same without a pause."""

    def manners(sock: socket.socket, over: Event) -> None:
        read_request_head(sock)
        sock.sendall(first)
        while not over.is_set():
            sock.sendall(piece)

    return manners
