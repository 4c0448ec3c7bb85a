"""Right signatures are accepted, whatever is signed, wherever it stands, in whichever order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote_plus

from hypothesis import strategies as st
from msgspec.structs import replace

from lookalike_specs.signing import percent
from lookalike_specs.wire import Request

from ...finding import Broken
from ...registry import probe
from ...subject import Subject, now
from .anatomy import Place as Put
from .anatomy import placements
from .clock import lacking
from .parts import Pieces, Place, reordered
from .signer import Signer
from .trial import Trial, accepted, is_refusal, refused, wrongly
from .which import SOURCE, has_parameters, having, signers

CASES: Final = 8
ENOUGH: Final = 100
MANY: Final = 60
TEXTS: Final = (
    "a", "", "0", "A", " ", "+", "%", "~", "*", "&", "=", "/", "'", '"', "!", ":", "(a)", "中文", "é", "😀", "a b",
    "1+1", "100%", "%41", "a~b*c", "a=b", "红色 连衣裙", "x" * 300,
)  # fmt: skip
# their order tells who sorts by bytes from who sorts as a dictionary does, or by their length
NAMES: Final = ("Beta", "alpha", "alpha1", "alpha10", "alpha2", "alpha_", "Zeta", "zeta", "al-pha", "al.pha", "_a", "a")
ORDERS: Final[Mapping[str, Callable[[Pieces], Pieces]]] = {
    "backwards": lambda pieces: pieces[::-1],
    "sorted": sorted,
    "with the last one first": lambda pieces: pieces[-1:] + pieces[:-1],
}


class Extra(NamedTuple):
    """Parameters that no operation knows, and how they are written."""

    values: dict[str, str]
    spelling: str
    place: int


@probe(
    "signature/accepted",
    says="A right signature is accepted, whatever the parameters say and wherever it may stand.",
    why="Chinese words, spaces, `+`, `%`, `~` and `*` are where signers and servers part, and nobody sees why.",
    how="Make the signature of the decoded parameters, encoded again as the vendor does and not as they came.",
    source=SOURCE,
    applies=having(has_parameters),
)
def good(subject: Subject) -> Iterator[Broken]:
    """Each placement; without a nonce where it is optional; many parameters; drawn texts in each spelling."""
    for signer in signers(subject, has_parameters):
        yield from accepted(signer, _good_trials(signer))
        found = next(filter(None, (_refused_text(signer, spelling) for spelling in SPELLINGS)), None)
        found = found or subject.hold(_extras(), partial(_right, signer), min(CASES, subject.cases))
        if found:
            yield found


@probe(
    "signature/order",
    says="The order of the parameters does not matter where the signature does not tell it.",
    why="Proxies and libraries put parameters and headers in another order.",
    how="Sort what is signed, as the vendor does, before the signature is made.",
    source=SOURCE,
    applies=having(has_parameters),
)
def order(subject: Subject) -> Iterator[Broken]:
    """Backwards, sorted and turned, in query, form and headers; refused where the signature tells the order."""
    for signer in signers(subject, has_parameters):
        for place in (*signer.places, "header"):
            trials = [Trial(f"with its {place} {told}", partial(_turned, signer, place, told)) for told in ORDERS]
            right = signer.is_right(trials[0].make())
            yield from (accepted if right else refused)(signer, trials)


def _good_trials(signer: Signer) -> Iterator[Trial]:
    many = {f"note{number}": str(number) for number in range(MANY)}
    yield Trial(f"with {MANY} parameters more", lambda: _with(signer, Extra(many, "as the vendor does", 0)))
    operation = signer.subject.operation
    if operation.extension.merge and operation.body_place == "form":
        for told, put in placements(signer.scheme).items():
            yield Trial(f"with its parameters {told}", partial(_put, signer, put))
    if signer.nonce and not signer.errors("missing-nonce"):
        yield Trial("without a nonce, which may be left out,", lambda: lacking(signer, signer.nonce))


def _extras() -> st.SearchStrategy[Extra]:
    values = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TEXTS), max_size=6)
    return st.builds(Extra, values, st.sampled_from(list(SPELLINGS)), st.integers(0, 1))


def _refused_text(signer: Signer, spelling: str) -> Broken | None:
    """All texts at once; where they are refused, the one that is, if it is one alone."""
    every = Extra({f"n{at}": text for at, text in enumerate(TEXTS)}, spelling, 0)
    if not _right(signer, every):
        return None
    single = st.sampled_from(TEXTS).map(lambda text: Extra({"note": text}, spelling, 0))
    return signer.subject.hold(single, partial(_right, signer), ENOUGH) or _right(signer, every)


def _right(signer: Signer, extra: Extra) -> Broken | None:
    request = _with(signer, extra)
    exchange = signer.subject.send(request)
    if not is_refusal(signer, exchange.reply) or is_refusal(signer, signer.subject.send(signer.signed()).reply):
        return None
    return wrongly(signer, f"with {extra.values!r} besides, written {extra.spelling},", exchange)


def _with(signer: Signer, extra: Extra) -> Request:
    """Written first, then signed."""
    spell = SPELLINGS[extra.spelling]
    raw = b"&".join(f"{spell(name)}={spell(value)}".encode() for name, value in extra.values.items())
    place, made = signer.places[extra.place % len(signer.places)], signer.plain
    if place == "query":
        return signer.signed(replace(made, query=b"&".join(filter(None, (made.query, raw)))))
    return signer.signed(replace(made, body=b"&".join(filter(None, (made.body, raw)))))


def _put(signer: Signer, put: Put) -> Request:
    return put(signer.plain, signer.subject.account, now())


def _turned(signer: Signer, place: Place, told: str) -> Request:
    return reordered(signer.signed(signer.rich), place, ORDERS[told])


def _each_byte(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


SPELLINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "as the vendor does": percent.encode,
    "as forms are": lambda text: quote_plus(text, safe="*~"),
    "byte by byte": _each_byte,
}
