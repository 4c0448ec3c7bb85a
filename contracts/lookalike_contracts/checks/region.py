"""Family `region`: the part of the image that was searched for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from lookalike_specs.invariants import ImageRegions, resolve_choice
from lookalike_specs.pointers import iter_matches, resolve_pointer
from lookalike_specs.provenance import Source

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
    find_item_difference,
    locate_invariant,
    run_search,
)

PAGE_SIZE: Final = 5
# where left, top, right and bottom stand in a region's text: in `10,90,20,80` of the first kind, top is 20
COORDINATE_ORDERS: Final = {"x0,x1,y0,y1": (0, 2, 1, 3), "x0,y0,x1,y1": (0, 1, 2, 3)}


class Box(NamedTuple):
    """A part of an image, in pixels from its upper left corner."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def has_area(self) -> bool:
        return self.left < self.right and self.top < self.bottom

    def contains(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


def _has_regions(context: CheckContext) -> bool:
    return context.operation.extension.invariants.regions is not None


def _get_regions(context: CheckContext) -> ImageRegions:
    return context.operation.extension.invariants.regions or ImageRegions(parameter="", boxes=[], order="", echo="")


def _lists_regions(context: CheckContext) -> bool:
    return bool(_get_regions(context).all_regions)


def _get_coordinate_order(context: CheckContext) -> tuple[int, ...]:
    return COORDINATE_ORDERS[resolve_choice(_get_regions(context).order, context.variants)]


def _format_region(context: CheckContext, box: tuple[int, int, int, int]) -> str:
    # to write a box, each number goes to its place in the text; sorting by the place does that
    positioned = sorted(zip(_get_coordinate_order(context), box, strict=True))
    return ",".join(str(number) for _, number in positioned)


def _parse_region(context: CheckContext, text: object) -> Box | None:
    """Return the box of a region's text; None for a text that is none."""
    numbers = text.split(",") if isinstance(text, str) else []
    if len(numbers) != 4 or not all(number.isdecimal() for number in numbers):
        return None
    return Box(*(int(numbers[position]) for position in _get_coordinate_order(context)))


def _read_main_region(response: SearchResponse) -> Any:
    """Return the region that the response says it was searched for."""
    return resolve_pointer(response.body, _get_regions(response.context).echo)


def _list_detected_regions(response: SearchResponse) -> list[str]:
    """Return the regions that the server sees in the image; several may stand in one text, with `;` between."""
    pointer = _get_regions(response.context).all_regions
    if not pointer:
        return []
    texts = [text for _, text in iter_matches(response.body, pointer) if isinstance(text, str)]
    return [region for text in texts for region in text.split(";") if region]


@active_check(
    "region/echo",
    summary="The response says that it searched for the region that was asked for.",
    rationale="Clients draw a frame around it.",
    remediation="Search for the region of the request, and repeat it; it wins over what the server would choose.",
    source=INVARIANTS_SOURCE,
    applies=_has_regions,
)
def echo(context: CheckContext) -> Iterator[Failure]:
    """Ask for each region of the document, also together with the parameter that asks for the whole image."""
    regions = _get_regions(context)
    crops: list[Changes] = [{}]
    if regions.crop:
        crops.append({regions.crop: False})
    cases = st.tuples(build_image_strategy(context), st.sampled_from(regions.boxes), st.sampled_from(crops))
    return falsify_invariant(context, cases, partial(_find_wrong_echo, context), 6)


def _find_wrong_echo(context: CheckContext, case: tuple[Changes, tuple[int, int, int, int], Changes]) -> Failure | None:
    image, box, crop = case
    regions = _get_regions(context)
    region = _format_region(context, box)
    response = run_search(context, image, {regions.parameter: region}, crop)
    main = _read_main_region(response)
    if main == region:
        return None
    message = f"{regions.echo} is {main!r} with {regions.parameter}={region}"
    return Failure(message, regions.echo, locate_invariant(context, "regions", "echo"), (response.exchange,))


@active_check(
    "region/parts",
    summary="The region that the server chose is one of those that it lists, and each of them has an area.",
    rationale="Clients offer the other regions, so that a buyer can search for one of those instead.",
    remediation="List every region, the chosen one among them, with its numbers in the documented order.",
    source=INVARIANTS_SOURCE,
    applies=_lists_regions,
)
def detected_regions(context: CheckContext) -> Iterator[Failure]:
    """Look at the plain response to each image."""
    return falsify_invariant(context, build_image_strategy(context), partial(_find_wrong_region, context))


def _find_wrong_region(context: CheckContext, image: Changes) -> Failure | None:
    regions = _get_regions(context)
    rule = locate_invariant(context, "regions", "all-regions")
    response = run_search(context, image)
    main = _read_main_region(response)
    detected = _list_detected_regions(response)
    if main and detected and main not in detected:
        message = f"{regions.echo} is {main!r}, which is none of {detected}"
        return Failure(message, regions.echo, rule, (response.exchange,))
    for text in detected:
        box = _parse_region(context, text)
        if box is None or not box.has_area:
            order = resolve_choice(regions.order, context.variants)
            return Failure(f"{text!r} has no area as {order}", regions.all_regions, rule, (response.exchange,))
    return None


@active_check(
    "region/main",
    summary="Asking for the region that the server would choose finds the same as not asking for any.",
    rationale="A client that shows the frame and lets its user confirm it wants to see the same items.",
    remediation="Search for the region of a request as for one that the server has found.",
    source=INVARIANTS_SOURCE,
    provenance=Source("inferred", "a region that is named is searched for as one that was found"),
    applies=_has_regions,
)
def main_region(context: CheckContext) -> Iterator[Failure]:
    """Ask for the chosen region of each image by its numbers."""
    return falsify_invariant(context, build_image_strategy(context), partial(_find_other_items, context))


def _find_other_items(context: CheckContext, image: Changes) -> Failure | None:
    parameter = _get_regions(context).parameter
    plain = fetch_first_page(context, image, size=PAGE_SIZE)
    region = _read_main_region(plain)
    if not isinstance(region, str) or not region:
        return None
    named = fetch_first_page(context, image, {parameter: region}, size=PAGE_SIZE)
    # of two searches for one region the totals may be estimates, the goods on a page are not
    if named.ids == plain.ids:
        return None
    difference = find_item_difference(named, plain)
    sent = f"{parameter}={region}"
    message = f"other goods with {sent} than without, although that was searched for: {difference}"
    exchanges = (plain.exchange, named.exchange)
    pointer = difference.pointer if difference else plain.invariants.items
    return Failure(message, pointer, locate_invariant(context, "regions", "echo"), exchanges)


@active_check(
    "region/other",
    summary="Another region of the image finds other items.",
    rationale="A client that lets its user choose a region wants to see what is there.",
    remediation="Search for the region of the request; do not only repeat it.",
    source=INVARIANTS_SOURCE,
    provenance=Source("inferred", "other parts of a picture show other things, but need not"),
    applies=_lists_regions,
)
def other_regions(context: CheckContext) -> Iterator[Failure]:
    """Ask for every region that the server sees, of every image.

    Two regions may show the same thing; it is wrong only if all regions of all images find the same. So there is one
    case, which has all images.
    """
    images: list[Changes] = [{}, *context.operation.extension.invariants.images]
    return falsify_invariant(context, st.just(images), partial(_find_ignored_region, context), 1)


def _find_ignored_region(context: CheckContext, images: list[Changes]) -> Failure | None:
    responses: list[SearchResponse] = []
    for image in images:
        plain, others = _search_other_regions(context, image)
        if any(other.ids != plain.ids for other in others):
            return None
        if others and plain.ids:
            responses += [plain, *others]
    if not responses:
        return None
    message = f"the same goods whatever part of the picture {_get_regions(context).parameter} names"
    exchanges = tuple(response.exchange for response in responses)
    return Failure(message, responses[0].invariants.items, locate_invariant(context, "regions", "parameter"), exchanges)


def _search_other_regions(context: CheckContext, image: Changes) -> tuple[SearchResponse, list[SearchResponse]]:
    """Return what is found without a region, and with each of the regions that the server did not choose."""
    parameter = _get_regions(context).parameter
    plain = fetch_first_page(context, image, size=PAGE_SIZE)
    main = _read_main_region(plain)
    # the one that the server chose would find the same as no region at all
    others = [region for region in _list_detected_regions(plain) if region != main]
    return plain, [fetch_first_page(context, image, {parameter: region}, size=PAGE_SIZE) for region in others]


@active_check(
    "region/whole",
    summary="A request that switches off the choice of a region searches for the whole image.",
    rationale="An image of a pattern has no main region.",
    remediation="Search for the whole image, and say its full size.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: bool(_get_regions(context).crop),
)
def whole_image(context: CheckContext) -> Iterator[Failure]:
    """Compare what was searched for with the regions that the server sees otherwise: it has to contain all of them."""
    return falsify_invariant(context, build_image_strategy(context), partial(_find_cropped_image, context))


def _find_cropped_image(context: CheckContext, image: Changes) -> Failure | None:
    regions = _get_regions(context)
    plain = run_search(context, image)
    uncropped = run_search(context, image, {regions.crop: False})
    region = _read_main_region(uncropped)
    whole = _parse_region(context, region)
    boxes = [_parse_region(context, text) for text in _list_detected_regions(plain)]
    if whole is None or all(box is None or whole.contains(box) for box in boxes):
        return None
    message = f"{regions.echo} is {region!r} with {regions.crop}=false, which leaves out a part of the picture"
    rule = locate_invariant(context, "regions", "crop")
    return Failure(message, regions.echo, rule, (plain.exchange, uncropped.exchange))
