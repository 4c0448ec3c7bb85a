"""An HTTP exchange: a request and the response to it, as all packages know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from .percent_decode import decode_form_text

Pairs = tuple[tuple[str, str], ...]
RawHeaders = tuple[tuple[bytes, bytes], ...]
JSON_MEDIA_TYPE: Final = "application/json"
FORM_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
MULTIPART_MEDIA_TYPE: Final = "multipart/form-data"
FORM_TYPES: Final = (FORM_MEDIA_TYPE, MULTIPART_MEDIA_TYPE)
XML_MEDIA_TYPE: Final = "application/xml"
HTML_MEDIA_TYPE: Final = "text/html"
# of a body of millions of `&` the rest is one pair, so that nobody can make us build millions of objects
MAX_PAIRS: Final = 100_000
# headers that say where a message goes and how it is framed: whoever sends it, curl or a client, says so by itself
FRAMING_HEADERS: Final = frozenset((b"host", b"content-length", b"transfer-encoding", b"connection"))


def is_json(media_type: str) -> bool:
    """Return whether a body of that media type is JSON; parameters do not count: `application/json;charset=utf-8` is."""
    media_type = media_type.partition(";")[0].strip()
    return media_type == JSON_MEDIA_TYPE or media_type.endswith("+json") or media_type == "text/json"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a client sent. Header names are lower case; `path` is percent-decoded, `query` is raw.

    `broken_rule` is what was wrong with the way it came: "", "body-too-large" or "body-timeout".
    """

    method: str
    path: str
    query: bytes = b""
    headers: RawHeaders = ()
    body: bytes = b""
    scheme: str = "http"
    broken_rule: str = ""

    def get_header(self, name: bytes) -> str | None:
        """Return the first header of that lower-case name, as text; None where there is none."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return None

    @property
    def host(self) -> str:
        """Return the `Host` header as sent, port included; "" where there is none."""
        return self.get_header(b"host") or ""

    @property
    def content_type(self) -> str:
        """Return the media type of the body without parameters, lower case; "" when not sent."""
        return (self.get_header(b"content-type") or "").partition(";")[0].strip().lower()


class Fault(msgspec.Struct, frozen=True):
    """What happens to a response on its way; `seconds` is how long it takes.

    `is_wanted` is for what outlasts the response: it tells, later on, whether it was not cancelled. None: it cannot be.
    """

    kind: str
    seconds: float = 0.0
    is_wanted: Callable[[], bool] | None = None


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What the API answered; `fault` is for the adapter to carry out."""

    status: int
    body: bytes
    media_type: str = JSON_MEDIA_TYPE
    headers: RawHeaders = ()
    fault: Fault | None = None


def parse_pairs(text: bytes) -> Pairs:
    """Split a query string or a form body into decoded (name, value) pairs, empty values kept.

    A name without "=" has the value "". Bytes that are not UTF-8 become U+FFFD. What comes after MAX_PAIRS is one
    pair more.
    """
    decoded = text.decode("utf-8", "replace")
    # most texts have nothing to decode, and to find that out once is many times faster than to decode each name
    is_encoded = "%" in decoded or "+" in decoded
    pairs = []
    for part in decoded.split("&", MAX_PAIRS):
        # `a=1&&b=2` has two pairs, as browsers and servers read it
        if not part:
            continue
        name, _, value = part.partition("=")
        if is_encoded:
            name = decode_form_text(name)
            value = decode_form_text(value)
        pairs.append((name, value))
    return tuple(pairs)
