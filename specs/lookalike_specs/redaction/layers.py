"""A text that was decoded from another one, which knows where in that one each of its bytes came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

Span = tuple[int, int]
# begin and end in the source, and the bytes that this means
DecodedSpan = tuple[int, int, bytes]


class Piece(NamedTuple):
    """`size` bytes from `offset` on in a layer were `source_length` bytes from `source_offset` on in its source.

    Of what is compressed nothing says which byte came from where: such a piece is opaque.
    """

    offset: int
    size: int
    source_offset: int
    source_length: int
    is_opaque: bool = False


class Layer(NamedTuple):
    """What was decoded from another text, its source, made of the pieces in their order; `is_text` or anything else."""

    text: bytes
    pieces: list[Piece]
    is_text: bool = True

    def map_to_source(self, begin: int, end: int) -> Span:
        """Return begin and end of the bytes of the source that had a part in `text[begin:end]`."""
        first = self._find_piece(begin)
        last = self._find_piece(end - 1)
        start = first.source_offset
        if not first.is_opaque:
            # within a piece the offset is taken in proportion: byte 3 of 6 in Base64 came from character 4 of 8
            start += (begin - first.offset) * first.source_length // first.size
        stop = last.source_offset + last.source_length
        if not last.is_opaque:
            # rounded up: a character of Base64 may hold the end of one byte and the beginning of another
            stop = last.source_offset - (last.offset - end) * last.source_length // last.size
        return start, stop

    def _find_piece(self, offset: int) -> Piece:
        return self.pieces[bisect_right(self.pieces, offset, key=_get_offset) - 1]


def build_layer(
    text: bytes, spans: Iterable[DecodedSpan], *, keep: bool = True, is_opaque: bool = False, is_text: bool = True
) -> Layer | None:
    """Return the text with each span decoded; None where there is no span.

    What lies between the spans is kept; or a NUL stands for it, so that two runs of Base64 are not read as one.
    """
    parts: list[bytes] = []
    pieces: list[Piece] = []
    length = 0
    last_end = 0
    for begin, end, decoded in spans:
        between = text[last_end:begin]
        if between and not keep:
            between = b"\0"
        if between:
            parts.append(between)
            pieces.append(Piece(length, len(between), last_end, begin - last_end))
            length += len(between)
        if decoded:
            parts.append(decoded)
            pieces.append(Piece(length, len(decoded), begin, end - begin, is_opaque))
            length += len(decoded)
        last_end = end
    if not last_end:
        return None
    rest = text[last_end:]
    if keep and rest:
        parts.append(rest)
        pieces.append(Piece(length, len(rest), last_end, len(rest)))
    return Layer(b"".join(parts), pieces, is_text)


def _get_offset(piece: Piece) -> int:
    return piece.offset
