"""Alibaba Cloud's ROA signature, version 2: Base64 of HMAC-SHA1 over method, headers, path and query.

Source: help.aliyun.com/en/sdk/product-overview/roa-mechanism; checked against the vendor's SDKs.

What is signed is a line each for the method, `Accept`, `Content-MD5`, `Content-Type` and `Date` (an empty line for one
that is absent), then every `x-acs-` header in the order of the names, then path and query, decoded and sorted:

    POST
    application/json

    application/x-www-form-urlencoded
    Sat, 21 Nov 2026 00:26:28 GMT
    x-acs-action:SearchImage
    x-acs-version:2019-03-25
    /v2/image/search?Note=a b&RegionId=cn-shanghai
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Final

from ..api import SecurityScheme
from ..messages import JSON_MEDIA_TYPE, Pairs, Request, parse_pairs
from .authorization import extract_signature, split_authorization
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
from .scheme import Credentials, FixedField, KeyLocation, SigningContext, SigningScheme

NAME: Final = "acs-roa"
_STANDARD_HEADERS: Final = ("accept", "content-md5", "content-type", "date")
_SYSTEM_HEADERS: Final = (("x-acs-signature-method", "HMAC-SHA1"), ("x-acs-signature-version", "1.0"))
_KEY_PATTERN: Final = re.compile(r"^\s*acs\s+([^:\s]+):")


@dataclass(frozen=True, slots=True)
class RoaCredential:
    """What `Authorization: acs <access key id>:<signature>` says; `signature` is Base64."""

    access_key_id: str
    signature: str


def parse_credential(text: str) -> RoaCredential | MalformedCredential:
    """Read an `Authorization` header."""
    rest = split_authorization(text, "acs")
    if isinstance(rest, MalformedCredential):
        return rest
    access_key_id, _, signature = rest.strip().partition(":")
    if not access_key_id or not signature:
        return MalformedCredential("malformed", "Authorization is not `acs <access key id>:<signature>`")
    return RoaCredential(access_key_id, signature)


def compute_stages(*, method: str, path: str, query: Pairs, headers: Pairs, secret: str) -> Stages:
    """Return the stages over the header pairs `headers` and the decoded path and query, which are signed unencoded."""
    ordered = sort_by_name(query)
    canonical = _canonicalize_headers(headers) + _canonicalize_resource(path, ordered)
    string_to_sign = "\n".join((method, *_get_standard_values(headers), canonical))
    return build_stages(
        NAME,
        signed=_describe_signed_parts(method, path, ordered, headers),
        canonical=canonical,
        string_to_sign=string_to_sign,
        signature=hmac_sha1(secret, string_to_sign),
    )


def read_signature(request: Request) -> str | None:
    """Return the signature in the `Authorization` header; None where there is none to read."""
    return extract_signature(request, parse_credential)


def recompute_stages(request: Request, secret: str) -> Stages:
    """Return the stages of a request from its own bytes."""
    return compute_stages(
        method=request.method,
        path=request.path,
        query=parse_pairs(request.query),
        headers=decode_headers(request),
        secret=secret,
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
    """Return the request with the signature's headers, `Content-MD5` (where there is a body) and `Authorization`.

    `date` is RFC 1123 in GMT; a nonce is optional. `Accept`, `x-acs-action` and `x-acs-version` are the caller's.
    """
    headers = [("date", date), *_SYSTEM_HEADERS]
    if request.body:
        headers.append(("content-md5", content_md5(request.body)))
    if nonce is not None:
        headers.append(("x-acs-signature-nonce", nonce))
    if security_token is not None:
        headers.append(("x-acs-security-token", security_token))
    unsigned = set_headers(request, tuple(headers))
    signature = recompute_stages(unsigned, secret).signature
    return set_headers(unsigned, (("authorization", f"acs {access_key_id}:{signature}"),))


def sign(request: Request, _: SecurityScheme, account: Credentials, context: SigningContext) -> Request:
    """Return the request with a proof by the account; it asks for JSON, as `Accept` is signed."""
    return sign_request(
        set_headers(request, (("accept", JSON_MEDIA_TYPE),)),
        account["AccessKeyId"],
        account["AccessKeySecret"],
        date=format_datetime(context.time.astimezone(UTC), usegmt=True),
        nonce=context.nonce,
        security_token=account.get("SecurityToken"),
    )


def _get_standard_values(headers: Pairs) -> tuple[str, ...]:
    """Return the values of the four standard headers, "" for an absent one; of a repeated header the first counts."""
    # a table keeps the last of equal names, so it is filled from the end
    first_values = dict(reversed(normalize_headers(headers)))
    return tuple(first_values.get(name, "") for name in _STANDARD_HEADERS)


def _canonicalize_headers(headers: Pairs) -> str:
    own = tuple(pair for pair in normalize_headers(headers) if pair[0].startswith("x-acs-"))
    return "".join(f"{name}:{value}\n" for name, value in sort_by_name(own))


def _canonicalize_resource(path: str, query: Pairs) -> str:
    """Return path and query; an empty value leaves the bare name (`?a&b=1`)."""
    if not query:
        return path
    parts = []
    for name, value in query:
        if value:
            parts.append(f"{name}={value}")
        else:
            parts.append(name)
    return f"{path}?{'&'.join(parts)}"


def _describe_signed_parts(method: str, path: str, query: Pairs, headers: Pairs) -> str:
    signed_headers = tuple(
        (name, value)
        for name, value in normalize_headers(headers)
        if name in _STANDARD_HEADERS or name.startswith("x-acs-")
    )
    return "\n".join((f"{method} {path}", format_lines(query), format_lines(sort_by_name(signed_headers))))


SCHEME: Final = SigningScheme(
    name=NAME,
    sign=sign,
    key_name="AccessKeyId",
    secret_name="AccessKeySecret",  # noqa: S106 - a name, not a secret
    key_location=KeyLocation("header", "authorization", _KEY_PATTERN),
    required_parameters=("x-acs-action", "x-acs-version"),
    signature_name="authorization",
    read_signature=read_signature,
    recompute_stages=recompute_stages,
    timestamp_name="date",
    nonce_name="x-acs-signature-nonce",
    fixed_fields=(
        FixedField("algorithm", "x-acs-signature-method", "HMAC-SHA1", "HMAC-MD5"),
        FixedField("version", "x-acs-signature-version", "1.0", "9.0"),
    ),
    # the body is signed through its digest, so somebody has to compare the two
    body_digests={"content-md5": content_md5},
)
