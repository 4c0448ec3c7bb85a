"""A body in parts, as faults send it."""

from __future__ import annotations

PIECE_COUNT = 10


def split_halves(body: bytes) -> tuple[bytes, bytes]:
    """What comes before the middle, and what after it."""
    middle = len(body) // 2
    return body[:middle], body[middle:]


def split_pieces(body: bytes) -> tuple[bytes, ...]:
    """PIECES of about one size, or as many as there are bytes."""
    size = max(-(-len(body) // PIECE_COUNT), 1)
    return tuple(body[at : at + size] for at in range(0, len(body), size))
