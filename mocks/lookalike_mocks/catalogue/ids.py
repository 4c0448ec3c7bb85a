"""Ids and names that carry a product's index and a check, so that they need no store and survive a restart.

Each is a number of fixed length, mixed so that neighbours look unlike. Mixing is multiplication by a constant modulo
the count of ids that there are. The two have no common factor, so the inverse constant undoes it:
`x * MIX * UNMIX % COUNT` is `x` again.
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from hashlib import blake2b

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MIX = 31_415_926_537
SHIFT = 27_182_818_283

# offers at 1688: 12 digits, of which the first is 6 to 8; the modulus is prime
OFFER_BASE = 600_000_000_000
OFFER_MODULUS = 299_999_999_963
OFFER_MIX = 7_919_000_003
OFFER_UNMIX: int = pow(OFFER_MIX, -1, OFFER_MODULUS)

# names of images: six digits of base 62 for the index, eleven that prove it
CODE_COUNT = 62**6
CODE_UNMIX: int = pow(MIX, -1, CODE_COUNT)
CODE_PATTERN = re.compile(r"O1CN01([0-9A-Za-z]{17})_")

# ids of uploads: 14 digits of the number, 4 that prove it
IMAGE_ID_PATTERN = re.compile(r"1(\d{14})(\d{4})")

# names of converted images: 12 decimal digits and 8 of base 36 for number, salt and check together
CONVERTED_NAME_PATTERN = re.compile(r"1([0-9]{12})_([0-9a-z]{8})")
SALT_COUNT = 2**18
CHECK_COUNT = 10**5
SUFFIX_COUNT = 36**8
CONVERTED_NAME_COUNT = 10**12 * SUFFIX_COUNT
CONVERTED_UNMIX: int = pow(MIX, -1, CONVERTED_NAME_COUNT)


def encode_offer_id(index: int) -> int:
    """Return a product's id at 1688, 12 digits."""
    return OFFER_BASE + (index * OFFER_MIX + SHIFT) % OFFER_MODULUS


def decode_offer_id(offer_id: int) -> int:
    """Return the index behind a product's id at 1688."""
    return (offer_id - OFFER_BASE - SHIFT) * OFFER_UNMIX % OFFER_MODULUS


def encode_opaque_id(index: int) -> str:
    """Return a product's id at Taobao, 45 characters; nothing reads it back."""
    return urlsafe_b64encode(_digest(b"item", index, 34)).decode()[:45]


def encode_image_code(index: int) -> str:
    """Return the 17 letters and digits in the name of a product's image."""
    mixed = (index * MIX + SHIFT) % CODE_COUNT
    return _write_digits(mixed, 62, 6) + _check_code(index)


def decode_image_code(name: str) -> int | None:
    """Return the index of the product whose image has that name or URL; None for any other image."""
    match = CODE_PATTERN.search(name)
    if match is None:
        return None
    digits = match[1][:6]
    mixed = 0
    # the lowest digit stands first
    for digit in reversed(digits):
        mixed = mixed * 62 + DIGITS.index(digit)
    index = (mixed - SHIFT) * CODE_UNMIX % CODE_COUNT
    if _check_code(index) != match[1][6:]:
        return None
    return index


def encode_image_id(number: int) -> str:
    """Return an upload's id, 19 digits, for an image's number below 10**14."""
    check = int.from_bytes(_digest(b"image", number, 4), "big") % 10_000
    return f"1{number:014d}{check:04d}"


def decode_image_id(image_id: str) -> int | None:
    """Return the number behind an upload's id; None when its check does not hold."""
    match = IMAGE_ID_PATTERN.fullmatch(image_id)
    if match is None:
        return None
    number = int(match[1])
    # `\d` also matches digits of other scripts, so the id is written again and compared
    if encode_image_id(number) != image_id:
        return None
    return number


def encode_converted_name(number: int, salt: int) -> str:
    """Return `1692942898123_q7ftzxs9`, a conversion's name for an image number below 10**14: another for each salt."""
    salted = number * SALT_COUNT + salt % SALT_COUNT
    mixed = (salted * CHECK_COUNT + _check_converted(salted)) * MIX % CONVERTED_NAME_COUNT
    prefix, suffix = divmod(mixed, SUFFIX_COUNT)
    return f"1{prefix:012d}_{_write_digits(suffix, 36, 8).lower()}"


def decode_converted_name(name: str) -> int | None:
    """Return the number behind a converted image's name; None when its check does not hold."""
    match = CONVERTED_NAME_PATTERN.fullmatch(name)
    if match is None:
        return None
    # the lowest digit stands first, and int() wants it last
    mixed = int(match[1]) * SUFFIX_COUNT + int(match[2][::-1], 36)
    salted, check = divmod(mixed * CONVERTED_UNMIX % CONVERTED_NAME_COUNT, CHECK_COUNT)
    if check != _check_converted(salted):
        return None
    return salted // SALT_COUNT


def _write_digits(number: int, base: int, length: int) -> str:
    """Return that many digits of a number, the lowest one first."""
    text = ""
    for _ in range(length):
        number, digit = divmod(number, base)
        text += DIGITS[digit]
    return text


def _check_code(index: int) -> str:
    return b64encode(_digest(b"picture", index, 9), b"xy").decode()[:11]


def _check_converted(salted: int) -> int:
    return int.from_bytes(_digest(b"converted", salted, 8), "big") % CHECK_COUNT


def _digest(purpose: bytes, number: int, size: int) -> bytes:
    return blake2b(b"%d" % number, digest_size=size, person=purpose).digest()
