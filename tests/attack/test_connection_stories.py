"""What a client meets that is slow, rude or generous, story by story; each time is the connection's own bound."""

from __future__ import annotations

import pytest

from .connection_machine import CHUNKED, PROMISED
from .echo_app import BODY_LIMIT
from .fake_transport import HIGH_WATER, SOCKET_ROOM
from .wire import Wire

GET = b"GET /direct/1 HTTP/1.1\r\nHost: a\r\n\r\n"
PADDED = b"GET /direct/1?pad=%d HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /direct/1?pad=%d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
LAST_STREAM = b"GET /stream/1?pad=%d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
LONG = 100_000
STUCK = PROMISED.unread_response_seconds
RATE = int(PROMISED.response_bytes_per_second)
transports = pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "TLS"])
ways = pytest.mark.parametrize("request_bytes", [LAST % LONG, LAST_STREAM % LONG], ids=["direct", "stream"])


def post(size: int) -> bytes:
    return b"POST /direct/1 HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size


@transports
@ways
def test_a_client_that_does_not_read_its_last_response_is_ended(is_tls: bool, request_bytes: bytes) -> None:
    """Its transport is closing already, and would wait for the client for ever."""
    wire = Wire(is_tls=is_tls)
    wire.transport.client_stop_reading()
    wire.send(request_bytes)
    wire.wait(STUCK - 1)
    assert not wire.transport.is_lost
    # the timer looks every few seconds
    wire.wait(1 + PROMISED.idle_seconds)
    assert wire.is_over


@transports
def test_a_client_that_was_refused_and_does_not_read_is_ended(is_tls: bool) -> None:
    wire = Wire(is_tls=is_tls)
    wire.transport.client_stop_reading()
    # so that the refusal waits, too
    wire.send(PADDED % SOCKET_ROOM)
    wire.send(b"BAD\r\n\r\n")
    wire.wait(STUCK + PROMISED.linger_seconds + 1)
    assert wire.is_over


@transports
@ways
def test_a_slow_reader_of_its_last_response_gets_all_of_it(is_tls: bool, request_bytes: bytes) -> None:
    """It has the time of any response, and not the two seconds in which a client may say its own end."""
    wire = Wire(is_tls=is_tls)
    wire.transport.client_stop_reading()
    wire.send(request_bytes)
    size = request_bytes.startswith(b"GET /stream") * 2 * LONG + LONG
    for _ in range(size // (20 * RATE)):
        wire.wait(10)
        assert not wire.transport.is_lost
        wire.read(20 * RATE)
    assert wire.received.count(b"p" * 1000) == size // 1000
    wire.wait(PROMISED.linger_seconds + 1)
    assert wire.is_over


@transports
def test_a_slow_reader_of_a_short_last_response_gets_all_of_it(is_tls: bool) -> None:
    """So little waits that nobody is told to pause: what is left is seen in the transport alone."""
    wire = Wire(is_tls=is_tls)
    wire.transport.client_stop_reading()
    wire.send(LAST % (HIGH_WATER - 1000))
    for _ in range(5):
        wire.wait(PROMISED.linger_seconds + 2)
        assert not wire.transport.is_lost
        wire.read(1000)
    wire.wait(PROMISED.linger_seconds + 2)
    wire.read(HIGH_WATER)
    assert wire.received.endswith(b"p" * (HIGH_WATER - 1000))


@transports
def test_a_reader_of_its_last_response_that_is_below_the_least_rate_is_ended(is_tls: bool) -> None:
    wire = Wire(is_tls=is_tls)
    wire.transport.client_stop_reading()
    wire.send(LAST % LONG)
    for _ in range(8):
        wire.wait(10)
        wire.read(1)
    assert wire.is_over


def test_a_response_that_was_read_leaves_its_whole_time_to_the_next() -> None:
    wire = Wire()
    wire.transport.client_stop_reading()
    for _ in range(3):
        wire.send(PADDED % (2 * HIGH_WATER))
        wire.wait(STUCK - 1)
        wire.read(wire.transport.get_write_buffer_size())
    assert wire.statuses == [200, 200, 200]
    assert not wire.transport.is_lost


def test_of_a_body_no_more_is_kept_than_its_limit() -> None:
    """What comes beyond it is counted, answered with the API's error, and never stays."""
    wire = Wire()
    wire.send(post(4 * BODY_LIMIT), b"z" * (2 * BODY_LIMIT))
    assert wire.held_bytes < 2 * BODY_LIMIT
    wire.send(b"z" * (2 * BODY_LIMIT))
    assert b"x-broken-rule: body-too-large" in wire.received


@pytest.mark.parametrize("ending", ["answered", "client leaves", "broken off"])
def test_a_body_that_is_over_takes_no_memory(ending: str) -> None:
    wire = Wire()
    if ending == "answered":
        wire.send(post(BODY_LIMIT), b"z" * BODY_LIMIT)
        assert wire.statuses == [200]
    else:
        wire.send(post(BODY_LIMIT), b"z" * (BODY_LIMIT - 1))
        assert wire.registry.body_bytes == BODY_LIMIT - 1
    if ending == "client leaves":
        wire.transport.client_leave()
        wire.loop.run_ready()
    elif ending == "broken off":
        wire.wait(PROMISED.body_pause_seconds + 0.1)
        assert b"x-broken-rule: body-timeout" in wire.received
    assert wire.registry.body_bytes == 0


def test_a_steady_body_may_take_its_whole_time_and_no_longer() -> None:
    wire = Wire()
    wire.send(post(BODY_LIMIT))
    # 30 bytes a second are enough, and 60 s are all that there are
    for _ in range(int(PROMISED.body_seconds) - 1):
        wire.send(b"z" * 30)
        wire.wait(1)
    assert wire.received == b""
    wire.wait(1.1)
    assert b"x-broken-rule: body-timeout" in wire.received


def test_a_body_below_the_least_rate_is_ended_behind_the_time_of_a_pause() -> None:
    wire = Wire()
    wire.send(post(BODY_LIMIT))
    for _ in range(int(PROMISED.body_pause_seconds) * 2):
        wire.send(b"z")
        wire.wait(0.5)
    wire.wait(PROMISED.idle_seconds)
    assert b"x-broken-rule: body-timeout" in wire.received


def test_trailers_are_not_kept() -> None:
    wire = Wire()
    wire.send(CHUNKED + b"0\r\n")
    before = wire.held_bytes
    for number in range(50):
        wire.send(b"x-%d: y\r\n" % number)
    assert wire.held_bytes < before + 4000
    wire.send(b"\r\n")
    assert wire.statuses == [200]


def test_a_client_that_reads_again_gets_what_it_asked_for_meanwhile() -> None:
    wire = Wire()
    wire.transport.client_stop_reading()
    wire.send(PADDED % (2 * HIGH_WATER) + GET * 10)
    assert len(wire.statuses) == 1
    wire.read(10 * HIGH_WATER)
    assert wire.statuses == [200] * 11


def test_who_does_not_read_is_not_answered_further() -> None:
    wire = Wire()
    wire.transport.client_stop_reading()
    for _ in range(20):
        wire.send(PADDED % HIGH_WATER)
    assert wire.transport.get_write_buffer_size() < 3 * HIGH_WATER


def test_a_pipeline_of_any_length_is_answered_though_nothing_more_is_sent() -> None:
    """A turn of the loop answers 32 and leaves the others their turn; the next one goes on by itself."""
    wire = Wire(unread_bytes=100_000)
    wire.send(GET * 100)
    assert wire.statuses == [200] * 100


def test_a_pipeline_that_waits_is_answered_though_its_client_has_said_its_end() -> None:
    wire = Wire(unread_bytes=100_000)
    wire.send(b"GET /slow/1?seconds=3 HTTP/1.1\r\nHost: a\r\n\r\n" + GET * 40)
    wire.say_end()
    wire.wait(4)
    assert wire.statuses == [200] * 41
    assert wire.transport.is_ended


DRIPS = {
    "of a GET": (b"GET /direct/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n", b"z"),
    "of a POST": (post(3000), b"z"),
    "in chunks": (CHUNKED, b"1\r\nz\r\n"),
    "of one chunk": (CHUNKED + b"bb8\r\n", b"z"),
    "that is too long": (post(3 * BODY_LIMIT), b"z"),
    "behind a response": (GET + post(3000), b"z"),
    "behind a slow response": (b"GET /slow/1?seconds=3 HTTP/1.1\r\nHost: a\r\n\r\n" + post(3000), b"z"),
    "by HTTP/1.0": (post(3000).replace(b"HTTP/1.1", b"HTTP/1.0"), b"z"),
    "behind an offer of HTTP/2": (post(3000)[:-2] + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", b"z"),
    "that waits for a word": (post(3000)[:-2] + b"Expect: 100-continue\r\n\r\n", b"z"),
    "of trailers": (CHUNKED + b"0\r\n", b"a"),
    "of an extension": (CHUNKED + b"1;", b"a"),
}


@transports
@pytest.mark.parametrize("name", DRIPS)
def test_a_body_that_drips_is_ended_whatever_it_is(name: str, is_tls: bool) -> None:
    beginning, drop = DRIPS[name]
    wire = Wire(is_tls=is_tls)
    wire.send(beginning)
    for _ in range(int(PROMISED.body_seconds)):
        wire.send(drop)
        wire.wait(1)
        if wire.transport.is_lost:
            break
    assert wire.is_over
    assert wire.registry.body_bytes == 0


@pytest.mark.parametrize("seconds", [0.5, 4.0])
def test_a_head_that_drips_is_ended(seconds: float) -> None:
    wire = Wire()
    wire.send(b"GET / HTTP/1.1\r\n")
    for _ in range(int(PROMISED.head_seconds / seconds) + 2):
        wire.send(b"x")
        wire.wait(seconds)
    wire.wait(PROMISED.linger_seconds)
    assert wire.is_over
    assert wire.statuses == [408]
