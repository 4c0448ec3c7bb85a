"""`lookalike explain`: every check is told, one by one or all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lookalike_contracts.certification.judge import list_client_checks
from lookalike_contracts.certification.registry import ClientCheck
from lookalike_contracts.checks import select_checks
from lookalike_contracts.registry import Check

PETSTORE = Path(__file__).parent.parent / "data" / "openapi" / "petstore.yaml"
CHECKS: dict[str, Check | ClientCheck] = {
    **{check.id: check for check in sorted(select_checks(), key=lambda check: check.family)},
    **{check.id: check for check in list_client_checks()},
}


def test_without_an_id_it_lists_every_check_by_family(lookalike):
    lines = lookalike("explain").stdout.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(CHECKS)
    assert [line for line in lines if line and not line.startswith(" ")] == list(
        dict.fromkeys(check.family for check in CHECKS.values())
    )


@pytest.mark.parametrize("check_id", CHECKS)
def test_a_check_is_told_with_what_it_holds_why_and_how(lookalike, check_id):
    result, check = lookalike("explain", check_id), CHECKS[check_id]
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == check_id
    for part in (check.summary, check.rationale, check.remediation, check.source):
        assert part
        assert part in result.stdout
    assert ("a warning" in result.stdout) == (check.severity == "warning")
    if check.provenance is not None:
        assert f"rests on  {check.provenance}" in result.stdout


def test_a_family_is_all_of_its_checks(lookalike):
    text = lookalike("explain", "paging").stdout
    assert [line for line in text.splitlines() if "/" in line and not line.startswith(" ")] == [
        check_id for check_id in CHECKS if check_id.startswith("paging/")
    ]


def test_json_is_for_programs(lookalike):
    assert [each["id"] for each in json.loads(lookalike("explain", "--json").stdout)] == list(CHECKS)
    (one,) = json.loads(lookalike("explain", "paging/doubled", "--json").stdout)
    assert one["summary"] == CHECKS["paging/doubled"].summary


def test_an_unknown_one_is_told_with_the_nearest(lookalike):
    result = lookalike("explain", "paging/dubled")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: no check is called 'paging/dubled'; did you mean 'paging/doubled'?\n",
    )


def test_an_error_is_told_with_what_it_asks_of_a_client(lookalike):
    assert (
        lookalike("explain", "tmapi/439").stdout
        == """tmapi/439
  answer    Subscription expired or insufficient balance.
  kind      quota: what the account has bought is used up (documented: TMAPI page search-items-by-image-url)
  retry     a client should not send the same request again (inferred: no request can succeed until somebody pays)
  billing   it is not known whether the call is billed
  rests on  documented: TMAPI page search-items-by-image-url
  get it    lookalike situations tmapi/439
"""
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "tmapi/reset-inside",
            "retry     a client may send the same request again only if it is idempotent, as GET is (d",
        ),
        ("tmapi/empty", "asks      nothing of a client: it is a good answer\n"),
        (
            "aliyun/Throttling.User.RetryAfter",
            "retry-after  the header x-acs-retry-after says how many milliseconds to ",
        ),
    ],
)
def test_a_fault_a_page_and_a_hint_are_told_too(lookalike, name, text):
    assert text in lookalike("explain", name).stdout


def test_several_errors_are_told_by_a_pattern(lookalike):
    lines = lookalike("explain", "tmapi/4*").stdout.splitlines()
    assert [line for line in lines if line.startswith("tmapi/")] == [
        "tmapi/417", "tmapi/422", "tmapi/439", "tmapi/499",
    ]  # fmt: skip


def test_what_an_error_asks_is_for_programs_too(lookalike):
    (error,) = json.loads(lookalike("explain", "tmapi/439", "--json").stdout)
    client = error["client"]
    assert (client["kind"], client["retry"], client["billing"]) == ("quota", "never", "unknown")
    assert {key: source["kind"] for key, source in client["provenance"].items()} == {
        "kind": "documented", "retry": "inferred", "billing": "invented",
    }  # fmt: skip


def test_an_error_of_a_document_of_others_asks_nothing_that_is_known(lookalike):
    result = lookalike("explain", "petstore/404", "--spec", str(PETSTORE))
    assert "\n  kind      it is not known what went wrong\n" in result.stdout


def test_an_unknown_error_is_told_with_the_nearest(lookalike):
    result = lookalike("explain", "tmapi/43")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: no situation is called 'tmapi/43'; nearest: tmapi/439\n",
    )


@pytest.mark.parametrize("check_id", CHECKS)
def test_a_check_is_told_in_plain_sentences(check_id):
    check = CHECKS[check_id]
    for sentence in (check.summary, check.rationale, check.remediation):
        assert sentence[0].isupper() or sentence[0] in "`"
        assert sentence.endswith(".")
    assert "\n" not in check.summary + check.rationale + check.remediation + check.source


def test_a_check_of_clients_says_which_suite_it_came_with(lookalike):
    (check,) = json.loads(lookalike("explain", "retry/permanent", "--json").stdout)
    assert check["suite"] == 1
    assert "suite     1, and all later ones" in lookalike("explain", "retry/permanent").stdout
    (check,) = json.loads(lookalike("explain", "paging/doubled", "--json").stdout)
    assert check["suite"] is None
