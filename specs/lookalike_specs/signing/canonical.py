"""The digests of Alibaba Cloud's schemes, as text."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Collection, Iterable
from operator import itemgetter
from typing import Final

import msgspec

from lookalike_specs.messages import FORM_MEDIA_TYPE, Pairs, Request, parse_pairs


def hmac_sha1(key: str, text: str) -> str:
    """Base64 of the HMAC-SHA1 of a text."""
    return b64encode(hmac.digest(key.encode("utf-8"), text.encode("utf-8", "replace"), "sha1")).decode("ascii")


def hmac_sha256(key: str, text: str) -> str:
    """Lower-case hex of the HMAC-SHA256 of a text."""
    return hmac.digest(key.encode("utf-8"), text.encode("utf-8", "replace"), "sha256").hex()


def sha256(data: bytes) -> str:
    """Lower-case hex of the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def content_md5(body: bytes) -> str:
    """`Content-MD5`: Base64 of the MD5 of a body."""
    return b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode("ascii")


# One pass over the reserved bytes only: a third of the time of urllib's `quote` on a picture of 2 MB in base64.
_RESERVED: Final = re.compile(rb"[^A-Za-z0-9\-_.~]")
_ESCAPES: Final = {bytes([code]): b"%%%02X" % code for code in range(256)}


def percent_encode(text: str) -> str:
    """One name or value; a lone surrogate counts as `?`, as in Java."""
    return _RESERVED.sub(_escape, text.encode("utf-8", "replace")).decode("ascii")


def encode_path(path: str) -> str:
    """A decoded path with each segment encoded; "" is `/`."""
    return "/".join(percent_encode(segment) for segment in path.split("/")) or "/"


def encode_pairs(pairs: Pairs) -> str:
    """`name=value` encoded and joined by `&`, in the order given."""
    return "&".join(f"{percent_encode(name)}={percent_encode(value)}" for name, value in pairs)


def _escape(match: re.Match[bytes]) -> bytes:
    return _ESCAPES[match[0]]


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
        parts.append(encode_pairs(added).encode("ascii"))
    return b"&".join(parts)


def append_to_query(request: Request, added: Pairs) -> Request:
    """The request with pairs at the end of its query."""
    return msgspec.structs.replace(request, query=append_pairs(request.query, added))


def append_to_form(request: Request, added: Pairs) -> Request:
    """The request with pairs at the end of its form body."""
    return msgspec.structs.replace(request, body=append_pairs(request.body, added))


def _drop_pairs(raw: bytes, names: Collection[str]) -> list[bytes]:
    return [part for part in raw.split(b"&") if part and parse_pairs(part)[0][0] not in names]
