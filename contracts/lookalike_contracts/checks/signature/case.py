"""A request that has to be refused, or to be accepted, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Request, Response

from ...finding import Exchange, Failure
from .signer import Signer


@dataclass(frozen=True)
class SignatureCase:
    """`told` says what is odd about the request that `make` makes, which is another one each time.

    `kind` is what it is refused as, `errors` are all errors that would do; none, where that cannot be told.
    """

    description: str
    make_request: Callable[[], Request]
    refusal: Refusal = "mismatch"
    expected_errors: frozenset[str] = frozenset()
    pointer: str = ""


def check_refused(signer: Signer, trials: Iterable[SignatureCase], *, every: bool = False) -> Iterator[Failure]:
    """Each request has to be refused: what was answered well all the same; the first, or the first at each place."""
    told: set[str] = set()
    for trial in trials:
        if told and not every:
            return
        if trial.pointer in told:
            continue
        if (exchange := _confirm_twice(signer, trial, signer.context.classifier.is_good)) is not None:
            message = f"a request {trial.description} is accepted ({signer.scheme.name})"
            yield Failure(message, trial.pointer, signer.locate_rule(trial.refusal), (exchange,))
            told.add(trial.pointer)


def check_accepted(signer: Signer, trials: Iterable[SignatureCase]) -> Iterator[Failure]:
    """Each request has to be accepted: the first that was refused for its proof."""
    for trial in trials:
        exchange = _confirm_twice(signer, trial, lambda reply: is_refusal(signer, reply))
        if exchange is not None and not is_refusal(signer, signer.context.send(signer.sign()).response):
            yield build_wrong_refusal(signer, trial.description, exchange)
            return


def build_wrong_refusal(signer: Signer, told: str, exchange: Exchange) -> Failure:
    """A good request was refused for its proof."""
    error = next(iter(signer.context.classifier.find_exact_errors(exchange.response)))
    message = f"a request {told} is refused as {error}, and is right ({signer.scheme.name})"
    return Failure(message, "", signer.locate_rule(), (exchange,))


def is_refusal(signer: Signer, reply: Response) -> bool:
    """Whether an answer is exactly one of the errors that the scheme refuses with."""
    reader = signer.context.classifier
    return not reader.is_good(reply) and not signer.get_errors().isdisjoint(reader.find_exact_errors(reply))


def _confirm_twice(signer: Signer, trial: SignatureCase, shows: Callable[[Response], bool]) -> Exchange | None:
    """The exchange, if it shows twice what would be wrong."""
    for _ in range(2):
        exchange = signer.context.send(trial.make_request())
        if not shows(exchange.response):
            return None
    return exchange
