"""Which image is meant: a product's own, or any other one, each known by a number."""

from __future__ import annotations

from hashlib import blake2b
from urllib.parse import unquote

import msgspec

from ..memory.caches import cache_by_text
from .ids import decode_image_code, decode_image_id

PRODUCT_NUMBER_LIMIT = 10**12
DEFAULT_SIDE = 800


class ImageIdentity(msgspec.Struct, frozen=True):
    """An image: its number, the index of the product that it shows if it is the catalogue's, its size in pixels."""

    number: int
    product_index: int | None
    width: int = DEFAULT_SIDE
    height: int = DEFAULT_SIDE


def identify_by_product(index: int) -> ImageIdentity:
    """Return the image of one product."""
    return ImageIdentity(index, index)


def identify_by_number(number: int) -> ImageIdentity:
    """Return the image with that number; numbers below 10**12 are those of products."""
    if number < PRODUCT_NUMBER_LIMIT:
        return identify_by_product(number)
    return ImageIdentity(number, None)


@cache_by_text
def identify_by_url(url: str) -> ImageIdentity:
    """Return the image at an address; scheme, host and query do not count, as mirrors serve the same image."""
    index = decode_image_code(url)
    if index is not None:
        return identify_by_product(index)
    return ImageIdentity(_hash_number(_extract_path(url)), None)


@cache_by_text
def identify_by_id(image_id: str) -> ImageIdentity:
    """Return the image behind an upload's id; an id that nobody handed out is an image like any other."""
    number = decode_image_id(image_id)
    if number is None:
        return ImageIdentity(_hash_number(image_id), None)
    return identify_by_number(number)


def identify_by_fingerprint(fingerprint: int, width: int, height: int) -> ImageIdentity:
    """Return the image that has this coarse look, 64 bits; copies of another size are the same image."""
    return ImageIdentity(_hash_number(f"{fingerprint:016x}"), None, width, height)


def _extract_path(url: str) -> str:
    """Return an address without scheme, host and query; `//host/path` is an address, too."""
    start = url.find("//")
    if start >= 0:
        url = url[start + 2 :].partition("/")[2]
    return unquote(url).partition("?")[0]


def _hash_number(text: str) -> int:
    """Return a number from 10**12 to below 10**14: no product's, and short enough for an upload's id."""
    # an address can hold half of a surrogate pair, which has no bytes in UTF-8
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8, person=b"picture").digest()
    return PRODUCT_NUMBER_LIMIT + int.from_bytes(digest, "big") % (99 * PRODUCT_NUMBER_LIMIT)
