"""What a rude server does is "could not check", with the reason and in bounded time: no pass, no traceback."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, TypeVar

import pytest

from lookalike_contracts.checks import select_checks
from lookalike_contracts.context import CheckContext
from lookalike_contracts.exceptions import CouldNotCheck
from lookalike_contracts.results import CheckResult
from lookalike_contracts.runner import RunConfig, execute_checks
from lookalike_contracts.session import Session
from lookalike_contracts.transport import HttpClient
from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.certificates import create_tls_contexts, list_host_names
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.faults import FAULTS, Delay
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_specs import load_api, resolve_variants
from lookalike_specs.messages import Request

from .misbehaving_server import (
    OK_HEAD,
    SocketHandler,
    drip_response,
    flood_response,
    read_request_head,
    send_and_close,
    send_and_hold,
    serve_badly,
)

TMAPI = load_api("tmapi")
OPERATION = TMAPI.operations[0]
PLAIN = Request(method="GET", path="/x")
HASTE, BOUND, MOST = 0.3, 30.0, 100_000
Result = TypeVar("Result")


def check_server(http: HttpClient, *checks: str) -> list[CheckResult]:
    """The outcomes of these checks at one operation."""
    plan = RunConfig(
        (TMAPI,),
        select_checks(checks),
        {"tmapi": http},
        {"tmapi": TMAPI.account},
        selected_operations=frozenset({f"tmapi/{OPERATION.id}"}),
    )
    return run_bounded(lambda: list(execute_checks(plan)))


def run_bounded(work: Callable[[], Result]) -> Result:
    """What it comes to, unless it takes for ever."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as wrong:
            found.append(wrong)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(BOUND)
    assert found, "it did not end"
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def reset_connection(sock: socket.socket, _: Event) -> None:
    read_request_head(sock)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def stay_silent(_: socket.socket, over: Event) -> None:
    over.wait(20)


def speak_first(sock: socket.socket, over: Event) -> None:
    sock.sendall(b"220 mail.example ESMTP\r\n")
    over.wait(20)


LATE = "did not answer within 0.3 s"
MANNERS: dict[str, tuple[SocketHandler, str]] = {
    "accepts and says nothing": (stay_silent, LATE),
    "closes at once": (lambda *_: None, "the connection"),
    "resets": (reset_connection, "broke the connection off"),
    "drips its first line": (drip_response(b"HTTP/1.1", b" "), LATE),
    "drips a header": (drip_response(OK_HEAD + b"X: ", b"x"), LATE),
    "drips headers": (drip_response(OK_HEAD, b"X: y\r\n"), LATE),
    "drips its body": (drip_response(OK_HEAD + b"Content-Length: 9999\r\n\r\n", b"x"), LATE),
    "drips chunks": (drip_response(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), LATE),
    "drips the size of a chunk": (drip_response(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"), LATE),
    "drips trailers": (drip_response(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"), LATE),
    "drips 100 Continue": (drip_response(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), LATE),
    "drips 103 Early Hints": (drip_response(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"), LATE),
    "floods 100 Continue": (flood_response(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "head of the answer has more than"),
    "floods 103 Early Hints": (flood_response(b"", b"HTTP/1.1 103 X\r\nLink: %b\r\n\r\n" % (b"x" * 9999)), "head of the answer has more than"),
    "floods headers": (flood_response(OK_HEAD, b"X: y\r\n" * 1000), "head that is too long"),
    "floods one header": (flood_response(OK_HEAD + b"X: ", b"x" * 65536), "head that is too long"),
    "floods its first line": (flood_response(b"HTTP/1.1 200 ", b"x" * 65536), "head that is too long"),
    "floods a body without a length": (flood_response(OK_HEAD + b"\r\n", b"x" * 65536), "more than 100,000 bytes"),
    "floods a body with a length": (
        flood_response(OK_HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 65536), "more than 100,000 bytes",
    ),
    "floods chunks": (
        flood_response(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n"), "more than 100,000 bytes",
    ),
    "closes in the middle of the head": (send_and_close(OK_HEAD), "in the middle of its head"),
    "closes in the middle of the first line": (send_and_close(b"HTTP/1.1 2"), "in the middle of its head"),
    "has no status": (send_and_hold(b"HTTP/1.1 good\r\n\r\n"), "does not speak HTTP"),
    "has a header without a colon": (send_and_hold(OK_HEAD + b"X\r\n\r\n"), "head that cannot be read"),
    "closes in the middle of the body": (send_and_close(OK_HEAD + b"Content-Length: 10\r\n\r\n{}"), "ended 8 bytes early"),
    "closes in the middle of a chunk": (send_and_close(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{}"), "in the middle of its chunks"),
    "closes after a chunk": (send_and_close(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), "in the middle of its chunks"),
    "sends a malformed chunk": (
        send_and_hold(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n"), "chunks are malformed",
    ),
    "waits in the middle of the body": (send_and_hold(OK_HEAD + b"Content-Length: 10\r\n\r\n{}"), LATE),
    "sends more than it says": (send_and_hold(OK_HEAD + b"Content-Length: 1\r\n\r\n{}{}{}"), "5 bytes more than it says"),
    "has no length": (send_and_close(OK_HEAD + b"Content-Length: many\r\n\r\n{}"), "Content-Length that is no number"),
    "has a negative length": (send_and_close(OK_HEAD + b"Content-Length: -1\r\n\r\n{}"), "Content-Length that is no number"),
    "has two lengths": (send_and_close(OK_HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"), "or more than one"),
    "speaks SSH": (send_and_close(b"SSH-2.0-OpenSSH_9.6\r\n"), "does not speak HTTP"),
    "speaks noise": (send_and_hold(bytes(range(256)) * 10 + b"\r\n\r\n"), "does not speak HTTP"),
    "speaks TLS": (send_and_close(b"\x15\x03\x01\x00\x02\x02\x16"), "does not speak HTTP"),
    "speaks first": (speak_first, "does not speak HTTP"),
}  # fmt: skip


@pytest.mark.exhaustive(12)
@pytest.mark.parametrize(("manners", "reason"), MANNERS.values(), ids=MANNERS)
def test_what_a_rude_server_does_could_not_be_checked(manners: SocketHandler, reason: str) -> None:
    # what is not ended by the deadline must end before any
    with (
        serve_badly(manners) as (url, _),
        HttpClient(url, timeout=HASTE if reason == LATE else BOUND, max_bytes=MOST) as http,
    ):
        outcomes = check_server(http)
    assert {outcome.status for outcome in outcomes} <= {"could not check", "does not apply"}
    reasons = {outcome.reason for outcome in outcomes if outcome.status == "could not check"}
    assert reasons
    assert all(reason in each for each in reasons), reasons


ANSWERS: dict[str, tuple[bytes, int, bytes]] = {
    "a redirect to somebody else": (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:1/\r\nContent-Length: 0\r\n\r\n", 302, b""),
    "a page": (b"HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", 503, b"<html>"),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\n{}", 200, b"{}"),
    "a switch of protocols": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 101, b""),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", 200, b"{}"),
    "an answer after 100 and 103": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK_HEAD + b"Content-Length: 2\r\n\r\n{}", 200, b"{}",
    ),
    "chunks with trailers": (
        OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;ext=1\r\n{}\r\n0\r\nX: y\r\n\r\n", 200, b"{}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "status", "body"), ANSWERS.values(), ids=ANSWERS)
def test_what_is_an_answer_is_judged_as_one(said: bytes, status: int, body: bytes) -> None:
    with serve_badly(send_and_close(said)) as (url, calls), HttpClient(url, timeout=10) as http:
        reply = run_bounded(lambda: http.send(PLAIN))
        assert (reply.status, reply.body) == (status, body)
        assert calls == [1]
        (outcome,) = check_server(http, "request/accepted")
        if status == 503:
            # the page is a proxy's, and says nothing of the server behind it
            assert (outcome.status, "HTTP 503" in outcome.reason) == ("could not check", True)
            return
        assert outcome.status == "failed"
        assert f"HTTP {status}" in outcome.findings[0].message


def reserve_address() -> tuple[str, str]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}", "nothing listens at"


def test_nobody_there_is_told() -> None:
    url, reason = reserve_address()
    with HttpClient(url) as http:
        outcomes = check_server(http)
        assert http.request_count == 1
    assert all(reason in outcome.reason for outcome in outcomes if outcome.status != "does not apply")


def test_a_name_that_nobody_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "nobody")

    monkeypatch.setattr("lookalike_contracts.transport.url.socket.getaddrinfo", nobody)
    with (
        HttpClient("http://nobody.invalid") as http,
        pytest.raises(CouldNotCheck, match=r"nobody\.invalid has no address"),
    ):
        http.send(PLAIN)


def test_a_name_that_is_looked_up_for_ever_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()
    monkeypatch.setattr("lookalike_contracts.transport.url.socket.getaddrinfo", lambda *_, **__: over.wait(20) and [])
    with HttpClient("http://slow.invalid", timeout=HASTE) as http, pytest.raises(CouldNotCheck, match="did not answer"):
        run_bounded(lambda: http.send(PLAIN))
    over.set()


def test_a_backlog_that_is_full_is_told() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        others = [socket.socket() for _ in range(4)]
        for other in others:
            other.setblocking(False)
            other.connect_ex(listener.getsockname())
        http = HttpClient(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=HASTE)
        with http, pytest.raises(CouldNotCheck, match="did not answer"):
            run_bounded(lambda: http.send(PLAIN))
        for other in others:
            other.close()


@contextmanager
def serve_tls(mock: Mock) -> Iterator[tuple[Server, ssl.SSLContext]]:
    tls_contexts = create_tls_contexts(list_host_names(mock))
    with Server(MockApp(mock, tls=tls_contexts), tls=tls_contexts) as server:
        yield server, ssl.create_default_context(cadata=tls_contexts.ca)


@pytest.fixture(scope="module")
def tls_mock() -> Iterator[tuple[Server, ssl.SSLContext]]:
    with serve_tls(Mock("tmapi")) as found:
        yield found


def test_a_server_over_tls_is_judged(tls_mock: tuple[Server, ssl.SSLContext]) -> None:
    server, context = tls_mock
    with HttpClient(server.tls_url, ssl_context=context) as http:
        assert [each.status for each in check_server(http, "request/accepted")] == ["passed"]


def test_a_certificate_that_nobody_vouches_for_is_told(tls_mock: tuple[Server, ssl.SSLContext]) -> None:
    with HttpClient(tls_mock[0].tls_url) as http:
        (outcome,) = check_server(http, "request/accepted")
    assert outcome.reason.startswith("no TLS with 127.0.0.1:")
    assert "certificate" in outcome.reason


def test_a_certificate_for_another_host_is_told(tls_mock: tuple[Server, ssl.SSLContext]) -> None:
    server, context = tls_mock
    port = server.tls_url.rpartition(":")[2]
    with HttpClient(f"https://127.0.0.2:{port}", ssl_context=context) as http:
        reason = check_server(http, "request/accepted")[0].reason
    assert "nothing listens" in reason or "not valid for" in reason


def test_tls_where_there_is_none_is_told() -> None:
    with serve_badly(send_and_close(b"HTTP/1.1 400 Bad\r\n\r\n")) as (url, _):
        secure = url.replace("http:", "https:")
        with HttpClient(secure, timeout=HASTE) as http:
            assert check_server(http, "request/accepted")[0].status == "could not check"


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_a_server_at_ipv6_is_reached() -> None:
    try:
        with (
            serve_badly(send_and_close(OK_HEAD + b"Content-Length: 2\r\n\r\n{}"), "::1") as (url, _),
            HttpClient(url) as http,
        ):
            assert http.send(PLAIN).body == b"{}"
    except OSError:
        pytest.skip("no loopback of IPv6 here")


FAULT_ENDS = {
    "latency": "", "slow-body": "", "malformed-json": "a good answer", "html-502": "HTTP 502",
    "reset-before": "broke the connection off", "reset-inside": "broke", "truncated-body": "early",
    "wrong-content-length": "more than it says", "malformed-chunk": "chunks are malformed",
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"wrong-certificate"}))
def test_each_fault_that_the_mock_can_bring_is_told(fault: str) -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    subject = CheckContext(
        TMAPI, OPERATION, Session(HttpClient("http://127.0.0.1:1")), sandbox.credentials["tmapi"], resolve_variants(TMAPI, {})
    )  # fmt: skip
    request = subject.build_signed_request(subject.build_values())
    sandbox.schedule(ScheduledSituation(f"tmapi/{fault}", 1, Delay(seconds=0.05)))
    with Server(MockApp(mock)) as server, HttpClient(server.url, timeout=5) as http:
        assert FAULT_ENDS[fault] in run_bounded(lambda: describe_response(http, subject, request))
        assert describe_response(http, subject, request) == ""


def describe_response(http: HttpClient, subject: CheckContext, request: Request) -> str:
    try:
        reply = http.send(request)
    except CouldNotCheck as wrong:
        return wrong.reason
    return "" if subject.classifier.is_good(reply) else f"not a good answer: HTTP {reply.status}"
