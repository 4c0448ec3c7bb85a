"""Alibaba Cloud's V3 signature, ACS3-HMAC-SHA256: hex over a canonical request that names its signed headers.

Source: help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature; checked against the vendor's SDKs.

The canonical request has the method, the path, the sorted query, a line for each signed header, an empty line, the
names of the signed headers and the SHA-256 of the body; its SHA-256 is what is signed:

    POST
    /
    Note=a%20b
    host:imagesearch.cn-shanghai.aliyuncs.com
    x-acs-action:SearchImageByPic

    host;x-acs-action
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..api import SecurityScheme
from ..messages import Pairs, Request, parse_pairs
from .authorization import extract_signature, get_authorization, split_authorization
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
from .scheme import CoveredHeaders, Credentials, FixedField, KeyLocation, SigningContext, SigningScheme

NAME: Final = "acs3"
ALGORITHM: Final = "ACS3-HMAC-SHA256"
_FIELDS: Final = ("Credential", "SignedHeaders", "Signature")
_KEY_PATTERN: Final = re.compile(r"Credential=([^,\s]+)")


@dataclass(frozen=True, slots=True)
class Acs3Credential:
    """What the `Authorization` header says; `signed_headers` in the order given, `signature` is hex."""

    access_key_id: str
    signed_headers: tuple[str, ...]
    signature: str


def parse_credential(text: str) -> Acs3Credential | MalformedCredential:
    """Read `ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=<a;b>,Signature=<hex>`."""
    rest = split_authorization(text, ALGORITHM)
    if isinstance(rest, MalformedCredential):
        return rest
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
    """Return the stages over the decoded path and query and those of `headers` that `signed_headers` names.

    `body_hash` is the lower-case hex SHA-256 of the raw body. A header that is named but absent counts as empty.
    """
    names = sorted({name.lower() for name in signed_headers})
    ordered = sort_by_name(query)
    header_lines = _format_header_lines(names, headers)
    # each header line ends in a line feed, and the join adds another: that is the empty line
    canonical = "\n".join((method, encode_path(path), encode_pairs(ordered), header_lines, ";".join(names), body_hash))
    string_to_sign = f"{ALGORITHM}\n{sha256(canonical.encode('utf-8', 'replace'))}"
    return build_stages(
        NAME,
        signed="\n".join((f"{method} {path}", format_lines(ordered), header_lines + body_hash)),
        canonical=canonical,
        string_to_sign=string_to_sign,
        signature=hmac_sha256(secret, string_to_sign),
    )


def read_signature(request: Request) -> str | None:
    """Return the signature in the `Authorization` header; None where there is none to read."""
    return extract_signature(request, parse_credential)


def recompute_stages(request: Request, secret: str) -> Stages | MalformedCredential:
    """Return the stages of a request from its own bytes, over the headers its `Authorization` names."""
    credential = parse_credential(get_authorization(request))
    if isinstance(credential, MalformedCredential):
        return credential
    return _compute_request_stages(request, credential.signed_headers, secret)


def list_required_headers(request: Request) -> tuple[str, ...]:
    """Return the names of a request's headers that have to be signed, in lower case and sorted.

    Those are `host`, `content-type` and every `x-acs-*`. The page names them without a condition, but the vendor's own
    SDK for asyncio sends a `content-type` that it does not sign with a GET: so it counts only beside a body.
    """
    names = {name for name, _ in decode_headers(request) if _is_signed(name)}
    if not request.body:
        names.discard("content-type")
    return tuple(sorted(names))


def list_unsigned_headers(request: Request) -> tuple[str, ...]:
    """Return which of those `SignedHeaders` leaves out; none where there is no credential to read."""
    credential = parse_credential(get_authorization(request))
    if isinstance(credential, MalformedCredential):
        return ()
    signed_names = {name.lower() for name in credential.signed_headers}
    return tuple(name for name in list_required_headers(request) if name not in signed_names)


def sign_headers(request: Request, names: tuple[str, ...], secret: str) -> Request:
    """Return a signed request with a signature over these headers alone; one that is not signed as it is."""
    credential = parse_credential(get_authorization(request))
    if isinstance(credential, MalformedCredential):
        return request
    signature = _compute_request_stages(request, names, secret).signature
    return set_headers(request, (("authorization", _format_credential(credential.access_key_id, names, signature)),))


def sign_request(  # noqa: PLR0913 - a time, a nonce and a token come from outside: the function is pure
    request: Request,
    access_key_id: str,
    secret: str,
    *,
    timestamp: str,
    nonce: str,
    security_token: str | None = None,
) -> Request:
    """Return the request with the signature's headers and `Authorization`; sign host, content-type and every `x-acs-*`.

    `timestamp` is UTC, `YYYY-MM-DDThh:mm:ssZ`. `host`, `x-acs-action` and `x-acs-version` are the caller's.
    """
    unsigned = set_headers(
        request,
        (
            ("x-acs-date", timestamp),
            ("x-acs-signature-nonce", nonce),
            ("x-acs-content-sha256", sha256(request.body)),
            *_build_token_headers(access_key_id, security_token),
        ),
    )
    names = tuple(sorted({name for name, _ in decode_headers(unsigned) if _is_signed(name)}))
    signature = _compute_request_stages(unsigned, names, secret).signature
    return set_headers(unsigned, (("authorization", _format_credential(access_key_id, names, signature)),))


def sign(request: Request, _: SecurityScheme, account: Credentials, context: SigningContext) -> Request:
    """Return the request with a proof by the account."""
    return sign_request(
        request,
        account["AccessKeyId"],
        account["AccessKeySecret"],
        timestamp=context.timestamp,
        nonce=context.nonce,
        security_token=account.get("SecurityToken"),
    )


def _format_credential(access_key_id: str, names: tuple[str, ...], signature: str) -> str:
    return f"{ALGORITHM} Credential={access_key_id},SignedHeaders={';'.join(names)},Signature={signature}"


def _parse_field(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    return name, value


def _format_header_lines(names: list[str], headers: Pairs) -> str:
    """Return `name:value` and a line feed each; the values of a repeated header are sorted and joined by a comma."""
    ordered = sorted(normalize_headers(headers))
    lines = []
    for name in names:
        values = [value for key, value in ordered if key == name]
        lines.append(f"{name}:{','.join(values)}\n")
    return "".join(lines)


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


def _build_token_headers(access_key_id: str, security_token: str | None) -> Pairs:
    if security_token is None:
        return ()
    # the vendor's SDKs repeat the access key id in a header when they send a security token
    return (("x-acs-accesskey-id", access_key_id), ("x-acs-security-token", security_token))


def _is_signed(name: str) -> bool:
    return name in {"host", "content-type"} or name.startswith("x-acs-")


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
    timestamp_name="x-acs-date",
    nonce_name="x-acs-signature-nonce",
    fixed_fields=(FixedField("algorithm", "authorization", ALGORITHM, "ACS3-HMAC-MD5"),),
    covered_headers=CoveredHeaders(list_required_headers, list_unsigned_headers, sign_headers),
    # the body is signed through its digest, so somebody has to compare the two
    body_digests={"x-acs-content-sha256": sha256},
)
