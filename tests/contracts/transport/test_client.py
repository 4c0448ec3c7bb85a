"""Who is asked, how often, and what of a request arrives."""

from __future__ import annotations

import socket
from pathlib import Path
from threading import Event

import pytest

from lookalike_contracts.exceptions import CouldNotCheck
from lookalike_contracts.transport import (
    BadBaseUrl,
    BadRequestBudget,
    HttpClient,
    LiveHostNotAllowed,
    create_http_client,
)
from lookalike_contracts.transport.vendor_hosts import find_vendor_api
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request

from .misbehaving_server import OK_HEAD, read_request_head, send_and_close, serve_badly

PLAIN = Request(method="GET", path="/x")
GOOD = OK_HEAD + b"Content-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "http://"),
        ("127.0.0.1:8765", "http://"),
        ("ftp://127.0.0.1", "http://"),
        ("http://", "no host"),
        ("http://me:secret-word@127.0.0.1", "credentials"),
        ("http://secret-word@127.0.0.1", "credentials"),
        ("http://127.0.0.1/?secret-word", "query"),
        ("http://127.0.0.1/#secret-word", "fragment"),
        ("http://127.0.0.1:port", "cannot be read"),
        ("http://127.0.0.1:99999", "cannot be read"),
        ("http://[::1", "cannot be read"),
        ("http://127.0.0.1:0", "no host"),
        ("http://m\u00fcnchen.example", "ASCII"),
        ("http://a b", "no host"),
        ("http://.example", "no name"),
        ("http://a..example", "no name"),
        (f"http://{'a' * 64}.example", "no name"),
        ("http://127.0.0.1/a b", "characters"),
    ],
)
def test_what_is_no_base_url_is_told_in_one_line(url: str, told: str) -> None:
    with pytest.raises(BadBaseUrl) as wrong:
        create_http_client(url)
    assert told in str(wrong.value)
    assert "\n" not in str(wrong.value)
    assert "secret-word" not in str(wrong.value)


@pytest.mark.parametrize("api", list_api_ids())
def test_live_services_are_asked_only_when_that_is_said(api: str) -> None:
    for host in load_api(api).hosts:
        for name in (host, f"{host}:8443", host.upper(), f"{host}.", f"test.{host}"):
            with pytest.raises(LiveHostNotAllowed) as refused:
                create_http_client(f"https://{name}/prefix")
            assert refused.value.api in list_api_ids()
            assert "--max-requests" in str(refused.value)
            with pytest.raises(BadRequestBudget, match="--max-requests"):
                create_http_client(f"https://{name}", live=True)
            assert create_http_client(f"https://{name}", live=True, max_requests=3).max_requests == 3


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_is_at_least_one_request(budget: int) -> None:
    with pytest.raises(BadRequestBudget) as wrong:
        create_http_client("http://127.0.0.1", max_requests=budget)
    assert wrong.value.max_requests == budget


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "localhost", "example.com", "nottmapi.top", "top", "tmapi.top.example"]
)
def test_nobody_else_is_taken_for_a_vendor(host: str) -> None:
    assert find_vendor_api(host) == ""


def test_a_budget_that_is_used_up_ends_it() -> None:
    with (
        serve_badly(send_and_close(OK_HEAD + b"Connection: close\r\n" + GOOD.removeprefix(OK_HEAD))) as (url, calls),
        create_http_client(url, max_requests=2) as http,
    ):
        assert [http.send(PLAIN).status for _ in range(2)] == [200, 200]
        for _ in range(3):
            with pytest.raises(CouldNotCheck, match="the budget of 2 requests is used up"):
                http.send(PLAIN)
        assert (len(calls), http.request_count) == (2, 2)


def test_requests_can_be_paced(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("lookalike_contracts.transport.client.time.sleep", waits.append)
    with serve_badly(send_and_close(GOOD)) as (url, _), create_http_client(url, rate=0.001) as http:
        for _ in range(2):
            http.send(PLAIN)
    assert waits[0] == 0
    assert waits[1] > 900


@pytest.mark.parametrize(
    ("manners", "requests"),
    [(lambda *_: None, 3), (lambda _, over: over.wait(20), 2), (send_and_close(b"no HTTP\r\n\r\n"), 3)],
    ids=["closes", "is silent", "no HTTP"],
)
def test_a_dead_server_is_given_up(manners: object, requests: int) -> None:
    with serve_badly(manners) as (url, calls), HttpClient(url, timeout=0.2) as http:  # type: ignore[arg-type]
        reasons = [read_reason(http) for _ in range(6)]
        assert (len(calls), http.request_count) == (requests, requests)
    assert [text.endswith("; it was not asked again") for text in reasons] == [at >= requests for at in range(6)]


def test_an_answer_now_and_then_keeps_a_server_alive() -> None:
    def answer_every_third(sock: socket.socket, over: Event) -> None:
        read_request_head(sock)
        if len(calls) % 3 == 0:
            sock.sendall(GOOD)

    with serve_badly(answer_every_third) as (url, calls), HttpClient(url) as http:
        assert [read_reason(http) == "" for _ in range(9)] == [False, False, True] * 3


def read_reason(http: HttpClient) -> str:
    try:
        http.send(PLAIN)
    except CouldNotCheck as wrong:
        return wrong.reason
    return ""


def test_a_kept_connection_that_was_closed_is_made_anew() -> None:
    with serve_badly(send_and_close(GOOD)) as (url, calls), HttpClient(url) as http:
        assert [http.send(PLAIN).body for _ in range(5)] == [b"{}"] * 5
        assert len(calls) == 5


def test_a_connection_is_kept() -> None:
    def keep_connection(sock: socket.socket, _: Event) -> None:
        while True:
            read_request_head(sock)
            sock.sendall(GOOD)

    with serve_badly(keep_connection) as (url, calls), HttpClient(url) as http:
        assert [http.send(PLAIN).body for _ in range(5)] == [b"{}"] * 5
        http.close()
        assert len(calls) == 1


def test_a_request_that_was_answered_in_part_is_not_sent_again() -> None:
    def answer_once(sock: socket.socket, _: Event) -> None:
        read_request_head(sock)
        sock.sendall(GOOD)
        read_request_head(sock)
        sock.sendall(OK_HEAD)

    with serve_badly(answer_once) as (url, calls), HttpClient(url) as http:
        assert http.send(PLAIN).body == b"{}"
        with pytest.raises(CouldNotCheck):
            http.send(PLAIN)
        assert (len(calls), http.request_count) == (1, 2)


def test_what_comes_unasked_is_nobodys_answer() -> None:
    """An answer to nothing, sent after the first one, must not be taken for the second."""
    seen = Event()

    def send_unasked(sock: socket.socket, over: Event) -> None:
        read_request_head(sock)
        sock.sendall(GOOD)
        if told.is_set():  # the second one is left alone, or both answers might be read as one
            over.wait(20)
            return
        seen.wait(20)
        sock.sendall(OK_HEAD.replace(b"200", b"500") + b"Content-Length: 0\r\n\r\n")
        told.set()
        over.wait(20)

    told = Event()
    with serve_badly(send_unasked) as (url, calls), HttpClient(url) as http:
        assert http.send(PLAIN).status == 200
        seen.set()
        told.wait(20)
        assert http.send(PLAIN).status == 200
        assert len(calls) == 2


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (Request(method="GET", path="/a b", query=b"x=\xc3\xa9%2F+"), b"GET /base/a%20b?x=\xc3\xa9%2F+ HTTP/1.1"),
        (Request(method="POST", path="/", body=b"{}"), b"POST /base/ HTTP/1.1"),
        (Request(method="OPTIONS", path="*"), b"OPTIONS /base* HTTP/1.1"),
    ],
)
def test_these_bytes_are_sent(request_: Request, line: bytes) -> None:
    heads: list[bytes] = []

    def record_head(sock: socket.socket, _: Event) -> None:
        heads.append(read_request_head(sock))
        sock.sendall(GOOD)

    with serve_badly(record_head) as (url, _), HttpClient(f"{url}/base/") as http:
        http.send(request_)
    first, host, *rest = heads[0].split(b"\r\n")
    assert (first, host) == (line, b"Host: " + url.partition("://")[2].encode())
    assert (b"Content-Length: %d" % len(request_.body) in rest) == bool(request_.body)


@pytest.mark.parametrize(
    "request_",
    [
        Request(method="GET", path="/", query=b"a b"),
        Request(method="GET", path="/", query=b"a\r\nX: y"),
        Request(method="GET /", path="/"),
        Request(method="GET", path="/", headers=((b"x", b"a\r\nb: c"),)),
        Request(method="GET", path="/", headers=((b"x y", b"a"),)),
    ],
)
def test_what_would_break_a_request_is_not_sent(request_: Request) -> None:
    with serve_badly(send_and_close(GOOD)) as (url, calls), HttpClient(url) as http:
        with pytest.raises(CouldNotCheck, match="cannot be sent"):
            http.send(request_)
        assert (calls, http.request_count) == ([], 0)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_badly(send_and_close(GOOD)) as (proxy, others), serve_badly(send_and_close(GOOD)) as (url, calls):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        with create_http_client(url) as http:
            assert http.send(PLAIN).status == 200
        assert (others, calls) == ([], [1])


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    before = socket.getaddrinfo

    def look(host: str, *more: object, **options: object) -> object:
        looked.append(host)
        return before("127.0.0.1", *more, **options)  # type: ignore[arg-type]

    with serve_badly(send_and_close(GOOD)) as (url, calls):
        monkeypatch.setattr("lookalike_contracts.transport.url.socket.getaddrinfo", look)
        with HttpClient(url.replace("127.0.0.1", "stub.example")) as http:
            for _ in range(3):
                http.send(PLAIN)
    assert (looked, len(calls)) == (["stub.example"], 3)


def test_a_certificate_counts_only_for_https(tmp_path: Path) -> None:
    with pytest.raises(BadBaseUrl, match="https"):
        create_http_client("http://127.0.0.1", ca=tmp_path / "ca.pem")
    with pytest.raises(OSError, match="No such file"):
        create_http_client("https://127.0.0.1", ca=tmp_path / "ca.pem")


def test_the_errors_have_fields() -> None:
    refused = LiveHostNotAllowed("api.example", "tmapi")
    assert (refused.host, refused.api) == ("api.example", "tmapi")
    assert BadRequestBudget(None).max_requests is None
