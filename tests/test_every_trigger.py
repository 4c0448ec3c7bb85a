"""Every situation of every API, by each way of asking for it, brings one and the same answer.

By a magic key, by `Prefer`, by the control API and from Python; in the natural way the vendors' own tests bring them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.faults import FAULTS, Delay
from lookalike_mocks.sandbox import Sandbox
from lookalike_mocks.situations import find_operations
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request

from .mocks.testers import build_signed_request
from .test_faults_together import demo

SECONDS, BRIEF = 30.0, 0.01
# a second long by key and by header, where `test_faults_together.py` times them
SLOW = ("latency", "slow-body")
ALL = [
    (api, name)
    for api in list_api_ids()
    for name in (*load_api(api).root.errors, *load_api(api).root.situations, *FAULTS)
]


@dataclass(frozen=True)
class House:
    mock: Mock
    server: Server
    client: httpx.Client
    token: str


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    mock = Mock()
    door = MockApp(mock)
    # a connection that a fault was played on is not asked again
    each_its_own = httpx.Limits(max_keepalive_connections=0)
    with Server(door) as server, httpx.Client(trust_env=False, timeout=SECONDS, limits=each_its_own) as client:
        yield House(mock, server, client, door.control_token)


def send(house: House, request: Request, prefer: str = "") -> None:
    headers = [*request.headers, *([(b"prefer", prefer.encode())] if prefer else [])]
    url = f"{house.server.url}{request.path}?{request.query.decode()}"
    try:
        house.client.request(request.method, url, headers=headers, content=request.body)
    except httpx.TransportError:
        # what a fault of the wire looks like to a client is told elsewhere; the journal says what was sent
        return


def request(api: str, name: str, account: Mapping[str, str]) -> Request:
    """A good request for the first operation that can be in that situation."""
    loaded = load_api(api)
    first = find_operations(loaded, name)[0]
    return build_signed_request(api, account, at=loaded.operations.index(first))


def by_magic_key(house: House, api: str, name: str) -> Sandbox:
    send(house, request(api, name, demo(api, name)))
    return house.mock.sandboxes.demo


def by_header(house: House, api: str, name: str) -> Sandbox:
    send(house, request(api, name, demo(api)), f"example={api}/{name}")
    return house.mock.sandboxes.demo


def by_control(house: House, api: str, name: str) -> Sandbox:
    at, headers = f"{house.server.url}/_lookalike/sandboxes", {"Authorization": f"Bearer {house.token}"}
    created = house.client.post(at, json={}, headers=headers).json()
    wish = {"situation": f"{api}/{name}", "times": 1, "delay": {"seconds": BRIEF}}
    asked = house.client.post(f"{at}/{created['id']}/situations", json=wish, headers=headers)
    assert asked.status_code < 300, asked.text
    sandbox = house.mock.sandboxes.get(created["id"])
    assert sandbox is not None
    twice(house, api, name, sandbox)
    return sandbox


def by_python(house: House, api: str, name: str) -> Sandbox:
    sandbox = house.mock.create_sandbox()
    with sandbox.situation(f"{api}/{name}", times=1, delay=Delay(seconds=BRIEF)):
        twice(house, api, name, sandbox)
    return sandbox


def twice(house: House, api: str, name: str, sandbox: Sandbox) -> None:
    """One answer in that situation, and a good one after it; the journal then ends with the first."""
    for _ in range(2):
        send(house, request(api, name, sandbox.credentials[api]))
    good = sandbox.journal.entries[-1]
    assert (good.situation, good.response.status // 100, good.response.fault) == ("", 2, None)


WAYS: Mapping[str, Callable[[House, str, str], Sandbox]] = {
    "magic key": by_magic_key,
    "header": by_header,
    "control API": by_control,
    "Python": by_python,
}


@pytest.mark.exhaustive
@pytest.mark.parametrize(("api", "name"), ALL)
def test_each_way_brings_the_same(house: House, api: str, name: str) -> None:
    seen = {}
    for way, ask in WAYS.items():
        if name in SLOW and way in ("magic key", "header"):
            continue
        sandbox = ask(house, api, name)
        entry = next(entry for entry in reversed(sandbox.journal.entries) if entry.situation)
        fault = entry.response.fault.kind if entry.response.fault else ""
        seen[way] = (entry.api, entry.situation, entry.response.status, entry.response.media_type, fault)
        house.mock.sandboxes.remove(sandbox.name)
    assert set(seen.values()) == {(api, name, *seen["Python"][2:])}, seen
