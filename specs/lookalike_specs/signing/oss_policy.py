"""Alibaba Cloud's signature of an upload by a form: Base64 of HMAC-SHA1 over `policy`, which is JSON in Base64.

Nothing else of the form is signed. Source: help.aliyun.com/en/oss/developer-reference/postobject.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final

import msgspec

from lookalike_specs.messages import Request

from . import canonical
from .base import Stages, build_stages

SCHEME: Final = "oss-policy"
BOUNDARY_PATTERN: Final = re.compile(r'boundary="?([^";,]+)')
PART_TEMPLATE: Final = b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
SIGNATURE_FIELDS_PATTERN: Final = rb'--%b\r\n[^\r\n]*; name="(?:OSSAccessKeyId|Signature)"\r\n\r\n[^\r\n]*\r\n'


def compute_signature(policy: str, secret: str) -> str:
    """The signature of a policy as it travels."""
    return canonical.hmac_sha1(secret, policy)


def compute_stages(policy: str, secret: str) -> Stages:
    """The stages: what the policy says, and its text, which is the string to sign as it stands."""
    made = compute_signature(policy, secret)
    return build_stages(SCHEME, signed=_decode_policy(policy), canonical=policy, string_to_sign=policy, signature=made)


def read_signature(request: Request) -> str | None:
    """The `Signature` that a form carries."""
    return _find_field(request, b"Signature")


def recompute_stages(request: Request, secret: str) -> Stages:
    """The stages of a request from its own wire bytes."""
    return compute_stages(_find_field(request, b"policy") or "", secret)


def sign_request(request: Request, access_key_id: str, secret: str) -> Request:
    """The form with its own `OSSAccessKeyId` and `Signature` before its other fields; `policy` is the caller's."""
    found = BOUNDARY_PATTERN.search(request.get_header(b"content-type") or "")
    boundary = found[1].encode("latin-1") if found else b""
    added = ((b"OSSAccessKeyId", access_key_id), (b"Signature", recompute_stages(request, secret).signature))
    parts = b"".join(PART_TEMPLATE % (boundary, name, value.encode()) for name, value in added)
    others = re.sub(SIGNATURE_FIELDS_PATTERN % re.escape(boundary), b"", request.body)
    return msgspec.structs.replace(request, body=parts + others)


def _find_field(request: Request, name: bytes) -> str | None:
    """The first field of that name in a multipart form."""
    found = re.search(rb'name="%b"[^\r\n]*\r\n\r\n([^\r\n]*)' % name, request.body)
    return found[1].decode("latin-1") if found else None


def _decode_policy(policy: str) -> str:
    try:
        return b64decode(policy, validate=True).decode()
    except ValueError:
        return policy
