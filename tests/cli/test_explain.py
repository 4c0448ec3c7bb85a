"""`lookalike explain`: every check is told, one by one or all."""

from __future__ import annotations

import json

import pytest

from lookalike_contracts.checks import select_checks

CHECKS = {check.id: check for check in sorted(select_checks(), key=lambda check: check.family)}


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


@pytest.mark.parametrize("check_id", CHECKS)
def test_a_check_is_told_in_plain_sentences(check_id):
    check = CHECKS[check_id]
    for sentence in (check.summary, check.rationale, check.remediation):
        assert sentence[0].isupper() or sentence[0] in "`"
        assert sentence.endswith(".")
    assert "\n" not in check.summary + check.rationale + check.remediation + check.source
