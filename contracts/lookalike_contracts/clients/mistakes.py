"""How a wrong signature came about: the mistake that makes just this one, and where it parts from the right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, combinations
from typing import Final
from urllib.parse import quote, quote_plus

import msgspec

from lookalike_specs.proof import PROOFS
from lookalike_specs.signing import SCHEMES, Malformed, Stages, first_difference, header, parameters
from lookalike_specs.wire import Pairs, Request, pairs

# names that are tried two at a time
MOST_PAIRED: Final = 20
Guess = tuple[str, Request]


def told(request: Request, scheme: str, secret: str, ours: Stages, theirs: str) -> str:
    """One line: what the client signed, and the first stage and byte that differ; else what had to be signed."""
    if theirs.lower() == ours.signature.lower():
        return "the signature is in the wrong letter case"
    for what, guess in guesses(request, PROOFS[scheme].signature):
        made = SCHEMES[scheme].recomputed(guess, secret)
        if not isinstance(made, Malformed) and made.signature == theirs:
            difference = first_difference(ours, made)
            return f"signed {what}: {difference}" if difference else f"signed {what}"
    right = next(step.value for step in ours.steps if step.name == "string-to-sign")
    return f"is not what the account's secret makes of this request; the string to sign is {right!r}"


def guesses(request: Request, signature: str) -> Iterator[Guess]:
    """The request as a client may have signed it by mistake, simple mistakes first; `signature` is never signed."""
    yield from _without_values(request, signature)
    for guess in (_encoded, _empty_left_out, _otherwise):
        yield from guess(request)


def _without_values(request: Request, signature: str) -> Iterator[Guess]:
    names = [name for name in dict.fromkeys(name for name, _ in parameters.sent(request)) if name != signature]
    for gone in chain(combinations(names, 1), combinations(names[:MOST_PAIRED], 2)):
        yield f"without {' and '.join(gone)}", _changed(request, partial(_without, gone))
    for name, _ in header.sent(request):
        if name not in (signature, "authorization", "host"):
            yield f"without the header {name}", header.without(request, {name})


def _encoded(request: Request) -> Iterator[Guess]:
    for what, encode in (("percent-encoded", partial(quote, safe="")), ("URL-encoded", quote_plus)):
        yield f"with {what} values", _changed(request, partial(_written_so, encode))


def _empty_left_out(request: Request) -> Iterator[Guess]:
    yield "without the empty values", _changed(request, lambda found: tuple((n, v) for n, v in found if v))


def _otherwise(request: Request) -> Iterator[Guess]:
    other = "GET" if request.method == "POST" else "POST"
    yield f"as {other}", msgspec.structs.replace(request, method=other)
    yield "without the body", msgspec.structs.replace(request, body=b"")
    yield "without the query", msgspec.structs.replace(request, query=b"")
    yield "with the path /", msgspec.structs.replace(request, path="/")


def _changed(request: Request, change: Callable[[Pairs], Pairs]) -> Request:
    """The request with other pairs in query and form."""
    query = _written(change(pairs(request.query)))
    body = _written(change(pairs(request.body))) if parameters.is_form(request) else request.body
    return msgspec.structs.replace(request, query=query, body=body)


def _written(found: Pairs) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in found).encode()


def _written_so(encode: Callable[[str], str], found: Pairs) -> Pairs:
    return tuple((name, encode(value)) for name, value in found)


def _without(gone: tuple[str, ...], found: Pairs) -> Pairs:
    return tuple(pair for pair in found if pair[0] not in gone)
