"""Ways to write a text otherwise, undone one at a time."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import partial
from html import unescape
from typing import Final

from .layer import LayerDecoder, DecodedSpan, Layer, build_layer

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
        begin, end = found.start() + skipped, found.end()
        middle = end - (end - begin) % 4
        yield begin, middle, b64decode(text[begin:middle].translate(TO_STANDARD_ALPHABET))
        if end - middle > 1:
            yield middle, end, b64decode(text[middle:end].translate(TO_STANDARD_ALPHABET).ljust(4, b"="))
