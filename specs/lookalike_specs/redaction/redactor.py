"""Cover secrets in a text, in whatever encoding they stand there.

A secret that is sent as `s3cret+x` may come back as `s3cret%2Bx` in a query, as `s3cret\\u002bx` in JSON, or in Base64
within one of these. So a text is decoded layer by layer (`Layer`), each layer knows which bytes of its source each of
its own came from, and what is found in the last one is covered in the first.
"""

from __future__ import annotations

import re
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from html import unescape
from typing import Final, NamedTuple

# Each pattern begins with a byte of its own (`%`, `\\`, `&`), so that a search skips a text without it at once.
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


def _decode_percent(escape: bytes) -> bytes:
    if escape == b"+":
        return b" "
    # a run of escapes is decoded as one: `%E7%BA%A2` is one character of three bytes
    return bytes.fromhex(escape.replace(b"%", b"").decode("ascii"))


def _decode_json(escape: bytes) -> bytes:
    if not escape.startswith(b"\\u"):
        return JSON_SHORT_ESCAPES.get(escape[1:], escape[1:])
    # one unit of UTF-16, or a pair of surrogates: `\ud83d\ude00` is one character
    units = bytes.fromhex(escape.replace(b"\\u", b"").decode("ascii"))
    return units.decode("utf-16-be", "replace").encode()


def _decode_xml(escape: bytes) -> bytes:
    return unescape(escape.decode("ascii")).encode("utf-8", "replace")


def _decode_escapes(pattern: re.Pattern[bytes], decode: DecodeMatch, text: bytes) -> Layer | None:
    spans = [(match.start(), match.end(), decode(match[0])) for match in pattern.finditer(text)]
    return build_layer(text, spans)


ESCAPE_DECODERS: Final[tuple[LayerDecoder, ...]] = (
    partial(_decode_escapes, PERCENT_ESCAPES, _decode_percent),
    partial(_decode_escapes, FORM_ESCAPES, _decode_percent),
    partial(_decode_escapes, JSON_ESCAPES, _decode_json),
    partial(_decode_escapes, XML_ESCAPES, _decode_xml),
    # `Base64` of MIME is broken into lines of 76 characters
    partial(_decode_escapes, LINE_BREAKS, lambda _: b""),
)


def build_base64_decoders(min_length: int) -> tuple[LayerDecoder, ...]:
    """Return decoders of Base64 in runs of at least so many characters, one for each place where it can begin.

    Base64 turns three bytes into four characters, and a run can have other letters in front of it: in `key=AbCd…`, or
    in `xAbCd…`, nothing says which character is the first of a group of four. So each of the four ways is tried.
    """
    run = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % min_length)
    return tuple(partial(_decode_base64, run, skipped) for skipped in range(4))


def _decode_base64(run: re.Pattern[bytes], skipped: int, text: bytes) -> Layer | None:
    return build_layer(text, _decode_runs(run, skipped, text), keep=False)


def _decode_runs(run: re.Pattern[bytes], skipped: int, text: bytes) -> Iterator[DecodedSpan]:
    """Yield the decoded groups of four of each run, then its end, which has no padding (`=` is no part of a run)."""
    for match in run.finditer(text):
        begin = match.start() + skipped
        end = match.end()
        middle = end - (end - begin) % 4
        yield begin, middle, b64decode(text[begin:middle].translate(TO_STANDARD_ALPHABET))
        # two characters hold a byte, three hold two; one alone holds none
        if end - middle > 1:
            yield middle, end, b64decode(text[middle:end].translate(TO_STANDARD_ALPHABET).ljust(4, b"="))


# begin and end in the source, and the bytes that this means
DecodedSpan = tuple[int, int, bytes]


class Piece(NamedTuple):
    """`size` bytes from `offset` on in a layer were `source_length` bytes from `source_offset` on in its source."""

    offset: int
    size: int
    source_offset: int
    source_length: int


class Layer(NamedTuple):
    """A text that was decoded from another one, its source, made of the pieces in their order."""

    text: bytes
    pieces: list[Piece]

    def map_to_source(self, begin: int, end: int) -> tuple[int, int]:
        """Return begin and end of the bytes of the source that had a part in `text[begin:end]`."""
        first = self._find_piece(begin)
        last = self._find_piece(end - 1)
        # within a piece the offset is taken in proportion: byte 3 of 6 in Base64 came from character 4 of 8
        start = first.source_offset + (begin - first.offset) * first.source_length // first.size
        # rounded up: a character of Base64 may hold the end of one byte and the beginning of another
        stop = last.source_offset - (last.offset - end) * last.source_length // last.size
        return start, stop

    def _find_piece(self, offset: int) -> Piece:
        return self.pieces[bisect_right(self.pieces, offset, key=_get_offset) - 1]


LayerDecoder = Callable[[bytes], Layer | None]


def build_layer(text: bytes, spans: Iterable[DecodedSpan], *, keep: bool = True) -> Layer | None:
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
        for source_begin, source_end, part in ((last_end, begin, between), (begin, end, decoded)):
            if part:
                parts.append(part)
                pieces.append(Piece(length, len(part), source_begin, source_end - source_begin))
                length += len(part)
        last_end = end
    if not last_end:
        return None
    rest = text[last_end:]
    if keep and rest:
        parts.append(rest)
        pieces.append(Piece(length, len(rest), last_end, len(rest)))
    return Layer(b"".join(parts), pieces)


def _get_offset(piece: Piece) -> int:
    return piece.offset


MASK: Final = b"***"
MIN_HEX_BYTES: Final = 8
# A value in Base64, in a parameter, in a string to sign is encoded three times: Base64, percent, percent.
MAX_LAYERS: Final = 3
# Of a longer value only that much is looked for, and what follows it is covered up to where a value can end: a response
# may quote the beginning of a token of 4 kB.
MAX_SEARCH_BYTES: Final = 512
# How many bytes a value of that length can be written in, all encodings taken together.
SEARCH_MARGIN: Final = 16 * MAX_SEARCH_BYTES
VALUE_END: Final = re.compile(rb"""[\s&"'<>,;]|\Z""")
Span = tuple[int, int]


class DecodedText(NamedTuple):
    """What a text says when it is decoded layer by layer, and how it can be decoded further."""

    text: bytes
    layers: tuple[Layer, ...]
    decoders: tuple[LayerDecoder, ...]

    def map_to_source(self, span: Span) -> Span:
        """Return where a span of this text stands in the text that all began with."""
        for layer in reversed(self.layers):
            span = layer.map_to_source(*span)
        return span


class Redactor:
    """Covers values in texts, in any letter case, raw or encoded, up to MAX_LAYERS encodings within each other."""

    def __init__(self, values: Iterable[bytes]) -> None:
        secrets = [value for value in values if value]
        # a run of Base64 that is shorter than the shortest value becomes in it cannot hold any
        min_length = min(map(len, secrets), default=0) * 4 // 3
        plain = {value.lower() for value in secrets}
        self._values = sorted(plain | {form for value in secrets for form in _list_hex_forms(value)})
        self._base64_decoders = build_base64_decoders(max(4, min_length))

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
        if not self._values:
            return
        # breadth first: each round looks into all readings of one depth, and decodes them for the next
        readings = [DecodedText(text, (), ESCAPE_DECODERS + self._base64_decoders)]
        seen = {text}
        for depth in range(MAX_LAYERS + 1):
            for reading in readings:
                for span in self._find_plain_spans(reading.text):
                    yield reading.map_to_source(span)
            if depth < MAX_LAYERS:
                readings = [inner for reading in readings for inner in self._decode_further(reading, seen)]

    def _decode_further(self, reading: DecodedText, seen: set[bytes]) -> Iterator[DecodedText]:
        """Yield what a text can be read as, but for what another order of decoding gave already."""
        for decode in reading.decoders:
            layer = decode(reading.text)
            if layer is None or layer.text in seen:
                continue
            seen.add(layer.text)
            decoders = reading.decoders
            # Base64 within Base64 does not happen, and nearly any text can be read as it: four more readings of each
            if decode in self._base64_decoders:
                decoders = ESCAPE_DECODERS
            yield DecodedText(layer.text, (*reading.layers, layer), decoders)

    def _find_plain_spans(self, text: bytes) -> Iterator[Span]:
        text = text.lower()
        for value in self._values:
            start = value[:MAX_SEARCH_BYTES]
            begin = text.find(start)
            while begin >= 0:
                yield begin, self._find_end(text, begin, value)
                # one on, not behind it: `abab` stands twice in `ababab`
                begin = text.find(start, begin + 1)

    def _find_end(self, text: bytes, begin: int, value: bytes) -> int:
        if len(value) > MAX_SEARCH_BYTES:
            match = VALUE_END.search(text, begin + MAX_SEARCH_BYTES)
            if match is not None:
                return match.start()
        return begin + len(value)


def _list_hex_forms(value: bytes) -> Iterator[bytes]:
    """Yield how a value stands in a hexadecimal dump: `7333`, `73:33`, `73 33`.

    Short values are left out: four letters in hexadecimal are eight digits, as any number may be.
    """
    if len(value) < MIN_HEX_BYTES:
        return
    # a dump of what was sent has its letters' own case; one of a lower-cased copy has not
    for form in (value, value.lower()):
        for separator in ("", ":", " "):
            digits = form.hex(separator) if separator else form.hex()
            yield digits.encode("ascii")


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
