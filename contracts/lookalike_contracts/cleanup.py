"""Delete again what good requests stored at a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from .context import CheckContext
from .events import Event, ExchangeRecorded
from .exceptions import CouldNotCheck
from .finding import Exchange
from .generation.parse import parse_parameters
from .session import Session

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
        """Ask the server to delete all of it, even when the time is up.

        Return a sentence on what stays, "" for nothing.
        """
        cleanup = context.operation.extension.invariants.cleanup
        if cleanup is None:
            return ""
        operation = next(operation for operation in context.api.operations if operation.id == cleanup.operation)
        # a session without a deadline: whoever stored something takes it away, --max-time or not
        deletion = context.with_operation(operation, Session(context.target))
        remaining = [values for values in self.stored if not _delete_values(deletion, values)]
        if not remaining:
            return ""
        first = ", ".join(f"{name}={value}" for name, value in remaining[0])
        if len(remaining) > 1:
            first += ", …"
        count = f"{len(remaining)} of {len(self.stored)}"
        return f"{context.api.id}: {cleanup.operation} did not take away {count}: {first}"


def _delete_values(deletion: CheckContext, values: StoredValues) -> bool:
    try:
        return deletion.classifier.is_good(deletion.send_sample(**dict(values)).response)
    except CouldNotCheck:
        return False
