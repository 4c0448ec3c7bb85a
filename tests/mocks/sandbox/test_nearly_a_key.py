"""A sandbox's key with something about it: the vendor refuses it, the sandbox's journal has it, and says what is wrong."""

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.sandbox import Sandbox
from lookalike_mocks.sandbox.near_key import describe_near_key
from lookalike_specs import load_api
from lookalike_specs.messages import Request

from ..testers import build_signed_request

# what becomes of the key, and a part of what the journal says about it
DEFECTS = {
    "blank behind": (lambda key: f"{key} ", "with a blank around it"),
    "blank before": (lambda key: f" {key}", "with a blank around it"),
    "line break": (lambda key: f"{key}\n", "with a newline around it"),
    "windows": (lambda key: f"{key}\r\n", "a carriage return and a newline around it"),
    "quotes": (lambda key: f'"{key}"', "with quotes around it"),
    "bearer": (lambda key: f"Bearer {key}", "with the word Bearer around it"),
    "one more": (lambda key: f"{key}0", "with one character too many"),
    "more": (lambda key: f"{key}; x=1", "with 5 characters too many"),
    "one less": (lambda key: key[:-1], "with one character missing at its end"),
    "less": (lambda key: key[:-3], "with 3 characters missing at its end"),
    "other case": (lambda key: key.swapcase(), "with its letters in another case"),
    "another": (lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"), "with one character that is another"),
}


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock()


def explain_last(sandbox: Sandbox) -> str:
    """What the journal says of the last refusal."""
    reason = sandbox.journal.entries[-1].why
    assert reason is not None
    return reason.text


def ask(mock: Mock, sandbox: Sandbox, api: str, defect: str) -> int:
    """The status of a request with a key that is nearly the sandbox's."""
    credentials = dict(sandbox.credentials[api])
    name = load_api(api).root.triggers[0].credential
    credentials[name] = DEFECTS[defect][0](credentials[name])
    return mock.respond(build_signed_request(api, credentials)).status


@pytest.mark.parametrize("defect", DEFECTS)
@pytest.mark.parametrize("api", ["tmapi", "daji-1688", "daji-taobao", "hiobuy"])
def test_the_vendor_refuses_it_and_the_sandboxs_journal_says_why(mock: Mock, api: str, defect: str) -> None:
    sandbox = mock.create_sandbox()
    error = load_api(api).operations[0].schemes[0].extension.errors["unknown-key"]
    expected = mock.respond(build_signed_request(api, {**sandbox.credentials[api], **_stranger(api)})).status
    assert ask(mock, sandbox, api, defect) == expected
    assert sandbox.journal.entries[-1].situation == error
    reason = explain_last(sandbox)
    assert DEFECTS[defect][1] in reason
    for value in sandbox.credentials[api].values():
        assert value not in reason


def _stranger(api: str) -> dict[str, str]:
    return {load_api(api).root.triggers[0].credential: "somebody-elses-key"}


@pytest.mark.parametrize("defect", ["one more", "one less", "another"])
def test_alibaba_cloud_refuses_it_too(mock: Mock, defect: str) -> None:
    sandbox = mock.create_sandbox()
    assert ask(mock, sandbox, "aliyun", defect) == 404
    assert DEFECTS[defect][1] in explain_last(sandbox)


@pytest.mark.parametrize("defect", ["one more", "one less", "bearer", "line break"])
def test_of_a_sandbox_that_is_gone_it_is_a_wrong_key_as_any_other(mock: Mock, defect: str) -> None:
    sandbox = mock.create_sandbox()
    mock.sandboxes.remove(sandbox.name)
    assert ask(mock, sandbox, "tmapi", defect) == 401
    assert mock.respond(build_signed_request("tmapi", sandbox.credentials["tmapi"])).status == 410


def test_the_key_of_another_api_is_named(mock: Mock) -> None:
    sandbox = mock.create_sandbox()
    token = sandbox.credentials["tmapi"]["apiToken"]
    mock.respond(build_signed_request("hiobuy", {"X-Uuid": token}))
    assert "it is this sandbox's key for tmapi, and this is hiobuy" in explain_last(sandbox)


def test_the_demo_accounts_key_is_told_as_well(mock: Mock) -> None:
    query = b"apiToken=lookalike-demo-token%0A&img_url=https://cbu01.alicdn.com/x.jpg"
    request = Request(method="GET", path="/1688/global/search/image", query=query)
    assert mock.respond(request).status == 401
    assert "a newline around it" in explain_last(mock.sandboxes.demo)


@pytest.mark.parametrize("length", [4, 10, 26, 28])
def test_a_short_beginning_of_a_key_tells_nobody_that_it_is_one(length: int) -> None:
    key = "lk0123456789abcdef0123456789abcdef"
    assert describe_near_key(key[:length], [key]) == ""


def test_a_long_credential_takes_no_time(mock: Mock) -> None:
    assert mock.sandboxes.find_state("0123456789abcdef" * 100_000) is mock.demo_state
