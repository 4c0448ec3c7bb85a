"""Every saboteur is caught by the check that is meant to, and every check has one; the honest server is not accused."""

import re
from pathlib import Path

import pytest

from lookalike_contracts.finding import Finding
from lookalike_contracts.registry import CHECKS
from lookalike_contracts.responses.json_body import parse_json_body
from lookalike_specs import list_api_ids
from lookalike_specs.pointers import MISSING, resolve_pointer
from lookalike_specs.source_map import locate_source

from .mutants.family import MUTANTS
from .mutants.mutant import Mutant, judge_mock


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_saboteur_is_caught_by_the_check_meant_for_it(mutant: Mutant) -> None:
    results = judge_mock(mutant.api, mutant, checks=(mutant.check,))
    assert "failed" in {result.status for result in results}
    # what is documented or measured fails, whatever else the same check has to say
    for result in results:
        for finding in result.findings:
            assert (finding.severity == "error") == (finding.provenance.kind in ("documented", "measured"))
    for finding in (finding for result in results for finding in result.findings):
        assert locate_source(finding.api, finding.rule).pointer == finding.rule
        assert finding.exchanges
        assert finding.pointer == "" or _is_there(finding)


def _is_there(finding: Finding) -> bool:
    """Tell whether its pointer leads into the last response, or to what should have a missing member, or into a request."""
    if re.match("/(query|form|header|field)/", finding.pointer):
        return True
    body = parse_json_body(finding.exchanges[-1].response)
    return resolve_pointer(body, finding.pointer.rpartition("/")[0]) is not MISSING


@pytest.mark.slow
@pytest.mark.parametrize("api", list_api_ids())
def test_the_honest_server_is_not_accused(api: str) -> None:
    wrong = [result for result in judge_mock(api) if result.status not in ("passed", "does not apply")]
    assert not wrong, [
        (result.check, result.operation, result.reason, [finding.message for finding in result.findings])
        for result in wrong
    ]


def test_ids_of_saboteurs_are_their_own() -> None:
    assert len({mutant.id for mutant in MUTANTS}) == len(MUTANTS)


def test_every_check_has_a_saboteur_and_every_saboteur_a_check() -> None:
    assert {mutant.check for mutant in MUTANTS} == CHECKS.keys()


def test_the_pages_tell_the_score_of_today() -> None:
    home = Path(__file__).parents[2]
    page = (home / "docs/score.md").read_text("utf-8")
    readme = (home / "README.md").read_text("utf-8")
    assert f"{len(MUTANTS)} saboteurs: " in page
    assert f"False alarms of {len(CHECKS)} checks " in page
    assert f"{len(MUTANTS)} spoiled servers" in readme
    assert f"({len(CHECKS)} checks: " in readme
