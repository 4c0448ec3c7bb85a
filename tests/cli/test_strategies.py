"""Strategies: all that they draw is good, and the simplest is the plain example."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import lookalike
from lookalike.situation_patterns import UnknownChoice
from lookalike.strategies import DrawnResponse, replay_transport, requests, responses
from lookalike_contracts import describe_response_violations
from lookalike_contracts.clients import validate_request
from lookalike_mocks import Mock
from lookalike_specs import UnknownApi, UnknownVariant, list_api_ids, load_api
from lookalike_specs.messages import Request, Response

OPERATIONS = [(api, operation.id) for api in list_api_ids() for operation in load_api(api).operations]
NAMES = ["-".join(pair) for pair in OPERATIONS]
FEW = settings(max_examples=15, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


def simplest(strategy: st.SearchStrategy[Any]) -> Any:
    """What comes first, which is what Hypothesis shrinks to."""
    drawn: list[Any] = []

    @settings(FEW, max_examples=1)
    @given(strategy)
    def first(each: Any) -> None:
        drawn.append(each)

    first()
    return drawn[0]


@pytest.mark.exhaustive(5)
@pytest.mark.parametrize(("api", "operation"), OPERATIONS, ids=NAMES)
def test_every_request_keeps_to_the_document_and_is_taken(api: str, operation: str) -> None:
    mock = Mock(api)

    @FEW
    @given(request=requests(api, operation))
    def good(request: Request) -> None:
        assert validate_request(api, request, received_at=mock.demo_state.clock()) == ()
        mock.respond(request)
        refused = mock.demo_state.journal.entries[-1].situation.lower()
        assert not any(word in refused for word in ("sign", "key", "nonce", "timestamp", "missing"))

    good()


@pytest.mark.exhaustive(5)
@pytest.mark.parametrize(("api", "operation"), OPERATIONS, ids=NAMES)
def test_every_reply_is_one_that_the_document_has(api: str, operation: str) -> None:
    @FEW
    @given(request=requests(api, operation), reply=responses(api, operation, variants={"error-format": "*"}))
    def documented(request: Request, reply: DrawnResponse) -> None:
        assert describe_response_violations(api, request, reply) == ()
        assert reply.fault is None

    documented()


@pytest.mark.parametrize("api", list_api_ids())
def test_the_simplest_request_is_the_example_and_the_simplest_reply_a_good_page(api: str) -> None:
    reply = simplest(responses(api))
    assert (reply.situation, reply.seed, reply.parameters, reply.status) == ("", 0, (), 200)
    with_example = simplest(requests(api, signed=False))
    assert validate_request(api, with_example) != ()  # it is not signed
    assert with_example.path == load_api(api).operations[0].path


@pytest.mark.parametrize(
    ("situation", "seed", "asked", "told"),
    [
        ("", 0, (), ""),
        ("tmapi/empty", 0, (), ": situation='tmapi/empty'"),
        ("", 5, (("page", "2"),), ": seed=5, parameters={'page': '2'}"),
    ],
)
def test_a_reply_says_how_it_came_about(situation: str, seed: int, asked: Any, told: str) -> None:
    reply = DrawnResponse(status=200, body=b"12", situation=situation, seed=seed, parameters=asked)
    assert repr(reply) == f"<HTTP 200, 2 bytes{told}>"


def test_a_reply_that_fails_is_told_shortly() -> None:
    reply = simplest(responses("tmapi", situations="tmapi/439"))
    assert repr(reply) == f"<HTTP 439, {len(reply.body)} bytes: situation='tmapi/439'>"
    assert json.loads(reply.body)["code"] == 439


@pytest.mark.parametrize(
    ("situations", "statuses"),
    [("tmapi/5*", {500, 503}), (["tmapi/4??", "!tmapi/4[123]*"], {499}), ("tmapi/empty", {200})],
)
def test_situations_are_chosen_by_patterns(situations: Any, statuses: set[int]) -> None:
    seen = set()

    @FEW
    @given(reply=responses("tmapi", situations=situations))
    def chosen(reply: DrawnResponse) -> None:
        seen.add(reply.status)

    chosen()
    assert seen == statuses


@pytest.mark.parametrize(("value", "statuses"), [("http-200", {200}), ("*", {200, 439})])
def test_variants_are_fixed_or_all_of_them(value: str, statuses: set[int]) -> None:
    seen = set()

    @FEW
    @given(reply=responses("tmapi", situations="tmapi/439", variants={"error-format": value}))
    def drawn(reply: DrawnResponse) -> None:
        seen.add(reply.status)

    drawn()
    assert seen == statuses


def test_as_another_account_and_for_another_operation() -> None:
    account = {"apiToken": "my-own-token", "apikey": "my-own-token"}
    request = simplest(requests("tmapi", "convertImageUrl", account=account))
    assert (request.method, request.query) == ("POST", b"apiToken=my-own-token")
    own = {**load_api("aliyun").account, "InstanceName": "my-own"}
    assert b"InstanceName=my-own&" in simplest(requests("aliyun", "SearchImageByPic", account=own)).body


def test_the_simplest_value_of_a_variant_is_its_default() -> None:
    default = load_api("daji-1688").root.variants["error-format"].default
    every, fixed = (
        responses("daji-1688", situations="daji-1688/bad-sign", variants={"error-format": value})
        for value in ("*", default)
    )
    assert simplest(every).status == simplest(fixed).status != 200


def test_a_transport_gives_one_reply_after_the_other_and_the_last_for_good() -> None:
    import httpx  # noqa: PLC0415 - an extra

    first, last = Response(status=503, body=b"{}", headers=((b"retry-after", b"1"),)), Response(status=200, body=b"[]")
    with httpx.Client(transport=replay_transport(first, last)) as client:
        given_back = [client.get("http://api.tmapi.top/") for _ in range(3)]
    assert [(each.status_code, each.text) for each in given_back] == [(503, "{}"), (200, "[]"), (200, "[]")]
    assert given_back[0].headers["retry-after"] == "1"
    assert given_back[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("draw", "error", "says"),
    [
        (lambda: requests("tmap"), UnknownApi, "unknown API 'tmap'"),
        (lambda: requests("tmapi", "search"), UnknownChoice, "no operation is called 'search'; nearest: searchItems"),
        (lambda: responses("tmapi", "search"), UnknownChoice, "no operation is called 'search'; nearest: searchItems"),
        (
            lambda: responses("tmapi", situations="tmapi/x*"),
            UnknownChoice,
            "no situation is called 'tmapi/x*'; nearest: ",
        ),
        (
            lambda: responses("tmapi", variants={"auth": "no"}),
            UnknownVariant,
            "auth is one of apiToken, apikey, either",
        ),
        (
            lambda: responses("tmapi", variants={"ath": "*"}),
            UnknownVariant,
            "has no variant 'ath'; known: auth, ",
        ),
    ],
)
def test_what_is_unknown_is_told_at_once(draw: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as told:
        draw()
    assert says in str(told.value)


def test_they_are_a_part_of_the_one_name() -> None:
    assert lookalike.strategies.responses is responses
    assert lookalike.MockApi.__name__ == "MockApi"
    assert {"strategies", "MockApi"} <= set(dir(lookalike))
