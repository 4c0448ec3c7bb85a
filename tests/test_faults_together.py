"""Every fault at every API over real HTTP, by each way of asking for it; and every error by the header `Prefer`."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from lookalike.signature import SignOptions, sign_request
from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.faults import FAULTS, Delay
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request
from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.sign import get_credential_name

SECONDS = 30.0
ALL = [(api, fault) for api in list_api_ids() for fault in FAULTS]
every_fault = pytest.mark.parametrize(("api", "fault"), ALL, ids=[f"{api}/{fault}" for api, fault in ALL])


@dataclass(frozen=True)
class Heard:
    """What a client was answered, or what its library raised, and how long it took."""

    status: int
    body: bytes
    seconds: float
    error: type[Exception] | None = None

    @property
    def is_json(self) -> bool:
        try:
            json.loads(self.body)
        except ValueError:
            return False
        return True


def broken(error: type[Exception]) -> Callable[[Heard, float], bool]:
    return lambda heard, _: heard.error is error


def late(heard: Heard, seconds: float) -> bool:
    return heard.status == 200 and heard.is_json and heard.seconds >= seconds


# fault -> what was heard, and how late it was to be -> whether it was that fault
IS_IT: Mapping[str, Callable[[Heard, float], bool]] = {
    "latency": late,
    "slow-body": late,
    "reset-before": broken(httpx.ReadError),
    "reset-inside": broken(httpx.ReadError),
    "truncated-body": broken(httpx.RemoteProtocolError),
    "wrong-content-length": lambda heard, _: heard.status == 200 and not heard.is_json and not _ended(heard),
    "malformed-chunk": broken(httpx.RemoteProtocolError),
    "malformed-json": lambda heard, _: heard.status == 200 and not heard.is_json and _ended(heard),
    "html-502": lambda heard, _: heard.status == 502 and heard.body.startswith(b"<html>"),
    "wrong-certificate": broken(httpx.ReadError),
}


def _ended(heard: Heard) -> bool:
    """Whether one more brace makes it whole."""
    return Heard(heard.status, heard.body + b"}", 0).is_json


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock()


@pytest.fixture(scope="module")
def server(mock: Mock) -> Iterator[Server]:
    with Server(MockApp(mock)) as running:
        yield running


def signed(api: str, server: Server, account: Mapping[str, str]) -> Request:
    """The spec's example, with these credentials."""
    scheme = load_api(api).operations[0].schemes[0]
    secret = account.get(SCHEMES[scheme.extension.scheme].secret_name)
    return sign_request(
        load_api(api), {}, SignOptions(url=server.url, key=account[get_credential_name(scheme)], secret=secret)
    ).request


def demo(api: str, situation: str = "") -> dict[str, str]:
    """The demo account, by a magic key if there is a situation."""
    name = get_credential_name(load_api(api).operations[0].schemes[0])
    template = next(magic.template for magic in load_api(api).root.triggers if magic.credential == name)
    return load_api(api).account | ({name: template.replace("{situation}", situation)} if situation else {})


def ask(server: Server, request: Request, prefer: str = "") -> Heard:
    headers = [*request.headers, *([(b"prefer", prefer.encode())] if prefer else [])]
    url = f"{server.url}{request.path}?{request.query.decode()}"
    began = time.monotonic()
    with httpx.Client(trust_env=False, timeout=SECONDS) as client:
        try:
            answer = client.request(request.method, url, headers=headers, content=request.body)
        except httpx.TransportError as error:
            return Heard(0, b"", time.monotonic() - began, type(error))
    return Heard(answer.status_code, answer.content, time.monotonic() - began)


@pytest.mark.slow
@every_fault
def test_a_fault_comes_by_magic_key_and_by_header(mock: Mock, server: Server, api: str, fault: str) -> None:
    plain, keyed = signed(api, server, demo(api)), signed(api, server, demo(api, fault))
    ways = [(keyed, ""), (plain, f"example={api}/{fault}"), (signed(api, server, demo(api)), f'EXAMPLE = "{fault}"')]
    with ThreadPoolExecutor() as pool:
        heard = list(pool.map(lambda way: ask(server, *way), ways))
    assert [meeting for meeting in heard if not IS_IT[fault](meeting, 1.0)] == []
    assert [entry.situation for entry in mock.demo_state.journal.entries[-3:]] == [fault] * 3


@pytest.mark.exhaustive(3)
@every_fault
def test_a_fault_comes_as_often_as_it_was_asked_for_in_python(mock: Mock, server: Server, api: str, fault: str) -> None:
    sandbox = mock.create_sandbox()

    def one() -> Heard:
        return ask(server, signed(api, server, sandbox.credentials[api]))

    is_it, delay = IS_IT[fault], Delay(seconds=0.1)
    with sandbox.situation(f"{api}/{fault}", times=2, delay=delay):
        heard = [one() for _ in range(3)]
    assert [is_it(meeting, 0.1) for meeting in heard[:2]] == [True, True], heard
    assert (heard[2].status, heard[2].is_json) == (200, True)
    with sandbox.situation(f"{api}/{fault}", delay=delay):
        heard = [one() for _ in range(3)]
    assert all(is_it(meeting, 0.1) for meeting in heard), heard
    after = one()
    assert (after.status, after.is_json) == (200, True)
    assert [entry.situation for entry in sandbox.journal.entries] == [fault, fault, "", fault, fault, fault, ""]


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize("api", list_api_ids())
def test_a_fault_befalls_an_error_too(mock: Mock, server: Server, api: str) -> None:
    error = next(iter(load_api(api).root.errors))
    ask(server, signed(api, server, demo(api, error)))
    expected = mock.demo_state.journal.entries[-1]
    assert expected.situation == error
    heard = ask(server, signed(api, server, demo(api, error)), "example=truncated-body")
    entry = mock.demo_state.journal.entries[-1]
    assert heard.error is httpx.RemoteProtocolError
    assert (entry.situation, entry.response.status, entry.response.headers) == (
        "truncated-body",
        expected.response.status,
        expected.response.headers,
    )
    assert abs(len(entry.response.body) - len(expected.response.body)) < 20


CODES = [
    # a vendor's own code counts before an HTTP status, and the first of those alike
    ("daji-1688", "1009", "quota-used-up"),
    ("daji-1688", "400", "bad-sign"),
    ("daji-1688", "429", "rate-limited"),
    ("hiobuy", "4220", "unreadable-image"),
    ("hiobuy", "422", "unreadable-image"),
    ("hiobuy", "429", "too-frequent"),
    ("tmapi", "4011", "no-api-key-4011"),
    ("tmapi", "422", "422"),
    ("tmapi", "no-route", "no-route"),
    ("aliyun", "InvalidInstance", "InvalidInstance"),
    ("aliyun", "403", "NoPermission"),
    ("aliyun", "503", "ServiceUnavailable"),
    # a name counts before a code that it shares with another
    ("aliyun", "Throttling.User.RetryAfter", "Throttling.User.RetryAfter"),
    ("aliyun", "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
    ("aliyun", "200", ""),
]


@pytest.mark.exhaustive(6)
@pytest.mark.parametrize(("api", "code", "expected"), CODES, ids=[f"{api} {code}" for api, code, _ in CODES])
def test_a_code_is_a_name_or_the_vendors_or_the_status(
    mock: Mock, server: Server, api: str, code: str, expected: str
) -> None:
    sandbox = mock.create_sandbox()
    ask(server, signed(api, server, sandbox.credentials[api]), f"code={code}")
    assert [entry.situation for entry in sandbox.journal.entries] == [expected]


@pytest.mark.slow
@pytest.mark.parametrize("api", list_api_ids())
def test_every_error_comes_by_its_name_in_a_header(mock: Mock, server: Server, api: str) -> None:
    spec, sandbox, missed = load_api(api), mock.create_sandbox(), []
    for name, error in spec.root.errors.items():
        if not error.operations or spec.operations[0].id in error.operations:
            ask(server, signed(api, server, sandbox.credentials[api]), f"code={name}")
            missed += [name] if sandbox.journal.entries[-1].situation != name else []
    assert missed == []
