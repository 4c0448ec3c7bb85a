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
MAX_SINGLE_TEXT_CASES: Final = 100
EXTRA_PARAMETER_COUNT: Final = 60
TEXTS: Final = (
    "a", "", "0", "A", " ", "+", "%", "~", "*", "&", "=", "/", "'", '"', "!", ":", "(a)", "中文", "é", "😀", "a b",
    "1+1", "100%", "%41", "a~b*c", "a=b", "红色 连衣裙", "x" * 300,
)  # fmt: skip
# their order tells who sorts by bytes from who sorts as a dictionary does, or by their length
NAMES: Final = ("Beta", "alpha", "alpha1", "alpha10", "alpha2", "alpha_", "Zeta", "zeta", "al-pha", "al.pha", "_a", "a")
ORDERS: Final[Mapping[str, Callable[[EncodedPairs], EncodedPairs]]] = {
    "backwards": lambda pieces: pieces[::-1],
    "sorted": sorted,
    "with the last one first": lambda pieces: pieces[-1:] + pieces[:-1],
}


class ExtraParameters(NamedTuple):
    """Parameters that no operation knows, and how they are written."""

    values: dict[str, str]
    encoding: str
    location_index: int


@active_check(
    "signature/accepted",
    summary="A right signature is accepted, whatever the parameters say and wherever it may stand.",
    rationale="Chinese words, spaces, `+`, `%`, `~` and `*` are where signers and servers part, and nobody sees why.",
    remediation="Make the signature of the decoded parameters, encoded again as the vendor does and not as they came.",
    source=SOURCE,
    applies=require_signer(has_parameters),
)
def valid_signature(subject: CheckContext) -> Iterator[Failure]:
    """Each placement; without a nonce where it is optional; many parameters; drawn texts in each spelling."""
    for signer in select_signers(subject, has_parameters):
        yield from check_accepted(signer, _generate_valid_cases(signer))
        found = next(filter(None, (_find_refused_text(signer, spelling) for spelling in ENCODINGS)), None)
        found = found or subject.falsify(
            _extra_parameters(), partial(_check_extra_parameters, signer), min(MAX_CASES, subject.max_cases)
        )
        if found:
            yield found


@active_check(
    "signature/order",
    summary="The order of the parameters does not matter where the signature does not tell it.",
    rationale="Proxies and libraries put parameters and headers in another order.",
    remediation="Sort what is signed, as the vendor does, before the signature is made.",
    source=SOURCE,
    applies=require_signer(has_parameters),
)
def parameter_order(subject: CheckContext) -> Iterator[Failure]:
    """Backwards, sorted and turned, in query, form and headers; refused where the signature tells the order."""
    for signer in select_signers(subject, has_parameters):
        for place in (*signer.locations, "header"):
            trials = [
                SignatureCase(f"with its {place} {told}", partial(_reorder_after_signing, signer, place, told))
                for told in ORDERS
            ]
            right = signer.has_valid_signature(trials[0].make_request())
            yield from (check_accepted if right else check_refused)(signer, trials)


def _generate_valid_cases(signer: Signer) -> Iterator[SignatureCase]:
    many = {f"note{number}": str(number) for number in range(EXTRA_PARAMETER_COUNT)}
    yield SignatureCase(
        f"with {EXTRA_PARAMETER_COUNT} parameters more",
        lambda: _sign_with_extra(signer, ExtraParameters(many, "as the vendor does", 0)),
    )
    operation = signer.context.operation
    if operation.extension.merge_query_and_form and operation.body_location == "form":
        for told, put in signer.record.placements.items():
            yield SignatureCase(f"with its parameters {told}", partial(_sign_with_placement, signer, put))
    if signer.nonce_name and not signer.get_errors("missing-nonce"):
        yield SignatureCase("without a nonce, which may be left out,", lambda: sign_without(signer, signer.nonce_name))


def _extra_parameters() -> st.SearchStrategy[ExtraParameters]:
    values = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TEXTS), max_size=6)
    return st.builds(ExtraParameters, values, st.sampled_from(list(ENCODINGS)), st.integers(0, 1))


def _find_refused_text(signer: Signer, spelling: str) -> Failure | None:
    """All texts at once; where they are refused, the one that is, if it is one alone."""
    every = ExtraParameters({f"n{at}": text for at, text in enumerate(TEXTS)}, spelling, 0)
    if not _check_extra_parameters(signer, every):
        return None
    single = st.sampled_from(TEXTS).map(lambda text: ExtraParameters({"note": text}, spelling, 0))
    return signer.context.falsify(
        single, partial(_check_extra_parameters, signer), MAX_SINGLE_TEXT_CASES
    ) or _check_extra_parameters(signer, every)


def _check_extra_parameters(signer: Signer, extra: ExtraParameters) -> Failure | None:
    request = _sign_with_extra(signer, extra)
    exchange = signer.context.send(request)
    if not is_refusal(signer, exchange.response) or is_refusal(signer, signer.context.send(signer.sign()).response):
        return None
    return build_wrong_refusal(signer, f"with {extra.values!r} besides, written {extra.encoding},", exchange)


def _sign_with_extra(signer: Signer, extra: ExtraParameters) -> Request:
    """Written first, then signed."""
    spell = ENCODINGS[extra.encoding]
    raw = b"&".join(f"{spell(name)}={spell(value)}".encode() for name, value in extra.values.items())
    place = signer.locations[extra.location_index % len(signer.locations)]
    made = signer.minimal
    if place == "query":
        return signer.sign(replace(made, query=b"&".join(filter(None, (made.query, raw)))))
    return signer.sign(replace(made, body=b"&".join(filter(None, (made.body, raw)))))


def _sign_with_placement(signer: Signer, put: SignFunction) -> Request:
    return put(signer.minimal, signer.scheme, signer.context.account, create_signing_context())


def _reorder_after_signing(signer: Signer, place: PartLocation, told: str) -> Request:
    return reorder_parts(signer.sign(signer.with_extra), place, ORDERS[told])


def _percent_encode_bytes(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


ENCODINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "as the vendor does": canonical.percent_encode,
    "as forms are": lambda text: quote_plus(text, safe="*~"),
    "byte by byte": _percent_encode_bytes,
}
