"""Ways to write a text otherwise, undone one at a time."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import partial
from html import unescape
from typing import Final

from .layer import Decoder, Found, Layer, layer

# each begins with a letter of its own: that is what makes them fast
PERCENT: Final = re.compile(rb"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")
PLUS: Final = re.compile(rb"\+|%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*")
JSON: Final = re.compile(
    rb'\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[0-9a-fA-F]{4})|["\\/bfnrt])'
)
XML: Final = re.compile(rb"&(?:#[xX][0-9a-fA-F]{1,8}|#[0-9]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")
LINE_BREAKS: Final = re.compile(rb"\r?\n")
SHORT: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
# from the alphabet for URLs to the other
STANDARD: Final = bytes.maketrans(b"-_", b"+/")
Decode = Callable[[bytes], bytes]


def _percent(found: bytes) -> bytes:
    return b" " if found == b"+" else bytes.fromhex(found.replace(b"%", b"").decode("ascii"))


def _json(found: bytes) -> bytes:
    if not found.startswith(b"\\u"):
        return SHORT.get(found[1:], found[1:])
    units = bytes.fromhex(found.replace(b"\\u", b"").decode("ascii"))
    return units.decode("utf-16-be", "replace").encode()


def _xml(found: bytes) -> bytes:
    return unescape(found.decode("ascii")).encode("utf-8", "replace")


def _escapes(pattern: re.Pattern[bytes], decode: Decode, text: bytes) -> Layer | None:
    return layer(text, ((found.start(), found.end(), decode(found[0])) for found in pattern.finditer(text)))


ESCAPES: Final[tuple[Decoder, ...]] = (
    partial(_escapes, PERCENT, _percent),
    partial(_escapes, PLUS, _percent),
    partial(_escapes, JSON, _json),
    partial(_escapes, XML, _xml),
    partial(_escapes, LINE_BREAKS, lambda _: b""),
)


def base64s(least: int) -> tuple[Decoder, ...]:
    """Base64 in runs of at least so many characters: one decoder for each place where the first four can begin."""
    run = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % least)
    return tuple(partial(_base64, run, skipped) for skipped in range(4))


def _base64(run: re.Pattern[bytes], skipped: int, text: bytes) -> Layer | None:
    return layer(text, _runs(run, skipped, text), keep=False)


def _runs(run: re.Pattern[bytes], skipped: int, text: bytes) -> Iterator[Found]:
    """Three bytes for four characters, then those of an end that has no padding."""
    for found in run.finditer(text):
        begin, end = found.start() + skipped, found.end()
        middle = end - (end - begin) % 4
        yield begin, middle, b64decode(text[begin:middle].translate(STANDARD))
        if end - middle > 1:
            yield middle, end, b64decode(text[middle:end].translate(STANDARD).ljust(4, b"="))
