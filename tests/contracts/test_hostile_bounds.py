"""What a server decides the number and the length of is bounded: findings, what they say, and what they keep."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from threading import Event

import pytest

from lookalike_contracts.context import CheckContext
from lookalike_contracts.deadline import Deadline, call_until, limit_time
from lookalike_contracts.exceptions import TimeLimitExceeded
from lookalike_contracts.finding import MAX_KEPT_BYTES, Exchange, Failure, truncate_response
from lookalike_contracts.passive import MAX_FINDINGS, MAX_MESSAGE_LENGTH, PassiveChecks
from lookalike_contracts.registry import Check
from lookalike_contracts.reproduction.text import format_response
from lookalike_contracts.responses.values import show_value
from lookalike_contracts.transport import HttpClient
from lookalike_specs.messages import Request, Response
from lookalike_specs.redaction import Redactor

from .subjects import create_context
from .transport.misbehaving_server import OK_HEAD, read_request_head, serve_badly

SEARCH = "tmapi/searchItemsByImageUrl"
REQUEST = Request(method="GET", path="/x")


def look(_: CheckContext, __: Exchange) -> Iterator[Failure]:
    yield from ()


CHECK = Check("a/look", "s", "w", "h", "o", passive_function=look)


def test_names_that_a_server_makes_up_are_no_findings_without_end() -> None:
    context = create_context(SEARCH)
    passive = PassiveChecks((CHECK,))
    # a rule that we made up is a note, and one of the document is an error
    note = "/x-lookalike/errors/foreign-image/message"
    for number in range(MAX_FINDINGS * 3):
        passive.add_failure(context, CHECK, Failure("wrong", f"/made-up-{number}", note))
    assert len(passive.list_findings(CHECK)) == MAX_FINDINGS
    assert {finding.severity for finding in passive.list_findings(CHECK)} == {"note"}
    passive.add_failure(context, CHECK, Failure("worse", "/surely", f"{context.operation.pointer}/responses/200"))
    findings = passive.list_findings(CHECK)
    assert len(findings) == MAX_FINDINGS
    # an error is kept where only notes are in its way
    assert "worse" in {finding.message for finding in findings}


def test_a_finding_keeps_the_beginning_of_an_answer_and_says_how_long_it_was() -> None:
    body = b"a b" * 1_000_000
    context = create_context(SEARCH)
    passive = PassiveChecks((CHECK,))
    exchange = Exchange(REQUEST, Response(status=200, body=body))
    passive.add_failure(context, CHECK, Failure("x" * 10**6, "", exchanges=(exchange,)))
    (finding,) = passive.list_findings(CHECK)
    assert len(finding.message) == MAX_MESSAGE_LENGTH
    response = finding.exchanges[0].response
    assert len(response.body) == MAX_KEPT_BYTES
    text = format_response(response, Redactor([]))
    assert text == format_response(exchange.response, Redactor([]))
    assert "3,000,000 bytes in all" in text
    small = Response(status=200, body=b"a")
    assert truncate_response(small) is small


@pytest.mark.parametrize(
    ("value", "length", "text"),
    [
        ({"a": [1, "b", None]}, 80, "{'a': [1, 'b', None]}"),
        ([0] * 10**6, 7, "[0, 0, …"),
        ("x" * 10**7, 4, "'xxx…"),
        ({}, 5, "{}"),
        ([[]], 5, "[[]]"),
    ],
)
def test_of_a_value_without_end_the_beginning_is_written(value: object, length: int, text: str) -> None:
    before = time.process_time()
    assert show_value(value, length) == text
    assert time.process_time() - before < 0.1


def test_an_answer_to_an_interrupted_request_is_not_the_next_ones() -> None:
    """The judge was interrupted while it waited, and asks once more, to delete what it stored."""

    def answer_late(sock: socket.socket, over: Event) -> None:
        for number in range(2):
            head = read_request_head(sock)
            if head.startswith(b"GET /late"):
                over.wait(0.3)
            body = b'"%d"' % number
            sock.sendall(OK_HEAD + b"Content-Length: 3\r\nX-For: " + head.split()[1] + b"\r\n\r\n" + body)

    with serve_badly(answer_late) as (url, _), HttpClient(url) as client:
        now = time.monotonic()
        with pytest.raises(TimeLimitExceeded), limit_time(now + 0.1, 0.1):
            client.send(Request(method="GET", path="/late"))
        time.sleep(0.4)
        response = client.send(Request(method="GET", path="/next"))
    assert dict(response.headers)[b"x-for"] == b"/next"


def test_a_slow_rate_takes_nothing_of_the_time_for_an_answer() -> None:
    def answer(sock: socket.socket, over: Event) -> None:
        while not over.is_set():
            read_request_head(sock)
            sock.sendall(OK_HEAD + b"Content-Length: 2\r\n\r\n{}")

    with serve_badly(answer) as (url, _), HttpClient(url, timeout=0.5, rate=1) as client:
        assert [client.send(REQUEST).status for _ in range(2)] == [200, 200]


def test_whatever_looks_at_no_clock_ends_with_the_time() -> None:
    if signal.getitimer(signal.ITIMER_REAL)[0]:
        pytest.skip("pytest-timeout has the timer")

    def swallow_and_go_on() -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: S112 - as libraries do
                continue

    before = signal.getsignal(signal.SIGALRM)
    began = time.monotonic()
    with pytest.raises(TimeLimitExceeded):
        call_until(Deadline(began + 0.2, 0.2), swallow_and_go_on)
    assert time.monotonic() - began < 5
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert call_until(Deadline(time.monotonic() + 9, 9), lambda: 5) == 5
    with pytest.raises(TimeLimitExceeded):
        call_until(Deadline(time.monotonic() - 1, 9), lambda: 5)
