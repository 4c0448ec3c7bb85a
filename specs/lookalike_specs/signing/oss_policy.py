"""Alibaba Cloud's signature of an upload by a form: Base64 of HMAC-SHA1 over `policy`, which is JSON in Base64.

Nothing else of the form is signed. Source: help.aliyun.com/en/oss/developer-reference/postobject.

The policy says until when and for what it holds, so that one signature is good for many uploads:
`{"expiration": "2026-11-21T01:26:28.000Z", "conditions": [["eq", "$key", "a.png"]]}`.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final

import msgspec

from ..api import SecurityScheme
from ..messages import Request
from .base import Stages, build_stages
from .canonical import hmac_sha1
from .scheme import Credentials, KeyLocation, SigningContext, SigningScheme

NAME: Final = "oss-policy"
BOUNDARY_PATTERN: Final = re.compile(r'boundary="?([^";,]+)')
PART_TEMPLATE: Final = b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
SIGNATURE_FIELDS_PATTERN: Final = rb'--%b\r\n[^\r\n]*; name="(?:OSSAccessKeyId|Signature)"\r\n\r\n[^\r\n]*\r\n'
FIELD_PATTERN: Final = rb'name="%b"[^\r\n]*\r\n\r\n([^\r\n]*)'


def compute_signature(policy: str, secret: str) -> str:
    """Return the signature of a policy as it travels."""
    return hmac_sha1(secret, policy)


def compute_stages(policy: str, secret: str) -> Stages:
    """Return the stages: what the policy says, and its text, which is the string to sign as it stands."""
    return build_stages(
        NAME,
        signed=_decode_policy(policy),
        canonical=policy,
        string_to_sign=policy,
        signature=compute_signature(policy, secret),
    )


def read_signature(request: Request) -> str | None:
    """Return the `Signature` that a form carries; None where there is none."""
    return _find_field(request, b"Signature")


def recompute_stages(request: Request, secret: str) -> Stages:
    """Return the stages of a request from its own bytes."""
    return compute_stages(_find_field(request, b"policy") or "", secret)


def sign_request(request: Request, access_key_id: str, secret: str) -> Request:
    """Return the form with its own `OSSAccessKeyId` and `Signature` before its other fields; `policy` is the caller's.

    Before, as OSS wants the file last and ignores what comes behind it.
    """
    boundary = _read_boundary(request)
    signature = recompute_stages(request, secret).signature
    own_parts = [
        PART_TEMPLATE % (boundary, b"OSSAccessKeyId", access_key_id.encode()),
        PART_TEMPLATE % (boundary, b"Signature", signature.encode()),
    ]
    # those of an earlier signing go: of two fields of one name, servers may read either
    others = re.sub(SIGNATURE_FIELDS_PATTERN % re.escape(boundary), b"", request.body)
    return msgspec.structs.replace(request, body=b"".join(own_parts) + others)


def sign(request: Request, _: SecurityScheme, account: Credentials, __: SigningContext) -> Request:
    """Return the upload with the account's key and the signature of its policy."""
    return sign_request(request, account["AccessKeyId"], account["AccessKeySecret"])


def _read_boundary(request: Request) -> bytes:
    match = BOUNDARY_PATTERN.search(request.get_header(b"content-type") or "")
    if match is None:
        return b""
    return match[1].encode("latin-1")


def _find_field(request: Request, name: bytes) -> str | None:
    """Return the first field of that name in a multipart form."""
    match = re.search(FIELD_PATTERN % name, request.body)
    if match is None:
        return None
    return match[1].decode("latin-1")


def _decode_policy(policy: str) -> str:
    try:
        return b64decode(policy, validate=True).decode()
    except ValueError:
        return policy


SCHEME: Final = SigningScheme(
    name=NAME,
    sign=sign,
    key_name="AccessKeyId",
    secret_name="AccessKeySecret",  # noqa: S106 - a name, not a secret
    key_location=KeyLocation("form", "OSSAccessKeyId"),
    required_parameters=("policy",),
    signature_name="Signature",
    read_signature=read_signature,
    recompute_stages=recompute_stages,
    signed_field="policy",
)
