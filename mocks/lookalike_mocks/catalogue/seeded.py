"""Chance that is the same for the same seed: 64 bytes for a thing, read at fixed offsets."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

Choice = TypeVar("Choice")


def draw_bytes(seed: int, purpose: bytes, number: int) -> bytes:
    """Return 64 bytes for the thing of that sort and number."""
    return blake2b(b"%d" % number, digest_size=64, key=b"%d" % seed, person=purpose).digest()


def pick_below(random_bytes: bytes, offset: int, limit: int) -> int:
    """Return a number from 0 to limit - 1, from the four bytes at that offset."""
    return int.from_bytes(random_bytes[offset : offset + 4], "little") % limit


def pick(random_bytes: bytes, offset: int, choices: Sequence[Choice]) -> Choice:
    """Return one of the choices, from the four bytes at that offset."""
    return choices[pick_below(random_bytes, offset, len(choices))]


def pick_skewed(random_bytes: bytes, offset: int, low: int, high: int) -> int:
    """Return a number from low to high; small ones are likelier, as with prices and sales."""
    # the cube of an even share: half of the numbers lie in the lowest eighth
    share = (int.from_bytes(random_bytes[offset : offset + 4], "little") / 2**32) ** 3
    return low + int((high - low) * share)
