"""What a test's client is told of: what breaks the document, and what the look-alike refused by itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from lookalike.testing import MockApi, MockPool, Settings, TestSandbox
from lookalike.testing.conformance import assert_conformant, describe_all_violations, find_violations
from lookalike.testing.report import FAULT_OUTCOMES, describe_traffic
from lookalike.testing.rerun import build_serve_command
from lookalike_mocks import Mock, Quota
from lookalike_mocks.faults import FAULTS
from lookalike_mocks.sandbox.journal import JournalEntry
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.situations import iter_situations
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.request_builder import build_request, collect_examples, select_required_credentials
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.sign import sign
from lookalike_specs.spec_file import load_spec_file

PETSTORE = Path(__file__).parent.parent / "data/openapi/petstore.yaml"
TMAPI, DAJI, HIOBUY, ALIYUN = "tmapi", "daji-1688", "hiobuy", "aliyun"
GOOD: dict[tuple[str, str], dict[str, Any]] = {
    (TMAPI, "searchItemsByImageUrl"): {"img_url": "https://cbu01.alicdn.com/x.jpg"},
    (DAJI, "imageQuery"): {"imageId": "1048608196202797156", "beginPage": 1, "pageSize": 5, "country": "en"},
    (DAJI, "uploadImage"): {},
    (HIOBUY, "queryByImage"): {"img": "https://example.com/x.jpg", "platform": "1688"},
    (ALIYUN, "SearchImageByPic"): {},
}


@pytest.fixture(scope="module")
def pool() -> Iterator[MockPool]:
    with MockPool() as opened:
        yield opened


@pytest.fixture
def sandbox(pool: MockPool) -> Iterator[TestSandbox]:
    opened = TestSandbox(pool, Settings(), Settings())
    yield opened
    opened.close()


def send(sandbox: TestSandbox, api: str, operation_id: str, changes: Mapping[str, Any], prefer: str = "") -> int:
    """A request to an operation, signed with the sandbox's credentials; the status of the answer."""
    spec = load_api(api)
    operation = next(operation for operation in spec.operations if operation.id == operation_id)
    account = sandbox.sandbox.credentials[api]
    values = GOOD[api, operation_id] | select_required_credentials(operation, account) | dict(changes)
    if api == ALIYUN:
        values = {
            "InstanceName": account["InstanceName"],
            "x-acs-action": operation_id,
            "x-acs-version": "2020-12-14",
        } | values
    request = build_request(operation, values, spec.servers[0])
    signed = sign(request, operation.schemes[0], account, SigningContext(datetime.now(UTC), uuid4().hex))
    if prefer:
        headers = (*signed.headers, (b"prefer", prefer.encode()))
        signed = Request(method=signed.method, path=signed.path, query=signed.query, body=signed.body, headers=headers)
    return sandbox.mock.respond(signed).status


NO_PICTURE = "bm8gcGljdHVyZQ=="
PICTURE = collect_examples(load_api(ALIYUN), load_api(ALIYUN).operations[0])["PicContent"]
REFUSALS: list[tuple[str, str, dict[str, Any], str, str]] = [
    (TMAPI, "searchItemsByImageUrl", {"img_url": "https://example.com/x.jpg"}, "img_url", "it has to be converted first"),
    (TMAPI, "searchItemsByImageUrl", {"free_shipping": "yes"}, "free_shipping", "free_shipping is 'yes'; it has to be true or false"),
    (DAJI, "imageQuery", {"imageId": "1.0486e18"}, "imageId", "imageId"),
    (DAJI, "imageQuery", {"imageId": "undefined"}, "imageId", "imageId"),
    (DAJI, "imageQuery", {"region": "300,10,300,10"}, "region", "region"),
    (DAJI, "uploadImage", {"image_base64": NO_PICTURE}, "image_base64", "is no picture"),
    (ALIYUN, "SearchImageByPic", {"PicContent": NO_PICTURE}, "PicContent", "is no picture"),
    (ALIYUN, "SearchImageByPic", {"PicContent": PICTURE, "Region": "300,10,300,10"}, "Region", "it is x1,x2,y1,y2"),
    (ALIYUN, "SearchImageByPic", {"PicContent": PICTURE, "Filter": "str_attr='a'"}, "Filter", "grammar of filters"),
    (ALIYUN, "SearchImageByPic", {"PicContent": PICTURE, "Start": 490, "Num": 20}, "", "500"),
]  # fmt: skip


@pytest.mark.parametrize(
    "case", REFUSALS, ids=[f"{row[0]}-{row[3] or 'sum'}-{number}" for number, row in enumerate(REFUSALS)]
)
def test_a_refusal_that_nobody_asked_for_is_a_complaint(sandbox: TestSandbox, case: Any) -> None:
    api, operation, changes, parameter, says = case
    assert send(sandbox, api, operation, changes) >= 400
    (violation,) = find_violations(sandbox, api)
    assert says in violation.message
    if violation.kind == "refused":
        assert violation.message.startswith("HTTP 4")
        assert f" {api}/" in violation.message
        assert parameter in (violation.parameter, "")
    assert str(violation).startswith(f"1  {violation.kind}: ")
    # sure rules fail the test, and others are told all the same
    everything = ("documented", "measured", "inferred", "invented")
    with pytest.raises(AssertionError, match=f"1 request to {api}, 1 complaint:"):
        assert_conformant(sandbox, api, everything)
    assert_conformant(sandbox, api, [])
    assert len(sandbox.notes) == 1
    assert says in sandbox.notes[0]


def test_what_was_asked_for_is_no_complaint(sandbox: TestSandbox) -> None:
    query = TMAPI, "searchItemsByImageUrl"
    assert send(sandbox, *query, {}, prefer="code=503") == 503
    with sandbox.sandbox.situation("tmapi/439", times=1):
        assert send(sandbox, *query, {}) == 439
    assert send(sandbox, *query, {"img_url": "https://cbu01.alicdn.com/situation/422.jpg"}) == 422
    with sandbox.sandbox.situation("tmapi/reset-inside", times=1):
        send(sandbox, *query, {})
    assert find_violations(sandbox, TMAPI) == ()


def test_a_quota_that_the_test_chose_is_no_complaint(sandbox: TestSandbox) -> None:
    limited = sandbox.mock.create_sandbox(quota=Quota(count=1))
    sandbox.sandbox = limited
    query = TMAPI, "searchItemsByImageUrl"
    assert [send(sandbox, *query, {}), send(sandbox, *query, {})] == [200, 439]
    assert find_violations(sandbox, TMAPI) == ()


def test_a_mistake_and_its_refusal_are_one_complaint(sandbox: TestSandbox) -> None:
    assert send(sandbox, TMAPI, "searchItemsByImageUrl", {"page_size": 21}) == 422
    assert send(sandbox, TMAPI, "searchItemsByImageUrl", {"img_url": "https://example.com/x.jpg", "pagesize": 5}) == 422
    assert [
        (violation.request_number, violation.kind, violation.parameter) for violation in find_violations(sandbox, TMAPI)
    ] == [
        (1, "limit", "page_size"),
        (2, "unknown", "pagesize"),
        (2, "refused", "img_url"),
    ]


def test_a_wrong_key_and_its_refusal_are_one_complaint(sandbox: TestSandbox) -> None:
    sandbox.mock.respond(
        Request(method="GET", path="/1688/global/search/image", query=b"img_url=https://cbu01.alicdn.com/x.jpg")
    )
    assert [violation.kind for violation in find_violations(sandbox, TMAPI)] == ["credential"]


def test_an_operation_that_is_not_played_and_its_refusal_are_one_complaint(sandbox: TestSandbox) -> None:
    status = send(sandbox, ALIYUN, "SearchImageByPic", {"x-acs-action": "UpdateImage"})
    assert status >= 400
    assert [violation.message for violation in find_violations(sandbox, ALIYUN)] == [
        "UpdateImage is not played; nearest: DeleteImage"
    ]


def test_what_no_api_answered_is_a_complaint_and_not_nothing(sandbox: TestSandbox) -> None:
    with pytest.raises(AssertionError, match="nothing was sent to hiobuy"):
        assert_conformant(sandbox, HIOBUY, sandbox.trust)
    sandbox.mock.respond(Request(method="GET", path="/v1/products/search", headers=((b"host", b"api.example.com"),)))
    with pytest.raises(AssertionError) as caught:
        assert_conformant(sandbox, HIOBUY, sandbox.trust)
    head, line = str(caught.value).splitlines()
    assert head == "0 requests to hiobuy and 1 to no API, 1 complaint:"
    assert line.startswith(
        "1  operation: GET /v1/products/search was answered by no API: no operation matched; the nearest is "
    )
    assert describe_all_violations(sandbox).splitlines()[0] == "1 request to no API, 1 complaint:"
    assert "GET /v1/products/search  HTTP 404" in "\n".join(describe_traffic(sandbox))


def test_what_the_journal_could_not_keep_is_said(sandbox: TestSandbox) -> None:
    stray = JournalEntry(0.0, TMAPI, Request(method="GET", path="/x"), Response(status=404, body=b""))
    for _ in range(1002):
        sandbox.sandbox.journal.add(stray)
    with pytest.raises(AssertionError, match="2 exchanges not judged: the journal keeps the newest ones only"):
        assert_conformant(sandbox, TMAPI, sandbox.trust)


@pytest.mark.parametrize(
    ("api", "operation", "value", "says"),
    [
        (
            DAJI,
            "imageQuery",
            "shipInToday,isJxhy",
            "'isJxhy' is on no list of this API, and may do nothing; nearest: jxhy",
        ),
        (DAJI, "imageQuery", '["jxhy"]', "it is JSON, and tokens are joined by commas"),
        (HIOBUY, "queryByImage", ["shipIn48Hours", "isJxhy"], "'isJxhy' is on no list of this API"),
    ],
)
def test_a_token_that_does_nothing_is_a_complaint(
    sandbox: TestSandbox, api: str, operation: str, value: Any, says: str
) -> None:
    assert send(sandbox, api, operation, {"filter": value}) == 200
    (violation,) = find_violations(sandbox, api)
    assert (violation.kind, violation.parameter, violation.rule) == ("value", "filter", "#/x-lookalike/data/filters")
    assert says in violation.message


@pytest.mark.parametrize(
    ("api", "operation", "value"),
    [(DAJI, "imageQuery", "shipInToday, ksCiphertext"), (HIOBUY, "queryByImage", ["shipIn48Hours"])],
)
def test_tokens_of_the_list_are_no_complaint(sandbox: TestSandbox, api: str, operation: str, value: Any) -> None:
    assert send(sandbox, api, operation, {"filter": value}) == 200
    assert find_violations(sandbox, api) == ()


# ------------------------------------------------------------------------------------------------ seen again

CURL = re.compile(r"^   (curl .*)$", re.MULTILINE)


def serve_again(line: str, api: str) -> Response:
    """What a new look-alike answers to a curl line of a report."""
    words = shlex.split(line)
    headers = [tuple(words[at + 1].split(": ", 1)) for at, word in enumerate(words) if word == "-H"]
    body = words[words.index("--data-raw") + 1] if "--data-raw" in words else ""
    url = urlsplit(words[-1])
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if body else "GET"
    return Mock(api).respond(
        Request(method=method, path=url.path, query=url.query.encode(), body=body.encode(), headers=tuple((name.encode(), value.encode()) for name, value in headers))
    )  # fmt: skip


@pytest.mark.parametrize("api", [TMAPI, DAJI, HIOBUY])
@pytest.mark.parametrize("situation", ["", "empty", "error"])
def test_the_line_of_a_report_brings_the_same_answer_when_the_test_is_over(
    sandbox: TestSandbox, api: str, situation: str
) -> None:
    operation = next(operation for owner, operation in GOOD if owner == api)
    if situation:
        name = {"error": next(iter(load_api(api).root.errors))}.get(situation, situation)
        sandbox.sandbox.schedule(ScheduledSituation(f"{api}/{name}"))
    status = send(sandbox, api, operation, {})
    (entry,) = sandbox.sandbox.journal.entries
    text = "\n".join(describe_traffic(sandbox))
    assert f"To see it again: lookalike serve {api} --seed 0\n" in text
    again = serve_again(CURL.findall(text)[0], api)
    assert again.status == status
    if status == 200 and api != DAJI:
        assert again.body == entry.response.body


def test_a_signature_that_did_not_hold_does_not_hold_again_either(sandbox: TestSandbox) -> None:
    send(sandbox, DAJI, "imageQuery", {})
    (entry,) = sandbox.sandbox.journal.entries
    sandbox.mock.respond(Request(method="GET", path=entry.request.path, query=entry.request.query + b"&lang=en"))
    lines = CURL.findall("\n".join(describe_traffic(sandbox)))
    assert [serve_again(line, DAJI).status for line in lines] == [200, 400]


def test_variants_size_and_document_are_in_the_command() -> None:
    settings = Settings(7, 50, (("daji-1688.unknown-filter", "refused"), ("tmapi.auth", "either")), (str(PETSTORE),))
    assert build_serve_command(TMAPI, settings) == (
        "lookalike serve tmapi --seed 7 --size 50 --variant tmapi.auth=either"
    )
    api = load_spec_file(PETSTORE).id
    assert build_serve_command(api, settings) == f"lookalike serve --spec {PETSTORE} --seed 7 --size 50"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("latency", "HTTP 200, late"),
        ("reset-before", "a reset, and no answer"),
        ("reset-inside", "HTTP 200, then a reset"),
        ("wrong-certificate", "a reset, and no answer"),
        ("html-502", "HTTP 502"),
    ],
)
def test_a_fault_says_what_reached_the_client(sandbox: TestSandbox, fault: str, outcome: str) -> None:
    with sandbox.sandbox.situation(f"tmapi/{fault}"):
        send(sandbox, TMAPI, "searchItemsByImageUrl", {})
    assert f"1  GET /1688/global/search/image  {outcome}  tmapi/{fault}" in list(describe_traffic(sandbox))


def test_every_fault_says_what_reached_the_client() -> None:
    assert set(FAULTS) - set(FAULT_OUTCOMES) == {"html-502"}


def test_what_stands_in_a_failing_assertion_is_short(sandbox: TestSandbox) -> None:
    send(sandbox, TMAPI, "searchItemsByImageUrl", {"page_size": 21})
    assert repr(sandbox.sandbox.journal.entries[0]) == "<GET /1688/global/search/image HTTP 422 tmapi/422>"
    details = {details.id: repr(details) for details in iter_situations(load_api(TMAPI))}
    assert details["tmapi/439"] == "<tmapi/439: error, HTTP 439>"
    assert details["tmapi/latency"] == "<tmapi/latency: fault>"
    assert repr(MockApi(TMAPI, sandbox).situation("503")) == f"<tmapi/503 in sandbox {sandbox.sandbox.name}>"
