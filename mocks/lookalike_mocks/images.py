"""A picture from its bytes: is it one, of a known format and size, upright and whole, and which one is it."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from math import sqrt
from operator import mul, sub
from typing import Literal

from PIL import ExifTags, Image

from .catalogue import ImageIdentity
from .catalogue.identicon import compute_fingerprint, decode_identicon, drop_palette
from .catalogue.image import identify_by_fingerprint

ImageDefect = Literal["format", "bytes", "pixels", "orientation"]
# Pillow's names for what the vendors call otherwise
FORMAT_NAMES = {"JPG": "JPEG"}
UPRIGHT_ORIENTATIONS = (0, 1)
# the least size in which a JPEG is decoded: enough for 8 by 8 tiles, and many times faster than all of it
IDENTIFY_DRAFT_SIZE = (64, 64)


@dataclass(eq=False)
class BadImage(Exception):
    """What is wrong with it."""

    defect: ImageDefect


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a picture may be: formats by Pillow's or the vendors' names, bytes, pixels of either side, ends included.

    `upright`: whether one whose EXIF says that it has to be turned is refused.
    """

    formats: tuple[str, ...]
    max_bytes: int
    min_side: int
    max_side: int
    requires_upright: bool = True


def decode_base64(text: str) -> bytes:
    """The bytes of a text in Base64, line breaks allowed. Raises BadPicture."""
    try:
        return b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (Error, ValueError) as broken:
        raise BadImage("format") from broken


def identify_image(data: bytes, limits: ImageLimits) -> ImageIdentity:
    """Which picture it is. Raises BadPicture; nothing is decoded before its size is known to be allowed."""
    if len(data) > limits.max_bytes:
        raise BadImage("bytes")
    try:
        return _identify(data, limits)
    except BadImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise BadImage("pixels") from bomb
    except Exception as broken:  # Pillow's readers raise whatever a broken file makes them stumble over
        raise BadImage("format") from broken


def _identify(data: bytes, limits: ImageLimits) -> ImageIdentity:
    with Image.open(BytesIO(data), formats=_to_pillow_formats(limits.formats)) as image:
        size = image.size
        if not all(limits.min_side <= side <= limits.max_side for side in size):
            raise BadImage("pixels")
        if limits.requires_upright and image.getexif().get(ExifTags.Base.Orientation, 1) not in UPRIGHT_ORIENTATIONS:
            raise BadImage("orientation")
        image.draft("L", IDENTIFY_DRAFT_SIZE)
        return match_catalogue_image(image, size)


def match_catalogue_image(image: Image.Image, size: tuple[int, int]) -> ImageIdentity:
    """The product's picture that it shows; any other one goes by its coarse look, so that a copy of it is the same."""
    index = decode_identicon(image)
    if index is not None:
        return ImageIdentity(index, index, *size)
    return identify_by_fingerprint(compute_fingerprint(image), *size)


def _to_pillow_formats(formats: Iterable[str]) -> tuple[str, ...]:
    return tuple({FORMAT_NAMES.get(name, name): None for name in formats})


# the shades of a small copy, red, green and blue of each tile
Thumbnail = bytes
THUMBNAIL_SIDE = 8
THUMBNAIL_DRAFT_SIZE = (128, 128)
CHANNELS = 3
# how far shades may lie around their middle, in the mean, before that is a shape
FLAT_SPREAD = 1.5 * sqrt(CHANNELS * THUMBNAIL_SIDE * THUMBNAIL_SIDE)


def load_thumbnail(data: bytes) -> Thumbnail:
    """The look of a picture that is known to be one."""
    with Image.open(BytesIO(data)) as image:
        image.draft("RGB", THUMBNAIL_DRAFT_SIZE)
        return make_thumbnail(image)


def make_thumbnail(image: Image.Image) -> Thumbnail:
    """The look of a picture that is open; what shines through does not count."""
    return drop_palette(image).convert("RGB").resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX).tobytes()


def compute_similarity(one: Thumbnail, other: Thumbnail) -> float:
    """1 for the same look; 0.9 and more for a copy that was resized or recompressed, less for others, at least 0."""
    if one == other:
        return 1.0
    apart: float = sum(map(abs, map(sub, one, other))) / len(one) / 255
    shape = _correlate_shapes(one, other)
    return max(0.0, 1 - 3 * apart) * shape * shape * shape


def _correlate_shapes(one: Thumbnail, other: Thumbnail) -> float:
    """The correlation of the shades, 0 to 1. Pictures of nearly one shade have no shape, and have that in common."""
    (mine, my_spread) = _centre_shades(one)
    (yours, your_spread) = _centre_shades(other)
    return max(0.0, sum(map(mul, mine, yours), FLAT_SPREAD**2) / (my_spread * your_spread))


@lru_cache(maxsize=4096)
def _centre_shades(shades: Thumbnail) -> tuple[list[float], float]:
    """The shades around the middle one of their colour, and how far they spread."""
    middles = [sum(shades[colour::CHANNELS]) / (THUMBNAIL_SIDE * THUMBNAIL_SIDE) for colour in range(CHANNELS)]
    found = list(map(sub, shades, middles * (THUMBNAIL_SIDE * THUMBNAIL_SIDE)))
    return found, sqrt(sum(map(mul, found, found), FLAT_SPREAD**2))
