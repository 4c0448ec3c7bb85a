"""A client needs two or three requests for one search: what was asked for comes at a step that can have it."""

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.exceptions import ImpossibleSituation, UnknownOperation
from lookalike_mocks.sandbox import Sandbox
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_specs import SpecError, list_api_ids, load_api
from lookalike_specs.lint import verify_api

from .testers import build_signed_request

# the requests of one search, in their order
FLOWS = {
    "aliyun": ["AuthorizeFileUpload", "PostObject", "SearchImageByPic"],
    "daji-1688": ["uploadImage", "imageQuery"],
    "daji-taobao": ["uploadImage", "imageSearchByUrl"],
    "hiobuy": ["queryByImage"],
    "tmapi": ["convertImageUrl", "searchItemsByImageUrl"],
}
ANSWERS = [
    (api, name) for api in list_api_ids() for name in (*load_api(api).root.errors, *load_api(api).root.situations)
]
# situation -> the step of its flow where it comes
STEPS = {
    "aliyun/UnsupportedPicFormat": "SearchImageByPic",
    "aliyun/InvalidInstance": "SearchImageByPic",
    "aliyun/DeniedRequest": "SearchImageByPic",
    "aliyun/SearchTimeout": "SearchImageByPic",
    "aliyun/empty": "SearchImageByPic",
    "aliyun/EntityTooLarge": "PostObject",
    "aliyun/MissingProduct": "AuthorizeFileUpload",
    "aliyun/Throttling.User": "AuthorizeFileUpload",
    "daji-1688/last-page": "imageQuery",
    "daji-1688/unknown-image": "imageQuery",
    "daji-1688/image-too-large": "uploadImage",
    "daji-1688/rate-limited": "uploadImage",
    "daji-taobao/empty": "imageSearchByUrl",
    "daji-taobao/image-required": "imageSearchByUrl",
    "daji-taobao/upload-image-required": "uploadImage",
    "tmapi/foreign-image": "searchItemsByImageUrl",
    "tmapi/empty": "searchItemsByImageUrl",
    "tmapi/nulls": "searchItemsByImageUrl",
    "tmapi/503": "convertImageUrl",
}


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock()


def run_flow(mock: Mock, sandbox: Sandbox, api: str, key: str = "") -> dict[str, str]:
    """The situation of each step that was in one, by the operation's id; with a trigger key if there is one."""
    account = dict(sandbox.credentials[api])
    if key:
        account[load_api(api).root.triggers[0].credential] = key
    operations = [operation.id for operation in load_api(api).operations]
    situations = {}
    for step in FLOWS[api]:
        mock.respond(build_signed_request(api, account, at=operations.index(step)))
        entry = sandbox.journal.entries[-1]
        assert entry.situation or entry.response.status < 300, entry.response.body
        if entry.situation:
            situations[step] = entry.situation
    return situations


@pytest.mark.parametrize(("api", "name"), ANSWERS)
def test_a_scheduled_situation_waits_for_a_step_that_can_be_in_it(mock: Mock, api: str, name: str) -> None:
    sandbox = mock.create_sandbox()
    loaded = load_api(api)
    operations = {operation.id: operation for operation in loaded.operations}
    possible = [step for step in FLOWS[api] if name in loaded.list_situations(operations[step])]
    with sandbox.situation(f"{api}/{name}", times=1):
        seen = run_flow(mock, sandbox, api)
        # one that no step can be in is still there for whoever calls the operation that can
        assert bool(sandbox.state.scheduled_situations) == (not seen)
    if possible:
        assert seen == {possible[0]: name}
    mock.sandboxes.remove(sandbox.name)


@pytest.mark.parametrize(("api", "name"), ANSWERS)
def test_a_trigger_key_brings_it_at_the_steps_that_can_be_in_it(mock: Mock, api: str, name: str) -> None:
    operations = {operation.id: operation for operation in load_api(api).operations}
    possible = {step for step in FLOWS[api] if name in load_api(api).list_situations(operations[step])}
    assert set(run_flow(mock, mock.sandboxes.demo, api, f"situation-{name}")) == possible


def test_a_trigger_parameter_does_nothing_where_its_situation_cannot_come(mock: Mock) -> None:
    account = load_api("daji-1688").account
    for value, status in (
        ("situation-image-too-large", 200),
        ("situation-unknown-image", 400),
        ("situation-nobody", 400),
    ):
        assert mock.respond(build_signed_request("daji-1688", account, imageId=value)).status == status


@pytest.mark.parametrize(("situation", "step"), STEPS.items())
def test_which_step_it_is(mock: Mock, situation: str, step: str) -> None:
    api, _, name = situation.partition("/")
    sandbox = mock.create_sandbox()
    with sandbox.situation(situation, times=1):
        assert run_flow(mock, sandbox, api) == {step: name}
    assert run_flow(mock, sandbox, api) == {}


@pytest.mark.parametrize("situation", ["tmapi/503", "tmapi/latency"])
def test_an_operation_can_be_named(mock: Mock, situation: str) -> None:
    sandbox = mock.create_sandbox()
    name = situation.partition("/")[2]
    with sandbox.situation(situation, times=1, operation="searchItemsByImageUrl"):
        assert run_flow(mock, sandbox, "tmapi") == {"searchItemsByImageUrl": name}
        assert run_flow(mock, sandbox, "tmapi") == {}
    with sandbox.situation(situation, operation="convertImageUrl"):
        assert run_flow(mock, sandbox, "tmapi") == {"convertImageUrl": name}


def test_an_operation_that_cannot_be_meant_is_refused_with_a_hint(mock: Mock) -> None:
    sandbox = mock.create_sandbox()
    with pytest.raises(UnknownOperation, match=r"tmapi has no operation 'convertUrl'; nearest: convertImageUrl"):
        sandbox.schedule(ScheduledSituation("tmapi/503", operation="convertUrl"))
    with pytest.raises(
        ImpossibleSituation, match=r"convertImageUrl is never in the situation tmapi/empty; searchItems"
    ):
        sandbox.schedule(ScheduledSituation("tmapi/empty", operation="convertImageUrl"))
    # the operation of another API
    with pytest.raises(UnknownOperation, match="tmapi has no operation 'queryByImage'"):
        sandbox.schedule(ScheduledSituation("tmapi/503", operation="queryByImage"))
    assert not sandbox.state.scheduled_situations


def test_a_document_must_not_answer_with_an_error_of_another_operation() -> None:
    api = load_api("tmapi")
    foreign = api.root.errors["422"].operations
    assert foreign == []
    foreign.append("searchItemsByImageUrl")
    try:
        with pytest.raises(SpecError, match="'422' is an error of searchItemsByImageUrl, and not of convertImageUrl"):
            verify_api(api)
    finally:
        foreign.clear()
