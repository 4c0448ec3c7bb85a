"""The journal over HTTP: what was asked and answered, numbered, cut, without secrets."""

import base64
import shlex
import subprocess
from typing import Any

import httpx
import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.control.handlers import MAX_SHOWN_BYTES
from lookalike_mocks.sandbox.sandbox import MAX_SANDBOXES
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.signing import SCHEMES

from ...specs.redaction.reader import is_secret_readable
from ..testers import build_signed_request, send_request
from .conftest import TOKEN

SCHEMES_OF = [(api, at) for api in list_api_ids() for at in range(len(load_api(api).operations[0].schemes))]
PATH = "/1688/global/search/image"
HIOBUY = "/api/client/third-purchase/image/query"


class Caller:
    """Who asks in a sandbox's name, and reads its journal."""

    def __init__(self, control_client: httpx.Client, vendor_client: httpx.Client) -> None:
        self._control, self._vendor = control_client, vendor_client
        self.about: dict[str, Any] = control_client.post("sandboxes").json()
        self.path = f"sandboxes/{self.about['id']}/journal"
        self.key = self.credentials("tmapi")["apiToken"]

    def credentials(self, api: str) -> dict[str, str]:
        found: dict[str, str] = self.about["apis"][api]["credentials"]
        return found

    def ask(self, page: int | str = 1, **more: Any) -> httpx.Response:
        query = {"apiToken": self.key, "page": page, "page_size": 1, "img_url": "https://cbu01.alicdn.com/x.jpg"}
        return self._vendor.get(PATH, params=query, **more)

    def hiobuy(self, content: bytes, kind: str = "application/json") -> httpx.Response:
        headers = {"x-uuid": self.credentials("hiobuy")["X-Uuid"], "content-type": kind}
        return self._vendor.post(HIOBUY, content=content, headers=headers)

    def journal(self, **page: int) -> dict[str, Any]:
        answer = self._control.get(self.path, params=page)
        assert answer.status_code == 200, answer.text
        payload: dict[str, Any] = answer.json()
        return payload


@pytest.fixture
def tester(control_client: httpx.Client, vendor_client: httpx.Client) -> Caller:
    return Caller(control_client, vendor_client)


def test_an_exchange_is_shown_as_it_was(tester: Caller) -> None:
    answer = tester.ask(headers={"x-own": "1"})
    (entry,) = tester.journal()["entries"]
    assert (entry["number"], entry["api"], entry["situation"], entry["near_miss"]) == (1, "tmapi", "", "")
    assert entry["timestamp"] > 1e9
    request, reply = entry["request"], entry["response"]
    assert (request["method"], request["body"]) == ("GET", {"size": 0, "text": ""})
    assert request["url"] == f"{PATH}?apiToken=***&page=1&page_size=1&img_url=https%3A%2F%2Fcbu01.alicdn.com%2Fx.jpg"
    assert ["x-own", "1"] in request["headers"]
    assert (reply["status"], reply["headers"]) == (200, [["content-type", "application/json"]])
    assert reply["body"] == {"size": len(answer.content), "text": answer.text}


def test_the_situation_is_named(tester: Caller, control_client: httpx.Client) -> None:
    tester.ask()
    control_client.post(f"sandboxes/{tester.about['id']}/situations", json={"situation": "tmapi/503", "times": 1})
    tester.ask()
    tester.ask(page=0)
    control_client.post(f"sandboxes/{tester.about['id']}/situations", json={"situation": "tmapi/html-502", "times": 1})
    tester.ask()
    assert [(e["situation"], e["response"]["status"]) for e in tester.journal()["entries"]] == [
        ("", 200), ("503", 503), ("422", 422), ("html-502", 502)
    ]  # fmt: skip


def test_what_is_near_is_told(tester: Caller, vendor_client: httpx.Client) -> None:
    vendor_client.get(f"/tmapi{PATH}s", params={"apiToken": tester.key})
    (entry,) = tester.journal()["entries"]
    assert entry["near_miss"] == f"no operation matched; the nearest is GET {PATH}, it differs in path segment 4"


@pytest.mark.parametrize(("api", "scheme"), SCHEMES_OF)
def test_no_secret_and_no_signature_is_shown(
    tester: Caller, control_client: httpx.Client, vendor_client: httpx.Client, api: str, scheme: int
) -> None:
    """Neither those that were right, nor those that were wrong, nor the control token that went astray."""
    right = build_signed_request(api, tester.credentials(api), scheme=scheme)
    wrong = build_signed_request(
        api,
        {name: value if len(value) < 20 else f"{value}!" for name, value in tester.credentials(api).items()},
        scheme=scheme,
    )
    for request in (right, wrong):
        send_request(
            vendor_client,
            msgspec.structs.replace(request, headers=(*request.headers, (b"x-astray", f"Bearer {TOKEN}".encode()))),
        )
    names = load_api(api).root.secrets
    secrets = {value for name, value in tester.credentials(api).items() if name in names} | {TOKEN}
    secrets |= {
        found for scheme in SCHEMES.values() for each in (right, wrong) if (found := scheme.read_signature(each))
    }
    for where in (tester.path, "sandboxes/demo/journal"):
        text = control_client.get(where).text
        assert not [secret for secret in secrets if is_secret_readable(secret, text)]
    assert len(tester.journal()["entries"]) >= 1


def test_the_demo_accounts_secrets_are_covered_as_well(
    control_client: httpx.Client, vendor_client: httpx.Client
) -> None:
    send_request(
        vendor_client,
        build_signed_request("aliyun", {**load_api("aliyun").root.accounts["sts"], "AccessKeySecret": "x"}),
    )
    text = control_client.get("sandboxes/demo/journal", params={"limit": 1}).text
    assert "SignatureDoesNotMatch" in text
    assert not is_secret_readable("lookalike-sts-token", text)


def test_pages(tester: Caller) -> None:
    for page in range(1, 8):
        tester.ask(page)
    assert numbers(tester.journal()) == ([1, 2, 3, 4, 5, 6, 7], 7)
    assert numbers(tester.journal(limit=2)) == ([6, 7], 7)
    assert numbers(tester.journal(limit=2, since=0)) == ([1, 2], 2)
    assert numbers(tester.journal(limit=3, since=2)) == ([3, 4, 5], 5)
    assert numbers(tester.journal(since=7)) == ([], 7)
    assert numbers(tester.journal(since=1000)) == ([], 1000)


def numbers(journal: dict[str, Any]) -> tuple[list[int], int]:
    return [entry["number"] for entry in journal["entries"]], journal["next"]


def test_a_journal_that_was_cleared_is_counted_on(tester: Caller, control_client: httpx.Client) -> None:
    for page in range(1, 4):
        tester.ask(page)
    answer = control_client.delete(tester.path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert tester.journal() == {"entries": [], "next": 0, "dropped": 0, "notes": []}
    tester.ask()
    assert numbers(tester.journal(since=3)) == ([4], 4)
    control_client.post(f"sandboxes/{tester.about['id']}/reset")
    tester.ask()
    assert numbers(tester.journal(since=4)) == ([5], 5)


@pytest.mark.slow
def test_those_that_were_too_many_are_counted(tester: Caller, control_mock: Mock) -> None:
    sandbox = control_mock.sandboxes.get(tester.about["id"])
    assert sandbox is not None
    for _ in range(1010):
        control_mock.respond(build_signed_request("tmapi", sandbox.credentials["tmapi"], page_size=1))
    journal = tester.journal(limit=1000)
    assert (journal["dropped"], len(journal["entries"])) == (10, 1000)
    assert (journal["entries"][0]["number"], journal["next"]) == (11, 1010)


@pytest.mark.parametrize("size", [MAX_SHOWN_BYTES - 1, MAX_SHOWN_BYTES, MAX_SHOWN_BYTES + 1, 3 * MAX_SHOWN_BYTES])
def test_a_long_text_is_cut(tester: Caller, size: int) -> None:
    text = b'{"img": "' + "超".encode() * 20_000
    tester.hiobuy(text[:size])
    (entry,) = tester.journal()["entries"]
    body = entry["request"]["body"]
    assert body["size"] == size
    assert body.get("truncated", False) is (size > MAX_SHOWN_BYTES)
    assert "text" in body or size <= MAX_SHOWN_BYTES  # which ends within a character
    shown = body["text"] if "text" in body else base64.b64decode(body["base64"]).decode("utf-8", "ignore")
    assert shown == text[: min(size, MAX_SHOWN_BYTES)].decode("utf-8", "ignore")
    assert (entry["curl"] is None) is (size > MAX_SHOWN_BYTES or "base64" in body)


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0picture", bytes(range(256)) * 200])
def test_what_is_no_text_is_base64(tester: Caller, data: bytes) -> None:
    tester.hiobuy(data)
    (entry,) = tester.journal()["entries"]
    body = entry["request"]["body"]
    assert base64.b64decode(body["base64"]) == data[:MAX_SHOWN_BYTES]
    assert (body.get("truncated", False), body["size"]) == (len(data) > MAX_SHOWN_BYTES, len(data))
    assert "text" not in body
    assert entry["curl"] is None


def test_a_secret_in_what_is_no_text_is_covered(tester: Caller) -> None:
    secret = tester.credentials("hiobuy")["X-Uuid"].encode()
    tester.hiobuy(b"\xff\xfe" + secret + b"\xff" + base64.b64encode(secret) + b"\xff")
    (entry,) = tester.journal()["entries"]
    assert base64.b64decode(entry["request"]["body"]["base64"]) == b"\xff\xfe***\xff***\xff"


@pytest.mark.parametrize("kind", ["GET", "POST"])
def test_the_curl_line_sends_it_again(tester: Caller, kind: str) -> None:
    if kind == "GET":
        first, secret = tester.ask(headers={"x-own": 'it\'s "quoted" $HOME', "x-empty": ""}), tester.key
    else:
        first, secret = (
            tester.hiobuy('{"img": "https://example.com/é.jpg", "platform": "1688"}'.encode()),
            tester.credentials("hiobuy")["X-Uuid"],
        )
    line = tester.journal()["entries"][-1]["curl"].replace("***", secret)
    assert shlex.split(line)[0] == "curl"
    process = subprocess.run(["bash", "-c", line], capture_output=True, timeout=30, check=True)
    assert process.stdout == first.content
    one, other = (entry["request"] for entry in tester.journal()["entries"])
    assert (one["url"], one["body"]) == (other["url"], other["body"])
    if kind == "GET":
        assert ["x-own", 'it\'s "quoted" $HOME'] in other["headers"]
        assert ["x-empty", ""] in other["headers"]


def test_odd_requests_are_shown_too(tester: Caller, control_server: Server, vendor_client: httpx.Client) -> None:
    vendor_client.request("DELETE", f"/tmapi/%ff%00%0A<é>?apiToken={tester.key}&%ff=%zz&&=")
    (entry,) = tester.journal()["entries"]
    assert entry["request"]["url"].startswith("/%EF%BF%BD%00%0A%3C%C3%A9%3E?apiToken=***")


def test_notes_are_shown(control_client: httpx.Client, control_mock: Mock) -> None:
    control_mock.demo_state.reset()
    oldest = control_client.post("sandboxes").json()["id"]
    for _ in range(MAX_SANDBOXES):
        control_client.post("sandboxes")
    notes = control_client.get("sandboxes/demo/journal").json()["notes"]
    assert f"sandbox {oldest} went, as the oldest of {MAX_SANDBOXES}" in [note["text"] for note in notes]
    assert control_client.get(f"sandboxes/{oldest}").status_code == 410
    assert len(control_client.get("sandboxes").json()["sandboxes"]) == MAX_SANDBOXES + 1
