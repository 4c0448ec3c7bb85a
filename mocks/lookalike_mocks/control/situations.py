"""Situations: those that there are, those that wait in a sandbox."""

from __future__ import annotations

from msgspec import UNSET

from ..demands import MAX_SCHEDULED_SITUATIONS, ScheduledSituation
from ..errors import UnknownSituation
from ..mock import Mock
from ..sandbox import Sandbox
from ..situations import iter_situations
from . import answers
from .operation import ControlRequest
from .problem import ControlProblem, ProblemError


def list_situations(ask: ControlRequest) -> answers.SituationList:
    """Every situation of the served APIs, and what brings it."""
    return answers.SituationList([found for service in ask.mock.services.values() for found in iter_situations(service.api)])


def list_scheduled_situations(ask: ControlRequest) -> answers.ScheduledSituationList:
    """What still waits in a sandbox."""
    return answers.ScheduledSituationList(ask.sandbox.state.scheduled_situations.list_pending())


def add_situation(ask: ControlRequest) -> answers.ScheduledSituationList:
    """Bring a situation in the next answers of its API."""
    found = ask.sandbox
    require_known_situation(ask.mock, ask.body, "$.situation")
    schedule_situation(found, ask.body)
    return answers.ScheduledSituationList(found.state.scheduled_situations.list_pending())


def cancel_situations(ask: ControlRequest) -> answers.CancelledSituations:
    """Bring a situation no longer, or none."""
    found, which = ask.sandbox, ask.query.situation
    if which is UNSET:
        return answers.CancelledSituations(found.state.scheduled_situations.cancel())
    require_known_situation(ask.mock, ScheduledSituation(which), "$.situation")
    return answers.CancelledSituations(found.state.scheduled_situations.cancel(which))


def require_known_situation(mock: Mock, demand: ScheduledSituation, at: str) -> None:
    """Raises Wrong where nothing that is served can be in that situation."""
    every = tuple(mock.sandboxes.demo.iter_situations())
    if demand.situation not in every:
        told = str(UnknownSituation(demand.situation[:100], every))
        raise ProblemError(422, ControlProblem(error=told, json_path=at, allowed=list(every)))


def schedule_situation(sandbox: Sandbox, demand: ScheduledSituation) -> None:
    """Have it wait. Raises Wrong when too many do."""
    try:
        sandbox.schedule(demand)
    except OverflowError as full:
        told = f"{MAX_SCHEDULED_SITUATIONS} situations wait already; DELETE takes them back"
        raise ProblemError(409, ControlProblem(error=told, sandbox=sandbox.name)) from full
