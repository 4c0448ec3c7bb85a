"""What good requests left behind at a server, and taking it away again."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import CouldNotCheck
from .finding import Exchange
from .requests.sent import sent
from .subject import Subject

Traces = tuple[tuple[str, str], ...]


@dataclass
class Leftovers:
    """What one operation's good requests stored: what its `undo` tells of it, each once, in the order of asking."""

    traces: dict[Traces, None] = field(default_factory=dict)

    def watch(self, subject: Subject, exchange: Exchange) -> None:
        """Note what an exchange stored, if anything."""
        undo = subject.operation.extension.promises.undo
        if undo and subject.reader.is_good(exchange.reply):
            values = sent(exchange.request)
            # with less than all of it, more might go than came
            if all(values.get(name) for name in undo.parameters):
                self.traces[tuple((name, values[name]) for name in undo.parameters)] = None

    def take_away(self, subject: Subject) -> str:
        """Ask for all of it to be taken away, even when the time is up; a sentence on what stays, "" for nothing."""
        undo = subject.operation.extension.promises.undo
        if undo is None:
            return ""
        other = subject.beside(next(each for each in subject.api.operations if each.id == undo.operation))
        other.until = float("inf")
        stays = [traces for traces in self.traces if not _gone(other, traces)]
        if not stays:
            return ""
        first = ", ".join(f"{name}={value}" for name, value in stays[0])
        return f"{subject.api.id}: {undo.operation} did not take away {len(stays)} of {len(self.traces)}: {first}" + (
            ", …" if len(stays) > 1 else ""
        )


def _gone(other: Subject, traces: Traces) -> bool:
    try:
        return other.reader.is_good(other.ask(**dict(traces)).reply)
    except CouldNotCheck:
        return False
