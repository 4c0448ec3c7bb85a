"""May this account call now: its state and its quota."""

from __future__ import annotations

from .call import Call
from .errors import Refused
from .world import World


def admit(world: World, call: Call) -> None:
    """Raises Refused with the error that the account's state, or its quota, brings."""
    if call.account is not None and call.account.error:
        raise Refused(call.account.error)
    if world.quota.rate is not None or world.quota.count is not None:
        _count(world, call)


def _count(world: World, call: Call) -> None:
    api, quota = call.service.api, world.quota
    if quota.count is not None:
        if world.given.get(api.id, 0) >= quota.count:
            raise Refused(api.root.quota.count)
        world.given[api.id] = world.given.get(api.id, 0) + 1
    if quota.rate is not None and not world.rates.use(f"quota/{api.id}", quota.rate, world.clock()):
        raise Refused(api.root.quota.rate)
