"""Ways to write a text otherwise, undone one at a time."""

from __future__ import annotations

import re
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from html import unescape
from typing import Final, NamedTuple

# each begins with a letter of its own: that is what makes them fast
PERCENT_ESCAPES: Final = re.compile(rb"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")
FORM_ESCAPES: Final = re.compile(rb"\+|%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")
JSON_ESCAPES: Final = re.compile(
    rb'\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[0-9a-fA-F]{4})|["\\/bfnrt])'
)
XML_ESCAPES: Final = re.compile(rb"&(?:#[xX][0-9a-fA-F]{1,8}|#[0-9]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")
LINE_BREAKS: Final = re.compile(rb"\r?\n")
JSON_SHORT_ESCAPES: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
# from the alphabet for URLs to the other
TO_STANDARD_ALPHABET: Final = bytes.maketrans(b"-_", b"+/")
DecodeMatch = Callable[[bytes], bytes]


def _decode_percent(found: bytes) -> bytes:
    return b" " if found == b"+" else bytes.fromhex(found.replace(b"%", b"").decode("ascii"))


def _decode_json(found: bytes) -> bytes:
    if not found.startswith(b"\\u"):
        return JSON_SHORT_ESCAPES.get(found[1:], found[1:])
    units = bytes.fromhex(found.replace(b"\\u", b"").decode("ascii"))
    return units.decode("utf-16-be", "replace").encode()


def _decode_xml(found: bytes) -> bytes:
    return unescape(found.decode("ascii")).encode("utf-8", "replace")


def _decode_escapes(pattern: re.Pattern[bytes], decode: DecodeMatch, text: bytes) -> Layer | None:
    return build_layer(text, ((found.start(), found.end(), decode(found[0])) for found in pattern.finditer(text)))


ESCAPE_DECODERS: Final[tuple[LayerDecoder, ...]] = (
    partial(_decode_escapes, PERCENT_ESCAPES, _decode_percent),
    partial(_decode_escapes, FORM_ESCAPES, _decode_percent),
    partial(_decode_escapes, JSON_ESCAPES, _decode_json),
    partial(_decode_escapes, XML_ESCAPES, _decode_xml),
    partial(_decode_escapes, LINE_BREAKS, lambda _: b""),
)


def build_base64_decoders(least: int) -> tuple[LayerDecoder, ...]:
    """Base64 in runs of at least so many characters: one decoder for each place where the first four can begin."""
    run = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % least)
    return tuple(partial(_decode_base64, run, skipped) for skipped in range(4))


def _decode_base64(run: re.Pattern[bytes], skipped: int, text: bytes) -> Layer | None:
    return build_layer(text, _decode_runs(run, skipped, text), keep=False)


def _decode_runs(run: re.Pattern[bytes], skipped: int, text: bytes) -> Iterator[DecodedSpan]:
    """Three bytes for four characters, then those of an end that has no padding."""
    for found in run.finditer(text):
        begin = found.start() + skipped
        end = found.end()
        middle = end - (end - begin) % 4
        yield begin, middle, b64decode(text[begin:middle].translate(TO_STANDARD_ALPHABET))
        if end - middle > 1:
            yield middle, end, b64decode(text[middle:end].translate(TO_STANDARD_ALPHABET).ljust(4, b"="))


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
        first = self._piece(begin)
        last = self._piece(end - 1)
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
        parts = []
        last = 0
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
