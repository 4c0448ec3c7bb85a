"""Situations: those that there are, those that wait in a sandbox."""

from __future__ import annotations

from msgspec import UNSET

from ..demands import MAX_DEMANDS, Demand
from ..errors import UnknownSituation
from ..mock import Mock
from ..sandbox import Sandbox
from ..situations import situations
from . import answers
from .operation import Ask
from .problem import Problem, Wrong


def everything(ask: Ask) -> answers.Situations:
    """Every situation of the served APIs, and what brings it."""
    return answers.Situations([found for service in ask.mock.services.values() for found in situations(service.api)])


def waiting(ask: Ask) -> answers.Waiting:
    """What still waits in a sandbox."""
    return answers.Waiting(ask.sandbox.world.demands.listed())


def add(ask: Ask) -> answers.Waiting:
    """Bring a situation in the next answers of its API."""
    found = ask.sandbox
    known(ask.mock, ask.body, "$.situation")
    demand(found, ask.body)
    return answers.Waiting(found.world.demands.listed())


def take_back(ask: Ask) -> answers.TakenBack:
    """Bring a situation no longer, or none."""
    found, which = ask.sandbox, ask.query.situation
    if which is UNSET:
        return answers.TakenBack(found.world.demands.take_back())
    known(ask.mock, Demand(which), "$.situation")
    return answers.TakenBack(found.world.demands.take_back(which))


def known(mock: Mock, demand: Demand, at: str) -> None:
    """Raises Wrong where nothing that is served can be in that situation."""
    every = tuple(mock.sandboxes.home.situations())
    if demand.situation not in every:
        told = str(UnknownSituation(demand.situation[:100], every))
        raise Wrong(422, Problem(error=told, at=at, allowed=list(every)))


def demand(sandbox: Sandbox, demand: Demand) -> None:
    """Have it wait. Raises Wrong when too many do."""
    try:
        sandbox.demand(demand)
    except OverflowError as full:
        told = f"{MAX_DEMANDS} situations wait already; DELETE takes them back"
        raise Wrong(409, Problem(error=told, sandbox=sandbox.name)) from full
