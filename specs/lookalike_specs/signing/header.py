"""The headers of a request, as text: what is signed, and how a signature gets among them."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from lookalike_specs.wire import Pairs, Request


def decode_headers(request: Request) -> Pairs:
    """The headers as text pairs, in wire order; a byte is a character (latin-1)."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)


def normalize_headers(headers: Pairs) -> Pairs:
    """The headers with lower-case names and trimmed values."""
    return tuple((name.lower(), value.strip()) for name, value in headers)


def remove_headers(request: Request, names: Collection[str]) -> Request:
    """The request without the headers of these lower-case names."""
    kept = tuple((name, value) for name, value in request.headers if name.decode("latin-1") not in names)
    return msgspec.structs.replace(request, headers=kept)


def set_headers(request: Request, added: Pairs) -> Request:
    """The request with these headers (lower-case names) in place of those of the same name."""
    kept = remove_headers(request, {name for name, _ in added}).headers
    new = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in added)
    return msgspec.structs.replace(request, headers=kept + new)
