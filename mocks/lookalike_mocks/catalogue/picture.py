"""Which picture it is: from its address, its id or its bytes. The same picture has the same number everywhere."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from urllib.parse import unquote

import msgspec

from .names import decode_image_id, decode_image_code

PRODUCT_NUMBER_LIMIT = 10**12
DEFAULT_SIDE = 800


class ImageIdentity(msgspec.Struct, frozen=True):
    """A picture: its number, the product that it shows if it is a catalogue picture, its size in pixels."""

    number: int
    product_index: int | None
    width: int = DEFAULT_SIDE
    height: int = DEFAULT_SIDE


def identify_by_product(index: int) -> ImageIdentity:
    """The picture of one product."""
    return ImageIdentity(index, index)


@lru_cache(maxsize=4096)
def identify_by_url(url: str) -> ImageIdentity:
    """The picture at an address; scheme, host and query do not count, as mirrors serve the same picture."""
    index = decode_image_code(url)
    return ImageIdentity(_hash_number(_url_path(url)), None) if index is None else identify_by_product(index)


@lru_cache(maxsize=4096)
def identify_by_id(image_id: str) -> ImageIdentity:
    """The picture behind an uploaded picture's id; an id that nobody handed out is a picture like any other."""
    number = decode_image_id(image_id)
    if number is None:
        return ImageIdentity(_hash_number(image_id), None)
    return identify_by_number(number)


def identify_by_number(number: int) -> ImageIdentity:
    """The picture with that number; numbers below 10**12 are those of products."""
    return identify_by_product(number) if number < PRODUCT_NUMBER_LIMIT else ImageIdentity(number, None)


def identify_by_fingerprint(fingerprint: int, width: int, height: int) -> ImageIdentity:
    """A picture that shows no product, by its 64 bits of coarse look; copies of another size are the same picture."""
    return ImageIdentity(_hash_number(f"{fingerprint:016x}"), None, width, height)


def _url_path(url: str) -> str:
    """An address without scheme, host and query; protocol-relative ones are addresses too."""
    start = url.find("//")
    return unquote(url if start < 0 else url[start + 2 :].partition("/")[2]).partition("?")[0]


def _hash_number(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8, person=b"picture").digest()
    return PRODUCT_NUMBER_LIMIT + int.from_bytes(digest, "big") % (99 * PRODUCT_NUMBER_LIMIT)
