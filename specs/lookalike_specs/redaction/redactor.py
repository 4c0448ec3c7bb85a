"""Cover secrets in a text, in whatever encoding they stand there.

A secret that is sent as `s3cret+x` may come back as `s3cret%2Bx` in a query, as `s3cret\\u002bx` in JSON, or in Base64
within one of these. So a text is decoded layer by layer (`Layer`), each layer knows which bytes of its source each of
its own came from, and what is found in the last one is covered in the first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from .decoders import BINARY_DECODERS, ESCAPE_DECODERS, LayerDecoder, build_run_decoders, decode_form, select_texts
from .layers import Layer, Span
from .value_index import ValueIndex

MASK: Final = b"***"
# A value in Base64, in a parameter, in a string to sign is encoded three times: Base64, percent, percent. One more is for
# what was in UTF-16 or compressed before.
MAX_LAYERS: Final = 4
# How many bytes a value that begins before a cut can be written in, all encodings taken together.
SEARCH_MARGIN: Final = 8192
# Places of secrets in all that a text can be read as. A text that has more is covered whole: nobody's request has a secret
# in a thousand places, but one of 60,000 fields that are all called `sign` would take half a minute.
MAX_HITS: Final = 5000
# text, is_text, has_words
ReadingKey = tuple[bytes, bool, bool]


@dataclass(eq=False)
class Reading:
    """What a text says when it is decoded layer by layer; `has_words` while only escapes were undone.

    `sources` are the readings that it was decoded from, none for the text that all began with. There may be several: a
    body can have a secret in hexadecimal and in Base64 beside each other, and both say the same.
    """

    text: bytes
    is_text: bool = True
    has_words: bool = True
    sources: list[tuple[Reading, Layer]] = field(default_factory=list)


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
        decoders: tuple[LayerDecoder, ...] = ESCAPE_DECODERS
        if not any(index.has_blank for index in self._indexes):
            # a `+` that may be a blank concerns nobody: most pages have one, and would be read twice
            decoders = tuple(decoder for decoder in decoders if decoder is not decode_form)
        if lengths:
            decoders += BINARY_DECODERS + build_run_decoders(min(lengths))
        self._decoders = decoders

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

    def _find_spans(self, text: bytes) -> Iterable[Span]:
        """Return where the values stand, in the text or in what it can be read as."""
        if len(text) < self._shortest:
            return ()
        hits = []
        for reading in iter_readings(text, self._decoders):
            hits += [(reading, span) for span in self._find_plain_spans(reading)]
            if len(hits) > MAX_HITS:
                return ((0, len(text)),)
        # only now, as another source of a reading may be found after the reading itself
        return _map_to_text(hits)

    def _find_plain_spans(self, reading: Reading) -> Iterator[Span]:
        text = reading.text.lower()
        for index in self._indexes:
            yield from index.find_spans(text)
            if reading.has_words:
                yield from index.find_words(text)


def iter_readings(text: bytes, decoders: tuple[LayerDecoder, ...], max_layers: int = MAX_LAYERS) -> Iterator[Reading]:
    """Yield the text, and all that it can be read as, up to `max_layers` encodings within each other."""
    # breadth first: each round decodes all readings of one depth for the next
    readings = [Reading(text)]
    existing = {(text, True, True): readings[0]}
    yield readings[0]
    for _ in range(max_layers):
        inner_readings: list[Reading] = []
        for reading in readings:
            reading_decoders = decoders if reading.is_text else BINARY_DECODERS
            inner_readings += _decode_further(reading, reading_decoders, existing)
        readings = inner_readings
        yield from readings


def _decode_further(
    reading: Reading, decoders: tuple[LayerDecoder, ...], existing: dict[ReadingKey, Reading]
) -> Iterator[Reading]:
    """Yield what a text can be read as; what it can be read as already gets one source more instead."""
    for decode in decoders:
        # three letters come by chance in what Base64 makes of a text that is none
        has_words = reading.has_words and decode in ESCAPE_DECODERS
        for layer in decode(reading.text):
            key = layer.text, layer.is_text, has_words
            inner = existing.get(key)
            if inner is None:
                inner = Reading(*key)
                existing[key] = inner
                yield inner
                if layer.has_texts and not layer.is_text:
                    # the texts in it are no encoding more
                    yield from _decode_further(inner, (select_texts,), existing)
            inner.sources.append((reading, layer))


def _map_to_text(hits: list[tuple[Reading, Span]]) -> Iterator[Span]:
    """Yield where spans of readings stand in the text that all began with, by each way that leads there."""
    # A way may lead back to where it began: there are files that are what they decompress to.
    seen = set(hits)
    while hits:
        reading, span = hits.pop()
        if not reading.sources:
            yield span
        for source, layer in reading.sources:
            hit = source, layer.map_to_source(*span)
            if hit not in seen:
                seen.add(hit)
                hits.append(hit)


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
