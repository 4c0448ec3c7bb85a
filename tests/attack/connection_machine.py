"""A ServerConnection as a state machine that Hypothesis drives: raw bytes in any pieces, pauses, ends, and what must hold.

The server's side is what is served: `ServerConnection` with its reader and outbox. Sockets, clock and application are
stand-ins, so that a run of some hundred steps and some hours takes milliseconds. After each step:

- responses can be read by h11, come in the order of the requests, once each, and say the right body back;
- no request is refused and no connection ended without a reason; nothing of ours is answered 500, logged or raised;
- what a connection holds on to stays within its bounds, and what it has not sent too;
- who does nothing is ended in time, and who sends without end as well;
- of a connection that has ended, nothing is left.
"""

from __future__ import annotations

import gc
import logging
import math
import weakref
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lookalike_mocks.adapters.connection import MAX_DIRECT_RESPONSES, ServerConnection
from lookalike_mocks.adapters.connection_state import Registry
from lookalike_mocks.adapters.limits import Limits

from .echo_app import BODY_LIMIT, EchoApp
from .fake_loop import FakeLoop
from .fake_transport import HIGH_WATER, READ_SIZE, FakeTransport
from .held_bytes import measure_held_bytes
from .raw_client import Client, RequestPlan, describe

PROMISED = Limits(
    head_bytes=2048, framing_bytes=1024, body_bytes=20_000, unread_bytes=2048, discarded_bytes=30_000, connections=4,
    head_seconds=10.0, idle_seconds=5.0, body_pause_seconds=10.0, body_seconds=60.0, body_bytes_per_second=20.0,
    unread_response_seconds=30.0, linger_seconds=2.0,
)  # fmt: skip
MAX_CLIENTS = 3 * PROMISED.connections
MAX_PAD = 3000
# a head as bytes and as headers, the part of a body that is kept, what is read ahead, one read, and the objects about it
MAX_HELD_BYTES = PROMISED.head_bytes + 2 * BODY_LIMIT + PROMISED.unread_bytes + READ_SIZE + 3000
# the direct responses of one turn are written before the transport can say that it is full
MAX_UNSENT_BYTES = HIGH_WATER + 2 * MAX_DIRECT_RESPONSES * (MAX_PAD + 300)
# enough to go beyond any bound, several times
MAX_FLOOD_BYTES = 200_000
# of each bound of time one may pass before the next one begins
MAX_QUIET_SECONDS = PROMISED.body_pause_seconds + PROMISED.linger_seconds + 5.1
MAX_STUCK_SECONDS = PROMISED.unread_response_seconds + MAX_QUIET_SECONDS
MAX_DRIP_SECONDS = PROMISED.body_seconds + PROMISED.linger_seconds + 0.1

CHUNKED = b"POST /direct/0 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
SIZED = b"POST /direct/0 HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"
# name -> how it begins, and what comes again and again
FLOODS = {
    "a head": (b"GET / HTTP/1.1\r\n", b"x: y\r\n" * 300),
    "one header": (b"GET / HTTP/1.1\r\nx: ", b"y" * 2000),
    "trailers": (CHUNKED + b"0\r\n", b"x: y\r\n" * 300),
    "one trailer": (CHUNKED + b"0\r\nx: ", b"y" * 2000),
    "the size of a chunk": (CHUNKED, b"0" * 2000),
    "an extension of a chunk": (CHUNKED + b"1;", b"e" * 2000),
    "chunks": (CHUNKED, b"800\r\n%b\r\n" % (b"z" * 2048)),
    "a body": (SIZED, b"z" * 2048),
}
GARBAGE = (
    b"\x16\x03\x01\x02\x00\x01", b"SSH-2.0-x\r\n", b"BAD\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\x00" * 100, CHUNKED + b"zz\r\n", CHUNKED + b"5\r\nabcdefgh\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
    b"GET http://[ HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nX: \x00\r\n\r\n",
)  # fmt: skip

CLIENT_NUMBERS = st.integers(0, MAX_CLIENTS - 1)
BODILESS_PLANS = st.builds(
    RequestPlan,
    kind=st.sampled_from(("direct", "direct", "slow", "stream")),
    method=st.sampled_from(("GET", "GET", "HEAD", "DELETE")),
    extra=st.sampled_from(("", "", "long", "upgrade")),
    seconds=st.sampled_from((0.0, 0.5, 20.0)),
    pad=st.sampled_from((0, 0, 100, MAX_PAD)),
)
BODY_PLANS = st.builds(
    RequestPlan,
    kind=st.sampled_from(("direct", "direct", "slow")),
    method=st.sampled_from(("POST", "PUT", "GET")),
    framing=st.sampled_from(("length", "chunks")),
    body_size=st.sampled_from(
        (0, 1, 30, 1000, BODY_LIMIT, BODY_LIMIT + 1, PROMISED.body_bytes, PROMISED.body_bytes + 2000)
    ),
    chunk_size=st.sampled_from((10, 100, 3000)),
    extra=st.sampled_from(("", "", "long", "upgrade", "expect")),
    seconds=st.sampled_from((0.0, 0.5)),
    pad=st.sampled_from((0, 100)),
)
LAST_PLANS = st.builds(
    RequestPlan,
    kind=st.sampled_from(("direct", "slow", "stream")),
    version=st.sampled_from(("1.0", "1.1")),
    seconds=st.just(0.5),
    pad=st.sampled_from((0, 100)),
    ends=st.just(True),
)
OLD_PLANS = st.builds(RequestPlan, version=st.just("1.0"), pad=st.sampled_from((0, 100)))
LONG_PLAN = RequestPlan(pad=MAX_PAD)
PLANS = BODILESS_PLANS | BODY_PLANS | BODILESS_PLANS | LAST_PLANS | OLD_PLANS
# where a request is cut, as parts of a thousand of its length
CUTS = st.lists(st.integers(1, 999), max_size=4, unique=True)


class ErrorCounter(logging.Handler):
    """Keeps what the server logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


class ConnectionMachine(RuleBasedStateMachine):
    """Clients of one listener. `served_limits` are those that the connections have: a mutant has others than it promises."""

    served_limits: ClassVar[Limits] = PROMISED

    def __init__(self) -> None:
        super().__init__()
        self.loop = FakeLoop()  # type: ignore[abstract]
        self.app = EchoApp()
        self.registry = Registry()
        self.clients: list[Client] = []
        self.serial = 0
        self.log = ErrorCounter()
        logging.getLogger("lookalike").addHandler(self.log)
        gc.freeze()
        # the first client is there at once, so that every step finds one
        self.connect(is_tls=False)

    # ------------------------------------------------------------------ steps

    @precondition(lambda self: len(self.clients) < MAX_CLIENTS)
    @rule(is_tls=st.booleans())
    def connect(self, is_tls: bool) -> None:
        is_crowded = len(self.registry.connections) >= PROMISED.connections
        with self.loop.running():
            connection = ServerConnection(self.app, self.registry, self.served_limits)
            transport = FakeTransport(self.loop, connection, is_tls=is_tls)
            connection.connection_made(transport)
        client = Client(
            transport, weakref.ref(connection), is_tls, sent_at=self.loop.time(), active_at=self.loop.time()
        )
        if is_crowded:
            client.may_end.add("crowd")
        self.clients.append(client)
        self.loop.run_ready()
        if is_crowded:
            client.check_responses()
            assert client.refused == 503, "one connection too many was taken"

    @rule(number=CLIENT_NUMBERS, plan=PLANS, cuts=CUTS)
    def send_request(self, number: int, plan: RequestPlan, cuts: list[int]) -> None:
        client = self.pick_sender(number)
        if client is None:
            return
        self.finish_rest(client)
        data = self.add_request(client, plan)
        client.transport.client_send(*cut(data, cuts))
        self.settle(client)

    @rule(
        number=CLIENT_NUMBERS,
        plans=st.lists(BODILESS_PLANS | BODY_PLANS, min_size=2, max_size=6),
        repeat=st.sampled_from((1, 1, 20)),
    )
    def send_pipeline(self, number: int, plans: list[RequestPlan], repeat: int) -> None:
        client = self.pick_sender(number)
        if client is None:
            return
        self.finish_rest(client)
        client.transport.client_send(b"".join(self.add_request(client, plan) for plan in plans * repeat))
        self.settle(client)

    @rule(number=CLIENT_NUMBERS, plan=BODILESS_PLANS, count=st.sampled_from((10, 33, 100)))
    def send_pipeline_and_end(self, number: int, plan: RequestPlan, count: int) -> None:
        client = self.pick_sender(number)
        if client is None:
            return
        self.finish_rest(client)
        client.transport.client_send(b"".join(self.add_request(client, plan) for _ in range(count)))
        self.say_end(client)

    @rule(number=CLIENT_NUMBERS, count=st.integers(1, 4))
    def repeat_request(self, number: int, count: int) -> None:
        """Send the last request again, byte for byte: a server may know what it has seen before."""
        client = self.pick_sender(number)
        if client is None or client.rest or not client.requests:
            return
        last = client.requests[-1]
        if not last.is_complete or last.plan.ends:
            return
        head, body = last.plan.encode(last.serial)
        for _ in range(count):
            client.add_request(last.serial, last.plan, is_complete=True)
            client.transport.client_send(head + body)
            self.settle(client)

    @rule(
        number=CLIENT_NUMBERS,
        plan=BODY_PLANS | BODILESS_PLANS,
        part=st.integers(1, 999),
        pause=st.sampled_from((0.0, 0.0, 8.0, 80.0)),
    )
    def begin_request(self, number: int, plan: RequestPlan, part: int, pause: float) -> None:
        client = self.pick_sender(number)
        if client is None:
            return
        self.finish_rest(client)
        self.serial += 1
        head, body = plan.encode(self.serial)
        data = head + body
        size = max(1, len(data) * part // 1000)
        if size >= len(data):
            return
        client.add_request(self.serial, plan, is_complete=False)
        client.rest = data[size:]
        client.began_at = self.loop.time()
        if len(body) > PROMISED.body_bytes:
            client.may_end.add("a body that is too long")
        client.transport.client_send(data[:size])
        self.settle(client)
        self.wait(pause)

    @rule(number=CLIENT_NUMBERS)
    def go_on(self, number: int) -> None:
        client = self.pick_sender(number)
        if client is not None and client.rest:
            self.finish_rest(client)
            self.settle(client)

    @rule(number=CLIENT_NUMBERS, seconds=st.sampled_from((0.3, 4.0, 9.0)))
    def drip(self, number: int, seconds: float) -> None:
        """Send what is left of a request in single bytes. Whoever is that slow is ended, unless it comes to an end."""
        client = self.pick_sender(number)
        if client is None or not client.rest:
            return
        began_at = self.loop.time()
        while client.rest and client.can_send and not client.transport.is_ended:
            assert self.loop.time() - began_at < MAX_DRIP_SECONDS, "bytes that drip keep a connection for ever"
            client.transport.client_send(client.rest[:1])
            client.rest = client.rest[1:]
            if not client.rest:
                self.complete_last(client)
            self.settle(client)
            self.wait(seconds)

    @rule(number=CLIENT_NUMBERS, garbage=st.sampled_from(GARBAGE) | st.binary(min_size=1, max_size=60))
    def send_garbage(self, number: int, garbage: bytes) -> None:
        client = self.pick_sender(number)
        if client is None:
            return
        self.finish_rest(client)
        client.may_end.add("garbage")
        client.rest = b""
        client.transport.client_send(garbage)
        self.settle(client)

    @rule(first=st.integers(0, len(FLOODS) - 1))
    def flood(self, first: int) -> None:
        """Let new clients send something without end, each something else."""
        before = len(self.clients)
        while len(self.registry.connections) < PROMISED.connections and len(self.clients) < MAX_CLIENTS:
            self.connect(is_tls=False)
        for index, client in enumerate(self.clients[before:]):
            self.send_without_end(client, sorted(FLOODS)[(first + index) % len(FLOODS)])

    def send_without_end(self, client: Client, name: str) -> None:
        first, piece = FLOODS[name]
        client.may_end.add("flood")
        client.transport.client_send(first)
        self.settle(client)
        if client.transport.is_client_stuck:
            return
        for _ in range(MAX_FLOOD_BYTES // len(piece)):
            if client.transport.is_lost:
                return
            client.transport.client_send(piece)
            self.settle(client)
        raise AssertionError(f"{name} without end keeps a connection")

    @rule(number=CLIENT_NUMBERS)
    def half_close(self, number: int) -> None:
        client = self.pick_sender(number)
        if client is not None:
            self.say_end(client)

    @rule(number=CLIENT_NUMBERS)
    def leave(self, number: int) -> None:
        client = self.pick(number)
        if client is None or client.transport.is_lost:
            return
        client.has_left = True
        client.excuse("left")
        client.transport.client_leave()
        self.loop.run_ready()

    @rule(number=CLIENT_NUMBERS, count=st.sampled_from((0, 0, 5, 40)), pause=st.sampled_from((0.0, 0.0, 80.0)))
    def stop_reading(self, number: int, count: int, pause: float) -> None:
        """Read no more; ask so many times for a long response, and do nothing for a while."""
        client = self.pick(number)
        if client is None or client.transport.is_lost or not client.transport.is_client_reading:
            return
        client.transport.client_stop_reading()
        client.stuck_since = self.loop.time()
        if count and client.can_send:
            self.finish_rest(client)
            client.transport.client_send(b"".join(self.add_request(client, LONG_PLAN) for _ in range(count)))
            self.settle(client)
        self.wait(pause)

    @rule(number=CLIENT_NUMBERS, size=st.sampled_from((1, 1000, 7000, math.inf, math.inf)))
    def read(self, number: int, size: float) -> None:
        client = self.pick(number)
        if client is None or client.transport.is_client_reading:
            return
        client.transport.client_read(size)
        if size == math.inf:
            client.stuck_since = math.inf
        client.active_at = self.loop.time()
        self.loop.run_ready()

    @rule(seconds=st.sampled_from((0.1, 1.0, 4.9, 6.0, 11.0, 40.0, 400.0)))
    def wait(self, seconds: float) -> None:
        """Let time pass, in pieces, so that what happens at which time is seen."""
        began_at = self.loop.time()
        while self.loop.time() < began_at + seconds:
            # what is not over after some time may be looked at less often
            step = 1.0 if self.loop.time() < began_at + 20.0 else 5.0
            step = min(step, began_at + seconds - self.loop.time())
            self.excuse_late_clients(step)
            self.loop.advance(step)
            for client in self.clients:
                answered = client.answered
                client.check_responses()
                if client.answered > answered:
                    client.active_at = self.loop.time()
                self.check_quiet(client)

    @rule(number=CLIENT_NUMBERS)
    def shut_down(self, number: int) -> None:
        client = self.pick(number)
        if client is None or client.transport.is_lost:
            return
        connection = client.connection()
        assert connection is not None
        client.excuse("shut down")
        with self.loop.running():
            connection.shut_down()
        self.loop.run_ready()

    # ------------------------------------------------------------------ what must hold after each of them

    @invariant()
    def nothing_fails(self) -> None:
        assert not self.loop.errors, self.loop.errors
        assert not self.log.messages, self.log.messages

    @invariant()
    def responses_are_right(self) -> None:
        for client in self.clients:
            client.check_responses()
            is_ended = client.transport.is_ended or client.transport.is_closing()
            assert client.may_end or not is_ended, f"ended without a reason: {describe(client)}"
            self.check_owed(client)

    @invariant()
    def memory_is_bounded(self) -> None:
        self.check_memory()

    @invariant()
    def nothing_is_left_of_what_has_ended(self) -> None:
        for client in self.clients:
            if not client.transport.is_lost:
                continue
            connection = client.connection()
            assert connection not in self.registry.connections
            owners = [getattr(timer._callback, "__self__", None) for timer in self.loop.list_timers()]  # type: ignore[attr-defined]
            assert connection is None or connection not in owners, "a timer of a connection that has ended"
        assert len(self.registry.tasks) <= sum(not client.transport.is_lost for client in self.clients)

    def teardown(self) -> None:
        try:
            self.end_well()
        finally:
            logging.getLogger("lookalike").removeHandler(self.log)
            gc.unfreeze()

    def end_well(self) -> None:
        """Let every client read and wait for what it is owed, then go; nothing may be left."""
        for client in self.clients:
            client.transport.client_read()
            client.stuck_since = math.inf
            client.active_at = self.loop.time()
        self.loop.run_ready()
        for client in self.clients:
            seconds = sum(request.plan.seconds for request in client.owed)
            self.wait(seconds + 1.0)
            client.check_responses()
            assert not client.owed, f"{client.owed[0]} was never answered: {describe(client)}"
        self.nothing_fails()
        self.responses_are_right()
        for client in self.clients:
            if not client.transport.is_lost:
                client.has_left = True
                client.transport.client_leave()
        self.loop.run_ready()
        self.loop.advance(0.1)
        self.nothing_fails()
        assert not self.registry.connections
        assert not self.registry.tasks
        assert not self.loop.list_timers(), self.loop.list_timers()
        gc.collect()
        assert [client.connection() for client in self.clients] == [None] * len(self.clients)

    # ------------------------------------------------------------------ helpers

    def pick(self, number: int) -> Client | None:
        return self.clients[number % len(self.clients)]

    def pick_sender(self, number: int) -> Client | None:
        client = self.pick(number)
        if client is None or not client.can_send:
            return None
        return client

    def add_request(self, client: Client, plan: RequestPlan) -> bytes:
        """Note that a whole request is sent. Return its bytes."""
        self.serial += 1
        client.add_request(self.serial, plan, is_complete=True)
        self.note_last(client, plan)
        head, body = plan.encode(self.serial)
        return head + body

    def note_last(self, client: Client, plan: RequestPlan) -> None:
        if plan.ends:
            client.may_end.add("the last request")
        if plan.body_size > PROMISED.body_bytes and plan.framing != "none":
            client.may_end.add("a body that is too long")

    def finish_rest(self, client: Client) -> None:
        """Send the rest of a request that has begun."""
        if client.rest:
            client.transport.client_send(client.rest)
            client.rest = b""
            self.complete_last(client)

    def complete_last(self, client: Client) -> None:
        """Note that all of the request that had begun has been sent."""
        if not client.outstanding:
            # it was answered before: too late, or too long
            return
        request = client.requests[-1]
        request.is_complete = True
        request.is_owed = not client.may_end
        self.note_last(client, request.plan)

    def say_end(self, client: Client) -> None:
        if client.is_tls or client.rest:
            # over TLS the end of one side is the end of both
            client.excuse("end")
        client.may_end.add("end")
        client.has_said_end = True
        client.transport.client_say_end()
        self.settle(client)

    def settle(self, client: Client) -> None:
        """Let the server do all that it can do now."""
        client.sent_at = client.active_at = self.loop.time()
        if not client.transport.is_ended and not client.transport.is_closing():
            # in time after all
            client.may_end -= {"idle", "late"}
        self.loop.run_ready()
        client.check_responses()

    def excuse_late_clients(self, seconds: float) -> None:
        """Note who may be ended when so many seconds have passed."""
        now = self.loop.time() + seconds
        for client in self.clients:
            if client.transport.is_lost:
                continue
            if now - client.stuck_since >= PROMISED.unread_response_seconds:
                client.excuse("not read")
            is_idle = not client.owed
            if is_idle and now - client.sent_at >= PROMISED.idle_seconds - 0.5:
                client.may_end.add("idle")
            if client.rest and now - client.began_at >= PROMISED.idle_seconds - 0.5:
                client.may_end.add("late")

    def check_owed(self, client: Client) -> None:
        """Raise AssertionError if a client that reads is not answered though nothing has to be waited for."""
        if not client.transport.is_client_reading or any(
            request.plan.kind != "direct" for request in client.outstanding
        ):
            return
        assert not client.owed, f"{client.owed[0]} is not answered: {describe(client)}"

    def check_memory(self) -> None:
        for client in self.clients:
            assert client.transport.get_write_buffer_size() <= MAX_UNSENT_BYTES, "responses pile up"
            connection = client.connection()
            if connection is not None and not client.transport.is_lost:
                size = measure_held_bytes(connection)
                assert size <= MAX_HELD_BYTES, f"a connection holds {size} bytes"

    def check_quiet(self, client: Client) -> None:
        """Raise AssertionError if somebody who does nothing is not ended in time."""
        if client.transport.is_lost:
            return
        now = self.loop.time()
        pending = sum(request.plan.seconds for request in client.outstanding)
        limit = MAX_QUIET_SECONDS
        if not client.transport.is_client_reading:
            limit = MAX_STUCK_SECONDS
        quiet_since = client.active_at + pending
        assert now - quiet_since <= limit, f"quiet for {now - quiet_since} s: {describe(client)}"


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """Return the data in pieces, cut at so many thousandths of its length."""
    places = sorted({len(data) * part // 1000 for part in cuts} - {0, len(data)})
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]
