"""The header `Date`: by the sandbox's clock where somebody has set it, else by the real one.

Clients of signed APIs correct their clocks by it. So a client that is too late by a sandbox's clock can be seen to mend
itself, while the bodies of answers stay the same in every run.
"""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from typing import Final

import msgspec

from lookalike_specs.messages import RawHeaders, Response

DATE_HEADER: Final = b"date"
# HTTP has four digits for a year: the end of 9999, in seconds since 1970
LATEST_SECOND: Final = 253_402_300_799


@lru_cache(maxsize=64)
def format_http_date(second: int) -> bytes:
    """Return seconds since 1970 as HTTP writes them: `Sat, 21 Nov 2026 00:26:28 GMT`.

    A clock can be set to anything; before 1970 and after 9999 the nearest of these is written.
    """
    return formatdate(min(max(second, 0), LATEST_SECOND), usegmt=True).encode("ascii")


def has_date(headers: RawHeaders) -> bool:
    """Return whether a response says its time already, as one that a document describes may do."""
    return any(name == DATE_HEADER for name, _ in headers)


def remove_date(response: Response) -> Response:
    """Return the response without its time, for a server that writes one in any case."""
    if not has_date(response.headers):
        return response
    headers = tuple(pair for pair in response.headers if pair[0] != DATE_HEADER)
    return msgspec.structs.replace(response, headers=headers)


def add_date(response: Response, timestamp: float) -> Response:
    """Return the response with this time, in seconds since 1970, unless it has one."""
    if has_date(response.headers):
        return response
    header = (DATE_HEADER, format_http_date(int(timestamp)))
    return msgspec.structs.replace(response, headers=(*response.headers, header))
