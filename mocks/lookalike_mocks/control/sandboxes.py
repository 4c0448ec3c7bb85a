"""Sandboxes: made, shown, changed, set back, deleted."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET

from ..quota import Quota
from ..sandbox import DEMO_SANDBOX, Sandbox
from ..watch import SettableClock
from . import answers
from .operation import ControlRequest
from .problem import ControlProblem, ProblemError
from .situations import schedule_situation, require_known_situation
from .wishes import ClockSettings


def create_sandbox(ask: ControlRequest) -> answers.SandboxView:
    """A new sandbox, as it was wished for; nothing is made of a wish that cannot be fulfilled."""
    wish = ask.body
    for number, each in enumerate(wish.situations):
        require_known_situation(ask.mock, each, f"$.situations[{number}].situation")
    made = ask.mock.create_sandbox(seed=wish.seed, size=wish.size, quota=wish.quota)
    _set_clock(made.clock, wish.clock or ClockSettings())
    for each in wish.situations:
        schedule_situation(made, each)
    return _build_sandbox_view(ask, made)


def list_sandboxes(ask: ControlRequest) -> answers.SandboxList:
    """Every sandbox of this worker."""
    return answers.SandboxList(
        [answers.SandboxSummary(each.name, each.state.seed, each.state.size) for each in ask.mock.sandboxes]
    )


def get_sandbox(ask: ControlRequest) -> answers.SandboxView:
    """One sandbox."""
    return _build_sandbox_view(ask, ask.sandbox)


def change_sandbox(ask: ControlRequest) -> answers.SandboxView:
    """A sandbox with another seed, quota or clock."""
    found, wish = ask.sandbox, ask.body
    if wish.seed is not UNSET:
        found.state.reseed(wish.seed)
    if wish.quota is not UNSET:
        found.state.quota = wish.quota or Quota()
    if wish.clock is not UNSET:
        _set_clock(found.clock, wish.clock)
    return _build_sandbox_view(ask, found)


def delete_sandbox(ask: ControlRequest) -> None:
    """Forget a sandbox."""
    if ask.sandbox.name == DEMO_SANDBOX:
        raise ProblemError(409, ControlProblem(error="the demo accounts' sandbox stays; POST to its `reset` forgets what happened"))
    ask.mock.sandboxes.remove(ask.resource_name)


def reset_sandbox(ask: ControlRequest) -> None:
    """Forget what happened in a sandbox."""
    ask.sandbox.state.reset()


def _set_clock(watch: SettableClock, wish: ClockSettings | None) -> None:
    """Set a clock; None is the real time."""
    if wish is None:
        watch.reset()
    elif wish.now is not None or not wish.running:
        now = wish.now.timestamp() if isinstance(wish.now, datetime) else wish.now
        watch.set(watch() if now is None else now, runs=wish.running)


def _build_sandbox_view(ask: ControlRequest, found: Sandbox) -> answers.SandboxView:
    world = found.state
    return answers.SandboxView(
        id=found.name,
        base_url=ask.base_url,
        apis={api: answers.ApiAccess(ask.base_url, dict(names)) for api, names in found.credentials.items()},
        seed=world.seed,
        size=world.size,
        quota=world.quota,
        clock=answers.ClockState(world.clock(), world.clock.is_running),
        situations=world.scheduled_situations.list_pending(),
        journal=answers.JournalSize(len(world.journal), world.journal.dropped),
    )
