"""Chance that is the same for the same seed: 64 bytes for a thing, read at fixed places."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

Choice = TypeVar("Choice")


def draw_bytes(seed: int, what: bytes, number: int) -> bytes:
    """64 bytes for the thing of that sort and number."""
    return blake2b(b"%d" % number, digest_size=64, key=b"%d" % seed, person=what).digest()


def pick_below(drawn: bytes, at: int, limit: int) -> int:
    """A number from 0 to limit - 1, from the four bytes at that place."""
    return int.from_bytes(drawn[at : at + 4], "little") % limit


def pick(drawn: bytes, at: int, things: Sequence[Choice]) -> Choice:
    """One of the things, from the four bytes at that place."""
    return things[int.from_bytes(drawn[at : at + 4], "little") % len(things)]


def pick_skewed(drawn: bytes, at: int, low: int, high: int) -> int:
    """A number from low to high; small ones are likelier, as with prices and sales."""
    share = (int.from_bytes(drawn[at : at + 4], "little") / 2**32) ** 3
    return low + int((high - low) * share)
