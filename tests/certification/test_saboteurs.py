"""Each saboteur is caught by the check that is meant for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import pytest

from lookalike_contracts.certification.judge import list_client_checks
from lookalike_specs import load_api

from .node_saboteurs import NODE_SABOTEURS
from .python_saboteurs import PYTHON_SABOTEURS
from .saboteur import Saboteur, find_accusations

# no error of the APIs is known to be billed: the test says it of this one
BILLED: Final[Mapping[str, Saboteur]] = {
    "pays-for-each-attempt": Saboteur("retry/billed", "tmapi/503", "tmapi.py", "RETRIED_CODES = {417, 499, 503}", "RETRIED_CODES = {417, 499, 500, 503}"),
}  # fmt: skip
SABOTEURS: Final = {**PYTHON_SABOTEURS, **BILLED}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.exhaustive(4, most=30)
@pytest.mark.parametrize("name", SABOTEURS)
def test_a_saboteur_is_caught_by_the_check_that_is_meant_for_it(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    saboteur = SABOTEURS[name]
    if saboteur.check == "retry/billed":
        errors = load_api("tmapi").root.errors
        guidance = msgspec.structs.replace(errors["503"].client, billing="charged")
        monkeypatch.setitem(errors, "503", msgspec.structs.replace(errors["503"], client=guidance))
    assert saboteur.check in find_accusations(saboteur, folder)


@pytest.mark.node
@pytest.mark.exhaustive(2, most=10)
@pytest.mark.parametrize("name", NODE_SABOTEURS)
def test_a_saboteur_in_node_is_caught_by_the_check_that_is_meant_for_it(folder: Path, name: str) -> None:
    saboteur = NODE_SABOTEURS[name]
    assert saboteur.check in find_accusations(saboteur, folder)


def test_every_check_has_saboteurs_of_several_apis() -> None:
    saboteurs = [*SABOTEURS.values(), *NODE_SABOTEURS.values()]
    assert len(saboteurs) >= 80
    assert len(NODE_SABOTEURS) >= 20
    assert {saboteur.api for saboteur in saboteurs} == {"tmapi", "hiobuy", "daji-1688", "daji-taobao", "aliyun"}
    assert {saboteur.check for saboteur in saboteurs} == {check.id for check in list_client_checks()}
