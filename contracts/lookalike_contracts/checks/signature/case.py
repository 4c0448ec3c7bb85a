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
    """One way to sign a request.

    `description` says what is special about it, as in "a request … is accepted". `make_request` makes the request, with
    another nonce each time. `refusal` is what it is refused as; `expected_errors` are all errors that would be right,
    none where that cannot be told. `pointer` is the part of the request in question.
    """

    description: str
    make_request: Callable[[], Request]
    refusal: Refusal = "mismatch"
    expected_errors: frozenset[str] = frozenset()
    pointer: str = ""


def check_refused(signer: Signer, cases: Iterable[SignatureCase], *, every: bool = False) -> Iterator[Failure]:
    """Yield a failure for the first case that is accepted; with `every`, for the first one at each pointer.

    What rests on our inventions does not count as the first: the next case may show something worse.
    """
    reported: set[str] = set()
    for case in cases:
        if reported and not every:
            return
        if case.pointer in reported:
            continue
        exchange = _confirm_twice(signer, case, signer.context.classifier.is_good)
        if exchange is not None:
            message = f"a request {case.description} is accepted ({signer.scheme.name})"
            failure = Failure(message, case.pointer, signer.locate_rule(case.refusal), (exchange,))
            yield failure
            if not signer.context.is_note(failure):
                reported.add(case.pointer)


def check_accepted(signer: Signer, cases: Iterable[SignatureCase]) -> Iterator[Failure]:
    """Yield a failure for the first case that is refused for its signature."""
    for case in cases:
        exchange = _confirm_twice(signer, case, lambda response: is_refusal(signer, response))
        # a server that refuses the plain request too has another fault, which `request/accepted` reports
        if exchange is not None and not is_refusal(signer, signer.context.send(signer.sign()).response):
            yield build_wrong_refusal(signer, case.description, exchange)
            return


def build_wrong_refusal(signer: Signer, description: str, exchange: Exchange) -> Failure:
    """Return the failure of a good request that was refused for its signature."""
    error = next(iter(signer.context.classifier.find_exact_errors(exchange.response)))
    message = f"a request {description} is refused as {error}, and is right ({signer.scheme.name})"
    return Failure(message, "", signer.locate_rule(), (exchange,))


def is_refusal(signer: Signer, response: Response) -> bool:
    """Tell whether a response is exactly one of the errors that the scheme refuses with."""
    classifier = signer.context.classifier
    if classifier.is_good(response):
        return False
    return not signer.get_errors().isdisjoint(classifier.find_exact_errors(response))


def _confirm_twice(signer: Signer, case: SignatureCase, is_wrong: Callable[[Response], bool]) -> Exchange | None:
    """Return the exchange if the response is wrong two times; a server that was in trouble once is not accused."""
    first = signer.context.send(case.make_request())
    if not is_wrong(first.response):
        return None
    second = signer.context.send(case.make_request())
    if not is_wrong(second.response):
        return None
    return second
