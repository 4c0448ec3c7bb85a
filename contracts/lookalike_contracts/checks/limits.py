"""Family `limits`: every limit and default that the document has for a parameter, and what breaking it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from typing import Any, Final

from lookalike_specs.promises import choose

from ..answers.pointer import without
from ..answers.reading import parsed
from ..finding import Broken, Exchange
from ..registry import probe
from ..requests.asking import Asking, asking, changes, told, twice
from ..requests.expected import Sent, reactions
from ..requests.pools import Value
from ..subject import Subject

OURS: Final = "the schemas of the parameters, and their `x-errors`"
# of each kind of value: the edges of its keyword, and one or two more
FEW, MOST_CHANGES = 2, 3
INSIDE: Final = 6


@probe(
    "limits/inside",
    says="A value that the document allows gets a good answer, at the edges too.",
    why="A client that keeps to the document is refused.",
    how="Allow what the schema of the parameter allows, both ends of a range included.",
    source=OURS,
)
def inside(subject: Subject) -> Iterator[Broken]:
    """The edges of every keyword, each value of an enumeration, and leaving out what may be; one at a time."""
    ask = asking(subject)
    for name, pool in ask.pools.items():
        good = [value for value in pool if value.plain and not value.breaks and value.value is not None]
        listed = len(ask.fields[name].schema.get("enum", ()))
        yield from _first(ask, name, good[: max(listed, INSIDE)])


@probe(
    "limits/outside",
    says="A value that breaks a limit brings what the document says: its error, or none where it is mended.",
    why="A client finds its mistake by the error; and what is let through does something else than was asked for.",
    how="Answer the error that `x-errors` has for the broken keyword; clamp or ignore only where that says so.",
    source=OURS,
)
def outside(subject: Subject) -> Iterator[Broken]:
    """One past every edge, wrong types, values of no enumeration, pattern misses; one at a time."""
    ask = asking(subject)
    for name, pool in ask.pools.items():
        bad = [value for value in pool if value.plain and value.breaks and value.value is not None]
        kinds = groupby(sorted(bad, key=lambda value: value.breaks), key=lambda value: value.breaks)
        yield from _first(ask, name, [value for _, kind in kinds for value in [*kind][:FEW]])


@probe(
    "limits/mended",
    says="A value that is clamped counts as the limit, one that is ignored as left out.",
    why="A client would get something that it can not foresee.",
    how="Take the nearest allowed number, or the default, where `x-errors` says `clamp` or `ignore`.",
    source=OURS,
    applies=lambda subject: bool(subject.operation.extension.promises.items),
)
def mended(subject: Subject) -> Iterator[Broken]:
    """The first value that is mended, of each keyword, beside what it should count as."""
    ask = asking(subject)
    for name, pool in ask.pools.items():
        done = set[str]()
        for value in pool:
            found = (
                set(reactions(subject, ask.fields[name], value)) if value.plain and value.value is not None else set()
            )
            if len(found) == 1 and not found & done and found <= {"ignore", "clamp"}:
                done |= found
                meant = ask.value(name, _nearest(ask, name, value) if "clamp" in found else None)
                if not meant.breaks:
                    yield from _same(ask, {name: value}, {name: meant}, name)


@probe(
    "limits/required",
    says="Leaving out what is required brings the error for it, and leaving out anything else none.",
    why="A client that forgot something is told so, and nobody has to send what is optional.",
    how="Answer the error that `x-errors` has for `required`.",
    source=OURS,
)
def required(subject: Subject) -> Iterator[Broken]:
    """Each parameter of the good request left out, one at a time."""
    ask, plain = asking(subject), subject.values()
    for name, pool in ask.pools.items():
        if name in plain or ask.fields[name].required:
            yield from _first(ask, name, [value for value in pool if value.value is None])


@probe(
    "limits/default",
    says="A parameter that is left out counts as its default.",
    why="Clients leave out what has the default that they want.",
    how="Answer the same as with the documented default sent.",
    source="the defaults in the schemas of the parameters",
    applies=lambda subject: bool(subject.operation.extension.promises.items),
)
def default(subject: Subject) -> Iterator[Broken]:
    """Each default sent and left out, and the answers beside each other."""
    ask, extension = asking(subject), subject.operation.extension
    for name, field in ask.fields.items():
        if name not in subject.values() and "default" in field.schema:
            chosen = extension.defaults.get(name)
            wanted = choose(chosen, subject.variants) if chosen is not None else field.schema["default"]
            yield from _same(ask, {name: ask.value(name, None)}, {name: ask.value(name, _text(wanted))}, name)


@probe(
    "limits/together",
    says="Whatever is sent together, the answer is the error of one of the broken rules, or good where none is.",
    why="Limits hold for every request, and not only for the one that was tried.",
    how="Check every parameter of a request, whatever the others are.",
    source=OURS,
)
def together(subject: Subject) -> Iterator[Broken]:
    """Good and bad values of up to three parameters at once, as Hypothesis draws them."""
    ask = asking(subject)
    plain = {name: tuple(value for value in pool if value.plain) for name, pool in ask.pools.items()}
    broken = subject.hold(changes(plain, MOST_CHANGES), ask.held)
    if broken is not None:
        yield broken


@probe(
    "limits/rules",
    says="A rule on several parameters holds at its edge: what just keeps it is answered well, one more is not.",
    why="Clients page to the very end, and send the one parameter of several that they have.",
    how="Refuse what breaks a rule with the error that the rule names, and nothing else.",
    source="the `rules` of each operation",
    applies=lambda subject: bool(subject.operation.extension.rules),
)
def rules(subject: Subject) -> Iterator[Broken]:
    """None of the parameters of `any-of`, each alone; sums that are just allowed, and one more."""
    ask = asking(subject)
    for at, rule in enumerate(subject.operation.extension.rules):
        place = f"{subject.operation.pointer}/x-lookalike/rules/{at}"
        names = [name for name in rule.parameters if name in ask.fields]
        tried = _alternatives(ask, names) if rule.rule == "any-of" else _sums(ask, names, rule.limit)
        for sent in tried:
            yield from twice(partial(_ruled, ask, sent, place))


def _ruled(ask: Asking, sent: Sent, place: str) -> Broken | None:
    exchange = ask.send(sent)
    return ask.expected(sent).broken(ask.subject, exchange, told(sent), place)


def _alternatives(ask: Asking, names: list[str]) -> Iterator[Sent]:
    none = {name: ask.value(name, None) for name in names}
    yield none
    plain = ask.subject.values() | ask.subject.known
    for name in names:
        if plain.get(name):
            yield none | {name: ask.value(name, _text(plain[name]))}


def _sums(ask: Asking, names: list[str], limit: int) -> Iterator[Sent]:
    """The second parameter at its least and greatest, the first as great as is allowed then, and one more."""
    first, second = names
    least, most = (ask.fields[second].schema[keyword] for keyword in ("minimum", "maximum"))
    for number in (least, most):
        for over in (0, 1):
            sent = {name: ask.value(name, str(n)) for name, n in ((first, limit - number + over), (second, number))}
            if not any(value.breaks for value in sent.values()):
                yield sent


def _first(ask: Asking, name: str, values: list[Value]) -> Iterator[Broken]:
    """The first of a parameter's values that is not answered as it should be."""
    for value in values:
        found = list(twice(partial(ask.held, {name: value})))
        if found:
            yield from found
            return


def _same(ask: Asking, sent: Sent, meant: Sent, name: str) -> Iterator[Broken]:
    def differs() -> Broken | None:
        one, other = (ask.send(ask.small | each) for each in (sent, meant))
        if _body(ask.subject, one) == _body(ask.subject, other):
            return None
        message = f"{told(sent)} is not answered as {told(meant)} is"
        return Broken(message, "", ask.place(name), (other, one))

    yield from twice(differs)


def _body(subject: Subject, exchange: Exchange) -> Any:
    """What an answer says, whenever it is given."""
    fleeting = tuple(subject.operation.extension.promises.fleeting)
    return exchange.reply.status, without(parsed(exchange.reply), fleeting)


def _nearest(ask: Asking, name: str, value: Value) -> str:
    """The limit that a number is beyond."""
    return str(ask.fields[name].schema[value.breaks[0]])


def _text(value: Any) -> Any:
    return value if isinstance(value, str | list | dict) else str(value).lower()
