"""A picture from its bytes: is it one, of a known format and size, upright and whole, and which one is it."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import ExifTags, Image

from .catalogue import ImageIdentity, picture
from .catalogue.identicon import compute_fingerprint, decode_identicon

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
    return picture.identify_by_fingerprint(compute_fingerprint(image), *size)


def _to_pillow_formats(formats: Iterable[str]) -> tuple[str, ...]:
    return tuple({FORMAT_NAMES.get(name, name): None for name in formats})
