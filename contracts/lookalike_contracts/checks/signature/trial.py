"""A request that has to be refused, or to be accepted, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lookalike_specs.extension import Refusal
from lookalike_specs.wire import Reply, Request

from ...finding import Broken, Exchange
from .signer import Signer


@dataclass(frozen=True)
class Trial:
    """`told` says what is odd about the request that `make` makes, which is another one each time.

    `kind` is what it is refused as, `errors` are all errors that would do; none, where that cannot be told.
    """

    told: str
    make: Callable[[], Request]
    kind: Refusal = "mismatch"
    errors: frozenset[str] = frozenset()
    pointer: str = ""


def refused(signer: Signer, trials: Iterable[Trial], *, every: bool = False) -> Iterator[Broken]:
    """Each request has to be refused: what was answered well all the same; the first, or the first at each place."""
    told: set[str] = set()
    for trial in trials:
        if told and not every:
            return
        if trial.pointer in told:
            continue
        if (exchange := _twice(signer, trial, signer.subject.reader.is_good)) is not None:
            message = f"a request {trial.told} is accepted ({signer.scheme.name})"
            yield Broken(message, trial.pointer, signer.rule(trial.kind), (exchange,))
            told.add(trial.pointer)


def accepted(signer: Signer, trials: Iterable[Trial]) -> Iterator[Broken]:
    """Each request has to be accepted: the first that was refused for its proof."""
    for trial in trials:
        exchange = _twice(signer, trial, lambda reply: is_refusal(signer, reply))
        if exchange is not None and not is_refusal(signer, signer.subject.send(signer.signed()).reply):
            yield wrongly(signer, trial.told, exchange)
            return


def wrongly(signer: Signer, told: str, exchange: Exchange) -> Broken:
    """A good request was refused for its proof."""
    error = next(iter(signer.subject.reader.errors(exchange.reply)))
    message = f"a request {told} is refused as {error}, and is right ({signer.scheme.name})"
    return Broken(message, "", signer.rule(), (exchange,))


def is_refusal(signer: Signer, reply: Reply) -> bool:
    """Whether an answer is exactly one of the errors that the scheme refuses with."""
    reader = signer.subject.reader
    return not reader.is_good(reply) and not signer.errors().isdisjoint(reader.errors(reply))


def _twice(signer: Signer, trial: Trial, shows: Callable[[Reply], bool]) -> Exchange | None:
    """The exchange, if it shows twice what would be wrong."""
    for _ in range(2):
        exchange = signer.subject.send(trial.make())
        if not shows(exchange.reply):
            return None
    return exchange
