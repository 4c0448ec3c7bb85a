"""The parameters of a request: what is signed, in which order, and how a signature gets among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from operator import itemgetter
from typing import Final

import msgspec

from lookalike_specs.wire import Pairs, Request, parse_pairs

from . import percent

FORM_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
get_pair_name: Final = itemgetter(0)


def decode_parameters(request: Request) -> Pairs:
    """The decoded pairs of the query, then those of the form body if there is one."""
    return parse_pairs(request.query) + (parse_pairs(request.body) if is_form(request) else ())


def is_form(request: Request) -> bool:
    """Whether the body is a URL-encoded form."""
    return request.content_type == FORM_MEDIA_TYPE


def sort_by_name(found: Pairs) -> Pairs:
    """Sorted by name in the byte order of UTF-8; pairs of the same name stay in their order."""
    return tuple(sorted(found, key=get_pair_name))


def format_lines(found: Iterable[tuple[str, str]]) -> str:
    """For people: `name=value`, a line each."""
    return "\n".join(f"{name}={value}" for name, value in found)


def append_pairs(raw: bytes, added: Pairs) -> bytes:
    """A query or form with pairs at its end; a pair of the same name is dropped, all other bytes stay as they are."""
    parts = _drop_pairs(raw, {name for name, _ in added})
    if added:
        parts.append(percent.encode_pairs(added).encode("ascii"))
    return b"&".join(parts)


def append_to_query(request: Request, added: Pairs) -> Request:
    """The request with pairs at the end of its query."""
    return msgspec.structs.replace(request, query=append_pairs(request.query, added))


def append_to_form(request: Request, added: Pairs) -> Request:
    """The request with pairs at the end of its form body."""
    return msgspec.structs.replace(request, body=append_pairs(request.body, added))


def _drop_pairs(raw: bytes, names: Collection[str]) -> list[bytes]:
    return [part for part in raw.split(b"&") if part and parse_pairs(part)[0][0] not in names]
