"""TLS and plain HTTP on one port: right and wrong certificates, and clients that break off, on both loops."""

import asyncio
import errno
import json
import logging
import shutil
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.certificates import WRONG_NAME, TlsContexts, create_tls_contexts, list_host_names
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.loop_thread import create_loop
from lookalike_mocks.adapters.server import Listener, Server, bind_socket
from lookalike_mocks.adapters.tls_sniffer import TlsSniffer
from lookalike_specs import list_api_ids, load_api

HASTE = 0.3
SECONDS = 20
HEALTH = "/_lookalike/health"
SEARCH = "/1688/global/search/image?apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"
PLAIN = b"GET %b HTTP/1.1\r\nhost: x\r\n\r\n" % SEARCH.encode()
HIOBUY = "/api/client/third-purchase/image/query"
KEY = load_api("hiobuy").account["X-Uuid"]
BODY = {"img": "https://cbu01.alicdn.com/x.jpg", "platform": "1688"}
HOSTS = sorted({host for api in list_api_ids() for host in load_api(api).hosts})
LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, create_loop], ids=["asyncio", "uvloop"])
NODE = """
require("https").get(process.argv[1], (answer) => {
  answer.setEncoding("utf8").on("data", (text) => process.stdout.write(text))
}).on("error", (error) => process.stdout.write(error.code))
"""
Loop = Callable[[], asyncio.AbstractEventLoop]


HASTY = Limits(head_seconds=HASTE)


PATIENT = Limits(head_seconds=300.0)


@pytest.fixture(scope="module")
def known(mock: Mock) -> TlsContexts:
    return create_tls_contexts(list_host_names(mock, more=("shop.test", "192.0.2.7")))


@pytest.fixture
def trusting(known: TlsContexts) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=known.ca)


@pytest.fixture(scope="module")
def secured(mock: Mock, known: TlsContexts) -> Iterator[Server]:
    with Server(MockApp(mock), tls=known) as running:
        yield running


def run(loop: Loop, work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(work)


@asynccontextmanager
async def listening(mock: Mock, presented: TlsContexts, limits: Limits | None = None) -> AsyncIterator[int]:
    """The port of a listener on this very loop."""
    listener, sock = Listener(MockApp(mock), limits, presented), bind_socket("127.0.0.1", 0)
    await listener.open(sock)
    try:
        yield sock.getsockname()[1]
    finally:
        await listener.close()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=SECONDS)


def port_of(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def greet(port: int, context: ssl.SSLContext, name: str, session: ssl.SSLSession | None = None) -> ssl.SSLSocket:
    """A TLS connection to loopback that asks for that name."""
    with ExitStack() as stack:
        sock = context.wrap_socket(stack.enter_context(connect(port)), server_hostname=name, session=session)
        stack.pop_all()
        return sock


def hello() -> bytes:
    """What a client says first."""
    out = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost").do_handshake()
    return out.read()


def ended(sock: socket.socket) -> bool:
    """Whether the other side ends; what it says before counts for nothing."""
    with suppress(ConnectionResetError):
        while sock.recv(65536):
            pass
    return True


@LOOPS
def test_tls_and_plain_http_share_a_port(mock: Mock, known: TlsContexts, trusting: ssl.SSLContext, loop: Loop) -> None:
    def ask(port: int) -> None:
        with httpx.Client(verify=trusting, trust_env=False, timeout=SECONDS) as client:
            for scheme in ("https", "http", "https", "http"):
                assert client.get(f"{scheme}://127.0.0.1:{port}{HEALTH}").json()["status"] == "ok"

    async def talk() -> None:
        async with listening(mock, known) as port:
            await asyncio.to_thread(ask, port)
            async with httpx.AsyncClient(verify=trusting, trust_env=False, timeout=SECONDS) as client:
                urls = [f"{scheme}://localhost:{port}{SEARCH}" for scheme in ("https", "http")] * 10
                answers = await asyncio.gather(*map(client.get, urls))
                assert {answer.status_code for answer in answers} == {200}

    run(loop, talk())


@LOOPS
def test_a_connection_stays_and_takes_bodies(known: TlsContexts, trusting: ssl.SSLContext, loop: Loop) -> None:
    mock = Mock("tmapi", "hiobuy")
    padded = json.dumps(BODY).encode() + b" " * 20_000

    def ask(port: int) -> set[int]:
        with httpx.Client(verify=trusting, base_url=f"https://127.0.0.1:{port}", timeout=SECONDS) as client:
            headers = {"x-uuid": KEY, "content-type": "application/json"}
            answers = [
                *(client.post(HIOBUY, content=padded, headers=headers) for _ in range(2)),
                client.get(SEARCH),
                client.post(HIOBUY, content=iter((padded[:10], padded[10:])), headers=headers),
                client.get(SEARCH),
            ]
            ports = {answer.extensions["network_stream"].get_extra_info("client_addr")[1] for answer in answers}
        assert [answer.status_code for answer in answers] == [200] * 5
        assert [answer.json().get("ret") for answer in answers] == [1, 1, None, 1, None]
        return ports

    async def talk() -> None:
        async with listening(mock, known) as port:
            assert len(await asyncio.to_thread(ask, port)) == 1

    run(loop, talk())
    assert [request.scheme for request, _ in mock.demo_state.journal] == ["https"] * 5


def test_plain_http_has_its_own_scheme_beside_tls(known: TlsContexts) -> None:
    mock = Mock("tmapi", "hiobuy")
    with Server(MockApp(mock), tls=known) as server, httpx.Client(base_url=server.url) as client:
        client.get(SEARCH)
        client.post(HIOBUY, json=BODY)
    assert [request.scheme for request, _ in mock.demo_state.journal] == ["http"] * 2


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "127.0.0.1",
        "::1",
        "shop.test",
        "192.0.2.7",
        "imagesearch-vpc.cn-shanghai.aliyuncs.com",
        "api.hiobuy.com",
        *HOSTS,
    ],
)
def test_the_certificate_names_what_the_server_is_called(secured: Server, trusting: ssl.SSLContext, name: str) -> None:
    with greet(port_of(secured), trusting, name) as sock:
        sock.sendall(PLAIN)
        assert sock.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("name", ["example.com", "127.0.0.2", "x.tmapi.io", "aliyuncs.com"])
def test_the_certificate_names_nothing_else(secured: Server, trusting: ssl.SSLContext, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        greet(port_of(secured), trusting, name)


def test_nobody_else_trusts_the_ca(secured: Server) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        greet(port_of(secured), ssl.create_default_context(), "localhost")


def test_the_certificate_lives_no_longer_than_any_client_allows(secured: Server, trusting: ssl.SSLContext) -> None:
    with greet(port_of(secured), trusting, "localhost") as sock:
        found = sock.getpeercert()
    assert found
    begin, end = (ssl.cert_time_to_seconds(str(found[key])) for key in ("notBefore", "notAfter"))
    assert end - begin < 398 * 86400
    assert begin < datetime.now(UTC).timestamp() < end


def test_a_client_that_offers_http2_gets_http1(secured: Server, trusting: ssl.SSLContext) -> None:
    trusting.set_alpn_protocols(["h2", "http/1.1"])
    with greet(port_of(secured), trusting, "localhost") as sock:
        assert sock.selected_alpn_protocol() == "http/1.1"


@pytest.mark.exhaustive(3)
@LOOPS
@pytest.mark.parametrize("times", [1, 3, None])
def test_a_wrong_certificate_is_presented_so_many_times(
    mock: Mock, trusting: ssl.SSLContext, loop: Loop, times: int | None
) -> None:
    presented = create_tls_contexts(list_host_names(mock))
    trusting = ssl.create_default_context(cadata=presented.ca)

    def ask(port: int) -> bool:
        try:
            return httpx.get(f"https://127.0.0.1:{port}{HEALTH}", verify=trusting, timeout=SECONDS).is_success
        except httpx.ConnectError as refused:
            assert "mismatch" in str(refused)
            return False

    async def talk() -> None:
        async with listening(mock, presented) as port:
            assert await asyncio.to_thread(ask, port)
            presented.present_wrong(times)
            heard = [await asyncio.to_thread(ask, port) for _ in range(5)]
            assert heard == [times is not None and at >= times for at in range(5)]
            presented.present_wrong()
            assert not await asyncio.to_thread(ask, port)
            presented.present_right()
            assert await asyncio.to_thread(ask, port)

    run(loop, talk())


@pytest.mark.parametrize("name", [WRONG_NAME, WRONG_NAME.upper()])
def test_a_name_always_gets_the_wrong_certificate(mock: Mock, name: str) -> None:
    presented = create_tls_contexts([*list_host_names(mock), WRONG_NAME])
    trusting, careless = (ssl.create_default_context(cadata=presented.ca) for _ in range(2))
    careless.check_hostname = False
    with Server(MockApp(mock), tls=presented) as server:
        for _ in range(2):
            with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
                greet(port_of(server), trusting, name)
        with greet(port_of(server), careless, name) as sock:
            sock.sendall(PLAIN)
            assert sock.recv(65536).startswith(b"HTTP/1.1 200")
        greet(port_of(server), trusting, "localhost").close()


def test_a_client_that_resumes_a_session_sees_the_wrong_certificate(mock: Mock) -> None:
    presented = create_tls_contexts(list_host_names(mock))
    trusting = ssl.create_default_context(cadata=presented.ca)
    trusting.maximum_version = ssl.TLSVersion.TLSv1_2
    with Server(MockApp(mock), tls=presented) as server:
        with greet(port_of(server), trusting, "localhost") as first:
            session = first.session
        with greet(port_of(server), trusting, "localhost", session) as second:
            assert second.session_reused
        presented.present_wrong(1)
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            greet(port_of(server), trusting, "localhost", session)


@pytest.mark.node
@pytest.mark.parametrize(
    ("name", "told"), [("127.0.0.1", '{"status":"ok"'), (WRONG_NAME, "ERR_TLS_CERT_ALTNAME_INVALID")]
)
def test_node_trusts_the_ca(secured: Server, known: TlsContexts, tmp_path: Any, name: str, told: str) -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("needs Node.js")
    (tmp_path / "ca.pem").write_text(known.ca)
    script = NODE.replace(".get(process.argv[1],", f'.get(process.argv[1], {{servername: "{name}"}},')
    if name == "127.0.0.1":
        script = NODE
    process = subprocess.run(
        [node, "-e", script, secured.tls_url + HEALTH],
        env={"NODE_EXTRA_CA_CERTS": str(tmp_path / "ca.pem")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert process.stdout.startswith(told)


RUDE = {
    "says nothing": b"",
    "says one byte": b"\x16",
    "half a handshake": hello()[:100],
    "all of its first word": hello(),
    "garbage": b"\x16\x03\x01" + b"\xff" * 200,
    "garbage of the right length": b"\x16\x03\x01\x00\x20" + bytes(32),
    "an endless handshake": b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(20_000),
    "half a head": b"GET / HTTP/1.1\r\nhost",
}


@pytest.mark.exhaustive(5)
@LOOPS
@pytest.mark.parametrize("said", RUDE.values(), ids=RUDE)
def test_a_rude_client_is_ended_without_a_word_in_the_log(
    mock: Mock, known: TlsContexts, loop: Loop, said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def talk_to(port: int) -> None:
        with connect(port) as sock:
            sock.sendall(said)
            assert ended(sock)

    async def talk() -> None:
        async with listening(mock, known, HASTY) as port:
            await asyncio.gather(*(asyncio.to_thread(talk_to, port) for _ in range(4)))

    run(loop, talk())
    assert caplog.records == []


@pytest.mark.parametrize("said", [b"\x17\x03\x03\x00\x01x\r\n\r\n", b"\x00\r\n\r\n", b"\x15\x16\r\n\r\n"])
def test_what_begins_like_no_handshake_is_taken_for_http(secured: Server, said: bytes) -> None:
    with connect(port_of(secured)) as sock:
        sock.sendall(said)
        assert sock.recv(65536).startswith(b"HTTP/1.1 400 ")


@LOOPS
@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_leaves_leaves_no_word_in_the_log(
    mock: Mock, known: TlsContexts, loop: Loop, reset: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def leave(port: int, kind: str) -> None:
        with connect(port) as sock:
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.sendall(RUDE[kind])
        with connect(port) as sock:
            sock.sendall(PLAIN)
            assert sock.recv(65536).startswith(b"HTTP/1.1 200")

    async def talk() -> None:
        async with listening(mock, known, PATIENT) as port:
            for kind in ["says nothing", "says one byte", "half a handshake", "all of its first word"] * 3:
                await asyncio.to_thread(leave, port, kind)

    run(loop, talk())
    assert caplog.records == []


@pytest.mark.slow
@LOOPS
def test_a_hundred_rude_clients_of_each_kind_delay_nobody(
    mock: Mock, known: TlsContexts, trusting: ssl.SSLContext, loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    kinds = ["says nothing", "half a handshake", "all of its first word", "garbage"]

    def crowd(port: int, stack: ExitStack) -> None:
        for kind in kinds * 100:
            stack.enter_context(connect(port)).sendall(RUDE[kind])
        for _ in range(100):
            with connect(port) as leaving:
                leaving.sendall(hello())

    async def talk() -> None:
        with ExitStack() as stack:
            async with listening(mock, known, PATIENT) as port:
                await asyncio.to_thread(crowd, port, stack)
                async with httpx.AsyncClient(verify=trusting, timeout=SECONDS) as client:
                    for scheme in ("https", "http"):
                        assert (await client.get(f"{scheme}://127.0.0.1:{port}{HEALTH}")).is_success

    run(loop, talk())
    assert caplog.records == []


@LOOPS
def test_a_closed_listener_sends_everybody_away(
    mock: Mock, known: TlsContexts, trusting: ssl.SSLContext, loop: Loop
) -> None:
    def arrive(port: int, stack: ExitStack) -> list[socket.socket]:
        here = [stack.enter_context(connect(port)) for _ in range(3)]
        here[1].sendall(hello()[:100])
        here[2].sendall(hello())
        settled = stack.enter_context(greet(port, trusting, "localhost"))
        settled.sendall(PLAIN)
        assert settled.recv(65536).startswith(b"HTTP/1.1 200")
        return [*here, settled]

    async def talk() -> None:
        with ExitStack() as stack:
            async with listening(mock, known, PATIENT) as port:
                here = await asyncio.to_thread(arrive, port, stack)
            for sock in here:
                assert await asyncio.to_thread(ended, sock)
            with pytest.raises(ConnectionRefusedError):
                connect(port)

    run(loop, talk())


class Narrow(TlsSniffer):
    max_waiting = 3
    retry_seconds = 0.1


class Echo(asyncio.Protocol):
    """Says one word and goes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        transport.write(b"welcome")
        transport.close()


@asynccontextmanager
async def narrow(known: TlsContexts, sock: socket.socket) -> AsyncIterator[int]:
    threshold = Narrow(Echo, known, 300.0)
    threshold.open(sock, 100)
    try:
        yield sock.getsockname()[1]
    finally:
        await threshold.close()


@LOOPS
def test_who_waits_longest_goes_when_there_are_too_many(known: TlsContexts, loop: Loop) -> None:
    def crowd(port: int) -> None:
        with ExitStack() as stack:
            waiting = [stack.enter_context(connect(port)) for _ in range(Narrow.max_waiting)]
            for sock, said in zip(waiting, (b"", hello()[:100], b""), strict=True):
                sock.sendall(said)
            for longest in waiting:
                with connect(port) as polite:
                    polite.sendall(b"G")
                    assert polite.recv(100) == b"welcome"
                stack.enter_context(connect(port))
                assert ended(longest)

    async def talk() -> None:
        async with narrow(known, bind_socket("127.0.0.1", 0)) as port:
            await asyncio.to_thread(crowd, port)

    run(loop, talk())


class Starved(socket.socket):
    """A listening socket in a process that has too many open files, for HASTE."""

    since = 0.0

    def accept(self) -> tuple[socket.socket, Any]:
        self.since = self.since or time.monotonic()
        if time.monotonic() - self.since < HASTE:
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


@LOOPS
def test_too_many_open_files_are_waited_for(known: TlsContexts, loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    def ask(port: int) -> None:
        with connect(port) as sock:
            sock.sendall(b"G")
            assert sock.recv(100) == b"welcome"

    async def talk() -> None:
        sock = Starved()
        sock.bind(("127.0.0.1", 0))
        async with narrow(known, sock) as port:
            await asyncio.to_thread(ask, port)

    run(loop, talk())
    told = [record.getMessage() for record in caplog.records]
    assert set(told) == {"cannot accept a client: Too many open files"}
    assert len(told) <= HASTE / Narrow.retry_seconds + 1


def test_a_fault_of_ours_is_logged(known: TlsContexts, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> asyncio.Protocol:
        raise RuntimeError("of ours")

    def ask(port: int) -> None:
        with connect(port) as sock:
            sock.sendall(b"G")
            assert ended(sock)

    async def talk() -> None:
        threshold, sock = TlsSniffer(broken, known, 5.0), bind_socket("127.0.0.1", 0)
        threshold.open(sock, 100)
        await asyncio.to_thread(ask, sock.getsockname()[1])
        await threshold.close()

    asyncio.run(talk())
    assert [record.getMessage() for record in caplog.records] == ["a client could not be connected"]


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a@b.test", "10.0.0.0/8", "-a", "a..b", "a.", "my_shop", "*", "a.*.b", "a" * 64, "xn--a", "é.test"],
)
def test_what_is_no_name_is_told(name: str) -> None:
    with pytest.raises(ValueError, match=r"neither a host name nor an address|no certificate can name that"):
        create_tls_contexts(["localhost", name])


@pytest.mark.parametrize(("host", "found"), [("shop.test", True), ("192.0.2.1", True), ("my_shop", False)])
def test_the_bound_host_is_named_where_that_is_possible(mock: Mock, host: str, found: bool) -> None:
    assert (host in list_host_names(mock, host)) is found


def test_only_tls_needs_the_extra(run_python: Callable[[str], str]) -> None:
    without = "import sys; sys.modules['trustme'] = None\nfrom lookalike_mocks.adapters import certificates, server\n"
    assert run_python(f"{without}print('cryptography' in sys.modules)") == "False\n"
    told = run_python(
        f"{without}try:\n    certificates.create_tls_contexts(['localhost'])\nexcept ImportError as missing:\n    print(missing)"
    )
    assert told == 'TLS needs an extra: pip install "lookalike[tls]"\n'


def test_a_key_is_nowhere_to_be_found(known: TlsContexts) -> None:
    assert known.ca.count("BEGIN") == 1
    assert known.ca.startswith("-----BEGIN CERTIFICATE-----\n")
