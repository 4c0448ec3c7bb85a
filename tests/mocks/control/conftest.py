"""A server of its own for each module, and somebody who knows its token."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server

TOKEN = "the-control-token-of-these-tests"


@pytest.fixture(scope="module")
def control_mock() -> Mock:
    return Mock()


@pytest.fixture(scope="module")
def control_server(control_mock: Mock) -> Iterator[Server]:
    with Server(MockApp(control_mock, token=TOKEN, hosts=["lookalike.test"])) as running:
        yield running


@pytest.fixture(scope="module")
def anonymous_client(control_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{control_server.url}/_lookalike/", trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def control_client(control_server: Server) -> Iterator[httpx.Client]:
    """The control API, for who knows the token."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(
        base_url=f"{control_server.url}/_lookalike/", headers=headers, trust_env=False, timeout=30
    ) as client:
        yield client


@pytest.fixture(scope="module")
def vendor_client(control_server: Server) -> Iterator[httpx.Client]:
    """The APIs, for a tester."""
    with httpx.Client(base_url=control_server.url, trust_env=False, timeout=30) as client:
        yield client
