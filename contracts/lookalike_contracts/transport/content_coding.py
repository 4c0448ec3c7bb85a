"""Bodies that come compressed, though nobody asked for that (RFC 9110, 8.4).

A recorded answer is often replayed with the coding that it once had, and some proxies compress whatever passes. Such a
server is right about its API, so its bodies are decoded. A few kilobytes may hold gigabytes of zeros: decoding stops at
the limit that holds for bodies that are not compressed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Final

from ..exceptions import CouldNotCheck

# what `wbits` tells zlib to expect: 16 more than the window is a gzip header, a negative one is no header at all
GZIP: Final = 16 + zlib.MAX_WBITS
ZLIB: Final = zlib.MAX_WBITS
RAW_DEFLATE: Final = -zlib.MAX_WBITS
WINDOW_BITS: Final[Mapping[str, int]] = {"gzip": GZIP, "x-gzip": GZIP, "deflate": ZLIB}
# a body may be coded several times over; more than a few times is an attack
MAX_CODINGS: Final = 3
# each costs a copy of all that follows it: block compressors write one for every 64 KB
MAX_MEMBERS: Final = 256
CODING_NAME: Final = re.compile(r"[a-z0-9!#$%&*+.^_|~-]{1,20}")


def decode_body(body: bytes, content_codings: Iterable[bytes], max_bytes: int) -> bytes:
    """Return the body without the codings that `Content-Encoding` names, which were applied in their order.

    Raise CouldNotCheck for a coding that is none of gzip and deflate, for a body that is not in its coding, and for one of
    more than `max_bytes` bytes.
    """
    names = ",".join(value.decode("latin-1") for value in content_codings).lower().split(",")
    codings = [name.strip() for name in names if name.strip() not in ("", "identity")]
    # the answer to HEAD, for one, names a coding and has no body
    if not body:
        return body
    if len(codings) > MAX_CODINGS:
        raise CouldNotCheck(f"the body is coded {len(codings)} times over")
    for coding in reversed(codings):
        body = _decode(body, coding, max_bytes)
    return body


def _decode(body: bytes, coding: str, max_bytes: int) -> bytes:
    if coding not in WINDOW_BITS:
        name = coding if CODING_NAME.fullmatch(coding) else "in a way that has no name"
        raise CouldNotCheck(f"the body is coded {name}")
    window_bits = WINDOW_BITS[coding]
    try:
        return _inflate(body, window_bits, max_bytes)
    except zlib.error as error:
        if window_bits != ZLIB:
            raise CouldNotCheck(f"the body is said to be coded {coding}, and is not") from error
    # "deflate" is zlib's format by the standard, and a bare stream at servers that took the name literally
    try:
        return _inflate(body, RAW_DEFLATE, max_bytes)
    except zlib.error as error:
        raise CouldNotCheck(f"the body is said to be coded {coding}, and is not") from error


def _inflate(body: bytes, window_bits: int, max_bytes: int) -> bytes:
    """Return all members of a compressed stream, one behind the other. Raise zlib.error, CouldNotCheck."""
    decoded = bytearray()
    remaining = body
    for _ in range(MAX_MEMBERS):
        decompressor = zlib.decompressobj(window_bits)
        # one byte more than is allowed shows that there is more, and no bomb is unpacked further
        decoded += decompressor.decompress(remaining, max_bytes + 1 - len(decoded))
        if len(decoded) > max_bytes:
            raise CouldNotCheck(f"the answer has more than {max_bytes:,} bytes")
        if not decompressor.eof:
            raise CouldNotCheck("the compressed body ends early")
        # gzip allows several members in a row; what follows a deflate stream belongs to nobody
        if window_bits != GZIP or not decompressor.unused_data:
            return bytes(decoded)
        remaining = decompressor.unused_data
    raise CouldNotCheck(f"the compressed body has more than {MAX_MEMBERS} parts")
