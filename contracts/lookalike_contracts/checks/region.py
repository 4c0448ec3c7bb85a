"""Family `region`: the part of the picture that was searched for."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from lookalike_specs.invariants import ImageRegions, resolve_choice
from lookalike_specs.pointers import iter_matches, resolve_pointer

from ..context import CheckContext
from ..finding import Failure
from ..registry import active_check
from ..search import (
    INVARIANTS_SOURCE,
    Changes,
    SearchResponse,
    build_image_strategy,
    falsify_invariant,
    fetch_first_page,
    locate_invariant,
    run_search,
)

Box = tuple[int, int, int, int]
# the places of left, top, right and bottom in a region's text
COORDINATE_ORDERS = {"x0,x1,y0,y1": (0, 2, 1, 3), "x0,y0,x1,y1": (0, 1, 2, 3)}
PAGE_SIZE = 5


def _has_regions(subject: CheckContext) -> bool:
    return subject.operation.extension.invariants.regions is not None


def _regions(subject: CheckContext) -> ImageRegions:
    return subject.operation.extension.invariants.regions or ImageRegions(parameter="", boxes=[], order="", echo="")


def _get_coordinate_order(subject: CheckContext) -> tuple[int, ...]:
    return COORDINATE_ORDERS[resolve_choice(_regions(subject).order, subject.variants)]


def _format_region(subject: CheckContext, box: Box) -> str:
    placed = sorted(zip(_get_coordinate_order(subject), box, strict=True))
    return ",".join(str(number) for _, number in placed)


def _parse_region(subject: CheckContext, text: object) -> Box | None:
    """Left, top, right and bottom of a region's text; None for what is none."""
    numbers = text.split(",") if isinstance(text, str) else []
    if len(numbers) != 4 or not all(number.isdecimal() for number in numbers):
        return None
    left, top, right, bottom = (int(numbers[place]) for place in _get_coordinate_order(subject))
    return left, top, right, bottom


def _list_detected_regions(found: SearchResponse) -> list[str]:
    """The parts of the picture that the server sees."""
    pointer = _regions(found.context).all_regions
    texts = [text for _, text in iter_matches(found.body, pointer)] if pointer else []
    return [part for text in texts if isinstance(text, str) for part in text.split(";") if part]


@active_check(
    "region/echo",
    summary="The answer says that it searched for the part that was asked for.",
    rationale="Clients draw a frame around it.",
    remediation="Search for the region of the request, and repeat it; a region wins over what the server would choose.",
    source=INVARIANTS_SOURCE,
    applies=_has_regions,
)
def echo(subject: CheckContext) -> Iterator[Failure]:
    """Each part of the document, also where the whole picture is asked for besides."""
    known = _regions(subject)
    whole = [{}, {known.crop: False}] if known.crop else [{}]

    def broken(drawn: tuple[Changes, Box, Changes]) -> Failure | None:
        picture, box, more = drawn
        text = _format_region(subject, box)
        found = run_search(subject, picture, {known.parameter: text}, more)
        told = resolve_pointer(found.body, known.echo)
        if told == text:
            return None
        message = f"{known.echo} is {told!r} with {known.parameter}={text}"
        return Failure(message, known.echo, locate_invariant(subject, "regions", "echo"), (found.exchange,))

    drawn = st.tuples(build_image_strategy(subject), st.sampled_from(known.boxes), st.sampled_from(whole))
    return falsify_invariant(subject, drawn, broken, 6)


@active_check(
    "region/parts",
    summary="Without a region, what was searched for is one of the parts that the server sees, and each has an area.",
    rationale="Clients offer the other parts to be searched for instead.",
    remediation="List every part, the one that was searched for among them, in the documented order of numbers.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: bool(_regions(subject).all_regions),
)
def detected_regions(subject: CheckContext) -> Iterator[Failure]:
    """The plain answer of each picture."""
    known = _regions(subject)

    def broken(picture: Changes) -> Failure | None:
        found = run_search(subject, picture)
        main = resolve_pointer(found.body, known.echo)
        seen = _list_detected_regions(found)
        where = locate_invariant(subject, "regions", "all-regions")
        if main and seen and main not in seen:
            return Failure(f"{known.echo} is {main!r}, which is none of {seen}", known.echo, where, (found.exchange,))
        for text in seen:
            box = _parse_region(subject, text)
            if box is None or box[0] >= box[2] or box[1] >= box[3]:
                order = resolve_choice(known.order, subject.variants)
                return Failure(f"{text!r} has no area as {order}", known.all_regions, where, (found.exchange,))
        return None

    return falsify_invariant(subject, build_image_strategy(subject), broken)


@active_check(
    "region/main",
    summary="Asking for the part that was searched for without asking finds the same.",
    rationale="A client that shows the frame and lets its user confirm it wants to see the same goods.",
    remediation="Search for the region of the request as for one that the server has found.",
    source=INVARIANTS_SOURCE,
    severity="warning",
    applies=_has_regions,
)
def main_region(subject: CheckContext) -> Iterator[Failure]:
    """The main part of each picture, by name."""
    known = _regions(subject)

    def broken(picture: Changes) -> Failure | None:
        plain = fetch_first_page(subject, picture, size=PAGE_SIZE)
        part = resolve_pointer(plain.body, known.echo)
        if not isinstance(part, str) or not part:
            return None
        found = fetch_first_page(subject, picture, {known.parameter: part}, size=PAGE_SIZE)
        if found.ids == plain.ids:
            return None
        message = f"other goods with {known.parameter}={part} than without, although that was searched for"
        return Failure(
            message, plain.invariants.items, locate_invariant(subject, "regions"), (plain.exchange, found.exchange)
        )

    return falsify_invariant(subject, build_image_strategy(subject), broken)


@active_check(
    "region/other",
    summary="Another part of the picture finds other goods.",
    rationale="A client that lets its user choose a part wants to see what is there.",
    remediation="Search for the region of the request, do not only repeat it.",
    source=INVARIANTS_SOURCE,
    severity="warning",
    applies=lambda subject: bool(_regions(subject).all_regions),
)
def other_regions(subject: CheckContext) -> Iterator[Failure]:
    """Every part that the server sees, of every picture: two of them may show the same, but not all of them."""
    every_picture: list[Changes] = [{}, *subject.operation.extension.invariants.images]

    def broken(chosen: list[Changes]) -> Failure | None:
        alike = list[SearchResponse]()
        for picture in chosen:
            plain, others = _search_other_regions(subject, picture)
            if any(found.ids != plain.ids for found in others):
                return None
            alike += [plain, *others] if others and plain.ids else []
        if not alike:
            return None
        message = f"the same goods whatever part of the picture {_regions(subject).parameter} names"
        exchanges = tuple(found.exchange for found in alike)
        return Failure(message, alike[0].invariants.items, locate_invariant(subject, "regions"), exchanges)

    return falsify_invariant(subject, st.just(every_picture), broken, 1)


def _search_other_regions(subject: CheckContext, picture: Changes) -> tuple[SearchResponse, list[SearchResponse]]:
    """What is found without a region, and with each of the other parts that are seen."""
    known = _regions(subject)
    plain = fetch_first_page(subject, picture, size=PAGE_SIZE)
    parts = [part for part in _list_detected_regions(plain) if part != resolve_pointer(plain.body, known.echo)]
    return plain, [fetch_first_page(subject, picture, {known.parameter: part}, size=PAGE_SIZE) for part in parts]


@active_check(
    "region/whole",
    summary="Where no main thing is looked for, the whole picture is searched for.",
    rationale="A picture that is a pattern has no main thing.",
    remediation="Search for the whole picture, and say its full size.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: bool(_regions(subject).crop),
)
def whole_image(subject: CheckContext) -> Iterator[Failure]:
    """What was searched for holds every part that is seen otherwise."""
    known = _regions(subject)

    def broken(picture: Changes) -> Failure | None:
        plain = run_search(subject, picture)
        found = run_search(subject, picture, {known.crop: False})
        text = resolve_pointer(found.body, known.echo)
        box = _parse_region(subject, text)
        inside = [part for seen in _list_detected_regions(plain) if (part := _parse_region(subject, seen))]
        if box is None or all(_contains(box, part) for part in inside):
            return None
        message = f"{known.echo} is {text!r} with {known.crop}=false, which leaves out a part of the picture"
        return Failure(
            message, known.echo, locate_invariant(subject, "regions", "crop"), (plain.exchange, found.exchange)
        )

    return falsify_invariant(subject, build_image_strategy(subject), broken)


def _contains(whole: Box, part: Box) -> bool:
    low = all(w <= p for w, p in zip(whole[:2], part[:2], strict=True))
    return low and all(w >= p for w, p in zip(whole[2:], part[2:], strict=True))
