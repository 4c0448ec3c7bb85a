"""Delete again what good requests stored at a server."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from .context import CheckContext
from .deadline import call_until
from .events import Event, ExchangeRecorded
from .exceptions import CouldNotCheck, TimeLimitExceeded
from .finding import Exchange
from .generation.parse import parse_parameters
from .session import Session

# for all that one operation stored, when the time of the run is over
CLEANUP_SECONDS: Final = 10.0
StoredValues = tuple[tuple[str, str], ...]


@dataclass
class Cleanup:
    """What one operation's good requests stored, in the order of asking.

    Each entry holds the values of the parameters that the operation's `cleanup` needs, once.
    """

    # a dict for its order, which a set has not
    stored: dict[StoredValues, None] = field(default_factory=dict)

    def handle_event(self, event: Event) -> None:
        """Note what an exchange stored, if anything."""
        if isinstance(event, ExchangeRecorded):
            self._record_stored(event.context, event.exchange)

    def _record_stored(self, context: CheckContext, exchange: Exchange) -> None:
        cleanup = context.operation.extension.invariants.cleanup
        if cleanup is None or not context.classifier.is_good(exchange.response):
            return
        values = parse_parameters(exchange.request)
        # A request without one of them (an image without its name, for example) is not undone: with less than all of
        # the parameters the server might delete more than the request stored.
        if all(values.get(name) for name in cleanup.parameters):
            self.stored[tuple((name, values[name]) for name in cleanup.parameters)] = None

    def delete_stored(self, context: CheckContext) -> str:
        """Ask the server to delete all of it, even when the time is up, for CLEANUP_SECONDS more.

        Return a sentence on what stays, "" for nothing.
        """
        cleanup = context.operation.extension.invariants.cleanup
        if cleanup is None:
            return ""
        operation = next(operation for operation in context.api.operations if operation.id == cleanup.operation)
        # whoever stored something takes it away, --max-time or not
        deadline = max(context.session.deadline, time.monotonic()) + CLEANUP_SECONDS
        session = Session(context.target, deadline, CLEANUP_SECONDS)
        deletion = context.with_operation(operation, session)
        remaining = [values for values in self.stored if not _delete_values(deletion, values)]
        if not remaining:
            return ""
        return self._describe_remaining(context, operation.id, remaining)

    def describe_interrupt(self, context: CheckContext) -> str:
        """Return the sentence for a cleanup that was interrupted: nobody knows what stays."""
        return (
            f"{context.api.id}: the cleanup was interrupted, up to {len(self.stored)} of what was stored may be there"
        )

    def _describe_remaining(self, context: CheckContext, operation_id: str, remaining: list[StoredValues]) -> str:
        first = ", ".join(f"{name}={value}" for name, value in remaining[0])
        if len(remaining) > 1:
            first += ", …"
        count = f"{len(remaining)} of {len(self.stored)}"
        return f"{context.api.id}: {operation_id} did not take away {count}: {first}"


def _delete_values(deletion: CheckContext, values: StoredValues) -> bool:
    try:
        return call_until(deletion.session.limit, lambda: _is_deleted(deletion, values))
    except (CouldNotCheck, TimeLimitExceeded):
        return False


def _is_deleted(deletion: CheckContext, values: StoredValues) -> bool:
    return deletion.classifier.is_good(deletion.send_sample(**dict(values)).response)
