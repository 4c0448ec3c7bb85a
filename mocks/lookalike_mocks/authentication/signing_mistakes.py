"""The usual mistakes with a signature: each makes another one, and where it is the one that came, the mistake is found.

Nothing but its signature is known of what a client signed. So a mistake is made on purpose, and the signature compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import md5
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus

import msgspec

from lookalike_specs.messages import Pairs, Request
from lookalike_specs.signing import (
    SCHEMES,
    MalformedCredential,
    StageName,
    acs3,
    acs_roa,
    acs_rpc,
    daji,
    find_first_difference,
)
from lookalike_specs.signing.canonical import decode_parameters, encode_pairs, hmac_sha1, percent_encode, sort_by_name

from ..reason import cut_text

# of the parameters that are left out one by one
MAX_NAMES: Final = 20


class SigningMistake(NamedTuple):
    """A way to make a signature that clients take for the right one: its stage, a sentence, and what comes of it."""

    stage: StageName
    sentence: str
    signature: str


def list_daji_mistakes(request: Request, secret: str) -> Iterator[SigningMistake]:
    """Yield what clients make of the rule for Daji's `sign`, instead of what it says."""
    pairs = decode_parameters(request)
    unsigned = tuple(pair for pair in pairs if pair[0] != "sign")
    right = daji.compute_signature(pairs, secret)
    yield SigningMistake("signature", "it is the right one in lower case, and has to be in upper case", right.lower())
    for sentence, changed in (
        ("it was made without the empty parameters", tuple(pair for pair in unsigned if pair[1])),
        ("it was made with appSecret, which the request does not have", (*unsigned, ("appSecret", secret))),
        ("it was made without the blanks around a value", _strip(unsigned)),
    ):
        yield SigningMistake("signed", sentence, daji.compute_signature(changed, secret))
    for name, _ in unsigned[:MAX_NAMES]:
        sentence = f"it was made without {cut_text(name)}"
        yield SigningMistake("signed", sentence, daji.compute_signature(_drop(unsigned, name), secret))
    percent_encoded = tuple((name, quote(value, safe="")) for name, value in unsigned)
    form_encoded = tuple((name, quote_plus(value)) for name, value in unsigned)
    for encoding, encoded in (("percent-encoded", percent_encoded), ("form-encoded", form_encoded)):
        sentence = f"its values were {encoding}, and are signed as they are"
        yield SigningMistake("canonical", sentence, daji.compute_signature(encoded, secret))
    texts = {
        "as they were sent": unsigned,
        "by name without regard to letter case": tuple(sorted(unsigned, key=_get_folded_name)),
    }
    for order, ordered in texts.items():
        canonical = "&".join(f"{name}={value}" for name, value in ordered)
        signature = _digest(f"{canonical}&secret={secret}")
        yield SigningMistake("canonical", f"its parameters were ordered {order}, and not by their names", signature)
    canonical = "&".join(f"{name}={value}" for name, value in sorted(unsigned))
    for sentence, text in (
        ("the secret was left out", canonical),
        ("the secret was appended without `&secret=`", f"{canonical}{secret}"),
        ("the secret was appended as `&key=`, and not as `&secret=`", f"{canonical}&key={secret}"),
        ("the secret was appended as `&appSecret=`, and not as `&secret=`", f"{canonical}&appSecret={secret}"),
        ("the secret was put in front", f"{secret}{canonical}"),
        ("the secret was put around the text", f"{secret}{canonical}{secret}"),
    ):
        yield SigningMistake("string-to-sign", sentence, _digest(text))
        yield SigningMistake("string-to-sign", f"{sentence}, and the signature is in lower case", _digest(text).lower())


def list_rpc_mistakes(request: Request, secret: str) -> Iterator[SigningMistake]:
    """Yield what clients make of the rule for Alibaba Cloud's RPC signature, instead of what it says."""
    yield from list_request_mistakes(acs_rpc.NAME, request, secret)
    pairs = decode_parameters(request)
    stages = acs_rpc.compute_stages(request.method, pairs, secret)
    string_to_sign = stages.steps[2].value
    yield SigningMistake("signature", "the secret lacks the `&` behind it", hmac_sha1(secret, string_to_sign))
    ordered = sort_by_name(tuple(pair for pair in pairs if pair[0] != "Signature"))
    form = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in ordered)
    yield SigningMistake(
        "canonical",
        "its values were form-encoded: a blank is %20, `*` is %2A and `~` is itself",
        hmac_sha1(f"{secret}&", f"{request.method}&%2F&{percent_encode(form)}"),
    )
    unordered = encode_pairs(tuple(pair for pair in pairs if pair[0] != "Signature"))
    yield SigningMistake(
        "canonical",
        "its parameters were not ordered by their names",
        hmac_sha1(f"{secret}&", f"{request.method}&%2F&{percent_encode(unordered)}"),
    )
    yield SigningMistake(
        "string-to-sign", "the canonical text was not encoded once more", hmac_sha1(f"{secret}&", stages.steps[1].value)
    )


def _digest(text: str) -> str:
    return md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper()


def _drop(pairs: Pairs, name: str) -> Pairs:
    return tuple(pair for pair in pairs if pair[0] != name)


def _strip(pairs: Pairs) -> Pairs:
    return tuple((name, value.strip()) for name, value in pairs)


def _get_folded_name(pair: tuple[str, str]) -> str:
    return pair[0].lower()


def list_request_mistakes(scheme: str, request: Request, secret: str) -> Iterator[SigningMistake]:
    """Yield what comes of signing a request that is a little different from the one that came."""
    recompute = SCHEMES[scheme].recompute_stages
    ours = recompute(request, secret)
    if isinstance(ours, MalformedCredential):
        return
    for sentence, changed in _list_changed_requests(request):
        theirs = recompute(changed, secret)
        if isinstance(theirs, MalformedCredential):
            continue
        difference = find_first_difference(ours, theirs)
        if difference is not None:
            yield SigningMistake(difference.stage, sentence, theirs.signature)


def _list_changed_requests(request: Request) -> Iterator[tuple[str, Request]]:
    change = partial(msgspec.structs.replace, request)
    for method in ("GET", "POST"):
        if method != request.method:
            yield f"it was made for {method}, and the request came as {request.method}", change(method=method)
    if request.query:
        yield "it was made without the query", change(query=b"")
    if request.body:
        yield "it was made without the body", change(body=b"")
    path = request.path.rstrip("/")
    if path != request.path:
        yield "it was made for the path without the slash at its end", change(path=path)
    else:
        yield "it was made for the path with a slash at its end", change(path=f"{path}/")
    # a client behind a proxy, or one that was pointed at another port, signs the name that it knows
    name, colon, _ = request.host.partition(":")
    if colon:
        yield "it was made for a Host without the port", change(headers=_set_header(request, b"host", name.encode()))
    content_type = request.get_header(b"content-type")
    if content_type is not None:
        bare = content_type.partition(";")[0].strip()
        for other in ("", bare, f"{bare}; charset=utf-8", f"{bare};charset=utf-8"):
            if other != content_type:
                headers = _set_header(request, b"content-type", other.encode("latin-1"))
                yield f"it was made for the Content-Type {other!r}", change(headers=headers)


def _set_header(request: Request, name: bytes, value: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((key, value) if key == name else (key, sent) for key, sent in request.headers)


# by the scheme's name: what makes its usual wrong signatures, of a request and the secret
MistakeLister = Callable[[Request, str], Iterator[SigningMistake]]
MISTAKE_LISTERS: Final[Mapping[str, MistakeLister]] = {
    daji.NAME: list_daji_mistakes,
    acs_rpc.NAME: list_rpc_mistakes,
    acs_roa.NAME: partial(list_request_mistakes, acs_roa.NAME),
    acs3.NAME: partial(list_request_mistakes, acs3.NAME),
}
