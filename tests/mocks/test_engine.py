"""The pipeline: requests are read once, contexts are frozen, what was selected outlives a later error."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from lookalike_mocks import Mock, parsing
from lookalike_mocks.context import RequestContext
from lookalike_mocks.sandbox.state import SandboxState
from lookalike_mocks.vendors import HANDLERS
from lookalike_specs.messages import Pairs, Request, Response, parse_pairs

TMAPI = {"apiToken": "", "img_url": "https://cbu01.alicdn.com/img/ibank/x.jpg"}
FORM = (b"content-type", b"application/x-www-form-urlencoded")


def build_request(mock: Mock, *headers: tuple[bytes, bytes], token: str | None = None, **values: str) -> Request:
    values = TMAPI | {"apiToken": token or mock.services["tmapi"].api.account["apiToken"]} | values
    path = "/1688/global/search/image"
    return Request(method="GET", path=path, query=urlencode(values).encode(), headers=headers)


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[RequestContext]]:
    """What TMAPI's handler was called with."""
    seen = []
    handle = HANDLERS["tmapi"]

    def watch(state: SandboxState, context: RequestContext) -> Response:
        seen.append(context)
        return handle(state, context)

    monkeypatch.setitem(HANDLERS, "tmapi", watch)
    yield seen


def test_a_handler_gets_all_that_was_found_and_cannot_change_it(contexts: list[RequestContext]) -> None:
    mock = Mock("tmapi")
    request = build_request(mock, (b"prefer", b"example=empty"), page_size="3")
    mock.respond(request)
    (context,) = contexts
    assert context.parsed.request == request
    assert context.account.credentials == mock.services["tmapi"].api.account
    assert context.credential.value == context.account.credentials["apiToken"]
    assert (context.values["page_size"], context.sent_values.get("page"), context.values["page"]) == (3, None, 1)
    assert context.situation == "empty"
    for name in context.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(context, name, None)


def test_a_query_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[bytes] = []

    def watch(text: bytes) -> Pairs:
        texts.append(text)
        return parse_pairs(text)

    monkeypatch.setattr(parsing, "parse_pairs", watch)
    mock = Mock("tmapi")
    request = build_request(mock)
    assert mock.respond(request).status == 200
    assert texts == [request.query]


def test_a_form_names_the_sandbox_where_no_form_is_read_but_proves_nothing() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    body = urlencode({"apiToken": sandbox.credentials["tmapi"]["apiToken"]}).encode()
    query = urlencode({"img_url": TMAPI["img_url"]}).encode()
    request = Request(method="GET", path="/1688/global/search/image", query=query, headers=(FORM,), body=body)
    response = mock.respond(request)
    assert response.status != 200
    assert [entry.response for entry in sandbox.journal.entries] == [response]


def test_a_fault_that_was_asked_for_happens_to_a_later_error_too() -> None:
    mock = Mock("tmapi")
    response = mock.respond(build_request(mock, (b"prefer", b"example=latency"), page_size="no number"))
    assert b"success" not in response.body
    assert response.fault is not None
    assert response.fault.kind == "latency"
    assert mock.demo_state.journal.entries[-1].situation == "latency"


def test_a_header_cannot_be_sent_in_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[RequestContext] = []
    handle = HANDLERS["hiobuy"]

    def watch(state: SandboxState, context: RequestContext) -> Response:
        seen.append(context)
        return handle(state, context)

    monkeypatch.setitem(HANDLERS, "hiobuy", watch)
    mock = Mock("hiobuy")
    api = mock.services["hiobuy"].api
    body = json.dumps({"img": TMAPI["img_url"], "platform": "1688", "use_platform": "0"}).encode()
    path = api.operations[0].path
    headers = ((b"x-uuid", api.account["X-Uuid"].encode()), (b"content-type", b"application/json"))
    mock.respond(Request(method="POST", path=path, query=b"Language=en", headers=headers, body=body))
    mock.respond(Request(method="POST", path=path, headers=(*headers, (b"language", b"en")), body=body))
    assert [context.sent_values.get("Language") for context in seen] == [None, "en"]
