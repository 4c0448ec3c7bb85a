"""Family `region`: the part of the picture that was searched for."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from lookalike_specs.promises import Regions, choose

from ..answers.pointer import at, every
from ..finding import Broken
from ..registry import probe
from ..searches.pages import first
from ..searches.search import SOURCE, Changes, Found, find, held, pictures, rule
from ..subject import Subject

Box = tuple[int, int, int, int]
# the places of left, top, right and bottom in a region's text
PLACES = {"x0,x1,y0,y1": (0, 2, 1, 3), "x0,y0,x1,y1": (0, 1, 2, 3)}
SHOWN = 5


def _has_regions(subject: Subject) -> bool:
    return subject.operation.extension.promises.regions is not None


def _regions(subject: Subject) -> Regions:
    return subject.operation.extension.promises.regions or Regions(parameter="", boxes=[], order="", echo="")


def _places(subject: Subject) -> tuple[int, ...]:
    return PLACES[choose(_regions(subject).order, subject.variants)]


def _text(subject: Subject, box: Box) -> str:
    placed = sorted(zip(_places(subject), box, strict=True))
    return ",".join(str(number) for _, number in placed)


def _box(subject: Subject, text: object) -> Box | None:
    """Left, top, right and bottom of a region's text; None for what is none."""
    numbers = text.split(",") if isinstance(text, str) else []
    if len(numbers) != 4 or not all(number.isdecimal() for number in numbers):
        return None
    left, top, right, bottom = (int(numbers[place]) for place in _places(subject))
    return left, top, right, bottom


def _parts(found: Found) -> list[str]:
    """The parts of the picture that the server sees."""
    pointer = _regions(found.subject).all
    texts = [text for _, text in every(found.body, pointer)] if pointer else []
    return [part for text in texts if isinstance(text, str) for part in text.split(";") if part]


@probe(
    "region/echo",
    says="The answer says that it searched for the part that was asked for.",
    why="Clients draw a frame around it.",
    how="Search for the region of the request, and repeat it; a region wins over what the server would choose.",
    source=SOURCE,
    applies=_has_regions,
)
def echo(subject: Subject) -> Iterator[Broken]:
    """Each part of the document, also where the whole picture is asked for besides."""
    known = _regions(subject)
    whole = [{}, {known.crop: False}] if known.crop else [{}]

    def broken(drawn: tuple[Changes, Box, Changes]) -> Broken | None:
        picture, box, more = drawn
        text = _text(subject, box)
        found = find(subject, picture, {known.parameter: text}, more)
        told = at(found.body, known.echo)
        if told == text:
            return None
        message = f"{known.echo} is {told!r} with {known.parameter}={text}"
        return Broken(message, known.echo, rule(subject, "regions", "echo"), (found.exchange,))

    drawn = st.tuples(pictures(subject), st.sampled_from(known.boxes), st.sampled_from(whole))
    return held(subject, drawn, broken, 6)


@probe(
    "region/parts",
    says="Without a region, what was searched for is one of the parts that the server sees, and each has an area.",
    why="Clients offer the other parts to be searched for instead.",
    how="List every part, the one that was searched for among them, in the documented order of numbers.",
    source=SOURCE,
    applies=lambda subject: bool(_regions(subject).all),
)
def parts(subject: Subject) -> Iterator[Broken]:
    """The plain answer of each picture."""
    known = _regions(subject)

    def broken(picture: Changes) -> Broken | None:
        found = find(subject, picture)
        main, seen = at(found.body, known.echo), _parts(found)
        where = rule(subject, "regions", "all")
        if main and seen and main not in seen:
            return Broken(f"{known.echo} is {main!r}, which is none of {seen}", known.echo, where, (found.exchange,))
        for text in seen:
            box = _box(subject, text)
            if box is None or box[0] >= box[2] or box[1] >= box[3]:
                order = choose(known.order, subject.variants)
                return Broken(f"{text!r} has no area as {order}", known.all, where, (found.exchange,))
        return None

    return held(subject, pictures(subject), broken)


@probe(
    "region/main",
    says="Asking for the part that was searched for without asking finds the same.",
    why="A client that shows the frame and lets its user confirm it wants to see the same goods.",
    how="Search for the region of the request as for one that the server has found.",
    source=SOURCE,
    severity="warning",
    applies=_has_regions,
)
def main(subject: Subject) -> Iterator[Broken]:
    """The main part of each picture, by name."""
    known = _regions(subject)

    def broken(picture: Changes) -> Broken | None:
        plain = first(subject, picture, size=SHOWN)
        part = at(plain.body, known.echo)
        if not isinstance(part, str) or not part:
            return None
        found = first(subject, picture, {known.parameter: part}, size=SHOWN)
        if found.ids == plain.ids:
            return None
        message = f"other goods with {known.parameter}={part} than without, although that was searched for"
        return Broken(message, plain.promises.items, rule(subject, "regions"), (plain.exchange, found.exchange))

    return held(subject, pictures(subject), broken)


@probe(
    "region/other",
    says="Another part of the picture finds other goods.",
    why="A client that lets its user choose a part wants to see what is there.",
    how="Search for the region of the request, do not only repeat it.",
    source=SOURCE,
    severity="warning",
    applies=lambda subject: bool(_regions(subject).all),
)
def other(subject: Subject) -> Iterator[Broken]:
    """Every part that the server sees, of every picture: two of them may show the same, but not all of them."""
    every_picture: list[Changes] = [{}, *subject.operation.extension.promises.pictures]

    def broken(chosen: list[Changes]) -> Broken | None:
        alike = list[Found]()
        for picture in chosen:
            plain, others = _others(subject, picture)
            if any(found.ids != plain.ids for found in others):
                return None
            alike += [plain, *others] if others and plain.ids else []
        if not alike:
            return None
        message = f"the same goods whatever part of the picture {_regions(subject).parameter} names"
        exchanges = tuple(found.exchange for found in alike)
        return Broken(message, alike[0].promises.items, rule(subject, "regions"), exchanges)

    return held(subject, st.just(every_picture), broken, 1)


def _others(subject: Subject, picture: Changes) -> tuple[Found, list[Found]]:
    """What is found without a region, and with each of the other parts that are seen."""
    known = _regions(subject)
    plain = first(subject, picture, size=SHOWN)
    parts = [part for part in _parts(plain) if part != at(plain.body, known.echo)]
    return plain, [first(subject, picture, {known.parameter: part}, size=SHOWN) for part in parts]


@probe(
    "region/whole",
    says="Where no main thing is looked for, the whole picture is searched for.",
    why="A picture that is a pattern has no main thing.",
    how="Search for the whole picture, and say its full size.",
    source=SOURCE,
    applies=lambda subject: bool(_regions(subject).crop),
)
def whole(subject: Subject) -> Iterator[Broken]:
    """What was searched for holds every part that is seen otherwise."""
    known = _regions(subject)

    def broken(picture: Changes) -> Broken | None:
        plain, found = find(subject, picture), find(subject, picture, {known.crop: False})
        text = at(found.body, known.echo)
        box = _box(subject, text)
        inside = [part for seen in _parts(plain) if (part := _box(subject, seen))]
        if box is None or all(_within(box, part) for part in inside):
            return None
        message = f"{known.echo} is {text!r} with {known.crop}=false, which leaves out a part of the picture"
        return Broken(message, known.echo, rule(subject, "regions", "crop"), (plain.exchange, found.exchange))

    return held(subject, pictures(subject), broken)


def _within(whole: Box, part: Box) -> bool:
    low = all(w <= p for w, p in zip(whole[:2], part[:2], strict=True))
    return low and all(w >= p for w, p in zip(whole[2:], part[2:], strict=True))
