"""Which picture it is: from its address, its id or its bytes. The same picture has the same number everywhere."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from urllib.parse import unquote

import msgspec

from .names import image_number, picture_index

CODED = 10**12
SIDE = 800


class Picture(msgspec.Struct, frozen=True):
    """A picture: its number, the product that it shows if it is a catalogue picture, its size in pixels."""

    number: int
    product: int | None
    width: int = SIDE
    height: int = SIDE


def of_product(index: int) -> Picture:
    """The picture of one product."""
    return Picture(index, index)


@lru_cache(maxsize=4096)
def of_url(url: str) -> Picture:
    """The picture at an address; scheme, host and query do not count, as mirrors serve the same picture."""
    index = picture_index(url)
    return Picture(_number(_path(url)), None) if index is None else of_product(index)


@lru_cache(maxsize=4096)
def of_id(image_id: str) -> Picture:
    """The picture behind an uploaded picture's id; an id that nobody handed out is a picture like any other."""
    number = image_number(image_id)
    if number is None:
        return Picture(_number(image_id), None)
    return of_number(number)


def of_number(number: int) -> Picture:
    """The picture with that number; numbers below 10**12 are those of products."""
    return of_product(number) if number < CODED else Picture(number, None)


def of_look(fingerprint: int, width: int, height: int) -> Picture:
    """A picture that shows no product, by its 64 bits of coarse look; copies of another size are the same picture."""
    return Picture(_number(f"{fingerprint:016x}"), None, width, height)


def _path(url: str) -> str:
    """An address without scheme, host and query; protocol-relative ones are addresses too."""
    start = url.find("//")
    return unquote(url if start < 0 else url[start + 2 :].partition("/")[2]).partition("?")[0]


def _number(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8, person=b"picture").digest()
    return CODED + int.from_bytes(digest, "big") % (99 * CODED)
