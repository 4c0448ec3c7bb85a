"""A test for each situation that its mark names."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_mocks.situations import SituationDetails
from lookalike_specs.registry import find_sources

from ..situation_patterns import UnknownChoice, match_situations
from .sandboxes import TestSandbox
from .settings import fail_usage, read_mark

FIXTURE_NAME = "lookalike_situation"


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Make a test for each situation, with its id; where the mark says what cannot be, one that fails."""
    parameters: list[SituationDetails] | list[str]
    try:
        parameters = _select_situations(read_mark(metafunc.definition), metafunc.fixturenames)
    except (UnknownChoice, pytest.fail.Exception) as error:
        # An exception here would end the collection of the whole run; a test that fails says it where it belongs.
        parameters = [str(error)]
    if FIXTURE_NAME not in metafunc.fixturenames:
        metafunc.fixturenames.append(FIXTURE_NAME)
    plugins = metafunc.config.pluginmanager
    if not plugins.is_registered(sys.modules[__name__]):
        plugins.register(sys.modules[__name__])
    test_ids = [_name_parameter(parameter) for parameter in parameters]
    metafunc.parametrize(FIXTURE_NAME, parameters, ids=test_ids, indirect=True)


def _select_situations(mark: Mapping[str, Any], fixture_names: Iterable[str]) -> list[SituationDetails]:
    """Return the situations of a mark; without patterns, those of the APIs that the test has as fixtures.

    Raises UnknownChoice. Fails the test where neither is there.
    """
    patterns = mark.get("situations", ())
    if not _are_texts(patterns):
        fail_usage(f"@pytest.mark.lookalike: situations are patterns such as 'tmapi/*', not {patterns!r}")
    kinds = mark.get("kind", ())
    if not _are_texts(kinds):
        fail_usage(f"@pytest.mark.lookalike: kind is 'answer', 'error' or 'fault', or several of them, not {kinds!r}")
    if not patterns:
        names = set(fixture_names)
        patterns = [f"{api}/*" for api in sorted(find_sources()) if api.replace("-", "_") in names]
    if not patterns:
        fail_usage("@pytest.mark.lookalike(kind=…) needs an API: as a fixture of the test, or by situations='tmapi/*'")
    return match_situations(patterns, mark.get("operation", ""), kinds)


def _are_texts(value: Any) -> bool:
    if isinstance(value, str):
        return True
    return isinstance(value, Iterable) and all(isinstance(member, str) for member in value)


def _name_parameter(parameter: SituationDetails | str) -> str:
    if isinstance(parameter, SituationDetails):
        return parameter.id
    return "unknown"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the test have its situation, whether it asks for the fixture or not."""
    if isinstance(item, pytest.Function) and FIXTURE_NAME not in item.fixturenames and _has_situation(item):
        item.fixturenames.append(FIXTURE_NAME)


def _has_situation(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and FIXTURE_NAME in item.callspec.params


def schedule_situation(request: pytest.FixtureRequest, test_sandbox: TestSandbox) -> SituationDetails:
    """Bring the situation of a test's mark for as long as the test lasts, and return it."""
    no_mark = f"{FIXTURE_NAME} needs @pytest.mark.lookalike(situations=…), or kind=…"
    situation: SituationDetails | str = getattr(request, "param", no_mark)
    if isinstance(situation, str):
        fail_usage(situation)
    test_sandbox.situation = situation.id
    operation = read_mark(request.node).get("operation", "")
    test_sandbox.sandbox.schedule(ScheduledSituation(situation.id, operation=operation))
    return situation
