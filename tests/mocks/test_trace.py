"""No request is lost: what matches no API, and what carries a key in the wrong way, stands in a journal, with why."""

import msgspec
import pytest

from lookalike_mocks import Mock, Sandbox
from lookalike_mocks.redact import redact_entry
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_specs.messages import RawHeaders, Request

from .testers import build_signed_request

SEARCH = "/1688/global/search/image"


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock()


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    return mock.create_sandbox()


def send(
    mock: Mock, path: str, query: str = "", *, method: str = "GET", headers: RawHeaders = (), body: bytes = b""
) -> int:
    request = Request(method=method, path=path, query=query.encode(), headers=headers, body=body)
    return mock.respond(request).status


def get_only_entry(sandbox: Sandbox) -> JournalEntry:
    (entry,) = sandbox.journal.entries
    return entry


def explain(entry: JournalEntry) -> str:
    assert entry.why is not None
    return entry.why.text


def test_a_path_of_no_api_is_in_the_journal_of_the_sandbox_whose_key_it_carries(mock: Mock, sandbox: Sandbox) -> None:
    key = sandbox.credentials["hiobuy"]["X-Uuid"]
    before = len(mock.demo_state.journal)
    assert send(mock, "/v1/products/search-by-image", method="POST", headers=((b"x-uuid", key.encode()),)) == 404
    assert len(mock.demo_state.journal) == before
    entry = get_only_entry(sandbox)
    assert (entry.api, entry.operation, entry.response.status) == ("", "", 404)
    assert entry.near_miss.startswith("no operation matched; the nearest is ")
    assert entry.why is not None
    assert (entry.why.origin, entry.why.rule, entry.why.text) == ("mock", "no-api", entry.near_miss)


PLACES = [
    ("/poizon/product/queryList", "appKey={key}", (), b""),
    ("/v1/{key}/search", "", (), b""),
    ("/v1/products", "", ((b"authorization", b"Bearer {key}"),), b""),
    ("/v1/products", "", (), b'{"appKey": "{key}"}'),
]


@pytest.mark.parametrize(("path", "query", "headers", "body"), PLACES)
def test_the_key_is_seen_wherever_it_stands_and_never_shown(  # noqa: PLR0917 - the columns of a table
    mock: Mock, sandbox: Sandbox, path: str, query: str, headers: RawHeaders, body: bytes
) -> None:
    key = sandbox.credentials["daji-1688"]["appKey"]
    filled = tuple((name, value.replace(b"{key}", key.encode())) for name, value in headers)
    body = body.replace(b"{key}", key.encode())
    assert send(mock, path.format(key=key), query.format(key=key), headers=filled, body=body) == 404
    shown = redact_entry(get_only_entry(sandbox), sandbox)
    token = key.removeprefix("lk")
    assert token not in repr((shown.request, shown.response, shown.why))


def test_without_a_key_it_is_in_the_demo_accounts_journal_and_marked_as_nobodys(mock: Mock, sandbox: Sandbox) -> None:
    before = mock.demo_state.journal.total_count
    assert send(mock, "/v1/products") == 404
    assert mock.demo_state.journal.total_count == before + 1
    entry = mock.demo_state.journal.entries[-1]
    assert (entry.api, entry.why.origin if entry.why else "") == ("", "mock")
    assert not sandbox.journal.entries


def test_part_of_a_key_writes_into_nobodys_journal(mock: Mock, sandbox: Sandbox) -> None:
    """Whoever knows a sandbox's name, which is in the key, still cannot write into its journal."""
    key = sandbox.credentials["tmapi"]["apiToken"]
    forged = f"{key[:-1]}{(int(key[-1], 16) + 1) % 16:x}"
    send(mock, "/v1/products", f"key={forged}")
    assert not sandbox.journal.entries


def test_the_answer_for_a_sandbox_that_is_gone_is_in_the_demo_accounts_journal(mock: Mock) -> None:
    gone = mock.create_sandbox()
    mock.sandboxes.remove(gone.name)
    request = build_signed_request("tmapi", gone.credentials["tmapi"])
    assert mock.respond(request).status == 410
    entry = mock.demo_state.journal.entries[-1]
    assert entry.request is request
    assert entry.why is not None
    assert (entry.why.origin, entry.why.rule) == ("mock", "missing-sandbox")
    assert entry.why.text == (
        f"sandbox {gone.name} is gone: it was deleted, or was the oldest when there were too many"
    )
    shown = redact_entry(entry, mock.sandboxes.demo)
    assert gone.credentials["tmapi"]["apiToken"] not in repr(shown)


WRAPPED = [
    ("%20{key}", "a blank"),
    ("{key}%0A", "a newline"),
    ("%22{key}%22", "quotes"),
    ("Bearer%20{key}", "the word Bearer"),
]


@pytest.mark.parametrize(("template", "what"), WRAPPED)
def test_a_key_with_something_around_it_is_refused_as_the_vendor_does_and_named(
    mock: Mock, sandbox: Sandbox, template: str, what: str
) -> None:
    key = sandbox.credentials["tmapi"]["apiToken"]
    query = f"apiToken={template.format(key=key)}&img_url=https://cbu01.alicdn.com/x.jpg"
    assert send(mock, SEARCH, query) == 401
    assert explain(get_only_entry(sandbox)) == (
        f"no account has this apiToken: it is a known key with {what} around it"
    )


def test_a_key_in_the_wrong_place_is_in_its_sandboxs_journal_and_the_place_is_named(
    mock: Mock, sandbox: Sandbox
) -> None:
    key = sandbox.credentials["tmapi"]["apikey"]
    headers = ((b"x-api-key", key.encode()),)
    assert send(mock, SEARCH, "img_url=https://cbu01.alicdn.com/x.jpg", headers=headers) == 401
    assert explain(get_only_entry(sandbox)) == (
        "nothing says who calls: apiToken is missing; a key stands in the header x-api-key, where this API does not look "
        "for one"
    )


def test_a_key_where_a_variant_looks_for_it_says_which() -> None:
    mock = Mock("tmapi", variants={"tmapi.auth": "apiToken"})
    headers = ((b"apikey", b"lookalike-demo-token"),)
    assert send(mock, SEARCH, "img_url=https://cbu01.alicdn.com/x.jpg", headers=headers) == 401
    assert explain(get_only_entry(mock.sandboxes.demo)).endswith("(it does with the variant auth=apikey)")


def test_a_key_of_another_api_is_named(mock: Mock, sandbox: Sandbox) -> None:
    key = sandbox.credentials["tmapi"]["apiToken"]
    send(mock, "/alibaba/product/imageQuery", f"appKey={key}&sign=0123456789ABCDEF&imageId=1")
    assert explain(get_only_entry(sandbox)) == (
        "no account has this appKey: it is this sandbox's key for tmapi, and this is daji-1688"
    )


def test_an_unknown_key_is_told_how_ours_begin(mock: Mock) -> None:
    send(mock, SEARCH, "apiToken=0123456789&img_url=https://cbu01.alicdn.com/x.jpg")
    assert explain(mock.demo_state.journal.entries[-1]) == (
        "no account has this apiToken: a sandbox's key begins with lk; `lookalike serve` prints the demo accounts' "
        "keys at its start"
    )


def test_a_preference_that_nobody_knows_is_in_the_journal(mock: Mock, sandbox: Sandbox) -> None:
    request = build_signed_request("tmapi", sandbox.credentials["tmapi"])
    request = msgspec.structs.replace(request, headers=(*request.headers, (b"prefer", b"code=777")))
    assert mock.respond(request).status == 400
    entry = get_only_entry(sandbox)
    assert (entry.api, entry.response.status) == ("tmapi", 400)
    assert entry.operation
    assert explain(entry) == f"Prefer: code=777 is no situation of the operation {entry.operation}"


def test_the_journal_stays_bounded_whatever_is_asked() -> None:
    mock = Mock("tmapi")
    for _ in range(1010):
        send(mock, "/v1/products")
    assert (len(mock.demo_state.journal), mock.demo_state.journal.dropped) == (1000, 10)
