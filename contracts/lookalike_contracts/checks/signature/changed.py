"""Nothing may be changed after it was signed: each part in turn, what is drawn, and the body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice, product
from typing import Final, NamedTuple

from hypothesis import strategies as st

from lookalike_specs.wire import Request

from ...finding import Broken
from ...registry import probe
from ...subject import Subject
from .parts import Part, added, changed, parts, without
from .signer import Signer
from .trial import Trial, is_refusal, refused, wrongly
from .which import SOURCE, has_body, has_parameters, having, signers, signs

# of each way, before and after
CASES: Final = 2
MORE: Final = "joined by another"
TEXTS: Final = ("", "0", "1", "a", "A", " ", "中文", "a&b=c", "+", "%41", "~*", "0" * 200)


class Change(NamedTuple):
    """What is drawn: what is done, to which part, with which text; before it was signed, or after."""

    way: str
    which: int
    text: str
    after: bool


@probe(
    "signature/unsigned",
    says="No parameter, and no header that is signed, can be had another way than it was signed.",
    why="A parameter that is not signed can be changed by whoever stands in between.",
    how="Make the signature of all that was sent; leave out nothing but the signature itself.",
    source=SOURCE,
    applies=having(signs),
)
def unsigned(subject: Subject) -> Iterator[Broken]:
    """Each part in turn: a good request with the signature of one that has another value there, or nothing."""
    for signer in signers(subject, signs):
        yield from refused(signer, unsigned_trials(signer), every=True)


@probe(
    "signature/changed",
    says="Parameters that were changed, added, dropped, renamed, doubled or exchanged after signing are refused.",
    why="That is what a signature is for.",
    how="Make the signature of what came over the wire, and of nothing else.",
    source=SOURCE,
    applies=having(has_parameters),
)
def changed_after(subject: Subject) -> Iterator[Broken]:
    """Drawn changes; the signature made anew of what was sent tells whether they have to be noticed."""
    for signer in signers(subject, has_parameters):
        held = (subject.hold(_changes(*how), partial(_noticed, signer), CASES) for how in product(WAYS, (True, False)))
        yield from islice(filter(None, held), 1)


@probe(
    "signature/body",
    says="A body that is not the one that was signed is refused.",
    why="Where a digest stands for the body, somebody has to compare the two.",
    how="Make the digest of the body that came, and compare it with the one that was signed.",
    source=SOURCE,
    applies=having(has_body),
)
def body(subject: Subject) -> Iterator[Broken]:
    """A body with less in it than was signed, or more, and with its digest as it was."""
    for signer in signers(subject, has_body):
        yield from refused(signer, body_trials(signer))


def unsigned_trials(signer: Signer) -> Iterator[Trial]:
    """For each part that is signed: another value, nothing; and a parameter more."""
    model = signer.signed(signer.rich)
    for found in parts(model):
        if found.name == signer.signature:
            continue
        for told, way in (("another value", "changed"), ("none", "dropped")):
            make = partial(_other, signer, Change(way, 0, _near(found.value), False), found)
            if not signer.is_right(make()):
                where = f"/{found.place}/{found.name}"
                yield Trial(f"that was signed with {told} of {found.name}", make, pointer=where)
    for place in signer.places:
        more = Part(place, "note", "1")
        make = partial(_with_more, signer, more)
        if not signer.is_right(make()):
            yield Trial(f"with a parameter more in its {place}", make, pointer=f"/{place}/note")


def body_trials(signer: Signer) -> Iterator[Trial]:
    """With its digest as it was."""
    if not has_body(signer):
        return
    yield Trial("with less in its body than was signed", partial(_less, signer), "body-digest", _digests(signer))
    more = Part("form", "note", "1")
    yield Trial(
        "with more in its body than was signed", partial(_with_more, signer, more), "body-digest", _digests(signer)
    )


def _changes(way: str, after: bool) -> st.SearchStrategy[Change]:
    return st.builds(Change, st.just(way), st.integers(0, 30), st.sampled_from(TEXTS), st.just(after))


def _noticed(signer: Signer, drawn: Change) -> Broken | None:
    """A change that is not noticed, or one of nothing that is refused."""
    model = _model(signer, drawn.way)
    free = [each for each in parts(model) if each.place != "header" and each.name != signer.signature]
    found = free[drawn.which % len(free)]
    request = _other(signer, drawn, found)
    right = signer.is_right(request)
    exchange = signer.subject.send(request)
    told = f"with {found.name} {drawn.way} {'after' if drawn.after else 'before'} it was signed"
    if not right and signer.subject.reader.is_good(exchange.reply):
        return Broken(f"a request {told} is accepted", f"/{found.place}/{found.name}", signer.rule(), (exchange,))
    if right and is_refusal(signer, exchange.reply):
        plain = signer.subject.send(signer.signed())
        return None if is_refusal(signer, plain.reply) else wrongly(signer, told, exchange)
    return None


def _other(signer: Signer, drawn: Change, found: Part) -> Request:
    """A request with the signature of another: the change is in the one that is sent, or in the one that was signed."""
    model = _model(signer, drawn.way)
    other = WAYS[drawn.way](model, found, drawn.text)
    return other if drawn.after else signer.bearing(model, signer.made_of(other))


def _model(signer: Signer, way: str) -> Request:
    """What is changed; a parameter more is the only one that nobody knows, or the others would be missed too."""
    return signer.signed(signer.plain if way == MORE else signer.rich)


def _with_more(signer: Signer, more: Part) -> Request:
    return added(signer.signed(), more)


def _less(signer: Signer) -> Request:
    """What is sent is the plain request; one parameter more was signed."""
    more = Part("form", "note", "1")
    made = signer.signed(added(signer.plain, more))
    found = next(each for each in parts(made) if each[:3] == more[:3])
    return without(made, found)


def _digests(signer: Signer) -> frozenset[str]:
    return signer.errors("body-digest") or signer.errors("mismatch")


def _near(value: str) -> str:
    """Another value of the same kind."""
    if value.isdecimal():
        return str(int(value) + 1)
    return {"true": "false", "false": "true"}.get(value, f"{value}0")


def _doubled(request: Request, found: Part, text: str) -> Request:
    return added(request, found._replace(value=text))


def _renamed(request: Request, found: Part, _: str) -> Request:
    return added(without(request, found), found._replace(name=f"{found.name}_"))


def _exchanged(request: Request, found: Part, _: str) -> Request:
    """Two of them with each other's values."""
    others = [each for each in parts(request) if each.place == found.place and each.name != found.name]
    if not others:
        return request
    return changed(changed(request, found, others[0].value), others[0], found.value)


WAYS: Final[Mapping[str, Callable[[Request, Part, str], Request]]] = {
    "changed": changed,
    "dropped": lambda request, found, _: without(request, found),
    MORE: lambda request, found, text: added(request, Part(found.place, "note", text)),
    "doubled": _doubled,
    "renamed": _renamed,
    "exchanged": _exchanged,
}
