"""Family `image`: which images may be sent, by their format, their bytes and their sides."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from lookalike_specs import load_api
from lookalike_specs.pointers import join_pointer
from lookalike_specs.request_builder import collect_examples

from ..context import CheckContext
from ..finding import Failure
from ..generation.images import PILLOW_FORMATS, draw_image, draw_image_of_size, encode_base64
from ..generation.mutation import confirm_failure
from ..generation.oracle import ExpectedResponse
from ..registry import active_check

SOURCE: Final = "`x-lookalike.data.image` of each document"
RULE_POINTER: Final = "/x-lookalike/data/image"
# formats that some documents name and some do not
CANDIDATE_FORMATS: Final = ("GIF", "BMP", "TIFF", "PCX")
MAX_UNDOCUMENTED_FORMATS: Final = 2
DEFAULT_SIDE: Final = 64
# Exif's 6: turned by a quarter; 1 is upright
UPRIGHT_ORIENTATION: Final = 1
ROTATED_ORIENTATION: Final = 6
DATA_URL_PREFIX: Final = "data:image/png;base64,"
NOT_AN_IMAGE: Final = b"no picture at all"
# so much of a PNG has its header, and nothing of the image
TRUNCATED_BYTES: Final = 40
ACCEPTED: Final = ExpectedResponse()


def _takes_images(context: CheckContext) -> bool:
    return "image" in context.api.root.data and bool(_get_image_parameter(context))


@active_check(
    "image/format",
    summary="Images of each documented format are accepted; other formats, and what is no image, are refused.",
    rationale="A shop has images of every kind, and has to know which of them it must convert.",
    remediation="Tell the format by the bytes, accept those in the document, and answer the error for all others.",
    source=SOURCE,
    applies=_takes_images,
)
def image_format(context: CheckContext) -> Iterator[Failure]:
    """Send an image of each documented format and of two others, a text, half an image, and a data URL."""
    side = _pick_valid_side(context)
    documented = [PILLOW_FORMATS.get(name, name) for name in _get_rules(context)["formats"]]
    for name in dict.fromkeys(documented):
        image = encode_base64(draw_image(side, side, name))
        yield from _check_image(context, image, ACCEPTED, f"a picture in {name}", "formats")
    refused = _expect_error(context, "image-format")
    others = [name for name in CANDIDATE_FORMATS if name not in documented]
    for name in others[:MAX_UNDOCUMENTED_FORMATS]:
        image = encode_base64(draw_image(side, side, name))
        yield from _check_image(context, image, refused, f"a picture in {name}", "formats")
    yield from _check_image(context, encode_base64(NOT_AN_IMAGE), refused, "words in Base64", "formats")
    truncated = encode_base64(draw_image(side, side)[:TRUNCATED_BYTES])
    yield from _check_image(context, truncated, refused, "a picture that is cut", "formats")
    yield from _check_data_url(context, side)


def _check_data_url(context: CheckContext, side: int) -> Iterator[Failure]:
    # browsers write an image so (`canvas.toDataURL()`); whether the vendor takes it is a variant
    handling = context.variants.get("base64-prefix")
    if not handling:
        return
    expected = ACCEPTED if handling == "accepted" else _expect_error(context, "image-format")
    image = DATA_URL_PREFIX + encode_base64(draw_image(side, side))
    yield from _check_image(context, image, expected, f"a picture behind {DATA_URL_PREFIX}", "formats")


@active_check(
    "image/bytes",
    summary="An image of the documented maximum size is accepted, and one that is a byte larger is refused.",
    rationale="A client that makes its images smaller has to know how far.",
    remediation="Count the bytes as the document says, and answer the error for an image that is too large.",
    source=SOURCE,
    applies=_takes_images,
)
def byte_limit(context: CheckContext) -> Iterator[Failure]:
    """Send the largest image that is allowed, and one that is a byte larger."""
    limit = _get_rules(context)["bytes"]
    side = _pick_valid_side(context)
    if context.variants.get("image-limit") == "base64":
        # the limit counts letters of Base64, of which four hold three bytes
        limit = limit // 4 * 3
    for size, expected in ((limit, ACCEPTED), (limit + 1, _expect_error(context, "image-bytes"))):
        image = encode_base64(draw_image_of_size(size, side))
        yield from _check_image(context, image, expected, f"a picture of {size:,} bytes", "bytes")


@active_check(
    "image/sides",
    summary="Images at the documented minimum and maximum side are accepted; a pixel less or more is refused.",
    rationale="An image that was scaled to the limit must not be refused, and one beyond it must not cost a request.",
    remediation="Count both ends of the range as allowed, for width and height, and answer the error for all others.",
    source=SOURCE,
    applies=lambda context: _takes_images(context) and bool(_get_sides(context)),
)
def sides(context: CheckContext) -> Iterator[Failure]:
    """Send images at the limits, in width and in height, and a pixel beyond."""
    minimum, maximum = _get_sides(context)
    for width, height in ((minimum, minimum), (maximum, minimum), (minimum, maximum)):
        yield from _check_dimensions(context, width, height, ACCEPTED)
    beyond = [(maximum + 1, minimum), (minimum, maximum + 1)]
    if minimum > 1:
        beyond += [(minimum - 1, minimum), (minimum, minimum - 1)]
    for width, height in beyond:
        yield from _check_dimensions(context, width, height, _expect_error(context, "image-pixels"))


@active_check(
    "image/orientation",
    summary="An image that is marked as turned is refused where the document says so.",
    rationale="Cameras write such images, and what they show lies on its side.",
    remediation="Refuse images with another Exif orientation than 1, and no others.",
    source="`x-lookalike.data.reactions` of each document",
    applies=lambda context: _takes_images(context) and "image-orientation" in _get_reactions(context),
)
def orientation(context: CheckContext) -> Iterator[Failure]:
    """Send an image that is upright, and one that is turned."""
    side = _pick_valid_side(context)
    refused = _expect_error(context, "image-orientation")
    for value, expected in ((UPRIGHT_ORIENTATION, ACCEPTED), (ROTATED_ORIENTATION, refused)):
        image = encode_base64(draw_image(side, side, "JPEG", orientation=value))
        yield from _check_image(context, image, expected, f"a picture whose orientation is {value}", "orientation")


def _check_dimensions(context: CheckContext, width: int, height: int, expected: ExpectedResponse) -> Iterator[Failure]:
    image = encode_base64(draw_image(width, height))
    yield from _check_image(context, image, expected, f"a picture of {width} by {height} pixels", "sides")


def _check_image(
    context: CheckContext, image: str, expected: ExpectedResponse, description: str, keyword: str
) -> Iterator[Failure]:
    """Send an image and yield what is wrong with the answer; `keyword` names the rule in the document's data."""
    changes = {_get_image_parameter(context): image}
    rule = f"{RULE_POINTER}/{keyword}"
    yield from confirm_failure(
        lambda: expected.find_failure(context, context.send_sample(**changes), description, rule)
    )


def _get_image_parameter(context: CheckContext) -> str:
    """Return the parameter that takes an image in Base64, as the spec's own example does; "" where none does."""
    return _find_image_parameter(context.api.id, context.operation.id)


@cache
def _find_image_parameter(api_id: str, operation_id: str) -> str:
    api = load_api(api_id)
    operation = next(operation for operation in api.operations if operation.id == operation_id)
    for name, value in collect_examples(api, operation).items():
        if isinstance(value, str) and _is_image(value):
            return name
    return ""


def _is_image(text: str) -> bool:
    try:
        with Image.open(BytesIO(b64decode(text, validate=True))):
            return True
    except (ValueError, UnidentifiedImageError):
        return False


def _get_rules(context: CheckContext) -> Mapping[str, Any]:
    rules: Mapping[str, Any] = context.api.root.data["image"]
    return rules


def _get_sides(context: CheckContext) -> list[int]:
    """Return the minimum and the maximum side in pixels, or nothing where the document has no limits.

    Some vendors have the same for all images, others for each kind of instance: then those of the instance count that
    the plain request names.
    """
    data = context.api.root.data
    if "sides" in _get_rules(context):
        return [*_get_rules(context)["sides"]]
    instances: Mapping[str, Any] = data.get("instances", {}).get("known", {})
    for value in context.build_values().values():
        if isinstance(value, str) and value in instances:
            return [*data["services"][instances[value]["service"]]["sides"]]
    return []


def _pick_valid_side(context: CheckContext) -> int:
    """Return a side in pixels that no rule is against."""
    return max(DEFAULT_SIDE, *_get_sides(context)[:1], 1)


def _get_reactions(context: CheckContext) -> Mapping[str, Any]:
    reactions: Mapping[str, Any] = context.api.root.data.get("reactions", {})
    return reactions


def _expect_error(context: CheckContext, rule: str) -> ExpectedResponse:
    error = context.resolve_error(context.resolve_reaction(_get_reactions(context)[rule]))
    return ExpectedResponse(frozenset((error,)), premises=(join_pointer("x-lookalike", "data", "reactions", rule),))
