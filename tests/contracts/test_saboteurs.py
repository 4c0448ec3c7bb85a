"""Every saboteur is caught by the check that is meant to, and every check has one; the honest server is not accused."""

from pathlib import Path

import pytest

from lookalike_contracts.registry import CHECKS
from lookalike_specs import ids

from .saboteurs.family import SABOTEURS
from .saboteurs.saboteur import Saboteur, outcomes


@pytest.mark.parametrize("saboteur", SABOTEURS, ids=lambda saboteur: saboteur.id)
def test_a_saboteur_is_caught_by_the_check_meant_for_it(saboteur: Saboteur) -> None:
    found = [outcome.result for outcome in outcomes(saboteur.api, saboteur, checks=(saboteur.check,))]
    assert "failed" in found


@pytest.mark.parametrize("api", ids())
def test_the_honest_server_is_not_accused(api: str) -> None:
    found = outcomes(api)
    assert {outcome.result for outcome in found} <= {"passed", "does not apply"}, [
        (outcome.check, outcome.operation, outcome.reason, [finding.message for finding in outcome.findings])
        for outcome in found
        if outcome.result not in ("passed", "does not apply")
    ]


def test_ids_of_saboteurs_are_their_own() -> None:
    assert len({saboteur.id for saboteur in SABOTEURS}) == len(SABOTEURS)


def test_every_check_has_a_saboteur_and_every_saboteur_a_check() -> None:
    assert {saboteur.check for saboteur in SABOTEURS} == CHECKS.keys()


def test_the_page_tells_the_score_of_today() -> None:
    page = (Path(__file__).parents[2] / "docs" / "score.md").read_text("utf-8")
    assert f"{len(SABOTEURS)} saboteurs: " in page
    assert f"False alarms of {len(CHECKS)} checks " in page
