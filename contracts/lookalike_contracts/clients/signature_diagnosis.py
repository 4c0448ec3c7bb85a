"""How a wrong signature came about: the mistake that makes just this one, and where it parts from the right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, combinations
from typing import Final
from urllib.parse import quote, quote_plus

import msgspec

from lookalike_specs.messages import Pairs, Request, parse_pairs
from lookalike_specs.signing import SCHEMES, MalformedCredential, Stages, canonical, find_first_difference

# names that are tried two at a time
MAX_PAIRED: Final = 20
SigningGuess = tuple[str, Request]


def diagnose_signature(request: Request, scheme: str, secret: str, ours: Stages, theirs: str) -> str:
    """One line: what the client signed, and the first stage and byte that differ; else what had to be signed."""
    if theirs.lower() == ours.signature.lower():
        return "the signature is in the wrong letter case"
    for what, guess in generate_guesses(request, SCHEMES[scheme].signature_name):
        made = SCHEMES[scheme].recompute_stages(guess, secret)
        if not isinstance(made, MalformedCredential) and made.signature == theirs:
            difference = find_first_difference(ours, made)
            return f"signed {what}: {difference}" if difference else f"signed {what}"
    right = next(step.value for step in ours.steps if step.name == "string-to-sign")
    return f"is not what the account's secret makes of this request; the string to sign is {right!r}"


def generate_guesses(request: Request, signature: str) -> Iterator[SigningGuess]:
    """The request as a client may have signed it by mistake, simple mistakes first; `signature` is never signed."""
    yield from _guess_omitted_names(request, signature)
    for guess in (_guess_encodings, _guess_omitted_empty, _guess_other_messages):
        yield from guess(request)


def _guess_omitted_names(request: Request, signature: str) -> Iterator[SigningGuess]:
    names = [
        name for name in dict.fromkeys(name for name, _ in canonical.decode_parameters(request)) if name != signature
    ]
    for gone in chain(combinations(names, 1), combinations(names[:MAX_PAIRED], 2)):
        yield f"without {' and '.join(gone)}", _change_pairs(request, partial(_remove_names, gone))
    for name, _ in canonical.decode_headers(request):
        if name not in (signature, "authorization", "host"):
            yield f"without the header {name}", canonical.remove_headers(request, {name})


def _guess_encodings(request: Request) -> Iterator[SigningGuess]:
    for what, encode in (("percent-encoded", partial(quote, safe="")), ("URL-encoded", quote_plus)):
        yield f"with {what} values", _change_pairs(request, partial(_encode_values, encode))


def _guess_omitted_empty(request: Request) -> Iterator[SigningGuess]:
    yield "without the empty values", _change_pairs(request, lambda found: tuple((n, v) for n, v in found if v))


def _guess_other_messages(request: Request) -> Iterator[SigningGuess]:
    other = "GET" if request.method == "POST" else "POST"
    yield f"as {other}", msgspec.structs.replace(request, method=other)
    yield "without the body", msgspec.structs.replace(request, body=b"")
    yield "without the query", msgspec.structs.replace(request, query=b"")
    yield "with the path /", msgspec.structs.replace(request, path="/")


def _change_pairs(request: Request, change: Callable[[Pairs], Pairs]) -> Request:
    """The request with other pairs in query and form."""
    query = _encode_pairs(change(parse_pairs(request.query)))
    body = _encode_pairs(change(parse_pairs(request.body))) if canonical.is_form(request) else request.body
    return msgspec.structs.replace(request, query=query, body=body)


def _encode_pairs(found: Pairs) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in found).encode()


def _encode_values(encode: Callable[[str], str], found: Pairs) -> Pairs:
    return tuple((name, encode(value)) for name, value in found)


def _remove_names(gone: tuple[str, ...], found: Pairs) -> Pairs:
    return tuple(pair for pair in found if pair[0] not in gone)
