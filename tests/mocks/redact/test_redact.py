"""What a journal shows holds no secret and no signature, wherever they stood, right or wrong."""

import base64
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_mocks import Mock
from lookalike_mocks.redact import redact_entry
from lookalike_mocks.sandbox import Sandbox
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.signing import SCHEMES

from ...specs.redaction.reader import is_secret_readable
from ...specs.redaction.test_redactor import ENCODINGS, encodings, written
from ..testers import build_signed_request

CASES = [(api, at) for api in list_api_ids() for at in range(len(load_api(api).operations[0].schemes))]
MOCK = Mock()
SANDBOX = MOCK.create_sandbox()


def secrets(sandbox: Sandbox) -> set[str]:
    return {
        value
        for api, names in sandbox.credentials.items()
        for name, value in names.items()
        if name in load_api(api).root.secrets
    }


def everything(entry: JournalEntry) -> str:
    request, reply = entry.request, entry.response
    headers = [part for pair in (*request.headers, *reply.headers) for part in pair]
    return "\n".join(
        [
            request.path,
            *(each.decode("utf-8", "replace") for each in (request.query, *headers, request.body, reply.body)),
        ]
    )


def exchange(request: Request, sandbox: Sandbox = SANDBOX, mock: Mock = MOCK) -> JournalEntry:
    mock.respond(request)
    return sandbox.journal.entries[-1]


@pytest.mark.parametrize(("api", "scheme"), CASES)
def test_neither_secret_nor_signature_is_left(api: str, scheme: int) -> None:
    request = build_signed_request(api, SANDBOX.credentials[api], scheme=scheme)
    entry = exchange(request)
    shown = everything(redact_entry(entry, SANDBOX))
    assert "***" in shown
    signatures = {found for scheme in SCHEMES.values() if (found := scheme.read_signature(request))}
    for value in secrets(SANDBOX) | signatures:
        assert not is_secret_readable(value, shown)


@pytest.mark.parametrize(("api", "scheme"), CASES)
def test_nor_one_that_is_wrong(api: str, scheme: int) -> None:
    """A real account's, sent here by mistake."""
    real = {
        name: f"Real{value[::-1]}/+é%"[::-1] if name in load_api(api).root.secrets and len(names) > 1 else value
        for names in [SANDBOX.credentials[api]]
        for name, value in names.items()
    }
    request = build_signed_request(api, real, scheme=scheme)
    entry = exchange(request)
    assert entry.response.status != 200 or api in ("tmapi", "hiobuy") or b'"code"' in entry.response.body
    shown = everything(redact_entry(entry, SANDBOX))
    signatures = {found for scheme in SCHEMES.values() if (found := scheme.read_signature(request))}
    for value in {real[name] for name in real if name in load_api(api).root.secrets} | signatures:
        assert not is_secret_readable(value, shown)


def test_a_token_for_a_while_is_covered_in_the_string_to_sign_of_the_answer() -> None:
    account = {**load_api("aliyun").root.accounts["sts"], "AccessKeySecret": "wrong"}
    home = MOCK.sandboxes.demo
    for scheme in range(3):
        entry = exchange(build_signed_request("aliyun", account, scheme=scheme), home)
        assert "lookalike-sts-token" in everything(entry)
        assert not is_secret_readable("lookalike-sts-token", everything(redact_entry(entry, home)), depth=2)


@given(
    st.sampled_from(sorted(secrets(SANDBOX))),
    encodings(2),
    st.sampled_from(["path", "query", "header", "body", "reply"]),
)
def test_no_encoding_survives_in_any_place(secret: str, names: list[str], place: str) -> None:
    text = f"a={written(secret, names)}"
    parts: dict[str, dict[str, Any]] = {
        "path": {"path": f"/{text}"},
        "query": {"query": text.encode()},
        "header": {"headers": ((b"x-own", text.encode()),)},
        "body": {"body": text.encode()},
        "reply": {},
    }
    reply = Response(status=200, body=text.encode(), headers=((b"x-own", text.encode()),))
    entry = JournalEntry(0.0, "tmapi", Request(**{"method": "POST", "path": "/", **parts[place]}), reply)
    assert not is_secret_readable(secret, everything(redact_entry(entry, SANDBOX)), depth=1)


PRESENTED = [
    ("tmapi", {"query": b"apiToken=real%2Btoken%ff%fe"}, b"real+token\xff\xfe"),
    ("tmapi", {"headers": ((b"authorization", b"Basic " + base64.b64encode(b"me:real-token")),)}, b"me:real-token"),
    ("hiobuy", {"body": b'{"X-Uuid": "real\\u002dtoken"}'}, b"real-token"),
    ("aliyun", {"headers": ((b"x-acs-security-token", b"real-token"),)}, b"real-token"),
]


@pytest.mark.parametrize(("api", "sent", "value"), PRESENTED)
def test_what_stands_where_secrets_belong_is_covered_everywhere(api: str, sent: dict[str, Any], value: bytes) -> None:
    reply = Response(status=400, body=b'{"echo": "%b", "again": "%b"}' % (value, quote(value).encode()))
    entry = JournalEntry(0.0, api, Request(**{"method": "POST", "path": "/", **sent}), reply)
    shown = redact_entry(entry, SANDBOX)
    assert value not in shown.response.body
    assert quote(value).encode() not in shown.response.body
    assert value.decode("latin-1") not in everything(shown)


@pytest.mark.parametrize(
    ("api", "query"),
    [
        ("tmapi", b"apiToken=situation-439&img_url=x"),
        ("tmapi", b"apiToken=short&img_url=short"),
        ("tmapi", b"apiToken=&img_url=x"),
        ("daji-1688", b"appKey=anybody-at-all&imageId=1"),
        ("hiobuy", b"apiTokens=not-of-this-api"),
    ],
)
def test_what_is_no_secret_is_shown(api: str, query: bytes) -> None:
    entry = JournalEntry(0.0, api, Request(method="GET", path="/", query=query), Response(status=200, body=query))
    shown = redact_entry(entry, SANDBOX)
    assert (shown.request.query, shown.response.body) == (query, query)


def test_nothing_else_of_an_entry_changes() -> None:
    entry = exchange(
        build_signed_request(
            "tmapi", SANDBOX.credentials["tmapi"], img_url="https://cbu01.alicdn.com/situation/empty.jpg"
        )
    )
    shown = redact_entry(entry, SANDBOX)
    assert (shown.timestamp, shown.api, shown.situation) == (entry.timestamp, "tmapi", "empty")
    assert shown.why == entry.why
    kept = {"request": entry.request, "response": entry.response, "reason_finder": entry.reason_finder}
    assert msgspec.structs.replace(shown, **kept) == entry
    assert shown.response == entry.response


@pytest.mark.parametrize("most", [0, 1, 40, 4000])
def test_bodies_can_be_cut(most: int) -> None:
    secret = SANDBOX.credentials["tmapi"]["apiToken"].encode()
    entry = JournalEntry(
        0.0, "tmapi", Request(method="POST", path="/", body=b"x" * 30 + secret * 200), Response(status=200, body=secret)
    )
    shown = redact_entry(entry, SANDBOX, max_body_bytes=most)
    assert shown.request.body == b"x" * min(most, 30) + (b"***" if most > 30 else b"")
    assert shown.response.body == (b"***" if most else b"")


def test_a_signature_that_the_answer_gives_out_is_covered_too() -> None:
    body = b'{"a": [{"Signature": "c2ln\\/bmF0dXJl"}], "again": "c2ln/bmF0dXJl"}'
    shown = redact_entry(
        JournalEntry(0.0, "aliyun", Request(method="GET", path="/"), Response(status=200, body=body)), SANDBOX
    )
    assert not is_secret_readable("c2ln/bmF0dXJl", shown.response.body.decode())


@pytest.mark.parametrize("name", ["demo", "sts", "sts-expired", "forbidden"])
def test_the_secrets_of_every_account_of_the_specs_are_covered(name: str) -> None:
    secret = load_api("aliyun").root.accounts[name]["AccessKeySecret"]
    entry = JournalEntry(0.0, "tmapi", Request(method="GET", path="/"), Response(status=200, body=secret.encode()))
    assert redact_entry(entry, MOCK.sandboxes.demo).response.body == b"***"


def test_more_values_can_be_covered() -> None:
    entry = JournalEntry(0.0, "tmapi", Request(method="GET", path="/the-control-token"), Response(status=200, body=b""))
    assert redact_entry(entry, SANDBOX, [b"the-control-token"]).request.path == "/***"


def test_names_of_encodings_are_those_that_are_tried() -> None:
    assert len(ENCODINGS) > 15
