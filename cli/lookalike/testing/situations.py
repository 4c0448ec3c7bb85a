"""A test for each situation that its mark names."""

from __future__ import annotations

import sys

import pytest

from lookalike_mocks.demands import Demand
from lookalike_mocks.situations import Situation

from ..choice import UnknownChoice, chosen
from .settings import marked, refuse
from .trial import Trial

NAME = "lookalike_situation"


def parametrize(metafunc: pytest.Metafunc) -> None:
    """A test for each situation, with its id; where the mark says what cannot be, one that fails."""
    found: list[Situation] | list[str]
    try:
        said = marked(metafunc.definition)
        found = chosen(said["situations"], said.get("operation", ""))
    except (UnknownChoice, pytest.fail.Exception) as wrong:
        found = [str(wrong)]
    if NAME not in metafunc.fixturenames:
        metafunc.fixturenames.append(NAME)
    plugins = metafunc.config.pluginmanager
    if not plugins.is_registered(sys.modules[__name__]):
        plugins.register(sys.modules[__name__])
    names = [each.id if isinstance(each, Situation) else "unknown" for each in found]
    metafunc.parametrize(NAME, found, ids=names, indirect=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the test have its situation, whether it asks for the fixture or not."""
    if isinstance(item, pytest.Function) and NAME not in item.fixturenames and _is_ours(item):
        item.fixturenames.append(NAME)


def _is_ours(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and NAME in item.callspec.params


def bring(request: pytest.FixtureRequest, trial: Trial) -> Situation:
    """Bring the situation of a test's mark, for as long as the test lasts."""
    situation: Situation | str = getattr(request, "param", f"{NAME} needs @pytest.mark.lookalike(situations=…)")
    if isinstance(situation, str):
        refuse(situation)
    trial.situation = situation.id
    trial.sandbox.demand(Demand(situation.id))
    return situation
