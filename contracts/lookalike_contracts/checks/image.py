"""Family `picture`: what a picture that is sent may be, by its format, its bytes and its sides."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from lookalike_specs import load_api
from lookalike_specs.request_builder import collect_examples

from ..context import CheckContext
from ..finding import Failure
from ..generation.images import PILLOW_FORMATS, draw_image, draw_image_of_size, encode_base64
from ..generation.mutation import confirm_failure
from ..generation.oracle import ExpectedResponse
from ..registry import active_check

SOURCE: Final = "`x-lookalike.data.picture` of each document"
RULE_POINTER: Final = "/x-lookalike/data/image"
# formats that some documents name and some do not
CANDIDATE_FORMATS: Final = ("GIF", "BMP", "TIFF", "PCX")
DEFAULT_SIDE = 64
ROTATED_ORIENTATION = 6
MAX_UNDOCUMENTED_FORMATS = 2
DATA_URL_PREFIX: Final = "data:image/png;base64,"
NOT_AN_IMAGE: Final = b"no picture at all"


def _takes_images(subject: CheckContext) -> bool:
    return "image" in subject.api.root.data and bool(_get_image_parameter(subject))


@active_check(
    "picture/format",
    summary="Pictures of each documented format are taken; others, and what is no picture, are refused.",
    rationale="A shop has pictures of every kind, and has to know which to convert.",
    remediation="Take the documented formats by what the bytes are, and answer the error for the others.",
    source=SOURCE,
    applies=_takes_images,
)
def image_format(subject: CheckContext) -> Iterator[Failure]:
    """One of each format, two of formats that are not documented, a text, and what is no Base64."""
    side = _pick_valid_side(subject)
    known = [PILLOW_FORMATS.get(name, name) for name in _rules(subject)["formats"]]
    for name in dict.fromkeys(known):
        yield from _check_image(
            subject, encode_base64(draw_image(side, side, name)), ExpectedResponse(), f"a picture in {name}"
        )
    others = [name for name in CANDIDATE_FORMATS if name not in known][:MAX_UNDOCUMENTED_FORMATS]
    bad = [(f"a picture in {name}", encode_base64(draw_image(side, side, name))) for name in others]
    bad += [
        ("words in Base64", encode_base64(NOT_AN_IMAGE)),
        ("a picture that is cut", encode_base64(draw_image(side, side)[:40])),
    ]
    for told, text in bad:
        yield from _check_image(subject, text, _expect_error(subject, "image-format"), told)
    if way := subject.variants.get("base64-prefix"):
        wanted = ExpectedResponse() if way == "accepted" else _expect_error(subject, "image-format")
        yield from _check_image(
            subject,
            DATA_URL_PREFIX + encode_base64(draw_image(side, side)),
            wanted,
            f"a picture behind {DATA_URL_PREFIX}",
        )


@active_check(
    "picture/bytes",
    summary="A picture of just the documented weight is taken, one of a byte more is refused.",
    rationale="A client that scales its pictures down has to know how far.",
    remediation="Count the bytes as the document says, and answer the error for too many.",
    source=SOURCE,
    applies=_takes_images,
)
def byte_limit(subject: CheckContext) -> Iterator[Failure]:
    """The heaviest picture there may be, and the next."""
    limit = _rules(subject)["bytes"]
    side = _pick_valid_side(subject)
    if subject.variants.get("image-limit") == "base64":
        limit = limit // 4 * 3
    for over, wanted in ((0, ExpectedResponse()), (1, _expect_error(subject, "image-bytes"))):
        yield from _check_image(
            subject,
            encode_base64(draw_image_of_size(limit + over, side)),
            wanted,
            f"a picture of {limit + over:,} bytes",
        )


@active_check(
    "picture/sides",
    summary="Pictures of the least and the greatest documented side are taken, those of a pixel less or more refused.",
    rationale="A picture that is scaled to the limit must not be refused, and nobody should pay for one that is.",
    remediation="Count both ends of the range as inside, for either side, and answer the error for the others.",
    source=SOURCE,
    applies=lambda subject: _takes_images(subject) and bool(_sides(subject)),
)
def sides(subject: CheckContext) -> Iterator[Failure]:
    """The least and the greatest, both ways, and a pixel beyond."""
    least, most = _sides(subject)
    for width, height in ((least, least), (most, least), (least, most)):
        yield from _check_dimensions(subject, width, height, ExpectedResponse())
    wrong = [(most + 1, least), (least, most + 1)]
    wrong += [(least - 1, least), (least, least - 1)] if least > 1 else []
    for width, height in wrong:
        yield from _check_dimensions(subject, width, height, _expect_error(subject, "image-pixels"))


@active_check(
    "picture/orientation",
    summary="A picture that says that it has to be turned is refused where the document says so.",
    rationale="Cameras write such pictures, and what is to be seen on them lies on its side.",
    remediation="Refuse what has another orientation than 1, and nothing else.",
    source="`x-lookalike.data.reactions` of each document",
    applies=lambda subject: _takes_images(subject) and "image-orientation" in _reactions(subject),
)
def orientation(subject: CheckContext) -> Iterator[Failure]:
    """Upright, and turned."""
    side = _pick_valid_side(subject)
    for turn, wanted in ((1, ExpectedResponse()), (ROTATED_ORIENTATION, _expect_error(subject, "image-orientation"))):
        text = encode_base64(draw_image(side, side, "JPEG", orientation=turn))
        yield from _check_image(subject, text, wanted, f"a picture whose orientation is {turn}")


def _check_dimensions(subject: CheckContext, width: int, height: int, wanted: ExpectedResponse) -> Iterator[Failure]:
    text = encode_base64(draw_image(width, height))
    yield from _check_image(subject, text, wanted, f"a picture of {width} by {height} pixels")


def _check_image(subject: CheckContext, text: str, wanted: ExpectedResponse, told: str) -> Iterator[Failure]:
    sent = {_get_image_parameter(subject): text}
    yield from confirm_failure(lambda: wanted.find_failure(subject, subject.send_sample(**sent), told, RULE_POINTER))


def _get_image_parameter(subject: CheckContext) -> str:
    """The parameter that takes a picture in Base64, as the spec's own example does; "" where none does."""
    return _find_image_parameter(subject.api.id, subject.operation.id)


@cache
def _find_image_parameter(api: str, operation: str) -> str:
    loaded = load_api(api)
    known = collect_examples(loaded, next(each for each in loaded.operations if each.id == operation))
    return next((name for name, value in known.items() if isinstance(value, str) and _is_image(value)), "")


def _is_image(text: str) -> bool:
    try:
        with Image.open(BytesIO(b64decode(text, validate=True))):
            return True
    except (ValueError, UnidentifiedImageError):
        return False


def _rules(subject: CheckContext) -> Mapping[str, Any]:
    found: Mapping[str, Any] = subject.api.root.data["image"]
    return found


def _sides(subject: CheckContext) -> list[int]:
    """The least and the greatest side: of every picture, or of those that go to the instance that is asked."""
    data = subject.api.root.data
    if "sides" in _rules(subject):
        return [*_rules(subject)["sides"]]
    known: Mapping[str, Any] = data.get("instances", {}).get("known", {})
    asked = [known[value] for value in subject.build_values().values() if isinstance(value, str) and value in known]
    return [*data["services"][asked[0]["service"]]["sides"]] if asked else []


def _pick_valid_side(subject: CheckContext) -> int:
    """One that nobody minds."""
    return max(DEFAULT_SIDE, *_sides(subject)[:1], 1)


def _reactions(subject: CheckContext) -> Mapping[str, Any]:
    found: Mapping[str, Any] = subject.api.root.data.get("reactions", {})
    return found


def _expect_error(subject: CheckContext, rule: str) -> ExpectedResponse:
    return ExpectedResponse(frozenset((subject.resolve_error(subject.resolve_reaction(_reactions(subject)[rule])),)))
