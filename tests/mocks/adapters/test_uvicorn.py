"""What we use of uvicorn's internals is there, and without it the server still answers."""

from __future__ import annotations

import asyncio
import inspect
import re
import ssl
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from lookalike_mocks import Mock
from lookalike_mocks.adapters import uvicorn_internals
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.asgi_faults import CONNECTION_FAULTS, MESSAGE_FAULTS
from lookalike_mocks.adapters.certificates import create_tls_contexts
from lookalike_mocks.adapters.protocol import MockProtocol
from lookalike_mocks.adapters.server import Server, select_protocol
from lookalike_mocks.faults import Delay

ROOT = Path(__file__).parents[3]
PATH = "/1688/global/search/image"
IMAGE = "https://cbu01.alicdn.com/x.jpg"
UNKNOWN_VERSIONS = ["0.33.9", "0.55.0", "0.55.0.dev1", "1.0.0", "0.340", "main", ""]


def list_parameters(function: Any) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)[1:]


def create_protocol() -> HttpToolsProtocol:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError

    config = Config(app, log_config=None, lifespan="off", proxy_headers=False)

    async def create() -> HttpToolsProtocol:
        config.load()
        return HttpToolsProtocol(config, ServerState(), {})

    return asyncio.run(create())


def list_changes(protocol: type[HttpToolsProtocol], instance: HttpToolsProtocol) -> list[str]:
    """What of the list is missing in a protocol, or has another shape."""
    changes = []
    for name, parameters in uvicorn_internals.PROTOCOL_METHODS.items():
        method = getattr(protocol, name, None)
        if method is None or list_parameters(method) != parameters:
            changes.append(name)
    for name, type_name in uvicorn_internals.PROTOCOL_ATTRIBUTES.items():
        if not hasattr(instance, name) or type_name not in ("object", type(getattr(instance, name)).__name__):
            changes.append(name)
    return changes


def test_the_installed_uvicorn_has_all_of_it() -> None:
    assert list_changes(HttpToolsProtocol, create_protocol()) == []


@pytest.mark.parametrize("name", uvicorn_internals.PROTOCOL_METHODS)
def test_a_method_with_another_shape_is_noticed(name: str) -> None:
    def changed(self: Any, other: Any) -> None: ...

    changed_protocol = type("Changed", (HttpToolsProtocol,), {name: changed})
    assert list_changes(changed_protocol, create_protocol()) == [name]


@pytest.mark.parametrize("name", uvicorn_internals.PROTOCOL_ATTRIBUTES)
def test_an_attribute_that_is_missing_is_noticed(name: str) -> None:
    instance = create_protocol()
    delattr(instance, name)
    assert list_changes(HttpToolsProtocol, instance) == [name]


def test_what_a_request_begins_with_is_there() -> None:
    instance = create_protocol()
    instance.on_message_begin()
    assert [name for name in uvicorn_internals.REQUEST_ATTRIBUTES if not hasattr(instance, name)] == []


def test_what_is_used_of_the_objects_around_it_is_there() -> None:
    scope: Any = {}
    cycle = RequestResponseCycle(scope, None, None, None, None, False, [], None, False, True, lambda: None)  # type: ignore[arg-type]
    assert [name for name in uvicorn_internals.CYCLE_ATTRIBUTES if not hasattr(cycle, name)] == []
    assert [name for name in uvicorn_internals.STATE_ATTRIBUTES if not hasattr(ServerState(), name)] == []
    flow = FlowControl(None)  # type: ignore[arg-type]
    assert [name for name in uvicorn_internals.FLOW_ATTRIBUTES if not hasattr(flow, name)] == []
    config = Config("app:app", log_config=None)
    config.http_protocol_class = None  # type: ignore[assignment]
    assert [name for name in uvicorn_internals.CONFIG_ATTRIBUTES if not hasattr(config, name)] == []


def test_nothing_else_of_it_is_used() -> None:
    """Every `self.name` of our protocol is its own, or listed."""
    source = inspect.getsource(MockProtocol)
    names = set(re.findall(r"\bself\.(\w+)", source)) | set(re.findall(r"\bsuper\(\)\.(\w+)", source))
    own = {name for name in names if name.startswith("_")} | {"head_seconds", "idle_seconds"}
    listed = {*uvicorn_internals.PROTOCOL_METHODS, *uvicorn_internals.PROTOCOL_ATTRIBUTES}
    assert names - own <= listed | {*uvicorn_internals.REQUEST_ATTRIBUTES}


def test_the_bounds_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (requirement,) = (each for each in project["dependencies"] if each.startswith("uvicorn"))
    numbers = [tuple(map(int, version.split("."))) for version in re.findall(r"[\d.]+", requirement)]
    assert numbers == [uvicorn_internals.SUPPORTED_FROM, uvicorn_internals.SUPPORTED_BELOW]


@pytest.mark.parametrize("version", ["0.34", "0.34.0", "0.54.0", "0.54.99", "0.40rc1"])
def test_a_version_within_the_bounds_gets_our_protocol(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn, "__version__", version)
    assert select_protocol() is (MockProtocol if version != "0.40rc1" else None)


@pytest.fixture(params=UNKNOWN_VERSIONS)
def unknown_version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(uvicorn, "__version__", request.param)
    version: str = request.param
    return version


def test_under_another_version_everything_is_answered_through_asgi(
    unknown_version: str, mock: Mock, caplog: pytest.LogCaptureFixture
) -> None:
    assert select_protocol() is None
    monitored = MockApp(mock)
    monitored.answer_bodiless = None  # type: ignore[assignment,method-assign]
    tls = create_tls_contexts(["localhost", "127.0.0.1"])
    trusting = ssl.create_default_context(cadata=tls.ca)
    with Server(monitored, tls=tls) as server, httpx.Client(trust_env=False, verify=trusting) as client:
        assert f"this is {unknown_version}" in caplog.text
        query = {"apiToken": "lookalike-demo-token", "img_url": IMAGE, "page_size": "1"}
        for url in (server.url, server.tls_url):
            assert client.get(url + PATH, params=query).json()["code"] == 200
            assert client.get(f"{url}/_lookalike/health").json()["status"] == "ok"
            response = client.post(f"{url}/api/client/third-purchase/image/query", json={})
            assert response.headers["content-type"].startswith("application/json")


def test_under_another_version_a_fault_of_the_connection_says_why_it_cannot_be(
    monkeypatch: pytest.MonkeyPatch, mock: Mock
) -> None:
    monkeypatch.setattr(uvicorn, "__version__", "0.55.0")
    sandbox = mock.create_sandbox()
    query = {"apiToken": sandbox.credentials["tmapi"]["apiToken"], "img_url": IMAGE}
    with Server(MockApp(mock)) as server, httpx.Client(trust_env=False) as client:
        for kind in CONNECTION_FAULTS:
            with sandbox.situation(f"tmapi/{kind}", times=1):
                response = client.get(server.url + PATH, params=query)
            assert (response.status_code, response.json()["fault"]) == (501, kind)
            assert "uvicorn >=0.34,<0.55 and this is 0.55.0" in response.json()["error"]
        for kind in MESSAGE_FAULTS:
            with sandbox.situation(f"tmapi/{kind}", times=1, delay=Delay(seconds=0.05)):
                assert client.get(server.url + PATH, params=query).status_code == 200


def test_the_server_does_not_need_the_internals_to_be_imported(run_python: Any) -> None:
    code = (
        "import sys, uvicorn\n"
        "uvicorn.__version__ = '0.55.0'\n"
        "sys.modules['uvicorn.protocols.http.httptools_impl'] = None\n"
        "from lookalike_mocks import Mock\n"
        "from lookalike_mocks.adapters.asgi import MockApp\n"
        "from lookalike_mocks.adapters.server import Server, select_protocol\n"
        "print(select_protocol())\n"
    )
    assert run_python(code) == "None\n"
