"""The parameters of a request: what is signed, in which order, and how a signature gets among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from operator import itemgetter
from typing import Final

import msgspec

from lookalike_specs.wire import Pairs, Request, pairs

from . import percent

FORM: Final = "application/x-www-form-urlencoded"
name_of: Final = itemgetter(0)


def sent(request: Request) -> Pairs:
    """The decoded pairs of the query, then those of the form body if there is one."""
    return pairs(request.query) + (pairs(request.body) if is_form(request) else ())


def is_form(request: Request) -> bool:
    """Whether the body is a URL-encoded form."""
    return request.content_type == FORM


def by_name(found: Pairs) -> Pairs:
    """Sorted by name in the byte order of UTF-8; pairs of the same name stay in their order."""
    return tuple(sorted(found, key=name_of))


def lines(found: Iterable[tuple[str, str]]) -> str:
    """For people: `name=value`, a line each."""
    return "\n".join(f"{name}={value}" for name, value in found)


def extended(raw: bytes, added: Pairs) -> bytes:
    """A query or form with pairs at its end; a pair of the same name is dropped, all other bytes stay as they are."""
    parts = _without(raw, {name for name, _ in added})
    if added:
        parts.append(percent.encode_pairs(added).encode("ascii"))
    return b"&".join(parts)


def with_query(request: Request, added: Pairs) -> Request:
    """The request with pairs at the end of its query."""
    return msgspec.structs.replace(request, query=extended(request.query, added))


def with_form(request: Request, added: Pairs) -> Request:
    """The request with pairs at the end of its form body."""
    return msgspec.structs.replace(request, body=extended(request.body, added))


def _without(raw: bytes, names: Collection[str]) -> list[bytes]:
    return [part for part in raw.split(b"&") if part and pairs(part)[0][0] not in names]
