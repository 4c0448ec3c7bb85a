"""How much a sandbox may ask: so many answers a second, so many in all, of each API by itself."""

import msgspec
import pytest

from lookalike_mocks import Mock, Quota
from lookalike_mocks.sandbox import Sandbox
from lookalike_specs import list_api_ids

from .testers import build_signed_request, summarize_response

NOW = 1_800_000_000.0


def made(*apis: str, rate: int | None = None, count: int | None = None) -> tuple[Mock, Sandbox]:
    mock = Mock(*apis, clock=lambda: NOW)
    return mock, mock.create_sandbox(quota=Quota(rate, count))


def ask(mock: Mock, sandbox: Sandbox, api: str) -> str:
    """The situation that the answer was."""
    mock.respond(build_signed_request(api, sandbox.credentials[api], now=sandbox.clock()))
    return sandbox.journal.entries[-1].situation


@pytest.mark.parametrize("api", list_api_ids())
def test_more_than_so_many_in_all_are_refused_by_the_vendors_error(api: str) -> None:
    mock, sandbox = made(api, count=2)
    error = mock.services[api].api.root.quota.count
    assert [ask(mock, sandbox, api) for _ in range(4)] == ["", "", error, error]


@pytest.mark.parametrize("api", list_api_ids())
def test_more_than_so_many_a_second_are_refused_by_the_vendors_error(api: str) -> None:
    mock, sandbox = made(api, rate=2)
    error = mock.services[api].api.root.quota.rate
    assert [ask(mock, sandbox, api) for _ in range(4)] == ["", "", error, error]
    sandbox.clock.set(NOW + 1.5, runs=False)
    assert [ask(mock, sandbox, api) for _ in range(3)] == ["", "", error]


def test_each_api_counts_for_itself() -> None:
    mock, sandbox = made("tmapi", "hiobuy", count=1)
    assert [ask(mock, sandbox, api) for api in ("tmapi", "hiobuy", "tmapi", "hiobuy")] == [
        "",
        "",
        "439",
        "too-frequent",
    ]


def test_each_api_has_its_own_second() -> None:
    mock, sandbox = made("tmapi", "hiobuy", rate=1)
    assert [ask(mock, sandbox, api) for api in ("tmapi", "hiobuy", "tmapi", "hiobuy")] == [
        "",
        "",
        "503",
        "too-frequent",
    ]


def test_nothing_is_nothing() -> None:
    mock, sandbox = made("tmapi", count=0)
    assert ask(mock, sandbox, "tmapi") == "439"
    mock, sandbox = made("tmapi", rate=0)
    assert ask(mock, sandbox, "tmapi") == "503"


def test_who_is_not_known_uses_nothing_up() -> None:
    mock, sandbox = made("tmapi", count=1)
    other = mock.create_sandbox()
    for _ in range(3):
        mock.respond(build_signed_request("tmapi", {"apiToken": "nobody"}))
        mock.respond(build_signed_request("tmapi", other.credentials["tmapi"]))
    assert ask(mock, sandbox, "tmapi") == ""


def test_setting_a_sandbox_back_gives_all_of_it_again() -> None:
    mock, sandbox = made("tmapi", count=1)
    assert [ask(mock, sandbox, "tmapi") for _ in range(2)] == ["", "439"]
    sandbox.state.reset()
    assert [ask(mock, sandbox, "tmapi") for _ in range(2)] == ["", "439"]


def test_without_a_quota_there_is_no_end() -> None:
    mock, sandbox = made("tmapi")
    assert {ask(mock, sandbox, "tmapi") for _ in range(200)} == {""}
    assert (
        msgspec.json.decode(mock.respond(build_signed_request("tmapi", sandbox.credentials["tmapi"])).body)["code"]
        == 200
    )


def test_what_is_refused_is_what_the_magic_key_brings() -> None:
    mock, sandbox = made("tmapi", count=0)
    by_quota = mock.respond(build_signed_request("tmapi", sandbox.credentials["tmapi"]))
    assert summarize_response(by_quota) == summarize_response(
        mock.respond(build_signed_request("tmapi", {"apiToken": "situation-439"}))
    )
