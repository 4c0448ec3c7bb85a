"""Slow clients, and clients that send the worst they may: does each end in time, and how long do others wait?

Needs Linux, and nothing but this repository. The exit code is 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import base64
import io
import selectors
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from attack_client import HONEST, HonestClient, ServerProcess, connect, print_goals, start_server
from hostile import build_context, build_values, encode_request
from PIL import Image

from lookalike_mocks.adapters.limits import Limits
from lookalike_specs import load_api
from lookalike_specs.request_builder import build_minimal_values, build_request
from lookalike_specs.signing.sign import sign

EXAMPLES = """examples:
  python benchmarks/slow.py                      500 connections of twelve kinds, about a minute
  python benchmarks/slow.py --connections 60
  python benchmarks/slow.py --worst --seconds 10
"""
GET = b"GET /1688/global/search/image?apiToken=x HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /api/client/third-purchase/image/query HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


LIMITS = Limits()
# A connection's timer may look so much later than its deadline, and this program needs a second to see an end.
SPARE_SECONDS = LIMITS.shortest_seconds + 1.0


@dataclass(frozen=True)
class SlowKind:
    """What is sent at once, what is sent each second, whether answers are read, and after how many seconds the server ends it."""

    first: bytes
    drip: bytes = b""
    reads: bool = True
    limit_seconds: float = LIMITS.body_pause_seconds

    @property
    def goal_seconds(self) -> float:
        """Return the seconds within which it must be over: behind the last answer, a client may read and say its own end."""
        return self.limit_seconds + LIMITS.linger_seconds + SPARE_SECONDS


KINDS = {
    "says nothing": SlowKind(b"", limit_seconds=LIMITS.idle_seconds),
    "half a head": SlowKind(b"GET / HTTP/1.1\r\nhost", limit_seconds=LIMITS.head_seconds),
    "a head in drops": SlowKind(b"GET / HTTP/1.1\r\n", b"x: y\r\n", limit_seconds=LIMITS.head_seconds),
    "half a body": SlowKind(POST + b"Content-Length: 100\r\n\r\n{"),
    "a body in drops": SlowKind(POST + b"Content-Length: 9999\r\n\r\n{", b" "),
    "the body of a GET in drops": SlowKind(GET + b"Content-Length: 9999\r\n\r\n", b"z"),
    "half a chunk": SlowKind(POST + CHUNKED + b"5\r\nab"),
    "chunks in drops": SlowKind(POST + CHUNKED, b"1\r\nz\r\n"),
    "trailers in drops": SlowKind(POST + CHUNKED + b"0\r\n", b"x: y\r\n"),
    "a body in drops behind an answer": SlowKind(GET + b"\r\n" + POST + b"Content-Length: 9999\r\n\r\n", b" "),
    "stays after an answer": SlowKind(GET + b"\r\n", limit_seconds=LIMITS.idle_seconds),
    # more than the buffers of both sides hold, as the server would have sent all of it otherwise
    "reads nothing of what it asks for": SlowKind(
        HONEST * 5000, reads=False, limit_seconds=LIMITS.unread_response_seconds
    ),
}


def main() -> int:
    """Run what is asked for and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0], epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument(
        "--worst", action="store_true", help="instead: one client at a time that sends the worst it may"
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="of each kind of the worst")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, start_server(Path(folder)) as server:
        # a first page is made and kept
        with HonestClient(server.port):
            time.sleep(1)
        if options.worst:
            return send_worst(server, options.seconds)
        return hold_slow_connections(server, options.connections)


def hold_slow_connections(server: ServerProcess, count: int) -> int:
    """Open all, let them drip, and see when each is ended."""
    names = list(KINDS)
    kinds_of: dict[socket.socket, str] = {}
    last_end = dict.fromkeys(names, 0.0)
    began_at = time.monotonic()
    with HonestClient(server.port) as honest, selectors.DefaultSelector() as selector:
        for number in range(count):
            name = names[number % len(names)]
            sock = open_slow_connection(server, KINDS[name])
            kinds_of[sock] = name
            # one whose buffer is full says that it can be read; who reads nothing looks for an end alone
            selector.register(sock, selectors.EVENT_READ)
        opened_at = time.monotonic()
        longest = max(kind.goal_seconds for kind in KINDS.values()) + 10
        next_drip = opened_at
        while kinds_of and time.monotonic() - opened_at < longest:
            if time.monotonic() >= next_drip:
                next_drip += 1.0
                for sock in list(kinds_of):
                    if not drip(sock, KINDS[kinds_of[sock]]):
                        last_end[kinds_of[sock]] = time.monotonic() - opened_at
                        close(sock, selector, kinds_of)
            for key, _ in selector.select(0.1):
                sock = key.fileobj
                if sock in kinds_of and is_over(sock, KINDS[kinds_of[sock]]):
                    last_end[kinds_of[sock]] = time.monotonic() - opened_at
                    close(sock, selector, kinds_of)
    print(
        f"{count} connections, opened in {opened_at - began_at:.1f} s; the honest client asked {len(honest.milliseconds):,} times\n"
    )
    rows = []
    for name, kind in KINDS.items():
        left = sum(value == name for value in kinds_of.values())
        rows.append(
            (
                f"{name}: ended after at most",
                f"{last_end[name]:.0f} s, {left} never",
                f"{kind.goal_seconds:.0f} s",
                not left and last_end[name] <= kind.goal_seconds,
            )
        )
    rows.append(describe_honest(honest, 10.0))
    for sock in kinds_of:
        sock.close()
    return print_goals(rows)


def open_slow_connection(server: ServerProcess, kind: SlowKind) -> socket.socket:
    sock = connect(server.port)
    if not kind.reads:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    if kind.first:
        with suppress(OSError):
            sock.send(kind.first)
    return sock


def drip(sock: socket.socket, kind: SlowKind) -> bool:
    """Send a drop. Return whether the connection is still there."""
    try:
        if kind.drip:
            sock.send(kind.drip)
        elif not kind.reads:
            return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 and is_established(sock)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True


def is_established(sock: socket.socket) -> bool:
    """Return whether the other side has not ended it; the state is the first byte of Linux's tcp_info."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1


def is_over(sock: socket.socket, kind: SlowKind) -> bool:
    if not kind.reads:
        time.sleep(0.001)
        return not is_established(sock)
    try:
        return sock.recv(65536) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def close(sock: socket.socket, selector: selectors.BaseSelector, kinds_of: dict[socket.socket, str]) -> None:
    selector.unregister(sock)
    sock.close()
    del kinds_of[sock]


def describe_honest(honest: HonestClient, goal: float) -> tuple[str, str, str, bool]:
    p99 = honest.compute_percentile(0.99)
    figures = f"{honest.compute_percentile(0.5):.1f}, {p99:.1f}, {honest.compute_percentile(1.0):.0f}; {len(honest.failures)} failures"
    return (
        "others: p50, p99, slowest, ms",
        figures,
        f"p99 {goal:.0f} at most, no failure",
        p99 <= goal and not honest.failures,
    )


def build_worst() -> Iterator[tuple[str, bytes]]:
    """Yield the dearest requests that are allowed, each with its name."""
    file = io.BytesIO()
    Image.new("RGB", (4096, 4096), (200, 30, 30)).save(file, "JPEG", quality=10, progressive=True)
    yield "a progressive JPEG of 16 million pixels", build_picture_search(file.getvalue())
    file = io.BytesIO()
    Image.new("RGB", (4096, 4096), (200, 30, 30)).save(file, "WEBP", lossless=True)
    yield "a WebP of 16 million pixels in 1 KB", build_picture_search(file.getvalue())
    form = b"appKey=x&" + b"&".join(b"sign=%08x" % number for number in range(60_000))
    yield "a form of 60,000 fields", build_post(b"/alibaba/upload/image", b"application/x-www-form-urlencoded", form)
    parts = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 50_000 + b"--b--\r\n"
    yield "multipart of 50,000 parts", build_post(b"/", b"multipart/form-data; boundary=b", parts)
    yield "JSON 30,000 deep", build_post(b"/api/client/third-purchase/image/query", b"application/json", b"[" * 30_000)
    yield "a keyword of 60 KB", build_keyword_search()


def build_post(path: bytes, media_type: bytes, body: bytes) -> bytes:
    head = b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    return head % (path, media_type, len(body)) + body


def build_picture_search(picture: bytes) -> bytes:
    api = load_api("aliyun")
    operation = api.operations[0]
    values = build_values(api, operation) | {"PicContent": base64.b64encode(picture).decode()}
    request = build_request(operation, values, "http://127.0.0.1")
    return encode_request(sign(request, operation.schemes[0], dict(api.account), build_context(Random())))


def build_keyword_search() -> bytes:
    api = load_api("daji-1688")
    operation = api.operations[0]
    values = build_minimal_values(api, operation, dict(api.account)) | {"keyword": "e " * 14_000}
    request = build_request(operation, values, "http://127.0.0.1")
    return encode_request(sign(request, operation.schemes[0], dict(api.account), build_context(Random())))


def send_worst(server: ServerProcess, seconds: float) -> int:
    """Send each kind again and again by one client, and see how long another waits meanwhile."""
    rows = []
    for name, data in build_worst():
        is_over_event = threading.Event()
        answers: list[bytes] = []
        thread = threading.Thread(target=repeat, args=(server, data, is_over_event, answers))
        with HonestClient(server.port, pause=0.01) as honest:
            thread.start()
            time.sleep(seconds)
            is_over_event.set()
            thread.join()
        _, figures, goal, is_reached = describe_honest(honest, 100.0)
        statuses = sorted({answer[9:12].decode() for answer in answers})
        rows.append(
            (
                f"{name} ({len(answers)} times, {', '.join(statuses)}): others' p50, p99, slowest, ms",
                figures,
                goal,
                is_reached,
            )
        )
    return print_goals(rows)


def repeat(server: ServerProcess, data: bytes, is_over_event: threading.Event, answers: list[bytes]) -> None:
    while not is_over_event.is_set():
        try:
            with connect(server.port, 60) as sock:
                sock.sendall(data)
                answers.append(sock.recv(65536))
        except OSError:
            answers.append(b"HTTP/1.1 lost")


if __name__ == "__main__":
    sys.exit(main())
