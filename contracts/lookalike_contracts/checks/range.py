"""Family `range`: two bounds, both of them inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from hypothesis import strategies as st

from lookalike_specs.promises import Range

from ..answers.number import number
from ..finding import Broken
from ..registry import probe
from ..searches.pages import SHOWN, first
from ..searches.search import SOURCE, Bound, Changes, Found, bounded, each, held, pictures, rule, some
from ..subject import Subject

FAR = 10**8
# which bounds are asked for, by two numbers of items, the less first, and the least step
BOUNDS: dict[str, Callable[[Decimal, Decimal, Decimal], tuple[Bound, Bound]]] = {
    "both": lambda low, high, _: (low, high),
    "the low one": lambda low, _, __: (low, None),
    "the high one": lambda low, _, __: (None, low),
    "a step above the low one": lambda low, _, step: (low + step, None),
    "a step below the high one": lambda _, high, step: (None, high - step),
    "a step above": lambda low, _, step: (low + step, low + step),
    "a step below": lambda _, high, step: (max(high - step, Decimal(0)), max(high - step, Decimal(0))),
    "far away": lambda _, __, ___: (Decimal(FAR), Decimal(FAR)),
}


def _ranges(subject: Subject) -> list[Range]:
    return subject.operation.extension.promises.ranges


def _known(found: Found, bounds: Range) -> list[Decimal]:
    """The numbers of the items, in their order."""
    return [worth for value in found.values(bounds.by) if (worth := number(value)) is not None]


def _drawn(kind: str) -> st.SearchStrategy[tuple[str, int, int]]:
    return st.tuples(st.just(kind), st.integers(0, SHOWN - 1), st.integers(0, SHOWN - 1))


@probe(
    "range/inside",
    says="Every item is inside the bounds, each of which may be left out.",
    why="A buyer who asks for goods up to 20.00 does not want one for 20.01.",
    how="Compare amounts as exact numbers, to the smallest unit.",
    source=SOURCE,
    applies=lambda subject: bool(_ranges(subject)),
)
def inside(subject: Subject) -> Iterator[Broken]:
    """Bounds at items' own numbers and a step beside them, where a server that is off by one shows it."""
    return each(_inside(subject, place, bounds) for place, bounds in enumerate(_ranges(subject)))


def _inside(subject: Subject, place: int, bounds: Range) -> Iterator[Broken]:
    plain = first(subject)
    known, where = some(_known(plain, bounds), f"a number at {bounds.by}"), rule(subject, "ranges", place)

    def broken(drawn: tuple[str, int, int]) -> Broken | None:
        kind, *numbers = drawn
        low, high = _bounds(bounds, known, kind, numbers)
        found = first(subject, bounded(bounds, low, high))
        for at, value in enumerate(found.values(bounds.by)):
            worth = number(value)
            if worth is not None and ((low is not None and worth < low) or (high is not None and worth > high)):
                message = f"{bounds.by} is {value!r}, outside of {_told(low, high)}"
                return Broken(message, found.place(at, bounds.by), where, (found.exchange,))
        if plain.total is not None and found.total is not None and found.total > plain.total:
            message = f"a total of {found.total} within {_told(low, high)} and of {plain.total} without bounds"
            return Broken(message, "", where, (plain.exchange, found.exchange))
        return None

    for kind in BOUNDS:
        yield from held(subject, _drawn(kind), broken, 2)


def _bounds(bounds: Range, known: list[Decimal], kind: str, numbers: list[int]) -> tuple[Bound, Bound]:
    low, high = sorted(known[number % len(known)] for number in numbers)
    return BOUNDS[kind](low, high, Decimal(bounds.step))


def _told(low: Bound, high: Bound) -> str:
    return f"{'…' if low is None else low} to {'…' if high is None else high}"


@probe(
    "range/bounds",
    says="Both bounds are inside: between a number and itself stands the item that has it.",
    why="A buyer who asks for goods from 19.00 on wants to see the one for 19.00.",
    how="Compare with at least and at most.",
    source=SOURCE,
    applies=lambda subject: bool(_ranges(subject)),
)
def included(subject: Subject) -> Iterator[Broken]:
    """The number of an item as both bounds; and each bound alone as far as the other is not reached."""
    return each(_included(subject, place, bounds) for place, bounds in enumerate(_ranges(subject)))


def _included(subject: Subject, place: int, bounds: Range) -> Iterator[Broken]:
    def broken(drawn: tuple[Changes, int, int]) -> Broken | None:
        picture, at, kind = drawn
        plain = first(subject, picture)
        fitting = [pair for pair in zip(plain.ids, plain.values(bounds.by), strict=True) if number(pair[1]) is not None]
        id, value = some(fitting, f"a number at {bounds.by}")[at % len(fitting)]
        worth, step = number(value) or Decimal(0), Decimal(bounds.step)
        low, high = ((worth, worth), (worth, worth + step), (max(worth - step, Decimal(0)), worth))[kind]
        found = first(subject, picture, bounded(bounds, low, high))
        if id in found.ids or found.is_cut:
            return None
        message = (
            f"{' with '.join(map(str, id))} has {value!r} at {bounds.by} and is not found within {_told(low, high)}"
        )
        return Broken(message, found.promises.items, rule(subject, "ranges", place), (plain.exchange, found.exchange))

    drawn = st.tuples(pictures(subject), st.integers(0, SHOWN - 1), st.integers(0, 2))
    return held(subject, drawn, broken, 6)
