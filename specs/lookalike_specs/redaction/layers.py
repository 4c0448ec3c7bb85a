"""A text that was decoded from another one, which can say where in that one each of its bytes came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

Span = tuple[int, int]
# begin and end in the source, and the bytes that this means
DecodedSpan = tuple[int, int, bytes]

# No byte of UTF-8, no letter, and no NUL, which would make one text of two in UTF-16.
GAP: Final = b"\xff"


class Piece(NamedTuple):
    """`size` bytes from `offset` on in a layer were `source_length` bytes from `source_offset` on in its source.

    A gap is what stands for what was left out, which has no part in anything that is found.
    """

    offset: int
    size: int
    source_offset: int
    source_length: int
    is_gap: bool = False


@dataclass(frozen=True, eq=False)
class Layer:
    """What was decoded from another text, its source; `is_text`, or may be anything, and then `has_texts` or has none.

    `list_spans` decodes it once more, now with the place of everything in the source. Most texts have no secret in them,
    and to write down for each byte where it came from costs several times what decoding does: so that is done only when
    something was found. What lies between the spans was kept where `keep` says so; otherwise GAP stands for it, so that two
    runs of Base64 are not read as one. Of what is compressed (`is_opaque`) nothing says which byte came from where.
    """

    text: bytes
    list_spans: Callable[[], Iterable[DecodedSpan]]
    keep: bool = True
    is_opaque: bool = False
    is_text: bool = True
    has_texts: bool = True

    def map_to_source(self, begin: int, end: int) -> Span:
        """Return begin and end of the bytes of the source that had a part in `text[begin:end]`."""
        first = self._find_piece(begin)
        last = self._find_piece(end - 1)
        start = first.source_offset
        stop = last.source_offset + last.source_length
        if not self.is_opaque:
            # within a piece the offset is taken in proportion: byte 3 of 6 in Base64 came from character 4 of 8
            start += (begin - first.offset) * first.source_length // first.size
            # rounded up: a character of Base64 may hold the end of one byte and the beginning of another
            stop = last.source_offset - (last.offset - end) * last.source_length // last.size
        # where two letters of UTF-16 are decoded, what stands between them may have been taken for one
        if first.is_gap:
            start = first.source_offset + first.source_length
        if last.is_gap:
            stop = last.source_offset
        return start, stop

    @cached_property
    def _pieces(self) -> list[Piece]:
        pieces: list[Piece] = []
        offset = 0
        last_end = 0
        for begin, end, decoded in self.list_spans():
            between = _measure_gap(last_end, begin, keep=self.keep)
            if between:
                pieces.append(Piece(offset, between, last_end, begin - last_end, is_gap=not self.keep))
                offset += between
            if decoded:
                pieces.append(Piece(offset, len(decoded), begin, end - begin))
                offset += len(decoded)
            last_end = end
        rest = len(self.text) - offset
        if rest:
            pieces.append(Piece(offset, rest, last_end, rest))
        return pieces

    def _find_piece(self, offset: int) -> Piece:
        return self._pieces[bisect_right(self._pieces, offset, key=_get_offset) - 1]


def join_runs(spans: Iterable[DecodedSpan]) -> bytes:
    """Return what the spans mean, with GAP for what lies between them, as a layer has it that keeps nothing."""
    parts: list[bytes] = []
    last_end = 0
    for begin, end, decoded in spans:
        if begin > last_end:
            parts.append(GAP)
        parts.append(decoded)
        last_end = end
    return b"".join(parts)


def _measure_gap(begin: int, end: int, *, keep: bool) -> int:
    if keep:
        return end - begin
    return min(end - begin, 1)


def _get_offset(piece: Piece) -> int:
    return piece.offset
