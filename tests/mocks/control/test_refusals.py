"""Whatever is wrong is named, with what is allowed, and never a traceback."""

import asyncio
import json
import socket
import time
from typing import Any

import httpx
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.limits import Limits
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.control import resource
from lookalike_mocks.control.routes import OPERATIONS
from lookalike_mocks.sandbox.scheduled import MAX_SCHEDULED_SITUATIONS

from .conftest import TOKEN

NEW = ["seed", "size", "quota", "clock", "weather", "situations"]
Row = tuple[str, str, Any, str, str, Any]
# method, path, body; where it is wrong, what is said of it, what is allowed there
WRONG: list[Row] = [
    ("POST", "sandboxes", {"sed": 1}, "$", "`sed`", NEW),
    ("POST", "sandboxes", {"quota": {"rat": 1}}, "$.quota", "`rat`", ["rate", "count"]),
    ("POST", "sandboxes", {"clock": {"when": 1}}, "$.clock", "`when`", ["now", "running"]),
    ("POST", "sandboxes", {"situations": [{"situation": "tmapi/503", "time": 1}]}, "$.situations[0]", "`time`", ["situation", "times", "delay", "operation"]),
    ("POST", "sandboxes", {"situations": [{"times": 1}]}, "$.situations[0]", "`situation`", ["situation", "times", "delay", "operation"]),
    ("POST", "sandboxes", {"seed": -1}, "$.seed", ">= 0", "integer"),
    ("POST", "sandboxes", {"seed": 2**63}, "$.seed", "<= 9223372036854775807", "integer"),
    ("POST", "sandboxes", {"seed": 1.5}, "$.seed", "`int", "integer"),
    ("POST", "sandboxes", {"seed": "1"}, "$.seed", "`int", "integer"),
    ("POST", "sandboxes", {"seed": True}, "$.seed", "`int", "integer"),
    ("POST", "sandboxes", {"seed": 1e300}, "$.seed", "", "integer"),
    ("POST", "sandboxes", {"size": 0}, "$.size", ">= 1", "integer"),
    ("POST", "sandboxes", {"size": 10**10}, "$.size", "<= 1000000000", "integer"),
    ("POST", "sandboxes", {"quota": 5}, "$.quota", "`object", ["rate", "count"]),
    ("POST", "sandboxes", {"quota": {"rate": -1}}, "$.quota.rate", ">= 0", "integer"),
    ("POST", "sandboxes", {"quota": {"count": 10**10}}, "$.quota.count", "<= 1000000000", "integer"),
    ("POST", "sandboxes", {"clock": {"now": "yesterday"}}, "$.clock.now", "RFC3339", "number"),
    ("POST", "sandboxes", {"clock": {"now": "2030-01-01T00:00:00"}}, "$.clock.now", "timezone", "number"),
    ("POST", "sandboxes", {"clock": {"now": -1}}, "$.clock.now", ">= 0", "number"),
    ("POST", "sandboxes", {"clock": {"now": 1e18}}, "$.clock.now", "<=", "number"),
    ("POST", "sandboxes", {"clock": {"running": 1}}, "$.clock.running", "`bool`", "boolean"),
    ("POST", "sandboxes", {"weather": {"kind": "foggy"}}, "$.weather.kind", "foggy", "rough"),
    ("PATCH", "sandboxes/demo", {"weather": {"kinds": "mild"}}, "$.weather", "`kinds`", ["kind", "seed"]),
    ("POST", "sandboxes", {"situations": {}}, "$.situations", "`array`", "array"),
    ("POST", "sandboxes", {"situations": [{"situation": "tmapi/503", "times": 0}]}, "$.situations[0].times", ">= 1", "integer"),
    ("POST", "sandboxes", {"situations": [{"situation": "tmapi/503", "times": 10**7}]}, "$.situations[0].times", "<= 1000000", "integer"),
    ("POST", "sandboxes", {"situations": [{"situation": "tmapi/5033"}]}, "$.situations[0].situation", "nearest: tmapi/503", "tmapi/503"),
    ("POST", "sandboxes", {"situations": [{"situation": "tmapi/503"}, {"situation": ""}]}, "$.situations[1].situation", "nearest", "tmapi/503"),
    ("POST", "sandboxes", [], "$", "`object`", NEW),
    ("POST", "sandboxes", None, "$", "`object`", NEW),
    ("POST", "sandboxes", "x" * 5000, "$", "`object`", NEW),
    ("POST", "sandboxes", {"x" * 5000: 1}, "$", "unknown field", NEW),
    ("PATCH", "sandboxes/demo", {"size": 5}, "$", "`size`", ["seed", "quota", "clock", "weather"]),
    ("PATCH", "sandboxes/demo", {"seed": None}, "$.seed", "`int`", "integer"),
    ("PATCH", "sandboxes/demo", {"quota": {"rate": "1"}}, "$.quota.rate", "`int", "integer"),
    ("POST", "sandboxes/demo/situations", {}, "$", "`situation`", ["situation", "times", "delay", "operation"]),
    ("POST", "sandboxes/demo/situations", {"situation": "nobody/503"}, "$.situation", "nearest", "tmapi/503"),
    ("POST", "sandboxes/demo/situations", {"situation": "tmapi/503", "operation": "convertImage"}, "$.operation", "nearest: convertImageUrl", ["searchItemsByImageUrl", "convertImageUrl"]),
    ("POST", "sandboxes/demo/situations", {"situation": "tmapi/empty", "operation": "convertImageUrl"}, "$.operation", "never in the situation tmapi/empty", ["searchItemsByImageUrl"]),
    ("POST", "sandboxes", {"situations": [{"situation": "tmapi/503", "operation": "x"}]}, "$.situations[0].operation", "no operation 'x'", ["searchItemsByImageUrl", "convertImageUrl"]),
    ("POST", "sandboxes/demo/situations", {"situation": "tmapi/latency", "delay": {"seconds": 61}}, "$.delay.seconds", "<= 60", "number"),
    ("POST", "sandboxes/demo/situations", {"situation": "tmapi/latency", "delay": {"kind": "odd"}}, "$.delay.kind", "'odd'", "fixed"),
    ("POST", "sandboxes/demo/edits", {"edits": [{"kind": "set", "pointer": "a"}]}, "$.edits", "no JSON pointer", []),
    ("POST", "sandboxes/demo/edits", {"edits": [], "operation": "x"}, "$.operation", "nearest", "searchItemsByImageUrl"),
    ("GET", "sandboxes/demo/journal?limit=0", None, "$.limit", ">= 1", "integer"),
    ("GET", "sandboxes/demo/journal?limit=1001", None, "$.limit", "<= 1000", "integer"),
    ("GET", "sandboxes/demo/journal?limit=ten", None, "$.limit", "`int`", "integer"),
    ("GET", "sandboxes/demo/journal?since=-1", None, "$.since", ">= 0", "integer"),
    ("GET", "sandboxes/demo/journal?lim=1", None, "$", "`lim`", ["limit", "since"]),
    ("DELETE", "sandboxes/demo/situations?situation=tmapi/5033", None, "$.situation", "nearest: tmapi/503", "tmapi/503"),
    ("DELETE", "sandboxes/demo/journal?limit=1", None, "$", "`limit`", []),
    ("GET", "sandboxes?x=", None, "$", "`x`", []),
]  # fmt: skip


@pytest.mark.parametrize("row", WRONG, ids=lambda row: f"{row[0]} {row[1]} {row[3]} {row[4]}")
def test_what_is_wrong_is_named_with_what_is_allowed(control_client: httpx.Client, row: Row) -> None:
    method, path, body, at, error, allowed = row
    answer = control_client.request(
        method, path, content=b"" if method in ("GET", "DELETE") else json.dumps(body).encode()
    )
    payload = answer.json()
    assert answer.status_code == 422
    assert error in payload["error"]
    assert payload.get("json_path", "") == at
    if isinstance(allowed, list):
        assert payload.get("allowed", []) == allowed
    else:
        assert allowed in json.dumps(payload["allowed"])
    assert len(payload["error"]) <= 400


def test_a_whole_number_may_have_a_fraction_of_nothing(control_client: httpx.Client) -> None:
    """As JSON Schema has it."""
    payload = control_client.post(
        "sandboxes", content=b'{"seed": 7.0, "quota": {"count": 5e0}, "clock": {"now": 5}}'
    ).json()
    assert (payload["seed"], payload["quota"]["count"]) == (7, 5)


def test_a_number_that_is_none_is_refused(control_client: httpx.Client) -> None:
    answer = control_client.post("sandboxes", content=b'{"clock": {"now": 1e999}}')
    assert (answer.status_code, answer.json()["error"]) == (422, "Number out of range")


MALFORMED = [
    b"{", b"[" * 50_000, b'{"a":' * 10_000, b"\xff\xfe", b'{"seed": NaN}', b'{"clock": {"now": Infinity}}', b'{"seed": 1}x',
    b"{'seed': 1}", b"seed=1", b"\x00", b'{"seed": 01}', b'{"\\ud800": 1}',
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:20]))
def test_what_is_no_json_is_told(control_client: httpx.Client, body: bytes) -> None:
    answer = control_client.post("sandboxes", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("the body is not JSON: ")


def test_nothing_is_made_of_a_wish_that_cannot_be_fulfilled(control_client: httpx.Client, control_mock: Mock) -> None:
    before = len(list(control_mock.sandboxes))
    for wish in ({"seed": 1, "situations": [{"situation": "tmapi/503"}, {"situation": "tmapi/none"}]}, {"seed": -1}):
        assert control_client.post("sandboxes", json=wish).status_code == 422
    assert len(list(control_mock.sandboxes)) == before


def test_nothing_changes_by_a_wish_that_cannot_be_fulfilled(control_client: httpx.Client, control_mock: Mock) -> None:
    assert control_client.patch("sandboxes/demo", json={"seed": 99, "quota": {"rate": -1}}).status_code == 422
    assert control_mock.demo_state.seed == 0


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_body_has_an_end(control_client: httpx.Client, framing: str) -> None:
    fits, too_long = (
        b"{%b}" % (b" " * (size - 2)) for size in (resource.MAX_CONTROL_BODY_BYTES, resource.MAX_CONTROL_BODY_BYTES + 1)
    )
    for body, status in ((fits, 201), (too_long, 413), (too_long * 20, 413)):
        content = body if framing == "length" else iter([body])
        assert control_client.post("sandboxes", content=content).status_code == status


def test_a_body_that_does_not_come_is_not_waited_for(control_mock: Mock) -> None:
    with Server(MockApp(control_mock, token=TOKEN), limits=Limits(body_pause_seconds=0.3)) as hasty:
        host, _, port = hasty.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as sock:
            head = f"POST /_lookalike/sandboxes HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n"
            sock.sendall(f"{head}content-length: 10\r\n\r\n{{".encode())
            began = time.monotonic()
            assert sock.recv(65536)[9:12] == b"408"
            assert time.monotonic() - began < 10


def test_a_client_that_leaves_harms_nobody(control_mock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Any] = []
    before = len(list(control_mock.sandboxes))

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {TOKEN}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/_lookalike/sandboxes", "query_string": b"", "headers": headers}
    asyncio.run(
        MockApp(control_mock, token=TOKEN)({**scope, "scheme": "http", "server": ("127.0.0.1", 80)}, receive, send)
    )
    assert (sent, caplog.records, len(list(control_mock.sandboxes))) == ([], [], before)


@pytest.mark.parametrize("name", ["nobody", "9f3c", "ffff-1-1-0", "x" * 3000, "%00", "é", "..%5c", "demo%20", "DEMO"])
def test_a_sandbox_that_never_was_is_named(control_client: httpx.Client, name: str) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/reset"), ("GET", "/journal"), ("GET", "/situations")):
        answer = control_client.request(method, f"sandboxes/{name}{path}")
        assert answer.status_code == 404
        assert answer.json()["sandbox"]
        assert len(answer.content) < 1000


def test_that_of_the_demo_accounts_stays(control_client: httpx.Client) -> None:
    answer = control_client.delete("sandboxes/demo")
    assert answer.status_code == 409
    assert control_client.get("sandboxes/demo").status_code == 200


def test_more_situations_than_can_wait(control_client: httpx.Client) -> None:
    sandbox = control_client.post(
        "sandboxes", json={"situations": [{"situation": "tmapi/503"}] * MAX_SCHEDULED_SITUATIONS}
    ).json()
    path = f"sandboxes/{sandbox['id']}/situations"
    answer = control_client.post(path, json={"situation": "tmapi/503"})
    assert answer.status_code == 409
    assert (answer.json()["sandbox"], str(MAX_SCHEDULED_SITUATIONS) in answer.json()["error"]) == (sandbox["id"], True)
    assert len(control_client.get(path).json()["situations"]) == MAX_SCHEDULED_SITUATIONS
    assert control_client.delete(path).json() == {"cancelled": MAX_SCHEDULED_SITUATIONS}
    assert control_client.post(path, json={"situation": "tmapi/503"}).status_code == 201
    many = control_client.post(
        "sandboxes", json={"situations": [{"situation": "tmapi/503"}] * (MAX_SCHEDULED_SITUATIONS + 1)}
    )
    assert many.status_code == 422


PATHS = {operation.path for operation in OPERATIONS}


@pytest.mark.parametrize("path", sorted(PATHS))
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_for_a_path(control_client: httpx.Client, path: str, method: str) -> None:
    allowed = {each.method for each in OPERATIONS if each.path == path}
    allowed |= {"HEAD"} if "GET" in allowed else set()
    if method in allowed:
        return
    answer = control_client.request(method, path.replace("{id}", "demo").replace("{name:path}", "x.jpg"))
    assert answer.status_code == 405
    assert answer.headers["allow"] == ", ".join(sorted(allowed))
    if method != "HEAD":
        assert answer.json()["allowed"] == sorted(allowed)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nowhere",
        "sandboxes/",
        "sandboxes/demo/",
        "sandboxes/demo/nowhere",
        "health/",
        "Health",
        "sandboxes/demo/journal/1",
    ],
)
def test_a_path_that_is_not_there(control_client: httpx.Client, path: str) -> None:
    answer = control_client.get(path)
    assert (answer.status_code, "openapi.json" in answer.json()["error"]) == (404, True)


def test_a_picture_that_is_not_there(anonymous_client: httpx.Client) -> None:
    for name in ("nobody.jpg", "", "a/b", "x" * 3000, "%00", "..%2f..%2fetc/passwd"):
        assert anonymous_client.get(f"images/{name}").status_code == 404


def test_what_stands_twice_is_refused(control_client: httpx.Client) -> None:
    answer = control_client.get("sandboxes/demo/journal?limit=1&limit=2")
    assert (answer.status_code, answer.json()) == (422, {"error": "a parameter stands twice"})


def test_a_fault_of_ours_tells_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    mock = Mock("tmapi")
    monkeypatch.setattr(mock, "sandboxes", None)
    with Server(MockApp(mock, token=TOKEN)) as server:
        answer = httpx.get(f"{server.url}/_lookalike/sandboxes", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 500
    assert answer.json() == {"error": "the control API failed; its log says why"}
    assert "the control API failed on /_lookalike/sandboxes" in caplog.text
    assert TOKEN not in caplog.text
