"""A text that was decoded, and where in its source each part of it was."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple

# begin and end in the source, and what that means
DecodedSpan = tuple[int, int, bytes]


class Piece(NamedTuple):
    """`size` bytes from `at` on in a layer were `length` bytes from `origin` on in its source."""

    offset: int
    size: int
    source_offset: int
    source_length: int


class Layer(NamedTuple):
    """`text` is made of the pieces, in their order."""

    text: bytes
    pieces: list[Piece]

    def map_to_source(self, begin: int, end: int) -> tuple[int, int]:
        """The bytes of the source that had a part in `text[begin:end]`."""
        first, last = self._piece(begin), self._piece(end - 1)
        start = first.source_offset + (begin - first.offset) * first.source_length // first.size
        # rounded up: a character of Base64 may hold the end of one byte and the beginning of another
        stop = last.source_offset - (last.offset - end) * last.source_length // last.size
        return start, stop

    def _piece(self, at: int) -> Piece:
        return self.pieces[bisect_right(self.pieces, at, key=_get_offset) - 1]


LayerDecoder = Callable[[bytes], Layer | None]


def build_layer(text: bytes, found: Iterable[DecodedSpan], *, keep: bool = True) -> Layer | None:
    """The text with what was found in place of what stands there; None when nothing was.

    The rest is kept, or a NUL stands for it.
    """
    parts: list[bytes] = []
    pieces: list[Piece] = []
    here = last = 0
    for begin, end, decoded in found:
        between = text[last:begin] if keep or begin == last else b"\0"
        for origin, stop, part in ((last, begin, between), (begin, end, decoded)):
            if part:
                parts.append(part)
                pieces.append(Piece(here, len(part), origin, stop - origin))
                here += len(part)
        last = end
    if not last:
        return None
    if keep and last < len(text):
        parts.append(text[last:])
        pieces.append(Piece(here, len(text) - last, last, len(text) - last))
    return Layer(b"".join(parts), pieces)


def _get_offset(piece: Piece) -> int:
    return piece.offset
