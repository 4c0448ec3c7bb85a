"""An image from its bytes: is it one, of a known format and size, upright and whole, and which one is it."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from math import sqrt
from operator import mul, sub
from typing import Final, Literal

from PIL import ExifTags, Image

from .catalogue import ImageIdentity
from .catalogue.identicon import compute_fingerprint, decode_identicon, drop_palette
from .catalogue.image import identify_by_fingerprint
from .memory.caches import cache_result

ImageDefect = Literal["format", "bytes", "pixels", "orientation"]
# Pillow's names for what the vendors call otherwise
FORMAT_NAMES: Final = {"JPG": "JPEG"}
# Each scan of a progressive JPEG is decoded over the whole image, and takes 33 bytes. Cameras and editors write ten or so.
JPEG_START: Final = b"\xff\xd8"
SCAN_MARKER: Final = b"\xff\xda"
MAX_SCANS: Final = 100
UPRIGHT_ORIENTATIONS: Final = (0, 1)
# the least size in which a JPEG is decoded: enough for 8 by 8 tiles, and many times faster than all of it
IDENTIFY_DRAFT_SIZE: Final = (64, 64)
# the shades of a small copy, red, green and blue of each tile
Thumbnail = bytes
THUMBNAIL_SIDE: Final = 8
THUMBNAIL_DRAFT_SIZE: Final = (128, 128)
CHANNELS: Final = 3
# of a list of so many floats
CENTRED_BYTES: Final = 32 * CHANNELS * THUMBNAIL_SIDE * THUMBNAIL_SIDE
# how far shades may lie around their middle, in the mean, before that is a shape
FLAT_SPREAD: Final = 1.5 * sqrt(CHANNELS * THUMBNAIL_SIDE * THUMBNAIL_SIDE)


@dataclass(eq=False)
class BadImage(Exception):
    """Bytes that are no image, or not one that is allowed."""

    defect: ImageDefect


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What an image may be: formats by Pillow's or the vendors' names, bytes, pixels of either side, ends included.

    `requires_upright`: whether one whose EXIF says that it has to be turned is refused.
    """

    formats: tuple[str, ...]
    max_bytes: int
    min_side: int
    max_side: int
    requires_upright: bool = True


def decode_base64(text: str) -> bytes:
    """Return the bytes of a text in Base64, line breaks allowed. Raise BadImage."""
    try:
        return b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (Error, ValueError) as error:
        raise BadImage("format") from error


def identify_image(data: bytes, limits: ImageLimits) -> ImageIdentity:
    """Return which image it is. Raise BadImage; nothing is decoded before its size is known to be allowed."""
    if len(data) > limits.max_bytes:
        raise BadImage("bytes")
    try:
        return _identify(data, limits)
    except BadImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage("pixels") from error
    except Exception as error:  # Pillow's readers raise whatever a broken file makes them stumble over
        raise BadImage("format") from error


def _identify(data: bytes, limits: ImageLimits) -> ImageIdentity:
    # within a scan 0xFF is always followed by 0x00, so that the marker stands nowhere else but in a comment
    if data.startswith(JPEG_START) and data.count(SCAN_MARKER) > MAX_SCANS:
        raise BadImage("format")
    with Image.open(BytesIO(data), formats=_to_pillow_formats(limits.formats)) as image:
        # open() reads the header alone, so that a bomb of 50,000 by 50,000 pixels costs nothing
        size = image.size
        if not all(limits.min_side <= side <= limits.max_side for side in size):
            raise BadImage("pixels")
        if limits.requires_upright and image.getexif().get(ExifTags.Base.Orientation, 1) not in UPRIGHT_ORIENTATIONS:
            raise BadImage("orientation")
        image.draft("L", IDENTIFY_DRAFT_SIZE)
        return match_catalogue_image(image, size)


def match_catalogue_image(image: Image.Image, size: tuple[int, int]) -> ImageIdentity:
    """Return the product's image that it shows; any other goes by its coarse look, so that a copy of it is the same."""
    index = decode_identicon(image)
    if index is not None:
        return ImageIdentity(index, index, *size)
    return identify_by_fingerprint(compute_fingerprint(image), *size)


def _to_pillow_formats(formats: Iterable[str]) -> tuple[str, ...]:
    return tuple({FORMAT_NAMES.get(name, name): None for name in formats})


def load_thumbnail(data: bytes) -> Thumbnail:
    """Return the thumbnail of bytes that are known to be an image."""
    with Image.open(BytesIO(data)) as image:
        image.draft("RGB", THUMBNAIL_DRAFT_SIZE)
        return make_thumbnail(image)


def make_thumbnail(image: Image.Image) -> Thumbnail:
    """Return the thumbnail of an image that is open; what shines through does not count."""
    opaque = drop_palette(image).convert("RGB")
    return opaque.resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX).tobytes()


def compute_similarity(one: Thumbnail, other: Thumbnail) -> float:
    """Return 1 for the same look; 0.9 and more for a copy that was resized or recompressed, less for others, at least 0.

    Two things count: how far the shades lie apart, which finds a red shirt unlike a blue one, and whether light and dark
    stand in the same places, which finds a striped shirt unlike a plain one.
    """
    if one == other:
        return 1.0
    distance: float = sum(map(abs, map(sub, one, other))) / len(one) / 255
    shape = _correlate_shapes(one, other)
    return max(0.0, 1 - 3 * distance) * shape * shape * shape


def _correlate_shapes(one: Thumbnail, other: Thumbnail) -> float:
    """Return the correlation of the shades, 0 to 1.

    Images of nearly one shade have no shape, and have that in common: FLAT_SPREAD stands in both for the shape that is
    missing, and counts for nothing where there is one.
    """
    one_shades, one_spread = _centre_shades(one)
    other_shades, other_spread = _centre_shades(other)
    product = sum(map(mul, one_shades, other_shades), FLAT_SPREAD**2)
    return max(0.0, product / (one_spread * other_spread))


@cache_result(lambda _: CENTRED_BYTES)
def _centre_shades(shades: Thumbnail) -> tuple[list[float], float]:
    """Return the shades around the middle one of their colour, and how far they spread."""
    tiles = THUMBNAIL_SIDE * THUMBNAIL_SIDE
    middles = [sum(shades[channel::CHANNELS]) / tiles for channel in range(CHANNELS)]
    centred = list(map(sub, shades, middles * tiles))
    return centred, sqrt(sum(map(mul, centred, centred), FLAT_SPREAD**2))
