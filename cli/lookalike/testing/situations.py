"""A test for each situation that its mark names."""

from __future__ import annotations

import sys

import pytest

from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.situations import SituationDetails

from ..situation_patterns import UnknownChoice, match_situations
from .sandboxes import TestSandbox
from .settings import fail_usage, read_mark

FIXTURE_NAME = "lookalike_situation"


def parametrize(metafunc: pytest.Metafunc) -> None:
    """A test for each situation, with its id; where the mark says what cannot be, one that fails."""
    found: list[SituationDetails] | list[str]
    try:
        said = read_mark(metafunc.definition)
        found = match_situations(said["situations"], said.get("operation", ""))
    except (UnknownChoice, pytest.fail.Exception) as wrong:
        found = [str(wrong)]
    if FIXTURE_NAME not in metafunc.fixturenames:
        metafunc.fixturenames.append(FIXTURE_NAME)
    plugins = metafunc.config.pluginmanager
    if not plugins.is_registered(sys.modules[__name__]):
        plugins.register(sys.modules[__name__])
    names = [each.id if isinstance(each, SituationDetails) else "unknown" for each in found]
    metafunc.parametrize(FIXTURE_NAME, found, ids=names, indirect=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the test have its situation, whether it asks for the fixture or not."""
    if isinstance(item, pytest.Function) and FIXTURE_NAME not in item.fixturenames and _is_ours(item):
        item.fixturenames.append(FIXTURE_NAME)


def _is_ours(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and FIXTURE_NAME in item.callspec.params


def schedule_situation(request: pytest.FixtureRequest, trial: TestSandbox) -> SituationDetails:
    """Bring the situation of a test's mark, for as long as the test lasts."""
    situation: SituationDetails | str = getattr(
        request, "param", f"{FIXTURE_NAME} needs @pytest.mark.lookalike(situations=…)"
    )
    if isinstance(situation, str):
        fail_usage(situation)
    trial.situation = situation.id
    trial.sandbox.schedule(ScheduledSituation(situation.id))
    return situation
