"""A picture from its bytes: is it one, of a known format and size, upright and whole, and which one is it."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import ExifTags, Image

from .catalogue import Picture, picture
from .catalogue.identicon import fingerprint, read

Fault = Literal["format", "bytes", "pixels", "orientation"]
# Pillow's names for what the vendors call otherwise
NAMES = {"JPG": "JPEG"}
UPRIGHT = (0, 1)
# the least size in which a JPEG is decoded: enough for 8 by 8 tiles, and many times faster than all of it
DRAFT = (64, 64)


@dataclass(eq=False)
class BadPicture(Exception):
    """What is wrong with it."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture may be: formats by Pillow's or the vendors' names, bytes, pixels of either side, ends included.

    `upright`: whether one whose EXIF says that it has to be turned is refused.
    """

    formats: tuple[str, ...]
    most_bytes: int
    least_side: int
    most_side: int
    upright: bool = True


def decoded(text: str) -> bytes:
    """The bytes of a text in Base64, line breaks allowed. Raises BadPicture."""
    try:
        return b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (Error, ValueError) as broken:
        raise BadPicture("format") from broken


def look(data: bytes, limits: Limits) -> Picture:
    """Which picture it is. Raises BadPicture; nothing is decoded before its size is known to be allowed."""
    if len(data) > limits.most_bytes:
        raise BadPicture("bytes")
    try:
        return _look(data, limits)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise BadPicture("pixels") from bomb
    except Exception as broken:  # Pillow's readers raise whatever a broken file makes them stumble over
        raise BadPicture("format") from broken


def _look(data: bytes, limits: Limits) -> Picture:
    with Image.open(BytesIO(data), formats=_pillow(limits.formats)) as image:
        size = image.size
        if not all(limits.least_side <= side <= limits.most_side for side in size):
            raise BadPicture("pixels")
        if limits.upright and image.getexif().get(ExifTags.Base.Orientation, 1) not in UPRIGHT:
            raise BadPicture("orientation")
        image.draft("L", DRAFT)
        return known(image, size)


def known(image: Image.Image, size: tuple[int, int]) -> Picture:
    """The product's picture that it shows; any other one goes by its coarse look, so that a copy of it is the same."""
    index = read(image)
    if index is not None:
        return Picture(index, index, *size)
    return picture.of_look(fingerprint(image), *size)


def _pillow(formats: Iterable[str]) -> tuple[str, ...]:
    return tuple({NAMES.get(name, name): None for name in formats})
