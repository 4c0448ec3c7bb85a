"""Sandboxes: made, shown, changed, set back, deleted."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET

from ..quota import Quota
from ..sandbox import HOME, Sandbox
from ..watch import Watch
from . import answers
from .operation import Ask
from .problem import Problem, Wrong
from .situations import demand, known
from .wishes import Clock


def create(ask: Ask) -> answers.Sandbox:
    """A new sandbox, as it was wished for; nothing is made of a wish that cannot be fulfilled."""
    wish = ask.body
    for number, each in enumerate(wish.situations):
        known(ask.mock, each, f"$.situations[{number}].situation")
    made = ask.mock.sandbox(seed=wish.seed, size=wish.size, quota=wish.quota)
    _turn(made.clock, wish.clock or Clock())
    for each in wish.situations:
        demand(made, each)
    return _shown(ask, made)


def listed(ask: Ask) -> answers.Sandboxes:
    """Every sandbox of this worker."""
    return answers.Sandboxes(
        [answers.Brief(each.name, each.world.seed, each.world.size) for each in ask.mock.sandboxes]
    )


def get(ask: Ask) -> answers.Sandbox:
    """One sandbox."""
    return _shown(ask, ask.sandbox)


def change(ask: Ask) -> answers.Sandbox:
    """A sandbox with another seed, quota or clock."""
    found, wish = ask.sandbox, ask.body
    if wish.seed is not UNSET:
        found.world.reseed(wish.seed)
    if wish.quota is not UNSET:
        found.world.quota = wish.quota or Quota()
    if wish.clock is not UNSET:
        _turn(found.clock, wish.clock)
    return _shown(ask, found)


def delete(ask: Ask) -> None:
    """Forget a sandbox."""
    if ask.sandbox.name == HOME:
        raise Wrong(409, Problem(error="the demo accounts' sandbox stays; POST to its `reset` forgets what happened"))
    ask.mock.sandboxes.remove(ask.name)


def reset(ask: Ask) -> None:
    """Forget what happened in a sandbox."""
    ask.sandbox.world.reset()


def _turn(watch: Watch, wish: Clock | None) -> None:
    """Set a clock; None is the real time."""
    if wish is None:
        watch.reset()
    elif wish.now is not None or not wish.runs:
        now = wish.now.timestamp() if isinstance(wish.now, datetime) else wish.now
        watch.set(watch() if now is None else now, runs=wish.runs)


def _shown(ask: Ask, found: Sandbox) -> answers.Sandbox:
    world = found.world
    return answers.Sandbox(
        id=found.name,
        base_url=ask.base,
        apis={api: answers.Place(ask.base, dict(names)) for api, names in found.credentials.items()},
        seed=world.seed,
        size=world.size,
        quota=world.quota,
        clock=answers.Time(world.clock(), world.clock.runs),
        situations=world.demands.listed(),
        journal=answers.Kept(len(world.journal), world.journal.dropped),
    )
