"""How a wrong signature came about: the mistake that makes just this one, and where it parts from the right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, combinations
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus

import msgspec

from lookalike_specs.messages import Pairs, Request, parse_pairs
from lookalike_specs.signing import SCHEMES, MalformedCredential, Stages, canonical, find_first_difference

# names that are tried two at a time
MAX_PAIRED: Final = 20


class SigningGuess(NamedTuple):
    """What a client may have signed instead of the request, in a few words, and as a request."""

    description: str
    request: Request


def diagnose_signature(request: Request, scheme: str, secret: str, expected: Stages, signature: str) -> str:
    """Return what the client signed, and the first stage and byte that differ; else what had to be signed.

    A signature cannot be read backwards. So each mistake that clients make is made here too, until one gives just the
    signature that came: that one is no guess any more.
    """
    if signature.lower() == expected.signature.lower():
        return "the signature is in the wrong letter case"
    for guess in generate_guesses(request, SCHEMES[scheme].signature_name):
        stages = SCHEMES[scheme].recompute_stages(guess.request, secret)
        if isinstance(stages, MalformedCredential) or stages.signature != signature:
            continue
        difference = find_first_difference(expected, stages)
        if difference is None:
            return f"signed {guess.description}"
        return f"signed {guess.description}: {difference}"
    string_to_sign = next(step.value for step in expected.steps if step.name == "string-to-sign")
    return f"is not what the account's secret makes of this request; the string to sign is {string_to_sign!r}"


def generate_guesses(request: Request, signature_name: str) -> Iterator[SigningGuess]:
    """Yield the request as a client may have signed it by mistake, simple mistakes first.

    The parameter with the signature is signed in none of them.
    """
    yield from _guess_omitted_names(request, signature_name)
    yield from _guess_encodings(request)
    yield from _guess_omitted_empty_values(request)
    yield from _guess_other_messages(request)


def _guess_omitted_names(request: Request, signature_name: str) -> Iterator[SigningGuess]:
    names = dict.fromkeys(name for name, _ in canonical.decode_parameters(request))
    names.pop(signature_name, None)
    for omitted in chain(combinations(names, 1), combinations(list(names)[:MAX_PAIRED], 2)):
        yield SigningGuess(f"without {' and '.join(omitted)}", _change_pairs(request, partial(_remove_names, omitted)))
    for name, _ in canonical.decode_headers(request):
        if name not in (signature_name, "authorization", "host"):
            yield SigningGuess(f"without the header {name}", canonical.remove_headers(request, {name}))


def _guess_encodings(request: Request) -> Iterator[SigningGuess]:
    encodings: list[tuple[str, Callable[[str], str]]] = [
        ("percent-encoded", partial(quote, safe="")),
        ("URL-encoded", quote_plus),
    ]
    for description, encode in encodings:
        yield SigningGuess(f"with {description} values", _change_pairs(request, partial(_encode_values, encode)))


def _guess_omitted_empty_values(request: Request) -> Iterator[SigningGuess]:
    yield SigningGuess("without the empty values", _change_pairs(request, _remove_empty_values))


def _guess_other_messages(request: Request) -> Iterator[SigningGuess]:
    other_method = "GET" if request.method == "POST" else "POST"
    yield SigningGuess(f"as {other_method}", msgspec.structs.replace(request, method=other_method))
    yield SigningGuess("without the body", msgspec.structs.replace(request, body=b""))
    yield SigningGuess("without the query", msgspec.structs.replace(request, query=b""))
    yield SigningGuess("with the path /", msgspec.structs.replace(request, path="/"))


def _change_pairs(request: Request, change: Callable[[Pairs], Pairs]) -> Request:
    """Return the request with other pairs in query and form."""
    query = _encode_pairs(change(parse_pairs(request.query)))
    body = request.body
    if canonical.is_form(request):
        body = _encode_pairs(change(parse_pairs(body)))
    return msgspec.structs.replace(request, query=query, body=body)


def _encode_pairs(pairs: Pairs) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs).encode()


def _encode_values(encode: Callable[[str], str], pairs: Pairs) -> Pairs:
    return tuple((name, encode(value)) for name, value in pairs)


def _remove_names(names: tuple[str, ...], pairs: Pairs) -> Pairs:
    return tuple((name, value) for name, value in pairs if name not in names)


def _remove_empty_values(pairs: Pairs) -> Pairs:
    return tuple((name, value) for name, value in pairs if value)
