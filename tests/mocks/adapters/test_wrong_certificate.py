"""The wrong certificate that one sandbox asks for: its client sees it, once, and nobody else's does."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters import certificates
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.certificates import TlsContexts, create_tls_contexts, list_host_names
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.sandbox import Sandbox

FAULT = "tmapi/wrong-certificate"
HOST = "api.tmapi.top"
SECONDS = 20


class House:
    """A server over TLS, and clients that each open a connection for each request."""

    def __init__(self, mock: Mock, server: Server, tls: TlsContexts) -> None:
        self.mock = mock
        self._port = int(server.url.rpartition(":")[2])
        self._trusting = ssl.create_default_context(cadata=tls.ca)

    def ask(self, sandbox: Sandbox, *, name: str = HOST, secure: bool = True) -> int:
        """The status of a search, 0 for a connection that was reset. Raises SSLCertVerificationError."""
        token = sandbox.credentials["tmapi"]["apiToken"]
        query = f"apiToken={token}&img_url=https://cbu01.alicdn.com/x.jpg"
        head = f"GET /1688/global/search/image?{query} HTTP/1.1\r\nhost: {HOST}\r\nconnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self._port), timeout=SECONDS) as sock:
            line = self._trusting.wrap_socket(sock, server_hostname=name) if secure else sock
            try:
                line.sendall(head.encode())
                received = line.recv(65536)
            except (ConnectionResetError, ssl.SSLEOFError):
                return 0
            finally:
                line.close()
            return int(received.split()[1]) if received else 0

    def sees_wrong_certificate(self, sandbox: Sandbox, *, name: str = HOST) -> bool:
        try:
            assert self.ask(sandbox, name=name) == 200
        except ssl.SSLCertVerificationError as error:
            assert "mismatch" in str(error)
            return True
        return False


@pytest.fixture
def house() -> Iterator[House]:
    mock = Mock()
    tls = create_tls_contexts(list_host_names(mock))
    with Server(MockApp(mock), tls=tls) as server:
        yield House(mock, server, tls)


@contextmanager
def asked_once(house: House, sandbox: Sandbox, *, secure: bool = True) -> Iterator[None]:
    """The sandbox's client was just reset by the fault."""
    with sandbox.situation(FAULT, times=1):
        assert house.ask(sandbox, secure=secure) == 0
        yield


def test_its_client_sees_it_once(house: House) -> None:
    sandbox = house.mock.create_sandbox()
    with asked_once(house, sandbox):
        assert house.sees_wrong_certificate(sandbox)
        assert not house.sees_wrong_certificate(sandbox)


def test_by_an_address_without_a_name_too(house: House) -> None:
    sandbox = house.mock.create_sandbox()
    with sandbox.situation(FAULT, times=1):
        assert house.ask(sandbox, name="127.0.0.1") == 0
        assert house.sees_wrong_certificate(sandbox, name="127.0.0.1")


def test_a_client_of_another_host_does_not_see_it(house: House) -> None:
    mine, other = house.mock.create_sandbox(), house.mock.create_sandbox()
    with asked_once(house, mine):
        for name in ("127.0.0.1", "localhost", "openapi.dajisaas.com"):
            assert not house.sees_wrong_certificate(other, name=name)
        # and it still waits for whose it is
        assert house.sees_wrong_certificate(mine)


def test_nobody_sees_it_when_its_client_speaks_without_tls(house: House) -> None:
    mine, other = house.mock.create_sandbox(), house.mock.create_sandbox()
    with asked_once(house, mine, secure=False):
        assert not house.sees_wrong_certificate(other)
        assert not house.sees_wrong_certificate(mine)


def test_it_ends_with_the_block(house: House) -> None:
    mine, other = house.mock.create_sandbox(), house.mock.create_sandbox()
    with asked_once(house, mine):
        pass
    assert not house.sees_wrong_certificate(other)


@pytest.mark.parametrize("end", ["cancel", "cancel all", "reset", "delete"])
def test_it_ends_with_the_demand_and_with_its_sandbox(house: House, end: str) -> None:
    mine, other = house.mock.create_sandbox(), house.mock.create_sandbox()
    with asked_once(house, mine):
        if end == "cancel":
            mine.state.scheduled_situations.cancel(FAULT)
        elif end == "cancel all":
            mine.state.scheduled_situations.cancel()
        elif end == "reset":
            mine.state.reset()
        else:
            house.mock.sandboxes.remove(mine.name)
        assert not house.sees_wrong_certificate(other)


def test_another_situation_that_is_cancelled_leaves_it(house: House) -> None:
    sandbox = house.mock.create_sandbox()
    with asked_once(house, sandbox):
        with sandbox.situation("tmapi/503"):
            pass
        assert house.sees_wrong_certificate(sandbox)


def test_it_ends_by_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "ARMED_SECONDS", -1.0)
    sandbox = house.mock.create_sandbox()
    with asked_once(house, sandbox):
        assert not house.sees_wrong_certificate(sandbox)
