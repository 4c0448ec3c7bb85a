"""A text that was decoded from another one, which can say where in that one each of its bytes came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

Span = tuple[int, int]
# begin and end in the source, and the bytes that this means
DecodedSpan = tuple[int, int, bytes]

# No byte of UTF-8, no letter, and no NUL, which would make one text of two in UTF-16.
GAP: Final = b"\xff"


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
        return self._find_source_begin(begin), self._find_source_end(end)

    @cached_property
    def _spans(self) -> list[DecodedSpan]:
        return list(self.list_spans())

    @cached_property
    def _offsets(self) -> list[int]:
        """Return where in the text each span begins, which may mean nothing, and so begin where the next one does."""
        offsets: list[int] = []
        offset = 0
        last_end = 0
        for begin, end, decoded in self._spans:
            if self.keep:
                offset += begin - last_end
            elif begin > last_end:
                offset += len(GAP)
            offsets.append(offset)
            offset += len(decoded)
            last_end = end
        return offsets

    def _find_source_begin(self, offset: int) -> int:
        """Return where in the source the byte of the text begins."""
        index = bisect_right(self._offsets, offset) - 1
        if index < 0 and self.keep:
            return offset
        if index < 0:
            return self._spans[0][0]
        begin, end, decoded = self._spans[index]
        inside = offset - self._offsets[index]
        if inside < len(decoded):
            if self.is_opaque:
                return begin
            # in proportion: byte 3 of 6 in Base64 came from character 4 of 8
            return begin + inside * (end - begin) // len(decoded)
        if self.keep:
            return end + inside - len(decoded)
        # what stands in the gap has no part in anything that is found
        return self._spans[index + 1][0]

    def _find_source_end(self, offset: int) -> int:
        """Return where in the source the bytes of the text before `offset` end."""
        index = bisect_right(self._offsets, offset - 1) - 1
        if index < 0 and self.keep:
            return offset
        if index < 0:
            return 0
        begin, end, decoded = self._spans[index]
        inside = offset - self._offsets[index]
        if inside <= len(decoded):
            if self.is_opaque:
                return end
            # rounded up: a character of Base64 may hold the end of one byte and the beginning of another
            return begin - -inside * (end - begin) // len(decoded)
        if self.keep:
            return end + inside - len(decoded)
        return end


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
