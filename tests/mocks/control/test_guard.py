"""Who may come in: by which name, and with which token; whoever may not is told nothing."""

import asyncio
import socket

import httpx
import pytest
from starlette.types import Message

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.control.routes import OPERATIONS

from .conftest import TOKEN

OPEN = {("GET", "health"), ("GET", "openapi.json"), ("GET", "images/{name:path}")}
CLOSED = [
    (operation.method, operation.path.replace("{id}", "demo")) for operation in OPERATIONS if not operation.is_open
]
NOWHERE = [
    ("GET", "nowhere"),
    ("GET", ""),
    ("GET", "sandboxes/"),
    ("GET", "health/"),
    ("POST", "health"),
    ("PUT", "sandboxes"),
    ("TRACE", "x"),
]
MUTE = {"error": "this needs Authorization: Bearer <control token>"}


def test_three_are_open() -> None:
    assert {(each.method, each.path) for each in OPERATIONS if each.is_open} == OPEN


@pytest.mark.parametrize(("method", "path"), CLOSED + NOWHERE)
def test_without_the_token_everything_is_the_same(anonymous_client: httpx.Client, method: str, path: str) -> None:
    answer = anonymous_client.request(method, path, content=b'{"sed": 1}' if method in ("POST", "PATCH") else b"")
    assert (answer.status_code, answer.json()) == (401, MUTE)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "allow" not in answer.headers


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN} x", f"Bearer {TOKEN.upper()}", "Bearer \u00e9\u00ff"],
)  # fmt: skip
def test_a_wrong_token_is_none(anonymous_client: httpx.Client, value: str) -> None:
    answer = anonymous_client.get("sandboxes", headers=[(b"authorization", value.encode("latin-1"))])
    assert (answer.status_code, answer.json()) == (401, MUTE)


def test_two_tokens_are_none(anonymous_client: httpx.Client) -> None:
    for others in (f"Bearer {TOKEN}", "Bearer another"):
        headers = [("authorization", f"Bearer {TOKEN}"), ("authorization", others)]
        assert anonymous_client.get("sandboxes", headers=headers).status_code == 401


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_the_right_token_opens(anonymous_client: httpx.Client, word: str) -> None:
    assert anonymous_client.get("sandboxes", headers={"authorization": f"{word} {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("path", ["health", "openapi.json", "sandboxes", "images/x.jpg", "nowhere"])
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "10.1.2.3", "[2001:db8::1]", "",
     "api.tmapi.top", "localhost@evil.example", "[::1", "::1", "local host", "localhost:80:80", "localhost:x", "0x7f000001"],
)  # fmt: skip
def test_by_any_other_name_nobody_comes_in(control_client: httpx.Client, path: str, host: str) -> None:
    answer = control_client.get(path, headers={"host": host})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("the control API answers by a loopback name or address")


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8765", "127.1.2.3", "[::1]", "[::1]:80", "lookalike.test", "Lookalike.Test:1"],
)  # fmt: skip
def test_by_these_names_they_do(control_client: httpx.Client, host: str) -> None:
    assert control_client.get("sandboxes", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("other", ["localhost", "evil.example"])
def test_two_names_are_none(anonymous_client: httpx.Client, other: str) -> None:
    # our own server takes no such request for anybody
    raw = f"GET /_lookalike/health HTTP/1.1\r\nhost: localhost\r\nhost: {other}\r\n\r\n".encode()
    assert exchange(anonymous_client, raw) == b"400"


@pytest.mark.parametrize("other", ["localhost", "evil.example"])
def test_two_names_are_none_under_another_server(other: str) -> None:
    async def ask() -> int:
        transport = httpx.ASGITransport(app=MockApp(Mock("tmapi")))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            headers = [("host", "localhost"), ("host", other)]
            return (await client.get("/_lookalike/health", headers=headers)).status_code

    assert asyncio.run(ask()) == 403


def test_a_balancers_probe_without_a_name_sees_that_the_server_is_up(anonymous_client: httpx.Client) -> None:
    assert exchange(anonymous_client, b"GET /_lookalike/health HTTP/1.0\r\n\r\n") == b"200"
    assert exchange(anonymous_client, b"HEAD /_lookalike/health HTTP/1.0\r\n\r\n") == b"200"


def test_without_a_name_nothing_else_is_to_be_had(anonymous_client: httpx.Client) -> None:
    for path in (b"sandboxes", b"nowhere"):
        head = b"GET /_lookalike/%b HTTP/1.0\r\nauthorization: Bearer %b\r\n\r\n" % (path, TOKEN.encode())
        assert exchange(anonymous_client, head) == b"403"


def exchange(client: httpx.Client, request: bytes) -> bytes:
    """The status that comes back for these bytes."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=5) as sock:
        sock.sendall(request)
        return sock.recv(65536)[9:12]


def test_the_address_that_was_reached_is_a_name_of_ours() -> None:
    """As with --host 192.168.1.5, or 0.0.0.0."""

    async def ask(host: str) -> int:
        door = httpx.ASGITransport(MockApp(Mock("tmapi")))
        async with httpx.AsyncClient(transport=door, base_url="http://192.168.1.5") as client:
            return (await client.get("/_lookalike/health", headers={"host": host})).status_code

    assert [asyncio.run(ask(host)) for host in ("192.168.1.5:8765", "192.168.1.6", "evil.example")] == [200, 403, 403]


def test_a_name_that_was_reached_is_not() -> None:
    async def ask() -> int:
        door = httpx.ASGITransport(MockApp(Mock("tmapi")))
        async with httpx.AsyncClient(transport=door, base_url="http://evil.example") as client:
            return (await client.get("/_lookalike/health")).status_code

    assert asyncio.run(ask()) == 403


def test_the_apis_answer_by_any_name(vendor_client: httpx.Client) -> None:
    assert vendor_client.get("/1688/global/search/image", headers={"host": "evil.example"}).status_code == 401
    assert vendor_client.get("/nowhere", headers={"host": "evil.example"}).status_code == 404


@pytest.mark.parametrize("path", ["health", "sandboxes", "nowhere"])
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_no_other_site_is_invited(control_client: httpx.Client, method: str, path: str) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    answer = control_client.request(method, path, headers=headers)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.status_code != 500


def test_credentials_are_kept_by_no_cache(control_client: httpx.Client) -> None:
    assert control_client.get("sandboxes").headers["cache-control"] == "no-store"
    assert control_client.post("sandboxes").headers["cache-control"] == "no-store"


def test_every_door_has_a_token_of_its_own() -> None:
    doors = [MockApp(Mock("tmapi")) for _ in range(2)]
    assert len({door.control_token for door in doors}) == 2
    assert min(len(door.control_token) for door in doors) >= 40
    with Server(doors[0]) as server:
        url = f"{server.url}/_lookalike/sandboxes"
        status_codes = [
            httpx.get(url, headers={"authorization": f"Bearer {door.control_token}"}).status_code for door in doors
        ]
    assert status_codes == [200, 401]


def test_a_websocket_is_closed() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/_lookalike/x", "headers": [], "query_string": b"", "scheme": "ws"}
    asyncio.run(MockApp(Mock("tmapi"))(scope, receive, send))
    assert [message["type"] for message in sent] == ["websocket.close"]
