"""Weather in a sandbox: by chance answers are late, in error or changed, and the same seed brings the same again."""

from __future__ import annotations

import json
from itertools import groupby

import pytest
from openapi_schema_validator import OAS30Validator, OAS31Validator

from lookalike_mocks import Mock, Sandbox
from lookalike_mocks.weather import WEATHER_LEVELS, Weather, WeatherKind, draw_weather
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request, Response

from .testers import build_signed_request

TMAPI_ERRORS = {"417", "499", "503"}


def search(mock: Mock, sandbox: Sandbox, **headers: str) -> Response:
    raw = [(b"host", b"api.tmapi.top"), *((name.encode(), value.encode()) for name, value in headers.items())]
    query = f"apiToken={sandbox.credentials['tmapi']['apiToken']}&page_size=4&img_url=https://cbu01.alicdn.com/x.jpg"
    request = Request(method="GET", path="/1688/global/search/image", query=query.encode(), headers=tuple(raw))
    return mock.respond(request)


def collect_responses(kind: WeatherKind, seed: int, count: int = 30) -> list[tuple[int, bytes, float]]:
    """Status, body and delay of so many answers to the same request."""
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    sandbox.set_weather(kind, seed=seed)
    responses = [search(mock, sandbox) for _ in range(count)]
    return [
        (response.status, response.body, response.fault.seconds if response.fault else 0.0) for response in responses
    ]


def test_a_sandbox_is_calm_unless_it_is_asked_for_weather() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    assert sandbox.state.weather == Weather("calm")
    assert mock.demo_state.weather == Weather("calm")
    responses = collect_responses("calm", seed=7)
    assert len(set(responses)) == 1
    assert responses[0][1] == search(mock, sandbox).body


@pytest.mark.parametrize("kind", WEATHER_LEVELS)
def test_the_same_seed_brings_the_same_weather_and_another_one_other_weather(kind: WeatherKind) -> None:
    first = collect_responses(kind, seed=7)
    assert collect_responses(kind, seed=7) == first
    assert collect_responses(kind, seed=8) != first
    level = WEATHER_LEVELS[kind]
    errors = [status for status, _, _ in first if status != 200]
    assert 0 < len(errors) < len(first) / 2
    assert {str(status) for status in errors} <= TMAPI_ERRORS
    assert max(seconds for _, _, seconds in first) <= level.max_delay
    assert len({body for status, body, _ in first if status == 200}) > 5


@pytest.mark.parametrize("kind", WEATHER_LEVELS)
def test_a_client_that_asks_again_often_enough_gets_through(kind: WeatherKind) -> None:
    service = Mock("tmapi").services["tmapi"]
    endpoint = service.routes["/1688/global/search/image"]["GET"][""]
    draws = [draw_weather(Weather(kind, 1), number, service, endpoint) for number in range(1, 1000)]
    runs = [len(list(run)) for is_error, run in groupby(draws, lambda draw: draw.error_id != "") if is_error]
    assert max(runs) == WEATHER_LEVELS[kind].max_errors


@pytest.mark.parametrize("api", list_api_ids())
def test_an_answer_is_changed_as_the_document_allows(api: str) -> None:
    mock = Mock(api)
    sandbox = mock.create_sandbox()
    loaded = load_api(api)
    validator_class = OAS30Validator if loaded.document["openapi"].startswith("3.0") else OAS31Validator
    for index, operation in enumerate(loaded.operations):
        validator = validator_class(operation.response_schema)
        sandbox.set_weather("rough", seed=index)
        bodies = set()
        for _ in range(10):
            response = mock.respond(build_signed_request(api, sandbox.credentials[api], at=index))
            if response.status != 200 or response.media_type != "application/json":
                continue
            bodies.add(response.body)
            assert list(validator.iter_errors(json.loads(response.body))) == [], operation.id
        assert len(bodies) != 1, operation.id


def test_what_somebody_asks_for_comes_as_it_was_asked_for() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    calm = search(mock, sandbox).body
    sandbox.set_weather("rough")
    assert {search(mock, sandbox, prefer="code=200").body for _ in range(20)} == {calm}
    with sandbox.situation("tmapi/439"):
        responses = [search(mock, sandbox) for _ in range(20)]
    assert {(response.status, response.fault) for response in responses} == {(439, None)}
    bad_request = Request(
        method="GET", path="/1688/global/search/image", query=b"apiToken=wrong", headers=((b"host", b"api.tmapi.top"),)
    )
    assert {mock.respond(bad_request).status for _ in range(20)} == {401}


def test_the_journal_says_what_the_weather_did_and_blames_nobody() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    sandbox.set_weather("rough", seed=3)
    for _ in range(40):
        search(mock, sandbox)
    reasons = [entry.why for entry in sandbox.journal.entries if entry.why is not None]
    assert all(reason.origin == "weather" and reason.is_requested for reason in reasons)
    texts = " ".join(reason.text for reason in reasons)
    for words in ("is null", "lookalikeUnknown was added", "have another order"):
        assert words in texts
    assert {entry.situation for entry in sandbox.journal.entries} > {"", "latency"}


def test_a_reset_begins_the_same_weather_anew_and_calm_ends_it() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    sandbox.set_weather("rough", seed=5)
    first = [search(mock, sandbox).body for _ in range(20)]
    sandbox.state.reset()
    assert [search(mock, sandbox).body for _ in range(20)] == first
    sandbox.set_weather("calm")
    assert len({search(mock, sandbox).body for _ in range(20)}) == 1


def test_a_kind_of_weather_that_there_is_none_of_is_refused() -> None:
    sandbox = Mock("tmapi").create_sandbox()
    with pytest.raises(ValueError, match="Invalid enum value 'foggy'"):
        sandbox.set_weather("foggy")  # type: ignore[arg-type]
    assert sandbox.state.weather == Weather()
