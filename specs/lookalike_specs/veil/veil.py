"""Covers values in a text, however they are written there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from .encodings import ESCAPE_DECODERS, build_base64_decoders
from .layer import LayerDecoder, Layer

MASK: Final = b"***"
# a value in Base64, in a parameter, in a string to sign: Base64, percent, percent
MAX_LAYERS: Final = 3
# of a longer value that much is looked for, and what follows it is covered up to where a value can end
MAX_SEARCH_BYTES: Final = 512
# what a value of that length can be written in
SEARCH_MARGIN: Final = 16 * MAX_SEARCH_BYTES
VALUE_END: Final = re.compile(rb"""[\s&"'<>,;]|\Z""")
Span = tuple[int, int]


class DecodedText(NamedTuple):
    """What a text says when it is decoded, layer by layer, and how it can be decoded further."""

    text: bytes
    layers: tuple[Layer, ...]
    decoders: tuple[LayerDecoder, ...]

    def map_to_source(self, span: Span) -> Span:
        """Where that stands in the text that all began with."""
        for layer in reversed(self.layers):
            span = layer.map_to_source(*span)
        return span


class Redactor:
    """Covers these values, in any case, raw or escaped or in Base64, or one within the other, DEPTH deep."""

    def __init__(self, values: Iterable[bytes]) -> None:
        self._wanted = sorted({value.lower() for value in values if value})
        self._base64s = build_base64_decoders(max(4, min(map(len, self._wanted), default=0) * 4 // 3))

    def redact(self, text: bytes, most: int | None = None) -> bytes:
        """The text, or `most` bytes of it, with MASK in place of every such value."""
        end = len(text) if most is None else most
        parts, last = [], 0
        # a value that begins before the end is covered whole, so it has to be found whole
        for begin, stop in _merge_spans(self._spans(text[: end + SEARCH_MARGIN])):
            if begin < end:
                parts += [text[last:begin], MASK]
                last = stop
        return b"".join([*parts, text[last:end]])

    def _spans(self, text: bytes) -> Iterator[Span]:
        """Where the values stand, in the text or in what it can be read as."""
        readings = [DecodedText(text, (), ESCAPE_DECODERS + self._base64s)] if self._wanted else []
        seen = {text}
        for _ in range(MAX_LAYERS):
            yield from (reading.map_to_source(span) for reading in readings for span in self._plain(reading.text))
            readings = [inner for reading in readings for inner in self._inner(reading, seen)]
        yield from (reading.map_to_source(span) for reading in readings for span in self._plain(reading.text))

    def _inner(self, reading: DecodedText, seen: set[bytes]) -> Iterator[DecodedText]:
        """What that can be read as, if nothing else could already; Base64 is looked into once."""
        for decode in reading.decoders:
            layer = decode(reading.text)
            if layer is not None and layer.text not in seen:
                seen.add(layer.text)
                left = ESCAPE_DECODERS if decode in self._base64s else reading.decoders
                yield DecodedText(layer.text, (*reading.layers, layer), left)

    def _plain(self, text: bytes) -> Iterator[Span]:
        text = text.lower()
        for value in self._wanted:
            begin = text.find(value[:MAX_SEARCH_BYTES])
            while begin >= 0:
                yield begin, self._end(text, begin, value)
                begin = text.find(value[:MAX_SEARCH_BYTES], begin + 1)

    def _end(self, text: bytes, begin: int, value: bytes) -> int:
        found = VALUE_END.search(text, begin + MAX_SEARCH_BYTES) if len(value) > MAX_SEARCH_BYTES else None
        return found.start() if found else begin + len(value)


def _merge_spans(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in their order, with those that overlap as one."""
    last: Span | None = None
    for begin, end in sorted(spans):
        if last is not None and begin > last[1]:
            yield last
            last = None
        last = (begin, end) if last is None else (last[0], max(last[1], end))
    if last is not None:
        yield last
