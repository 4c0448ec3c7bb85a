"""Faults on the wire, byte by byte: on both event loops, plain and over TLS, for both ways through a connection."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

import httpx
import pytest
import uvloop
from starlette.types import Message

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.asgi_faults import CONNECTION_FAULTS, MESSAGE_FAULTS
from lookalike_mocks.adapters.certificates import TlsContexts, create_tls_contexts, list_host_names
from lookalike_mocks.adapters.httpx_faults import HTTPX_FAULTS
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.server import Listener, bind_socket
from lookalike_mocks.faults import FAULTS, split_halves
from lookalike_specs.messages import Fault, Request, Response

SECONDS = 20.0
LATE = 0.05
# late enough to be told from a busy machine
VERY_LATE = 2.0
# how much too early a timer of uvloop may be
TICK = 0.01
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
OPEN, FIN, RST = "open", "FIN", "RST"
GOOD = Response(
    # a time of its own, as the bytes are compared
    status=200,
    body=bytes(range(32, 127)) * 30,
    headers=((b"x-trace", b"17"), (b"date", b"Sat, 21 Nov 2026 00:26:28 GMT")),
)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-trace: 17\r\ndate: Sat, 21 Nov 2026 00:26:28 GMT\r\n"
REQUESTS = {
    "GET": b"GET %b HTTP/1.1\r\nhost: x\r\n%b\r\n",
    "POST": b"POST %b HTTP/1.1\r\nhost: x\r\n%bcontent-length: 4\r\n\r\nbody",
}
CLOSE = b"connection: close\r\n"


class Stub:
    """Answers every request with GOOD, and with the fault that the path says: `/latency/0.3`."""

    body = GOOD.body

    def get_body_limit(self, _: str) -> int:
        return 1000

    def reads_files(self, _: str) -> bool:
        return False

    def get_body_seconds(self, _: str) -> float:
        return 0

    def respond(self, request: Request) -> Response:
        kind, _, seconds = request.path[1:].partition("/")
        fault = Fault(kind, float(seconds or 0)) if kind != "good" else None
        return Response(status=200, body=self.body, headers=GOOD.headers, fault=fault)


@dataclass
class Line:
    """A client that sees what comes, and how it ends; over TLS its own eyes are kept for the bytes below."""

    sock: socket.socket
    inner: ssl.SSLObject | None = None
    inbox: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    outbox: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    # over TLS the other side says that no more will come, and waits to hear the same
    over: bool = False

    def secure(self, context: ssl.SSLContext) -> Line:
        self.inner = context.wrap_bio(self.inbox, self.outbox, server_hostname="localhost")
        while True:
            try:
                self.inner.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.sock.sendall(self.outbox.read())
                self.inbox.write(self.sock.recv(65536))
        self.sock.sendall(self.outbox.read())
        return self

    def send(self, data: bytes) -> None:
        if self.inner is not None:
            self.inner.write(data)
            data = self.outbox.read()
        self.sock.sendall(data)

    def read(self) -> bytes:
        """What comes next; b"" at the end. Raises ConnectionResetError, TimeoutError."""
        while True:
            data = b"" if self.over else self.sock.recv(65536)
            if self.inner is None or not data:
                return data
            self.inbox.write(data)
            found = b""
            try:
                while part := self.inner.read(65536):
                    found += part
                self.over = True
                return found
            except ssl.SSLWantReadError:
                if found:
                    return found

    def hear(self, size: int = 10**9) -> tuple[bytes, str]:
        """What comes up to that size, and how it ends."""
        heard = b""
        try:
            while len(heard) < size:
                data = self.read()
                heard += data
                if not data:
                    return heard, FIN
        except ConnectionResetError:
            return heard, RST
        return heard, OPEN


@dataclass
class Place:
    """A listener on a loop of its own."""

    address: tuple[str, int]
    loop: asyncio.AbstractEventLoop
    tls: TlsContexts | None

    @contextmanager
    def line(self, *, secure: bool | None = None) -> Iterator[Line]:
        with socket.create_connection(self.address, timeout=SECONDS) as sock:
            line = Line(sock)
            if self.tls is not None and secure is None:
                self.tls.present_right()
                secure = True
            yield line.secure(self.trusting()) if secure else line

    def trusting(self) -> ssl.SSLContext:
        assert self.tls is not None
        return ssl.create_default_context(cadata=self.tls.ca)

    def tasks(self) -> int:
        """How many tasks there are on the loop."""

        async def count() -> int:
            return len(asyncio.all_tasks()) - 1

        return asyncio.run_coroutine_threadsafe(count(), self.loop).result(SECONDS)

    def calm(self) -> bool:
        """Whether all tasks come to an end."""
        until = time.monotonic() + SECONDS
        while self.tasks() and time.monotonic() < until:
            time.sleep(0.02)
        return not self.tasks()


async def closed(listener: Listener, grace: float) -> int:
    """How many tasks there still are when a listener has closed."""
    await listener.close(grace)
    return len(asyncio.all_tasks()) - 1


@contextmanager
def listening(
    loop: asyncio.AbstractEventLoop,
    secured: TlsContexts | None = None,
    limits: Limits | None = None,
    grace: float = 0,
) -> Iterator[Place]:
    thread = Thread(target=loop.run_forever)
    thread.start()
    listener, sock = Listener(MockApp(Stub()), limits, secured), bind_socket("127.0.0.1", 0)  # type: ignore[arg-type]
    address = sock.getsockname()
    place = Place(address, loop, secured)
    asyncio.run_coroutine_threadsafe(listener.open(sock), loop).result(SECONDS)
    try:
        yield place
    finally:
        left = asyncio.run_coroutine_threadsafe(closed(listener, grace), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert not left


@pytest.fixture(scope="module")
def certified() -> TlsContexts:
    return create_tls_contexts(list_host_names(Mock("tmapi"), "127.0.0.1"))


@pytest.fixture(scope="module", params=[f"{loop} {kind}" for loop in LOOPS for kind in ("plain", "TLS")])
def place(request: pytest.FixtureRequest, certified: TlsContexts) -> Iterator[Place]:
    loop, kind = request.param.split()
    with listening(LOOPS[loop](), certified if kind == "TLS" else None) as found:
        yield found


def framed(framing: bytes, ends: bytes, body: bytes) -> bytes:
    return HEAD + framing + b"\r\n" + ends + b"\r\n" + body


def sized(size: int, ends: bytes, body: bytes) -> bytes:
    return framed(b"content-length: %d" % size, ends, body)


def whole(ends: bytes) -> bytes:
    return sized(len(GOOD.body), ends, GOOD.body)


HALF, REST = split_halves(GOOD.body)
# fault -> the end of the head -> what is on the wire, and how it ends; OPEN where the next request is welcome
SEEN: dict[str, Callable[[bytes], tuple[bytes, str]]] = {
    "good": lambda ends: (whole(ends), OPEN),
    f"latency/{LATE}": lambda ends: (whole(ends), OPEN),
    f"slow-body/{LATE}": lambda ends: (whole(ends), OPEN),
    "latency": lambda ends: (whole(ends), OPEN),
    "slow-body": lambda ends: (whole(ends), OPEN),
    "reset-before": lambda _: (b"", RST),
    "reset-inside": lambda ends: (sized(len(GOOD.body), ends, HALF), RST),
    "truncated-body": lambda ends: (sized(len(GOOD.body), ends, HALF), FIN),
    "wrong-content-length": lambda ends: (sized(len(HALF), ends, GOOD.body), FIN),
    "malformed-chunk": lambda ends: (
        framed(b"transfer-encoding: chunked", ends, b"%x\r\n%b\r\nno-number\r\n%b\r\n" % (len(HALF), HALF, REST)),
        FIN,
    ),
    "wrong-certificate": lambda _: (b"", RST),
}
FRAMES = {"1.1": b"HTTP/1.1", "1.1 close": b"HTTP/1.1", "1.0": b"HTTP/1.0"}


def test_every_fault_is_carried_out_by_somebody() -> None:
    answers = {"malformed-json", "html-502"}
    assert set(MESSAGE_FAULTS) | set(CONNECTION_FAULTS) == set(HTTPX_FAULTS) == set(FAULTS) - answers
    assert not set(MESSAGE_FAULTS) & set(CONNECTION_FAULTS)
    assert {fault.partition("/")[0] for fault in SEEN} == set(FAULTS) - answers | {"good"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("method", REQUESTS)
@pytest.mark.parametrize("fault", SEEN)
def test_what_is_on_the_wire(
    place: Place, fault: str, method: str, frame: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    stays = frame == "1.1"
    expected, end = SEEN[fault](b"" if stays else CLOSE)
    kind, _, seconds = fault.partition("/")
    asked = REQUESTS[method].replace(b"HTTP/1.1", FRAMES[frame])
    with place.line() as line:
        began = time.monotonic()
        line.send(asked % (f"/{fault}".encode(), CLOSE if frame == "1.1 close" else b""))
        if end is OPEN and stays:
            assert line.hear(len(expected)) == (expected, OPEN)
            assert time.monotonic() - began >= float(seconds or 0) - TICK
            line.send(asked % (b"/good", CLOSE))
            expected, end = whole(CLOSE), FIN
        assert line.hear() == (expected, FIN if end is OPEN else end), kind
    assert place.calm()
    assert not caplog.records


@pytest.mark.slow
def test_the_head_of_a_slow_body_comes_at_once_and_the_body_in_pieces(place: Place) -> None:
    with place.line() as line:
        began = time.monotonic()
        line.send(REQUESTS["GET"] % (f"/slow-body/{VERY_LATE}".encode(), b""))
        parts = [line.read()]
        assert time.monotonic() - began < VERY_LATE - 0.1
        assert parts[0].startswith(sized(len(GOOD.body), b"", b""))
        while sum(map(len, parts)) < len(whole(b"")):
            parts.append(line.read())
        assert b"".join(parts) == whole(b"")
        assert len(parts) > 2
        assert time.monotonic() - began >= VERY_LATE - TICK


@pytest.mark.parametrize("method", REQUESTS)
@pytest.mark.parametrize("fault", [f"latency/{LATE}", f"slow-body/{LATE}"])
def test_what_is_asked_behind_a_late_answer_comes_after_it(place: Place, fault: str, method: str) -> None:
    asked = [
        REQUESTS[method] % (f"/{fault}".encode(), b""),
        REQUESTS["POST"] % (b"/good", b""),
        REQUESTS["GET"] % (b"/good", CLOSE),
    ]
    with place.line() as line:
        began = time.monotonic()
        line.send(b"".join(asked))
        assert line.hear() == (whole(b"") * 2 + whole(CLOSE), FIN)
        assert time.monotonic() - began >= LATE - TICK


@pytest.mark.exhaustive
@pytest.mark.parametrize("method", REQUESTS)
@pytest.mark.parametrize("fault", [fault for fault in SEEN if SEEN[fault](b"")[1] is not OPEN])
def test_what_is_asked_before_a_broken_answer_comes_whole_and_what_is_asked_behind_it_never(
    place: Place, fault: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    expected, end = SEEN[fault](b"")
    asked = [
        REQUESTS["GET"] % (b"/good", b""),
        REQUESTS["POST"] % (b"/good", b""),
        REQUESTS[method] % (f"/{fault}".encode(), b""),
    ]
    with place.line() as line:
        line.send(b"".join(asked) + REQUESTS["GET"] % (b"/good", b"") * 20)
        assert line.hear() == (whole(b"") * 2 + expected, end)
    assert place.calm()
    assert not caplog.records


@pytest.mark.exhaustive(3)
@pytest.mark.parametrize("fault", [fault for fault in SEEN if SEEN[fault](b"")[1] is FIN])
def test_an_end_is_no_reset_even_where_much_was_left_unread(place: Place, fault: str) -> None:
    expected, end = SEEN[fault](b"")
    paths = (f"/latency/{LATE}", f"/{fault}", "/good")
    with place.line() as line:
        line.send(b"".join(REQUESTS["GET"] % (path.encode(), b"") for path in paths))
        with suppress(ConnectionError):
            line.send(REQUESTS["GET"] % (b"/good", b"") * 50_000)
        assert line.hear() == (whole(b"") + expected, end)
    assert place.calm()


def test_an_empty_body_can_have_every_fault_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stub, "body", b"")
    for fault in SEEN:
        with place.line() as line:
            line.send(REQUESTS["GET"] % (f"/{fault}".encode(), CLOSE))
            heard, end = line.hear()
            assert end in (FIN, RST)
            assert heard.partition(b"\r\n\r\n")[2] in (b"", b"no-number\r\n\r\n"), fault


@pytest.mark.parametrize("method", REQUESTS)
@pytest.mark.parametrize("fault", ["latency/60", "slow-body/60"])
@pytest.mark.parametrize("behind", [0, 3])
def test_nothing_waits_on_when_the_client_has_left(
    place: Place, fault: str, method: str, behind: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert place.calm()
    with place.line() as line:
        line.send(REQUESTS[method] % (f"/{fault}".encode(), b"") + REQUESTS["GET"] % (b"/good", b"") * behind)
        until = time.monotonic() + SECONDS
        while not place.tasks() and time.monotonic() < until:
            time.sleep(0.02)
        assert place.tasks()
        # a reset, as a mere end of the client's side may come of a client that still wants its answer
        line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert place.calm()
    assert not caplog.records


@pytest.mark.parametrize("fault", ["latency/0.3", "slow-body/0.3"])
def test_a_client_that_has_said_its_end_still_gets_a_late_answer(fault: str) -> None:
    with listening(uvloop.new_event_loop()) as place, place.line() as line:
        line.send(REQUESTS["GET"] % (f"/{fault}".encode(), b""))
        line.sock.shutdown(socket.SHUT_WR)
        heard, end = line.hear()
    assert (heard, end) == (whole(CLOSE), FIN)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("grace", [0, LATE])
@pytest.mark.parametrize("fault", ["latency/60", "slow-body/60"])
def test_a_shutdown_does_not_wait_for_late_answers(
    loop: str, grace: float, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with listening(LOOPS[loop](), grace=grace) as place, place.line() as line:
        line.send(REQUESTS["GET"] % (f"/{fault}".encode(), b"") * 3)
        until = time.monotonic() + SECONDS
        while not place.tasks() and time.monotonic() < until:
            time.sleep(0.02)
        began = time.monotonic()
    assert time.monotonic() - began < 10
    assert not caplog.records


def test_a_shutdown_lets_a_late_answer_end_within_its_grace(certified: TlsContexts) -> None:
    with listening(uvloop.new_event_loop(), grace=SECONDS) as place:
        line = Line(socket.create_connection(place.address, timeout=SECONDS))
        line.send(REQUESTS["GET"] % (b"/latency/0.5", b""))
        until = time.monotonic() + SECONDS
        while not place.tasks() and time.monotonic() < until:
            time.sleep(0.02)
    heard, end = line.hear()
    line.sock.close()
    assert (heard, end) == (whole(CLOSE), FIN)


RESTLESS = Limits(idle_seconds=0.2, head_seconds=0.2)


def test_a_late_answer_is_no_idle_connection() -> None:
    with listening(uvloop.new_event_loop(), limits=RESTLESS) as place, place.line() as line:
        line.send(REQUESTS["GET"] % (b"/latency/0.5", b""))
        assert line.hear() == (whole(b""), FIN)


@pytest.mark.slow
def test_many_answers_can_be_late_at_once(place: Place) -> None:
    began = time.monotonic()
    with place.line() as first, place.line() as second, place.line() as third:
        lines = (first, second, third)
        for line in lines:
            line.send(REQUESTS["GET"] % (f"/latency/{VERY_LATE}".encode(), CLOSE))
        with place.line() as other:
            other.send(REQUESTS["GET"] % (b"/good", CLOSE))
            assert other.hear() == (whole(CLOSE), FIN)
            assert time.monotonic() - began < VERY_LATE - 0.1
        assert [line.hear() for line in lines] == [(whole(CLOSE), FIN)] * 3
    # one after the other they would take three times as long
    assert time.monotonic() - began < 3 * VERY_LATE - 0.5


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
def test_the_handshake_after_a_wrong_certificate_shows_one(loop: str, secure: bool, certified: TlsContexts) -> None:
    # what an earlier test asked for and no client of it met
    certified.present_right()
    with listening(LOOPS[loop](), certified) as place:
        with place.line(secure=secure) as line:
            line.send(REQUESTS["GET"] % (b"/wrong-certificate", b""))
            assert line.hear() == (b"", RST)
        # a client that speaks without TLS has no next handshake, and nobody else's is touched
        if secure:
            with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"), place.line(secure=True):
                pass
        with place.line(secure=True) as line:
            line.send(REQUESTS["GET"] % (b"/good", CLOSE))
            assert line.hear() == (whole(CLOSE), FIN)


def by_asgi(path: str) -> httpx.Response:
    """Under a server that is not ours."""

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(MockApp(Stub()))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get(path)

    return asyncio.run(get())


@pytest.mark.parametrize("kind", MESSAGE_FAULTS)
def test_another_server_can_be_slow(kind: str) -> None:
    began = time.monotonic()
    answer = by_asgi(f"/{kind}/{LATE}")
    assert time.monotonic() - began >= LATE - TICK
    assert (answer.status_code, answer.content, answer.headers["x-trace"]) == (200, GOOD.body, "17")


@pytest.mark.parametrize("kind", CONNECTION_FAULTS)
def test_what_another_server_cannot_is_told(kind: str) -> None:
    answer = by_asgi(f"/{kind}")
    assert (answer.status_code, answer.headers["content-type"]) == (501, "application/json")
    payload = json.loads(answer.content)
    assert payload["fault"] == kind
    assert kind in payload["error"]
    assert "use `lookalike serve` or `lookalike.serve()`" in payload["error"]


@pytest.mark.parametrize("kind", MESSAGE_FAULTS)
def test_another_servers_client_that_leaves_ends_the_wait(kind: str) -> None:
    """By the messages alone: the body, nothing for a while, the end."""

    async def play() -> list[str]:
        messages: Iterator[Message] = iter(
            [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]
        )
        sent: list[str] = []

        async def receive() -> Message:
            return next(messages)

        async def send(message: Message) -> None:
            sent.append(str(message["type"]))

        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/{kind}/60",
            "query_string": b"",
            "headers": [],
            "scheme": "http",
        }
        await asyncio.wait_for(MockApp(Stub())(scope, receive, send), SECONDS)  # type: ignore[arg-type]
        return sent

    assert "http.response.body" not in asyncio.run(play())
