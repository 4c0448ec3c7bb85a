"""Alibaba Cloud's signature of an upload by a form: Base64 of HMAC-SHA1 over `policy`, which is JSON in Base64.

Nothing else of the form is signed. Source: help.aliyun.com/en/oss/developer-reference/postobject.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final

import msgspec

from lookalike_specs.wire import Request

from . import digest
from .stages import Stages, build

SCHEME: Final = "oss-policy"
BOUNDARY: Final = re.compile(r'boundary="?([^";,]+)')
PART: Final = b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
OWN: Final = rb'--%b\r\n[^\r\n]*; name="(?:OSSAccessKeyId|Signature)"\r\n\r\n[^\r\n]*\r\n'


def signature(policy: str, secret: str) -> str:
    """The signature of a policy as it travels."""
    return digest.hmac_sha1(secret, policy)


def stages(policy: str, secret: str) -> Stages:
    """The stages: what the policy says, and its text, which is the string to sign as it stands."""
    made = signature(policy, secret)
    return build(SCHEME, signed=_readable(policy), canonical=policy, string_to_sign=policy, signature=made)


def presented(request: Request) -> str | None:
    """The `Signature` that a form carries."""
    return _field(request, b"Signature")


def recomputed(request: Request, secret: str) -> Stages:
    """The stages of a request from its own wire bytes."""
    return stages(_field(request, b"policy") or "", secret)


def signed(request: Request, access_key_id: str, secret: str) -> Request:
    """The form with its own `OSSAccessKeyId` and `Signature` before its other fields; `policy` is the caller's."""
    found = BOUNDARY.search(request.header(b"content-type") or "")
    boundary = found[1].encode("latin-1") if found else b""
    added = ((b"OSSAccessKeyId", access_key_id), (b"Signature", recomputed(request, secret).signature))
    parts = b"".join(PART % (boundary, name, value.encode()) for name, value in added)
    others = re.sub(OWN % re.escape(boundary), b"", request.body)
    return msgspec.structs.replace(request, body=parts + others)


def _field(request: Request, name: bytes) -> str | None:
    """The first field of that name in a multipart form."""
    found = re.search(rb'name="%b"[^\r\n]*\r\n\r\n([^\r\n]*)' % name, request.body)
    return found[1].decode("latin-1") if found else None


def _readable(policy: str) -> str:
    try:
        return b64decode(policy, validate=True).decode()
    except ValueError:
        return policy
