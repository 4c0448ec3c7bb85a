"""Alibaba Cloud's V3 signature, ACS3-HMAC-SHA256: hex over a canonical request that names its signed headers.

Source: help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature; checked against the vendor's SDKs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lookalike_specs.messages import Pairs, Request, parse_pairs

from .base import MalformedCredential, Stages, build_stages
from .canonical import (
    decode_headers,
    encode_pairs,
    encode_path,
    format_lines,
    hmac_sha256,
    normalize_headers,
    set_headers,
    sha256,
    sort_by_name,
)

SCHEME: Final = "acs3"
ALGORITHM: Final = "ACS3-HMAC-SHA256"
_FIELDS: Final = ("Credential", "SignedHeaders", "Signature")


@dataclass(frozen=True, slots=True)
class Acs3Credential:
    """What the `Authorization` header says; `signed_headers` in the order given, `signature` is hex."""

    access_key_id: str
    signed_headers: tuple[str, ...]
    signature: str


def parse_credential(text: str) -> Acs3Credential | MalformedCredential:
    """Read `ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=<a;b>,Signature=<hex>`."""
    word, _, rest = text.strip().partition(" ")
    if word != ALGORITHM:
        return MalformedCredential(
            "algorithm" if rest else "malformed", f"Authorization does not begin with `{ALGORITHM} `"
        )
    fields = dict(_parse_field(part) for part in rest.split(","))
    for name in _FIELDS:
        if not fields.get(name):
            return MalformedCredential("malformed", f"Authorization has no {name}")
    return Acs3Credential(fields["Credential"], tuple(fields["SignedHeaders"].split(";")), fields["Signature"])


def compute_stages(  # noqa: PLR0913 - each is an input of the vendor's rule
    *,
    method: str,
    path: str,
    query: Pairs,
    headers: Pairs,
    signed_headers: tuple[str, ...],
    body_hash: str,
    secret: str,
) -> Stages:
    """The stages over the decoded path and query and those of the header pairs `headers` that `signed_headers` names.

    `body_hash` is the lower-case hex SHA-256 of the raw body. A header that is named but absent counts as empty.
    """
    names = sorted({name.lower() for name in signed_headers})
    ordered = sort_by_name(query)
    lines = _header_lines(names, headers)
    uri = encode_path(path)
    signed_query = encode_pairs(ordered)
    canonical = "\n".join((method, uri, signed_query, lines, ";".join(names), body_hash))
    string_to_sign = f"{ALGORITHM}\n{sha256(canonical.encode('utf-8', 'replace'))}"
    return build_stages(
        SCHEME,
        signed="\n".join((f"{method} {path}", format_lines(ordered), lines + body_hash)),
        canonical=canonical,
        string_to_sign=string_to_sign,
        signature=hmac_sha256(secret, string_to_sign),
    )


def read_signature(request: Request) -> str | None:
    """The signature in the `Authorization` header; None where there is none to read."""
    found = parse_credential(request.get_header(b"authorization") or "")
    return found.signature if isinstance(found, Acs3Credential) else None


def recompute_stages(request: Request, secret: str) -> Stages | MalformedCredential:
    """The stages of a request from its own wire bytes, over the headers its `Authorization` names."""
    found = parse_credential(request.get_header(b"authorization") or "")
    return (
        found
        if isinstance(found, MalformedCredential)
        else _compute_request_stages(request, found.signed_headers, secret)
    )


def sign_request(  # noqa: PLR0913 - a time, a nonce and a token come from outside: the function is pure
    request: Request,
    access_key_id: str,
    secret: str,
    *,
    timestamp: str,
    nonce: str,
    security_token: str | None = None,
) -> Request:
    """The request with the signature's headers and `Authorization`; signs host, content-type and every `x-acs-*`.

    `timestamp` is UTC, `YYYY-MM-DDThh:mm:ssZ`. `host`, `x-acs-action` and `x-acs-version` are the caller's.
    """
    unsigned = set_headers(
        request,
        (
            ("x-acs-date", timestamp),
            ("x-acs-signature-nonce", nonce),
            ("x-acs-content-sha256", sha256(request.body)),
            *_token_headers(access_key_id, security_token),
        ),
    )
    names = tuple(sorted({name for name, _ in decode_headers(unsigned) if _is_signed(name)}))
    signature = _compute_request_stages(unsigned, names, secret).signature
    value = f"{ALGORITHM} Credential={access_key_id},SignedHeaders={';'.join(names)},Signature={signature}"
    return set_headers(unsigned, (("authorization", value),))


def _parse_field(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    return name, value


def _header_lines(names: list[str], headers: Pairs) -> str:
    """`name:value` and a line feed each; the values of a repeated header are sorted and joined by a comma."""
    found = sorted(normalize_headers(headers))
    return "".join(f"{name}:{','.join(value for key, value in found if key == name)}\n" for name in names)


def _compute_request_stages(request: Request, signed_headers: tuple[str, ...], secret: str) -> Stages:
    return compute_stages(
        method=request.method,
        path=request.path,
        query=parse_pairs(request.query),
        headers=decode_headers(request),
        signed_headers=signed_headers,
        body_hash=sha256(request.body),
        secret=secret,
    )


def _token_headers(access_key_id: str, security_token: str | None) -> Pairs:
    """The vendor's SDKs repeat the access key id in a header when they send a security token."""
    if security_token is None:
        return ()
    return (("x-acs-accesskey-id", access_key_id), ("x-acs-security-token", security_token))


def _is_signed(name: str) -> bool:
    return name in {"host", "content-type"} or name.startswith("x-acs-")
