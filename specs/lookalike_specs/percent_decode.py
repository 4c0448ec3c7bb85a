"""Percent-decoding that takes some times the memory of the text, whatever the text is.

urllib's splits at each `%`. Of 6 MB of `%`, a form that anybody may send, it makes a gigabyte of small objects in six
seconds.
"""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = "0123456789abcdefABCDEF"
_ESCAPE: Final = re.compile(rb"%([0-9a-fA-F]{2})")
_BYTES: Final = {f"{high}{low}".encode(): bytes.fromhex(high + low) for high in _DIGITS for low in _DIGITS}
# What an image in Base64 has by the ten thousand. None of them is a digit, so that no new escape comes of them: `%%2B41` is
# `%+41`.
_FREQUENT: Final = ((b"%2B", b"+"), (b"%2F", b"/"), (b"%3D", b"="))
# `re.sub` takes 90 bytes for each escape until it is done, so it gets no more than that at a time
BLOCK_SIZE: Final = 16 * 1024


def percent_decode(data: bytes) -> bytes:
    """Return the data with `%41` as `A`; a `%` without two digits behind it stays."""
    for escape, byte in _FREQUENT:
        data = data.replace(escape, byte)
    if len(data) <= BLOCK_SIZE or b"%" not in data:
        return _ESCAPE.sub(_decode_escape, data)
    decoded = bytearray()
    start = 0
    while start < len(data):
        end = start + BLOCK_SIZE
        if end < len(data):
            # an escape is never cut: one that begins in the last two bytes goes to the next block
            cut = data.rfind(b"%", end - 2, end)
            if cut >= 0:
                end = cut
        decoded += _ESCAPE.sub(_decode_escape, data[start:end])
        start = end
    return bytes(decoded)


def decode_form_text(text: str) -> str:
    """Return a name or a value of a form: `+` is a blank, and escapes that are not UTF-8 become U+FFFD."""
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    return percent_decode(text.encode()).decode("utf-8", "replace")


def _decode_escape(match: re.Match[bytes]) -> bytes:
    return _BYTES[match[1]]
