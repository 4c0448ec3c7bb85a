"""May this account call now: its state and its quota."""

from __future__ import annotations

from .context import RequestContext
from .exceptions import VendorError
from .sandbox.state import SandboxState


def admit(world: SandboxState, call: RequestContext) -> None:
    """Raises Refused with the error that the account's state, or its quota, brings."""
    if call.account is not None and call.account.error_id:
        raise VendorError(call.account.error_id)
    if world.quota.rate is not None or world.quota.count is not None:
        _check_quota(world, call)


def _check_quota(world: SandboxState, call: RequestContext) -> None:
    api = call.service.api
    quota = world.quota
    if quota.count is not None:
        if world.answer_counts.get(api.id, 0) >= quota.count:
            raise VendorError(api.root.quota.count)
        world.answer_counts[api.id] = world.answer_counts.get(api.id, 0) + 1
    if quota.rate is not None and not world.rate_limiter.try_acquire(f"quota/{api.id}", quota.rate, world.clock()):
        raise VendorError(api.root.quota.rate)
