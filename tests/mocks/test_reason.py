"""The journal says why a request was refused, or was answered in a situation: rule, value, limit, and where it is from."""

import gzip
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from lookalike_mocks import Mock, vendors
from lookalike_mocks.explain import SENTENCES
from lookalike_mocks.reason import Reason
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.vendors.rule_sentences import RULE_SENTENCES
from lookalike_specs.extensions import Refusal, Rule
from lookalike_specs.messages import RawHeaders, Request, Response

SEARCH = "/1688/global/search/image"
DEMO = "apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"
HIOBUY = "/api/client/third-purchase/image/query"
UUID = (b"x-uuid", b"6f1c3a52-0000-4000-8000-0000000000d0")
JSON = (b"content-type", b"application/json")


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock()


def ask(mock: Mock, query: str = "", *, path: str = SEARCH, headers: RawHeaders = ()) -> Reason | None:
    mock.respond(Request(method="GET", path=path, query=query.encode(), headers=headers))
    return mock.demo_state.journal.entries[-1].why


def post(mock: Mock, body: bytes, *headers: tuple[bytes, bytes]) -> Reason:
    mock.respond(Request(method="POST", path=HIOBUY, body=body, headers=(UUID, JSON, *headers)))
    reason = mock.demo_state.journal.entries[-1].why
    assert reason is not None
    return reason


def test_an_ordinary_answer_has_no_reason(mock: Mock) -> None:
    assert ask(mock, DEMO) is None


def test_a_value_beyond_its_maximum_is_named_with_the_maximum_and_where_that_is_from(mock: Mock) -> None:
    reason = ask(mock, f"{DEMO}&page_size=21")
    assert reason is not None
    assert reason.text == "page_size is 21; the most is 20"
    assert str(reason).startswith("page_size is 21; the most is 20 (documented: ")
    assert (reason.error, reason.parameter, reason.rule, reason.value) == ("422", "page_size", "maximum", "21")
    assert (reason.limit, reason.origin, reason.is_requested) == (20, "request", False)
    assert (reason.pointer, reason.provenance) == ("/components/parameters/page_size/schema/maximum", "documented")


RULES = [
    ("page_size=x", "page_size is 'x'; it has to be a whole number"),
    ("page=0", "page is 0; the least is 1"),
    ("sort=nope", "sort is 'nope'; it can be default, sales, price_up or price_down"),
    ("free_shipping=yes", "free_shipping is 'yes'; it has to be true or false"),
    (f"sort={'n' * 200}", f"sort is '{'n' * 79}…'; it can be default, sales, price_up or price_down"),
    ("sort=a%0Ab%1B", "sort is 'a\ufffdb\ufffd'; it can be default, sales, price_up or price_down"),
]


@pytest.mark.parametrize(("query", "text"), RULES)
def test_each_rule_has_a_sentence(mock: Mock, query: str, text: str) -> None:
    reason = ask(mock, f"{DEMO}&{query}")
    assert reason is not None
    assert reason.text == text


def test_lengths_lists_and_empty_texts_read_as_sentences() -> None:
    mock = Mock("hiobuy", "daji-taobao", "aliyun")
    assert post(mock, b'{"img": ""}').text == "img is '', which is too short; the least length is 1"
    account = "appKey=lookalike-demo-key&appSecret=lookalike-demo-secret"
    reason = ask(mock, f"{account}&picUrl=https://img.alicdn.com/x.jpg&categoryId=x", path="/taobao/image-search/url")
    assert reason is not None
    assert reason.text == "categoryId is 'x'; it can be '', 0, 1, 2, 3, 4, 5, 6, 7, 8 and 5 more"


def test_what_is_missing_is_named(mock: Mock) -> None:
    reason = ask(mock, "apiToken=lookalike-demo-token")
    assert reason is not None
    assert (reason.text, reason.rule) == ("img_url is missing", "required")
    assert reason.pointer == "/components/parameters/img_url/required"


def test_malformed_json_says_at_which_byte(mock: Mock) -> None:
    assert post(mock, b'{"img": x}').text == ("the body cannot be read: JSON is malformed: invalid character (byte 8)")
    assert post(mock, b"").text == "the body cannot be read: there is none"
    assert post(mock, b"[]").text == "the body cannot be read: it is JSON, but no object, or nested too deep"


def test_a_compressed_body_is_named(mock: Mock) -> None:
    reason = post(mock, gzip.compress(b"{}"), (b"content-encoding", b"gzip"))
    assert reason.text.endswith("; the body is compressed (Content-Encoding: gzip), which is not undone here")


def test_a_body_that_an_offer_of_http2_lost_is_named(mock: Mock) -> None:
    reason = post(mock, b"", (b"upgrade", b"h2c"), (b"content-length", b"12"))
    assert "the client offered HTTP/2 (Upgrade: h2c), and its body was lost" in reason.text


def test_a_lost_request_is_told_what_is_nearest(mock: Mock) -> None:
    reason = ask(mock, DEMO, path=f"/tmapi{SEARCH}s")
    assert reason is not None
    assert (reason.error, reason.rule) == ("no-route", "no-operation")
    assert reason.text == f"no operation matched; the nearest is GET {SEARCH}, it differs in path segment 4"


PREFER = ((b"prefer", b"code=503"),)
ASKED_FOR = [
    (DEMO, PREFER, "503", "prefer", "asked for by the header Prefer"),
    (DEMO, ((b"prefer", b"example=tmapi/empty"),), "empty", "prefer", "asked for by the header Prefer"),
    ("apiToken=situation-439&img_url=https://cbu01.alicdn.com/x.jpg", (), "439", "trigger", "asked for by the key"),
    (
        "apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/situation/439.jpg",
        (),
        "439",
        "trigger",
        "asked for by the value of img_url",
    ),
    (
        "apiToken=situation-latency&img_url=https://cbu01.alicdn.com/x.jpg",
        (),
        "latency",
        "trigger",
        "asked for by the key",
    ),
    (
        "apiToken=lookalike-expired-token&img_url=https://cbu01.alicdn.com/x.jpg",
        (),
        "439",
        "account",
        "the account of these credentials is always answered so",
    ),
]


@pytest.mark.parametrize(("query", "headers", "situation", "origin", "text"), ASKED_FOR)
def test_who_asked_for_a_situation_is_said(  # noqa: PLR0917 - the columns of a table
    mock: Mock, query: str, headers: RawHeaders, situation: str, origin: str, text: str
) -> None:
    reason = ask(mock, query, headers=headers)
    assert mock.demo_state.journal.entries[-1].situation == situation
    assert reason is not None
    assert (reason.origin, reason.text, reason.is_requested) == (origin, text, True)


def test_what_is_scheduled_and_what_a_quota_forbids_is_said() -> None:
    mock = Mock("tmapi")
    mock.sandboxes.demo.schedule(ScheduledSituation("tmapi/503", 1))
    reason = ask(mock, DEMO)
    assert reason is not None
    assert (reason.origin, reason.text) == ("schedule", "scheduled in the sandbox")
    mock.demo_state.quota = type(mock.demo_state.quota)(count=0)
    reason = ask(mock, DEMO)
    assert reason is not None
    assert (reason.origin, reason.text) == ("quota", "the sandbox's quota of 0 answers is used up")


def test_an_error_with_a_fault_says_both() -> None:
    mock = Mock("tmapi")
    mock.sandboxes.demo.schedule(ScheduledSituation("tmapi/reset-inside", 1))
    reason = ask(mock, f"{DEMO}&page_size=21")
    assert reason is not None
    assert reason.text == "page_size is 21; the most is 20; the fault reset-inside: scheduled in the sandbox"


def test_no_secret_stands_in_a_reason(mock: Mock) -> None:
    secret = "lookalike-demo-token"
    # the token stands in another parameter's value as well, across the place where a value is cut
    for length in range(55, 85):
        reason = ask(mock, f"{DEMO}&sort={'n' * length}{secret}")
        assert reason is not None
        assert reason.rule == "enum"
        assert secret[:6] not in f"{reason}{reason.value}"
    reason = ask(mock, "apiToken=a1b2c3d4e5f6a7b8")
    assert reason is not None
    assert "a1b2c3" not in repr(reason)


def get_why_header(response: Response) -> str:
    return dict(response.headers).get(b"lookalike-why", b"").decode("ascii")


def respond(mock: Mock, query: str, prefer: bytes) -> Response:
    headers = ((b"prefer", prefer),)
    return mock.respond(Request(method="GET", path=SEARCH, query=query.encode(), headers=headers))


def test_prefer_explain_brings_the_reason_in_a_header(mock: Mock) -> None:
    assert get_why_header(respond(mock, f"{DEMO}&page_size=21", b"explain")).startswith(
        "page_size is 21; the most is 20 (documented: "
    )
    assert get_why_header(respond(mock, "", b"explain")).startswith("nothing says who calls: apiToken is missing (")


def test_it_stands_beside_other_preferences(mock: Mock) -> None:
    for prefer in (b"code=503, explain", b"explain; code=503", b"Explain, example=tmapi/503"):
        response = respond(mock, DEMO, prefer)
        assert response.status == 503
        assert get_why_header(response).startswith("asked for by the header Prefer (")


def test_an_ordinary_answer_and_one_that_nobody_wants_explained_have_no_such_header(mock: Mock) -> None:
    assert not get_why_header(respond(mock, DEMO, b"explain"))
    assert not get_why_header(respond(mock, f"{DEMO}&page_size=21", b"code=200"))
    assert not get_why_header(respond(mock, f"{DEMO}&page_size=21", b'example="explain"'))


def test_the_header_is_ascii_bounded_and_without_secrets(mock: Mock) -> None:
    token = "a1b2c3d4e5f6a7b8"
    for value in ("%E7%BA%A2", "%0D%0Ax-evil:%201", "%E7%BA%A2" * 500, token, f"{token}%E7%BA%A2" * 20):
        header = get_why_header(respond(mock, f"{DEMO}&sort={value}", b"explain"))
        assert header.isprintable()
        assert len(header) < 1010
    assert "sort is '%E7%BA%A2'; it can be" in get_why_header(respond(mock, f"{DEMO}&sort=%E7%BA%A2", b"explain"))
    header = get_why_header(respond(mock, f"apiToken={token}&sort={token}", b"explain"))
    assert header
    assert token not in header


def list_keywords(schema: Any) -> set[str]:
    """The keywords of a schema and of those within it; properties are no keywords."""
    if isinstance(schema, list):
        return set().union(*map(list_keywords, schema))
    if not isinstance(schema, dict):
        return set()
    own = {keyword: inner for keyword, inner in schema.items() if not keyword.startswith("x-")}
    found = set(own)
    for keyword, inner in own.items():
        if keyword == "properties":
            found |= set().union(*map(list_keywords, inner.values()))
        elif keyword not in ("default", "enum", "const", "example", "examples"):
            found |= list_keywords(inner)
    return found


ANNOTATIONS = {
    "title", "description", "default", "example", "examples", "format", "properties", "items", "deprecated", "readOnly",
    "contentMediaType", "contentEncoding", "nullable", "allOf", "not", "if", "then", "else",
}  # fmt: skip


def test_every_rule_that_can_refuse_has_a_sentence(mock: Mock) -> None:
    rules: set[str] = set(get_args(Refusal)) | set(get_args(get_type_hints(Rule)["rule"]))
    for service in mock.services.values():
        reactions = service.api.root.data.get("reactions", {})
        rules |= {name for name in reactions if not name.startswith("x-")}
        for operation in service.api.operations:
            rules |= {name for name in operation.extension.errors if name != "default"}
            for field in operation.fields:
                rules |= list_keywords(field.schema) - ANNOTATIONS
    for path in Path(vendors.__file__).parent.rglob("*.py"):
        rules |= set(re.findall(r'"rule": "([\w-]+)"', path.read_text("utf-8")))
    assert len(rules) > 40
    assert rules - {*SENTENCES, *RULE_SENTENCES} == set()
