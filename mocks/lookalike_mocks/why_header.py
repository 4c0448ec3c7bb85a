"""The header `Lookalike-Why`: why a request was answered as it was, for a client that sends `Prefer: explain`."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import msgspec

from lookalike_specs.messages import Request, Response

from .preferences import parse_preferences
from .reason import Reason, ReasonFinder

WHY_HEADER: Final = b"lookalike-why"
EXPLAIN: Final = "explain"
MAX_LENGTH: Final = 1000
# All of ASCII that is printed, but `%`, by which the rest is written: a client undoes it as it undoes a query.
PLAIN_CHARACTERS: Final = " !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


def add_why_header(request: Request, response: Response, find_reason: ReasonFinder) -> Response:
    """Return the response, with the reason in a header where the request asks for it."""
    if EXPLAIN not in parse_preferences(request):
        return response
    header = (WHY_HEADER, encode_reason(find_reason(request)))
    return msgspec.structs.replace(response, headers=(*response.headers, header))


def encode_reason(reason: Reason) -> bytes:
    """Return a reason as the value of a header: percent-encoded where it is not ASCII, and of a bounded length."""
    encoded = quote(str(reason), safe=PLAIN_CHARACTERS)
    if len(encoded) > MAX_LENGTH:
        # not within an escape, and not within a character of several
        encoded = encoded[:MAX_LENGTH].rpartition(" ")[0] + " ..."
    return encoded.encode("ascii")
