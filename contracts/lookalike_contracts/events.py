"""The events of a run, in the order in which they happen; whoever wants to know of a run listens to them.

One run publishes, for each operation: `OperationStarted`, then any number of `ExchangeRecorded` and `CheckFinished`,
and `CleanupFailed` where something stays behind at the server. Progress, coverage, passive checks and the cleanup all
listen to this one stream; none of them knows of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lookalike_specs import Api, Operation

from .context import ExchangeRecorded
from .results import CheckResult

__all__ = [
    "CheckFinished",
    "CleanupFailed",
    "Event",
    "EventListener",
    "ExchangeRecorded",
    "OperationStarted",
    "combine_listeners",
]


@dataclass(frozen=True)
class OperationStarted:
    """The checks of one operation begin."""

    api: Api
    operation: Operation


@dataclass(frozen=True)
class CheckFinished:
    """A check came to a result at one operation."""

    result: CheckResult


@dataclass(frozen=True)
class CleanupFailed:
    """The server still has something that a request stored; `message` says what, in a sentence."""

    message: str


Event = OperationStarted | ExchangeRecorded | CheckFinished | CleanupFailed
EventListener = Callable[[Event], None]


def combine_listeners(listeners: Iterable[EventListener]) -> EventListener:
    """Return a listener that hands each event to all of these, in their order."""
    every = tuple(listeners)

    def publish(event: Event) -> None:
        for listener in every:
            listener(event)

    return publish
