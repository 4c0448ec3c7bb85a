"""Ids and names that carry a product's index and a check, so that they need no store and survive a restart."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from hashlib import blake2b

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CODE_COUNT = 62**6
SPREAD = 7_919_000_003
MODULUS = 299_999_999_963
OFFER_BASE = 600_000_000_000
UNSPREAD = pow(SPREAD, -1, MODULUS)
MIX = 31_415_926_537
SHIFT = 27_182_818_283
UNMIX = pow(MIX, -1, CODE_COUNT)
CODE_PATTERN = re.compile(r"O1CN01([0-9A-Za-z]{17})_")
IMAGE_ID_PATTERN = re.compile(r"1(\d{14})(\d{4})")
CONVERTED_NAME_PATTERN = re.compile(r"1([0-9]{12})_([0-9a-z]{8})")
SALT_COUNT = 2**18
CHECK_COUNT = 10**5
SUFFIX_COUNT = 36**8
CONVERTED_NAME_COUNT = 10**12 * SUFFIX_COUNT
CONVERTED_UNMIX = pow(MIX, -1, CONVERTED_NAME_COUNT)


def encode_offer_id(index: int) -> int:
    """12 digits, at 1688."""
    return OFFER_BASE + (index * SPREAD + SHIFT) % MODULUS


def decode_offer_id(offer: int) -> int:
    """The index behind an offer's id."""
    return (offer - OFFER_BASE - SHIFT) * UNSPREAD % MODULUS


def encode_opaque_id(index: int) -> str:
    """45 characters, at Taobao."""
    return urlsafe_b64encode(_digest(b"item", index, 34)).decode()[:45]


def encode_image_code(index: int) -> str:
    """17 letters and digits: six of the index, eleven that prove it."""
    number = (index * MIX + SHIFT) % CODE_COUNT
    code = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        code += DIGITS[digit]
    return code + _check_digits(index)


def decode_image_code(name: str) -> int | None:
    """The index of the product whose picture has that name or URL; None for any other picture."""
    if not (found := CODE_PATTERN.search(name)):
        return None
    number = sum(DIGITS.index(digit) * 62**place for place, digit in enumerate(found[1][:6]))
    index = (number - SHIFT) * UNMIX % CODE_COUNT
    return index if _check_digits(index) == found[1][6:] else None


def encode_image_id(number: int) -> str:
    """19 digits, as an upload hands them out, for a picture's number below 10**14."""
    return f"1{number:014d}{int.from_bytes(_digest(b'image', number, 4), 'big') % 10_000:04d}"


def decode_image_id(text: str) -> int | None:
    """The number behind an image id; None when its check does not hold."""
    found = IMAGE_ID_PATTERN.fullmatch(text)
    return int(found[1]) if found and encode_image_id(int(found[1])) == text else None


def encode_converted_name(number: int, salt: int) -> str:
    """`1692942898123_q7ftzxs9`, as a conversion names a picture with a number below 10**14: another for each salt."""
    salted = number * SALT_COUNT + salt % SALT_COUNT
    left, rest = divmod(
        (salted * CHECK_COUNT + _converted_check_number(salted)) * MIX % CONVERTED_NAME_COUNT, SUFFIX_COUNT
    )
    right = ""
    for _ in range(8):
        rest, digit = divmod(rest, 36)
        right += DIGITS[digit].lower()
    return f"1{left:012d}_{right}"


def decode_converted_name(name: str) -> int | None:
    """The number behind a converted picture's name; None when its check does not hold."""
    if not (found := CONVERTED_NAME_PATTERN.fullmatch(name)):
        return None
    mixed = int(found[1]) * SUFFIX_COUNT + int(found[2][::-1], 36)
    salted, proof = divmod(mixed * CONVERTED_UNMIX % CONVERTED_NAME_COUNT, CHECK_COUNT)
    return salted // SALT_COUNT if proof == _converted_check_number(salted) else None


def _converted_check_number(salted: int) -> int:
    return int.from_bytes(_digest(b"converted", salted, 8), "big") % CHECK_COUNT


def _check_digits(index: int) -> str:
    return b64encode(_digest(b"picture", index, 9), b"xy").decode()[:11]


def _digest(what: bytes, number: int, size: int) -> bytes:
    return blake2b(b"%d" % number, digest_size=size, person=what).digest()
