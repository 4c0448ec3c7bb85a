"""What a text can be decoded as: each decoder yields layers, none where there is nothing of its kind."""

from __future__ import annotations

import re
import zlib
from binascii import a2b_base64, unhexlify
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from html import unescape
from typing import Final

from .layers import GAP, DecodedSpan, Layer, Span, join_runs

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
# `Base64` of MIME is broken into lines of 76 characters; a header's value that goes on in another line begins with blanks,
# and whoever joins those lines may keep the blanks.
LINE_BREAKS: Final = re.compile(rb"\r?\n[ \t]*|[ \t]{2,}")
# in a form those blanks are `+`
FORM_LINE_BREAKS: Final = re.compile(rb"\r?\n[ \t+]*|[ \t+]{2,}")
# An image in Base64 has `++` by chance. What it would be without them is nothing, and costs as much as the image.
MAX_JOINED_FORM_BYTES: Final = 8192
# the escapes of e-mail, which are upper case, and its line breaks that are none
QUOTED_PRINTABLE: Final = re.compile(rb"=(?:[0-9A-F]{2}|\r?\n)")
# letters of ASCII in UTF-16 or UTF-32; where NULs come behind letters, the first letter is in front of the match
WIDE_LETTERS: Final = re.compile(rb"\0{1,3}[^\0\xff](?:\0{1,3}[^\0\xff]){6,}")
# what stands between the digits of two bytes: `, ` in JSON, `", "` in a list of texts, a line break and its indentation.
# No GAP, and no NUL, as in what is no text.
BETWEEN: Final = rb"[^0-9A-Za-z\0\xff]{1,32}+"
# `[115, 101, …]`, as JSON has the bytes of a buffer
NUMBER: Final = rb"(?<![0-9])[0-9]{1,3}"
NUMBER_LISTS: Final = re.compile(rb"%b+(?:%b%b+){7,}+" % (NUMBER, BETWEEN, NUMBER))
NUMBERS: Final = re.compile(rb"([0-9]{1,3})[^0-9]*")
HEX_RUN: Final = re.compile(rb"[0-9a-fA-F]{16,}")
# `73:33:63`, `73 33 63`, `7333 6372`, `0x73, 0x33`: groups of one length or of several, as in a dump whose lines end. A
# digit too many is left out. Nothing is tried twice (`++`), as a text may be nothing else.
HEX_GROUPS: Final = re.compile(
    rb"(?<![0-9a-fA-F])[0-9a-fA-F]?((?:[0-9a-fA-F]{2})++(?:%b(?:0[xX])?+(?:[0-9a-fA-F]{2})++)++)" % BETWEEN
)
HEX_GROUP: Final = re.compile(rb"(?:0[xX])?([0-9a-fA-F]{2,})[^0-9a-fA-F]*")
HEX_PREFIX: Final = re.compile(rb"0[xX]")
DIGITS: Final = re.compile(rb"[0-9]+")
HEX_DIGITS: Final = b"0123456789abcdefABCDEF"
NO_HEX_DIGITS: Final = bytes(byte for byte in range(256) if byte not in HEX_DIGITS)
# where there may be any of these: no letter but those of hexadecimal digits, and `x`
DIGIT_STRETCH: Final = re.compile(rb"[^g-wyzG-WYZ\0\xff]{15,}+")
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
# Texts among bytes: no control characters, and no bytes that are no UTF-8 (which `surrogateescape` makes surrogates of). Of
# what a word becomes that is no Base64, hardly anything is one.
TEXT_RUN: Final = re.compile("[^\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\udc80-\udcff]{8,}+")
# GAP stands between runs, and NUL between the letters of UTF-16
NO_TEXT_BYTES: Final = bytes(byte for byte in (*range(1, 32), *range(127, 255)) if byte not in b"\t\n\r")
DecodeMatch = Callable[[bytes], bytes]
LayerDecoder = Callable[[bytes], Iterable[Layer]]


def _decode_percent(escape: bytes) -> bytes:
    if escape == b"+":
        return b" "
    # a run of escapes is decoded as one: `%E7%BA%A2` is one character of three bytes
    return unhexlify(escape.replace(b"%", b""))


def _decode_nested_percent(escape: bytes) -> bytes:
    return unhexlify(escape[-2:])


# a text of nothing but escapes has the same ones many times
@lru_cache(maxsize=1024)
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


@lru_cache(maxsize=1024)
def _decode_xml(escape: bytes) -> bytes:
    return unescape(escape.decode("ascii")).encode("utf-8", "replace")


def _decode_quoted_printable(escape: bytes) -> bytes:
    if escape.endswith(b"\n"):
        return b""
    return bytes.fromhex(escape[1:].decode("ascii"))


def _decode_escapes(
    pattern: re.Pattern[bytes], decode: DecodeMatch, text: bytes, *, hint: bytes = b""
) -> Iterator[Layer]:
    """Yield the text without escapes; nothing where `hint` is not in it."""
    if hint not in text:
        return

    def list_spans() -> list[DecodedSpan]:
        return [(match.start(), match.end(), decode(match[0])) for match in pattern.finditer(text)]

    decoded, count = pattern.subn(lambda match: decode(match[0]), text)
    if count:
        yield Layer(decoded, list_spans)


def _remove_line_breaks(text: bytes) -> Iterator[Layer]:
    has_line_breaks = b"\n" in text
    # looked for first: the pattern alone takes many times as long for an image in Base64, which has none of them
    if has_line_breaks or b"  " in text or b"\t" in text:
        yield from _decode_escapes(LINE_BREAKS, lambda _: b"", text)
    if has_line_breaks or len(text) <= MAX_JOINED_FORM_BYTES:
        yield from _decode_escapes(FORM_LINE_BREAKS, lambda _: b"", text, hint=b"+")


# `+` for a blank; the rest of a form's escapes are those of percent
decode_form: Final = partial(_decode_escapes, FORM_ESCAPES, _decode_percent, hint=b"+")
# without `%25` and `+` the first of these says all that the next two would
ESCAPE_DECODERS: Final[tuple[LayerDecoder, ...]] = (
    partial(_decode_escapes, PERCENT_ESCAPES, _decode_percent),
    partial(_decode_escapes, NESTED_PERCENT_ESCAPES, _decode_nested_percent, hint=b"%25"),
    decode_form,
    partial(_decode_escapes, STRING_ESCAPES, _decode_string_escape),
    partial(_decode_escapes, XML_ESCAPES, _decode_xml),
    partial(_decode_escapes, QUOTED_PRINTABLE, _decode_quoted_printable),
    _remove_line_breaks,
)


def _decode_wide_letters(text: bytes) -> Iterator[Layer]:
    yield from _decode_escapes(WIDE_LETTERS, lambda letters: letters.replace(b"\0", b""), text, hint=b"\0")


def decompress(text: bytes) -> Iterator[Layer]:
    """Yield the streams of gzip and zlib in a text decompressed, as far as they came and as bounds allow."""
    spans = list(_decompress_streams(text))
    if spans:
        yield Layer(join_runs(spans), lambda: spans, keep=False, is_opaque=True)


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
    return (
        partial(_decode_base64, run),
        partial(_decode_digits, min_length),
    )


def _decode_base64(run: re.Pattern[bytes], text: bytes) -> Iterator[Layer]:
    """Yield what runs of Base64 mean, for each place where it can begin.

    Base64 turns three bytes into four characters, and a run can have other letters in front of it: in `key=AbCd…`, or
    in `xAbCd…`, nothing says which character is the first of a group of four. So each of the four ways is tried.
    """
    runs = [match.span() for match in run.finditer(text)]
    if not runs:
        return
    standard_text = text.translate(TO_STANDARD_ALPHABET)
    # Base64 of a text has other letters than `a` to `f`: what a hexadecimal dump means by it is no text
    has_texts = any(text[begin:end].translate(None, HEX_DIGITS) for begin, end in runs)
    for skipped in range(4):
        spans = []
        for run_begin, run_end in runs:
            begin = run_begin + skipped
            # the end has no padding (`=` is no part of a run): two characters hold a byte, three hold two, one none
            end = run_end - ((run_end - begin) % 4 == 1)
            spans.append((begin, end, a2b_base64(standard_text[begin:end] + b"==")))
        yield from _build_run_layers(spans, partial(_split_base64_spans, spans), has_texts=has_texts)


def _split_base64_spans(spans: list[DecodedSpan]) -> Iterator[DecodedSpan]:
    """Yield the groups of four of each span, then its end: within each, characters and bytes are in proportion."""
    for begin, end, decoded in spans:
        size = (end - begin) // 4 * 3
        middle = begin + (end - begin) // 4 * 4
        yield begin, middle, decoded[:size]
        if middle < end:
            yield middle, end, decoded[size:]


def _decode_digits(min_length: int, text: bytes) -> Iterator[Layer]:
    """Yield what runs, groups and lists of digits mean, decimal or hexadecimal."""
    # looked for first, as three patterns that are tried at every digit take three times as long
    stretches = [match.span() for match in DIGIT_STRETCH.finditer(text)]
    if stretches:
        yield from _decode_hex(text, stretches)
        yield from _decode_hex_groups(text, stretches, min_length * 2)
        yield from _decode_number_lists(text, stretches)


def _decode_hex(text: bytes, stretches: list[Span]) -> Iterator[Layer]:
    runs = [match.span() for stretch in stretches for match in HEX_RUN.finditer(text, *stretch)]
    # a run may have another digit in front of it
    for skipped in range(2):
        spans = []
        for run_begin, run_end in runs:
            begin = run_begin + skipped
            end = run_end - (run_end - begin) % 2
            spans.append((begin, end, unhexlify(text[begin:end])))
        yield from _build_run_layers(spans)


def _decode_hex_groups(text: bytes, stretches: list[Span], min_digits: int) -> Iterator[Layer]:
    spans = []
    for stretch in stretches:
        for match in HEX_GROUPS.finditer(text, *stretch):
            digits = HEX_PREFIX.sub(b"", match[1]).translate(None, NO_HEX_DIGITS)
            if len(digits) >= min_digits:
                spans.append((*match.span(1), unhexlify(digits)))
    yield from _build_run_layers(spans, lambda: _split_groups(HEX_GROUP, unhexlify, spans, text))


def _decode_number_lists(text: bytes, stretches: list[Span]) -> Iterator[Layer]:
    spans = []
    for stretch in stretches:
        for match in NUMBER_LISTS.finditer(text, *stretch):
            numbers = bytes(map(_decode_number, DIGITS.findall(match[0])))
            spans.append((*match.span(), numbers))
    yield from _build_run_layers(spans, lambda: _split_groups(NUMBERS, _encode_number, spans, text))


def _decode_number(digits: bytes) -> int:
    number = int(digits)
    if number > 255:
        # one that is no byte ends what the bytes before it say
        return 0
    return number


def _encode_number(digits: bytes) -> bytes:
    return bytes([_decode_number(digits)])


def _split_groups(
    group: re.Pattern[bytes], decode: DecodeMatch, spans: list[DecodedSpan], text: bytes
) -> Iterator[DecodedSpan]:
    """Yield each group of each span, and what stands behind it, which means nothing."""
    for begin, end, _ in spans:
        for match in group.finditer(text, begin, end):
            yield match.start(), match.end(1), decode(match[1])
            yield match.end(1), match.end(), b""


def _build_run_layers(
    spans: list[DecodedSpan],
    list_spans: Callable[[], Iterable[DecodedSpan]] | None = None,
    *,
    has_texts: bool = True,
) -> Iterator[Layer]:
    """Yield all that was decoded; `list_spans` yields smaller spans, where a span's parts are not in proportion.

    Any word of ten letters is Base64 of something. What that means is looked through once, and only what is a text in it
    is decoded further: otherwise each reading of a page of words would have twenty more.
    """
    if not spans:
        return
    text = join_runs(spans)
    is_text = len(text) == len(text.translate(None, NO_TEXT_BYTES))
    yield Layer(text, list_spans or (lambda: spans), keep=False, is_text=is_text, has_texts=has_texts)


def select_texts(text: bytes) -> Iterator[Layer]:
    """Yield what is a text among bytes that are none."""
    readable = text.decode("utf-8", "surrogateescape")
    matches = list(TEXT_RUN.finditer(readable))

    def list_spans() -> Iterator[DecodedSpan]:
        for match in matches:
            begin = len(readable[: match.start()].encode("utf-8", "surrogateescape"))
            run = match[0].encode()
            yield begin, begin + len(run), run

    if matches:
        # as `join_runs` has it
        runs = GAP.join(match[0].encode() for match in matches)
        if matches[0].start():
            runs = GAP + runs
        yield Layer(runs, list_spans, keep=False)
