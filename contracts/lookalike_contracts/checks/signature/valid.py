"""Right signatures are accepted, whatever is signed, wherever it stands, in whichever order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote_plus

from hypothesis import strategies as st
from msgspec.structs import replace

from lookalike_specs.messages import Request
from lookalike_specs.signing import canonical
from lookalike_specs.signing.scheme import SignFunction

from ...context import CheckContext, create_signing_context
from ...finding import Failure
from ...registry import active_check
from .applicability import SOURCE, has_parameters, require_signer, select_signers
from .case import SignatureCase, build_wrong_refusal, check_accepted, check_refused, is_refusal
from .replay import sign_without
from .request_edit import EncodedPairs, PartLocation, reorder_parts
from .signer import Signer

MAX_CASES: Final = 8
# enough that each of the texts is drawn; only a server that refuses one of them pays for it
MAX_SINGLE_TEXT_CASES: Final = 100
EXTRA_PARAMETER_COUNT: Final = 60
# a parameter that no operation knows
NOTE: Final = "note"
TEXTS: Final = (
    "a", "", "0", "A", " ", "+", "%", "~", "*", "&", "=", "/", "'", '"', "!", ":", "(a)", "中文", "é", "😀", "a b",
    "1+1", "100%", "%41", "a~b*c", "a=b", "红色 连衣裙", "x" * 300,
)  # fmt: skip
# a server that sorts as a dictionary does (alpha2 before alpha10, beta before Zeta), or by length, has another order
# here than one that sorts by bytes
NAMES: Final = ("Beta", "alpha", "alpha1", "alpha10", "alpha2", "alpha_", "Zeta", "zeta", "al-pha", "al.pha", "_a", "a")
ORDERS: Final[Mapping[str, Callable[[EncodedPairs], EncodedPairs]]] = {
    "backwards": lambda pairs: pairs[::-1],
    "sorted": sorted,
    "with the last one first": lambda pairs: pairs[-1:] + pairs[:-1],
}


class ExtraParameters(NamedTuple):
    """Parameters that no operation knows, and how they are written."""

    values: dict[str, str]
    encoding: str
    location_index: int


@active_check(
    "signature/accepted",
    summary="A right signature is accepted, whatever the parameters say and wherever the signature may stand.",
    rationale="Clients and servers differ on Chinese words, spaces, `+`, `%`, `~` and `*`, and nobody sees why.",
    remediation="Decode the parameters, encode them again as the vendor does, and compute the signature of that.",
    source=SOURCE,
    applies=require_signer(has_parameters),
)
def valid_signature(context: CheckContext) -> Iterator[Failure]:
    """Sign in each placement, without an optional nonce, with many parameters, and with texts in each encoding."""
    for signer in select_signers(context, has_parameters):
        yield from check_accepted(signer, _generate_valid_cases(signer))
        failure = _find_refused_parameters(signer)
        if failure is not None:
            yield failure


def _find_refused_parameters(signer: Signer) -> Failure | None:
    for encoding in ENCODINGS:
        failure = _find_refused_text(signer, encoding)
        if failure is not None:
            return failure
    cases = min(MAX_CASES, signer.context.max_cases)
    return signer.context.falsify(_extra_parameters(), partial(_check_extra_parameters, signer), cases)


@active_check(
    "signature/order",
    summary="The order of the parameters does not matter, unless the signature covers it.",
    rationale="Proxies and libraries put parameters and headers in another order.",
    remediation="Sort what is signed, as the vendor does, before you compute the signature.",
    source=SOURCE,
    applies=require_signer(has_parameters),
)
def parameter_order(context: CheckContext) -> Iterator[Failure]:
    """Reverse, sort and rotate query, form and headers after signing."""
    for signer in select_signers(context, has_parameters):
        for location in (*signer.locations, "header"):
            yield from _check_order(signer, location)


def _check_order(signer: Signer, location: PartLocation) -> Iterator[Failure]:
    cases = [
        SignatureCase(f"with its {location} {order}", partial(_reorder_after_signing, signer, location, order))
        for order in ORDERS
    ]
    # a scheme that signs the query as it stands has to refuse another order
    if signer.has_valid_signature(cases[0].make_request()):
        yield from check_accepted(signer, cases)
    else:
        yield from check_refused(signer, cases)


def _generate_valid_cases(signer: Signer) -> Iterator[SignatureCase]:
    many = {f"note{number}": str(number) for number in range(EXTRA_PARAMETER_COUNT)}
    extra = ExtraParameters(many, "as the vendor does", 0)
    yield SignatureCase(f"with {EXTRA_PARAMETER_COUNT} parameters more", partial(_sign_with_extra, signer, extra))
    operation = signer.context.operation
    if operation.extension.merge_query_and_form and operation.body_location == "form":
        for placement, sign in signer.record.placements.items():
            yield SignatureCase(f"with its parameters {placement}", partial(_sign_with_placement, signer, sign))
    if signer.nonce_name and not signer.get_errors("missing-nonce"):
        make_request = partial(sign_without, signer, signer.nonce_name)
        yield SignatureCase("without a nonce, which may be left out,", make_request)


def _extra_parameters() -> st.SearchStrategy[ExtraParameters]:
    values = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TEXTS), max_size=6)
    return st.builds(ExtraParameters, values, st.sampled_from(list(ENCODINGS)), st.integers(0, 1))


def _find_refused_text(signer: Signer, encoding: str) -> Failure | None:
    """Send all texts at once; only where they are refused, look for the one that is, if one alone is."""
    all_texts = ExtraParameters({f"n{index}": text for index, text in enumerate(TEXTS)}, encoding, 0)
    if not _check_extra_parameters(signer, all_texts):
        return None
    check = partial(_check_extra_parameters, signer)
    one_text = st.sampled_from(TEXTS).map(lambda text: ExtraParameters({NOTE: text}, encoding, 0))
    failure = signer.context.falsify(one_text, check, MAX_SINGLE_TEXT_CASES)
    return failure or check(all_texts)


def _check_extra_parameters(signer: Signer, extra: ExtraParameters) -> Failure | None:
    exchange = signer.context.send(_sign_with_extra(signer, extra))
    if not is_refusal(signer, exchange.response):
        return None
    if is_refusal(signer, signer.context.send(signer.sign()).response):
        return None
    return build_wrong_refusal(signer, f"with {extra.values!r} besides, written {extra.encoding},", exchange)


def _sign_with_extra(signer: Signer, extra: ExtraParameters) -> Request:
    """Return a request with the parameters written as their encoding says, and signed after that."""
    encode = ENCODINGS[extra.encoding]
    pairs = b"&".join(f"{encode(name)}={encode(value)}".encode() for name, value in extra.values.items())
    location = signer.locations[extra.location_index % len(signer.locations)]
    request = signer.minimal
    if location == "query":
        return signer.sign(replace(request, query=_join_pairs(request.query, pairs)))
    return signer.sign(replace(request, body=_join_pairs(request.body, pairs)))


def _join_pairs(first: bytes, second: bytes) -> bytes:
    return b"&".join(pairs for pairs in (first, second) if pairs)


def _sign_with_placement(signer: Signer, sign: SignFunction) -> Request:
    return sign(signer.minimal, signer.scheme, signer.context.account, create_signing_context())


def _reorder_after_signing(signer: Signer, location: PartLocation, order: str) -> Request:
    return reorder_parts(signer.sign(signer.with_extra), location, ORDERS[order])


def _percent_encode_bytes(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


ENCODINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "as the vendor does": canonical.percent_encode,
    "as forms are": lambda text: quote_plus(text, safe="*~"),
    "byte by byte": _percent_encode_bytes,
}
