"""What a text can be decoded as: each decoder yields layers, none where there is nothing of its kind."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from html import unescape
from typing import Final

from .layers import DecodedSpan, Layer, Span, build_layer

# Each pattern begins with a byte of its own (`%`, `\\`, `&`), so that a search skips a text without it at once.
PERCENT_ESCAPES: Final = re.compile(rb"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")
# `%25252B` is a `+` that was encoded three times; all of them are undone at once, so that one layer is enough
NESTED_PERCENT_ESCAPES: Final = re.compile(rb"%(?:25)*[0-9a-fA-F]{2}")
FORM_ESCAPES: Final = re.compile(rb"\+|%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")
# those of JSON, and what Python, C and JavaScript have besides: `\x73`, `\u{73}`, `\U00000073`, `\163`
STRING_ESCAPES: Final = re.compile(
    rb"\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,6}\})"
    rb"|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-3][0-7]{2}|[\"'\\/bfnrt])"
)
XML_ESCAPES: Final = re.compile(rb"&(?:#[xX][0-9a-fA-F]{1,8}|#[0-9]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# `Base64` of MIME is broken into lines of 76 characters; a header's value that goes on in another line begins with blanks
LINE_BREAKS: Final = re.compile(rb"\r?\n[ \t]*")
# the escapes of e-mail, which are upper case, and its line breaks that are none
QUOTED_PRINTABLE: Final = re.compile(rb"=(?:[0-9A-F]{2}|\r?\n)")
# letters of ASCII in UTF-16 or UTF-32; where NULs come behind letters, the first letter is in front of the match
WIDE_LETTERS: Final = re.compile(rb"\0{1,3}[^\0](?:\0{1,3}[^\0]){6,}")
# `[115, 101, …]`, as JSON has the bytes of a buffer, or `0x73, 0x65`
MIN_NUMBERS: Final = 7
NUMBER_LISTS: Final = re.compile(rb"(?:0x[0-9a-fA-F]{2}|[0-9]{1,3})(?:,\s{0,8}(?:0x[0-9a-fA-F]{2}|[0-9]{1,3})){7,}")
NUMBERS: Final = re.compile(rb"(?:0x([0-9a-fA-F]{2})|([0-9]{1,3}))(?:,\s*)?")
HEX_RUN: Final = re.compile(rb"[0-9a-fA-F]{16,}")
# `73:33:63`, `73 33 63`, `7333 6372`, where two groups may have lost what was between them, as at the end of a line that
# was folded; the second pattern is the quick look whether there can be any
SEPARATED_HEX: Final = re.compile(
    rb"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}(?:[ :-][0-9a-fA-F]{2}){7,}"
    rb"|(?:[0-9a-fA-F]{4}){1,2}(?:[ :-](?:[0-9a-fA-F]{4}){1,2}){3,}(?:[ :-][0-9a-fA-F]{2})?)"
)
SEPARATED_HEX_HINT: Final = re.compile(rb"[ :-](?:[0-9a-fA-F]{2}){1,2}[ :-](?:[0-9a-fA-F]{2}){1,2}[ :-]")
HEX_SEPARATORS: Final = b" :-"
# the beginnings of gzip and of zlib
COMPRESSED_STARTS: Final = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
# window bits for a header of gzip or of zlib, whichever comes
ANY_ZLIB_HEADER: Final = 47
MAX_STREAMS: Final = 4
# 24 KB can become 24 MB
MAX_DECOMPRESSED_BYTES: Final = 256 * 1024
JSON_SHORT_ESCAPES: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
# from the alphabet for URLs to the other
TO_STANDARD_ALPHABET: Final = bytes.maketrans(b"-_", b"+/")
# no text has many of them; of 16 random bytes two are among them
CONTROL_BYTES: Final = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n\r")
MIN_TEXT_SHARE: Final = 16
DecodeMatch = Callable[[bytes], bytes]
LayerDecoder = Callable[[bytes], Iterable[Layer]]


def _decode_percent(escape: bytes) -> bytes:
    if escape == b"+":
        return b" "
    # a run of escapes is decoded as one: `%E7%BA%A2` is one character of three bytes
    return bytes.fromhex(escape.replace(b"%", b"").decode("ascii"))


def _decode_nested_percent(escape: bytes) -> bytes:
    return bytes.fromhex(escape[-2:].decode("ascii"))


def _decode_string_escape(escape: bytes) -> bytes:
    kind = escape[1:2]
    digits = escape[2:].strip(b"{}")
    if kind == b"x":
        return bytes.fromhex(digits.decode("ascii"))
    if kind == b"u" and len(escape) in (6, 12) and b"{" not in escape:
        # one unit of UTF-16, or a pair of surrogates: `\ud83d\ude00` is one character
        units = bytes.fromhex(escape.replace(b"\\u", b"").decode("ascii"))
        return units.decode("utf-16-be", "replace").encode()
    if kind in b"uU":
        return _encode_code_point(int(digits, 16))
    if kind.isdigit():
        return bytes([int(escape[1:], 8)])
    return JSON_SHORT_ESCAPES.get(kind, kind)


def _encode_code_point(number: int) -> bytes:
    if number > 0x10FFFF:
        return "\ufffd".encode()
    return chr(number).encode("utf-8", "replace")


def _decode_xml(escape: bytes) -> bytes:
    return unescape(escape.decode("ascii")).encode("utf-8", "replace")


def _decode_quoted_printable(escape: bytes) -> bytes:
    if escape.endswith(b"\n"):
        return b""
    return bytes.fromhex(escape[1:].decode("ascii"))


def _decode_escapes(pattern: re.Pattern[bytes], decode: DecodeMatch, text: bytes) -> Iterator[Layer]:
    layer = build_layer(text, [(match.start(), match.end(), decode(match[0])) for match in pattern.finditer(text)])
    if layer is not None:
        yield layer


def _remove_line_breaks(text: bytes) -> Iterator[Layer]:
    if b"\n" in text:
        yield from _decode_escapes(LINE_BREAKS, lambda _: b"", text)


ESCAPE_DECODERS: Final[tuple[LayerDecoder, ...]] = (
    partial(_decode_escapes, PERCENT_ESCAPES, _decode_percent),
    partial(_decode_escapes, NESTED_PERCENT_ESCAPES, _decode_nested_percent),
    partial(_decode_escapes, FORM_ESCAPES, _decode_percent),
    partial(_decode_escapes, STRING_ESCAPES, _decode_string_escape),
    partial(_decode_escapes, XML_ESCAPES, _decode_xml),
    partial(_decode_escapes, QUOTED_PRINTABLE, _decode_quoted_printable),
    _remove_line_breaks,
)


def _decode_wide_letters(text: bytes) -> Iterator[Layer]:
    yield from _decode_escapes(WIDE_LETTERS, lambda letters: letters.replace(b"\0", b""), text)


def decompress(text: bytes) -> Iterator[Layer]:
    """Yield the streams of gzip and zlib in a text decompressed, as far as they came and as bounds allow."""
    layer = build_layer(text, _decompress_streams(text), keep=False, is_opaque=True)
    if layer is not None:
        yield layer


def _decompress_streams(text: bytes) -> Iterator[DecodedSpan]:
    position = 0
    for _ in range(MAX_STREAMS):
        places = [text.find(start, position) for start in COMPRESSED_STARTS]
        begin = min((place for place in places if place >= 0), default=-1)
        if begin < 0:
            return
        decompressor = zlib.decompressobj(ANY_ZLIB_HEADER)
        position = begin + 1
        try:
            decompressed = decompressor.decompress(text[begin:], MAX_DECOMPRESSED_BYTES)
        except zlib.error:
            continue
        if decompressed:
            position = len(text) - len(decompressor.unused_data)
            yield begin, position, decompressed


# what bytes that are no text can still be
BINARY_DECODERS: Final[tuple[LayerDecoder, ...]] = (_decode_wide_letters, decompress)


def build_run_decoders(min_length: int) -> tuple[LayerDecoder, ...]:
    """Return decoders of runs of digits and letters that stand for the bytes of at least `min_length` bytes."""
    # a run of Base64 that is shorter than the shortest value becomes in it cannot hold any
    run = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % (min_length * 4 // 3))
    return (partial(_decode_base64, run), _decode_hex, _decode_number_lists)


def _decode_base64(run: re.Pattern[bytes], text: bytes) -> Iterator[Layer]:
    """Yield what runs of Base64 mean, for each place where it can begin.

    Base64 turns three bytes into four characters, and a run can have other letters in front of it: in `key=AbCd…`, or
    in `xAbCd…`, nothing says which character is the first of a group of four. So each of the four ways is tried.
    """
    runs = [match.span() for match in run.finditer(text)]
    for skipped in range(4):
        yield from _build_run_layers(text, list(_decode_base64_runs(runs, skipped, text)))


def _decode_base64_runs(runs: list[Span], skipped: int, text: bytes) -> Iterator[DecodedSpan]:
    """Yield the decoded groups of four of each run, then its end, which has no padding (`=` is no part of a run)."""
    for run_begin, end in runs:
        begin = run_begin + skipped
        middle = end - (end - begin) % 4
        yield begin, middle, b64decode(text[begin:middle].translate(TO_STANDARD_ALPHABET))
        # two characters hold a byte, three hold two; one alone holds none
        if end - middle > 1:
            yield middle, end, b64decode(text[middle:end].translate(TO_STANDARD_ALPHABET).ljust(4, b"="))


def _decode_hex(text: bytes) -> Iterator[Layer]:
    runs = [match.span() for match in HEX_RUN.finditer(text)]
    # a run may have another digit in front of it
    for skipped in range(2):
        spans = []
        for run_begin, run_end in runs:
            begin = run_begin + skipped
            end = run_end - (run_end - begin) % 2
            spans.append((begin, end, bytes.fromhex(text[begin:end].decode("ascii"))))
        yield from _build_run_layers(text, spans)
    if SEPARATED_HEX_HINT.search(text):
        spans = []
        for match in SEPARATED_HEX.finditer(text):
            digits = match[0].translate(None, HEX_SEPARATORS)
            spans.append((*match.span(), bytes.fromhex(digits.decode("ascii"))))
        yield from _build_run_layers(text, spans)


def _decode_number_lists(text: bytes) -> Iterator[Layer]:
    # looked for first, as any digit may begin a list
    if text.count(b",") >= MIN_NUMBERS:
        yield from _build_run_layers(text, list(_decode_numbers(text)))


def _decode_numbers(text: bytes) -> Iterator[DecodedSpan]:
    for run in NUMBER_LISTS.finditer(text):
        for match in NUMBERS.finditer(text, run.start(), run.end()):
            hexadecimal, decimal = match.groups()
            if hexadecimal:
                number = int(hexadecimal, 16)
            else:
                number = int(decimal)
            # one that is no byte ends what the bytes before it say
            if number > 255:
                number = 0
            yield match.start(), match.end(), bytes([number])


def _build_run_layers(text: bytes, spans: list[DecodedSpan]) -> Iterator[Layer]:
    """Yield all that was decoded and, where part of it is no text, the texts alone.

    Any word of ten letters is Base64 of something. What that means is looked through once, and only what is a text is
    decoded further: otherwise each reading of a page of words would have twenty more.
    """
    texts = [span for span in spans if _is_text(span[2])]
    layer = build_layer(text, spans, keep=False, is_text=len(texts) == len(spans))
    if layer is not None:
        yield layer
    if len(texts) < len(spans):
        text_layer = build_layer(text, texts, keep=False)
        if text_layer is not None:
            yield text_layer


def _is_text(data: bytes) -> bool:
    controls = len(data) - len(data.translate(None, CONTROL_BYTES))
    return controls * MIN_TEXT_SHARE <= len(data)
