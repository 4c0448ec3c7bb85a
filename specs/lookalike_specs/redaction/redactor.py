"""Cover secrets in a text, in whatever encoding they stand there.

A secret that is sent as `s3cret+x` may come back as `s3cret%2Bx` in a query, as `s3cret\\u002bx` in JSON, or in Base64
within one of these. So a text is decoded layer by layer (`Layer`), each layer knows which bytes of its source each of
its own came from, and what is found in the last one is covered in the first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from .decoders import BINARY_DECODERS, ESCAPE_DECODERS, LayerDecoder, build_run_decoders
from .layers import Layer, Span
from .value_index import ValueIndex

MASK: Final = b"***"
# A value in Base64, in a parameter, in a string to sign is encoded three times: Base64, percent, percent. One more is for
# what was in UTF-16 or compressed before.
MAX_LAYERS: Final = 4
# How many bytes a value that begins before a cut can be written in, all encodings taken together.
SEARCH_MARGIN: Final = 8192


class DecodedText(NamedTuple):
    """What a text says when it is decoded layer by layer; `has_words` while only escapes were undone."""

    text: bytes
    layers: tuple[Layer, ...]
    has_words: bool

    def map_to_source(self, span: Span) -> Span:
        """Return where a span of this text stands in the text that all began with."""
        for layer in reversed(self.layers):
            span = layer.map_to_source(*span)
        return span


class Redactor:
    """Covers values in texts, in any letter case, raw or encoded, up to MAX_LAYERS encodings within each other.

    Values of less than MIN_SECRET_LENGTH bytes are covered where they are whole words, those of less than
    MIN_WORD_LENGTH nowhere. `base` is a redactor whose values are covered as well.
    """

    def __init__(self, values: Iterable[bytes], base: Redactor | None = None) -> None:
        own_index = ValueIndex(values)
        self._indexes = [own_index]
        if base is not None:
            self._indexes += base._indexes
        lengths = [index.min_length for index in self._indexes if index.min_length]
        self._shortest = min((index.shortest for index in self._indexes if index), default=sys.maxsize)
        self._decoders: tuple[LayerDecoder, ...] = ESCAPE_DECODERS
        if lengths:
            self._decoders += BINARY_DECODERS + build_run_decoders(min(lengths))

    def redact(self, text: bytes, max_bytes: int | None = None) -> bytes:
        """Return the text, or its first `max_bytes`, with MASK in place of every value."""
        end = len(text)
        if max_bytes is not None:
            end = max_bytes
        parts = []
        last = 0
        # a value that begins before the end is covered whole, so it has to be found whole
        for begin, stop in _merge_spans(self._find_spans(text[: end + SEARCH_MARGIN])):
            if begin < end:
                parts += [text[last:begin], MASK]
                last = stop
        return b"".join([*parts, text[last:end]])

    def _find_spans(self, text: bytes) -> Iterator[Span]:
        """Yield where the values stand, in the text or in what it can be read as."""
        if len(text) < self._shortest:
            return
        for reading in iter_readings(text, self._decoders):
            for span in self._find_plain_spans(reading):
                yield reading.map_to_source(span)

    def _find_plain_spans(self, reading: DecodedText) -> Iterator[Span]:
        text = reading.text.lower()
        for index in self._indexes:
            yield from index.find_spans(text)
            if reading.has_words:
                yield from index.find_words(text)


def iter_readings(
    text: bytes, decoders: tuple[LayerDecoder, ...], max_layers: int = MAX_LAYERS
) -> Iterator[DecodedText]:
    """Yield the text, and all that it can be read as, up to `max_layers` encodings within each other."""
    # breadth first: each round decodes all readings of one depth for the next
    readings = [DecodedText(text, (), has_words=True)]
    seen = {text}
    yield readings[0]
    for _ in range(max_layers):
        readings = [inner for reading in readings for inner in _decode_further(reading, decoders, seen)]
        yield from readings


def _decode_further(
    reading: DecodedText, decoders: tuple[LayerDecoder, ...], seen: set[bytes]
) -> Iterator[DecodedText]:
    """Yield what a text can be read as, but for what another order of decoding gave already."""
    if reading.layers and not reading.layers[-1].is_text:
        decoders = BINARY_DECODERS
    for decode in decoders:
        # three letters come by chance in what Base64 makes of a text that is none
        has_words = reading.has_words and decode in ESCAPE_DECODERS
        for layer in decode(reading.text):
            if layer.text not in seen:
                seen.add(layer.text)
                yield DecodedText(layer.text, (*reading.layers, layer), has_words)


def _merge_spans(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in their order, with those that touch or overlap as one."""
    current: Span | None = None
    for begin, end in sorted(spans):
        if current is None:
            current = (begin, end)
        elif begin > current[1]:
            yield current
            current = (begin, end)
        else:
            current = (current[0], max(current[1], end))
    if current is not None:
        yield current
