"""Alibaba Cloud's ROA signature, version 2: Base64 of HMAC-SHA1 over method, headers, path and query.

Source: help.aliyun.com/en/sdk/product-overview/roa-mechanism; checked against the vendor's SDKs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lookalike_specs.messages import Pairs, Request, parse_pairs

from .base import MalformedCredential, Stages, build_stages
from .canonical import (
    content_md5,
    decode_headers,
    format_lines,
    hmac_sha1,
    normalize_headers,
    set_headers,
    sort_by_name,
)

SCHEME: Final = "acs-roa"
_STANDARD_HEADERS: Final = ("accept", "content-md5", "content-type", "date")
_SYSTEM_HEADERS: Final = (("x-acs-signature-method", "HMAC-SHA1"), ("x-acs-signature-version", "1.0"))


@dataclass(frozen=True, slots=True)
class RoaCredential:
    """What `Authorization: acs <access key id>:<signature>` says; `signature` is Base64."""

    access_key_id: str
    signature: str


def parse_credential(text: str) -> RoaCredential | MalformedCredential:
    """Read an `Authorization` header."""
    word, _, rest = text.strip().partition(" ")
    access_key_id, _, signature = rest.strip().partition(":")
    if word != "acs":
        return MalformedCredential("algorithm" if rest else "malformed", "Authorization does not begin with `acs `")
    if not access_key_id or not signature:
        return MalformedCredential("malformed", "Authorization is not `acs <access key id>:<signature>`")
    return RoaCredential(access_key_id, signature)


def compute_stages(*, method: str, path: str, query: Pairs, headers: Pairs, secret: str) -> Stages:
    """The stages over the header pairs `headers` and the decoded path and query, which are signed unencoded."""
    ordered = sort_by_name(query)
    canonical = _canonical_headers(headers) + _canonical_resource(path, ordered)
    string_to_sign = "\n".join((method, *_standard_values(headers), canonical))
    return build_stages(
        SCHEME,
        signed=_describe_signed_parts(method, path, ordered, headers),
        canonical=canonical,
        string_to_sign=string_to_sign,
        signature=hmac_sha1(secret, string_to_sign),
    )


def read_signature(request: Request) -> str | None:
    """The signature in the `Authorization` header; None where there is none to read."""
    found = parse_credential(request.get_header(b"authorization") or "")
    return found.signature if isinstance(found, RoaCredential) else None


def recompute_stages(request: Request, secret: str) -> Stages:
    """The stages of a request from its own wire bytes."""
    query = parse_pairs(request.query)
    return compute_stages(
        method=request.method, path=request.path, query=query, headers=decode_headers(request), secret=secret
    )


def sign_request(  # noqa: PLR0913 - a date, a nonce and a token come from outside: the function is pure
    request: Request,
    access_key_id: str,
    secret: str,
    *,
    date: str,
    nonce: str | None = None,
    security_token: str | None = None,
) -> Request:
    """The request with the signature's headers, `Content-MD5` (where there is a body) and `Authorization`.

    `date` is RFC 1123 in GMT; a nonce is optional. `Accept`, `x-acs-action` and `x-acs-version` are the caller's.
    """
    optional = (
        ("content-md5", content_md5(request.body) if request.body else None),
        ("x-acs-signature-nonce", nonce),
        ("x-acs-security-token", security_token),
    )
    added = tuple((name, value) for name, value in optional if value is not None)
    unsigned = set_headers(request, (("date", date), *_SYSTEM_HEADERS, *added))
    signature = recompute_stages(unsigned, secret).signature
    return set_headers(unsigned, (("authorization", f"acs {access_key_id}:{signature}"),))


def _standard_values(headers: Pairs) -> tuple[str, ...]:
    """The values of the four standard headers, "" for an absent one; of a repeated header the first counts."""
    first = dict(reversed(normalize_headers(headers)))
    return tuple(first.get(name, "") for name in _STANDARD_HEADERS)


def _canonical_headers(headers: Pairs) -> str:
    own = tuple(pair for pair in normalize_headers(headers) if pair[0].startswith("x-acs-"))
    return "".join(f"{name}:{value}\n" for name, value in sort_by_name(own))


def _canonical_resource(path: str, query: Pairs) -> str:
    """Path and query; an empty value leaves the bare name (`?a&b=1`)."""
    text = "&".join(f"{name}={value}" if value else name for name, value in query)
    return f"{path}?{text}" if text else path


def _describe_signed_parts(method: str, path: str, query: Pairs, headers: Pairs) -> str:
    kept = tuple(
        pair for pair in normalize_headers(headers) if pair[0] in _STANDARD_HEADERS or pair[0].startswith("x-acs-")
    )
    return "\n".join((f"{method} {path}", format_lines(query), format_lines(sort_by_name(kept))))
