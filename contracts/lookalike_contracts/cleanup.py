"""What good requests left behind at a server, and taking it away again."""

from __future__ import annotations

from dataclasses import dataclass, field

from .context import CheckContext
from .exceptions import CouldNotCheck
from .finding import Exchange
from .generation.parse import parse_parameters

StoredValues = tuple[tuple[str, str], ...]


@dataclass
class Cleanup:
    """What one operation's good requests stored: what its `undo` tells of it, each once, in the order of asking."""

    stored: dict[StoredValues, None] = field(default_factory=dict)

    def observe(self, subject: CheckContext, exchange: Exchange) -> None:
        """Note what an exchange stored, if anything."""
        undo = subject.operation.extension.invariants.cleanup
        if undo and subject.classifier.is_good(exchange.response):
            values = parse_parameters(exchange.request)
            # with less than all of it, more might go than came
            if all(values.get(name) for name in undo.parameters):
                self.stored[tuple((name, values[name]) for name in undo.parameters)] = None

    def delete_stored(self, subject: CheckContext) -> str:
        """Ask for all of it to be taken away, even when the time is up; a sentence on what stays, "" for nothing."""
        undo = subject.operation.extension.invariants.cleanup
        if undo is None:
            return ""
        other = subject.with_operation(next(each for each in subject.api.operations if each.id == undo.operation))
        other.deadline = float("inf")
        stays = [traces for traces in self.stored if not _delete_values(other, traces)]
        if not stays:
            return ""
        first = ", ".join(f"{name}={value}" for name, value in stays[0])
        return f"{subject.api.id}: {undo.operation} did not take away {len(stays)} of {len(self.stored)}: {first}" + (
            ", …" if len(stays) > 1 else ""
        )


def _delete_values(other: CheckContext, traces: StoredValues) -> bool:
    try:
        return other.classifier.is_good(other.send_sample(**dict(traces)).response)
    except CouldNotCheck:
        return False
