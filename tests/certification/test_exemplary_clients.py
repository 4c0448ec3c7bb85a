"""The exemplary clients of examples/clients pass every case of their API."""

from __future__ import annotations

import pytest

from lookalike.certification.python_client import describe_error

from .saboteur import CLIENT_NAMES, EXAMPLES, build_client_options, certify

# what a client is held to first: a good answer, an empty one, a broken one
SHORT = ["--only", "*/ok", "--only", "*/empty", "--only", "*/malformed-json"]


def list_findings(api: str, options: list[str]) -> list[str]:
    report = certify(api, options)
    findings = [case["id"] for case in report["cases"] if case["verdict"] != "passed"]
    assert (report["exit_code"] == 0) or findings
    return findings


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("api", CLIENT_NAMES)
def test_a_client_in_python_has_no_finding_in_three_cases(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = EXAMPLES / "python"
    monkeypatch.chdir(folder)
    assert list_findings(api, [*build_client_options(api, is_node=False, folder=folder), *SHORT]) == []


@pytest.mark.node
@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("api", CLIENT_NAMES)
def test_a_client_in_node_has_no_finding_in_three_cases(api: str) -> None:
    folder = EXAMPLES / "node"
    assert list_findings(api, [*build_client_options(api, is_node=True, folder=folder), *SHORT]) == []


# The whole certification of one client in each language, as one takes up to a minute. All others share their parts, and are put
# into three cases above.
@pytest.mark.slow
@pytest.mark.parametrize("api", ["tmapi"])
def test_a_client_in_python_has_no_finding_in_any_case(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = EXAMPLES / "python"
    monkeypatch.chdir(folder)
    assert list_findings(api, [*build_client_options(api, is_node=False, folder=folder), "--seed", "1"]) == []


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize("api", ["hiobuy"])
def test_a_client_in_node_has_no_finding_in_any_case(api: str) -> None:
    folder = EXAMPLES / "node"
    assert list_findings(api, [*build_client_options(api, is_node=True, folder=folder), "--seed", "1"]) == []


def test_what_an_exception_hides_from_its_traceback_is_not_held_against_the_client() -> None:
    error = ValueError("shown")
    try:
        try:
            raise KeyError("hidden")
        except KeyError:
            raise error from None
    except ValueError as caught:
        assert describe_error(caught) == "ValueError: shown"


def test_what_caused_an_exception_is_read_as_its_traceback_shows_it() -> None:
    try:
        try:
            raise KeyError("shown")
        except KeyError as cause:
            raise ValueError("because") from cause
    except ValueError as caught:
        assert describe_error(caught) == "ValueError: because\nKeyError: 'shown'"
