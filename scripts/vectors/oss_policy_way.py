"""Uploads that are signed by a policy, and how they are signed otherwise."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import timedelta

from acs import KEY, SECRET
from book import NOW, SchemeAdapter
from msgspec.structs import replace
from spoiled import sign_sha1

from lookalike_specs.messages import Pairs, Request
from lookalike_specs.signing import oss_policy

HOST = b"bucketname.oss-cn-shanghai.aliyuncs.com"
BOUNDARY = "lookalike-boundary"
OBJECT_KEY = "1/2/a.png"
HOUR = timedelta(hours=1)


def format_expiration(after: timedelta = HOUR, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    """An end of validity."""
    return (NOW + after).strftime(form)


def build_policy(expiration: str = "", *conditions: object) -> str:
    """A policy as JSON."""
    found = conditions or (["content-length-range", 0, 10485760], ["eq", "$key", OBJECT_KEY])
    return json.dumps(
        {"expiration": expiration or format_expiration(), "conditions": found},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def encode_policy(text: str) -> str:
    """A policy as it travels."""
    return b64encode(text.encode()).decode()


def build_form(fields: Pairs, file: bytes = b"picture", boundary: str = BOUNDARY, content_type: str = "") -> Request:
    """An upload of these fields and a file."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    body = b"".join([*parts, head.encode(), file, f"\r\n--{boundary}--\r\n".encode()])
    media = content_type or f"multipart/form-data; boundary={boundary}"
    headers = ((b"host", HOST), (b"content-type", media.encode()))
    return Request(method="POST", scheme="https", path="/", headers=headers, body=body)


def build_fields(policy: str, signature: str | None = None, key: str = KEY, **more: str) -> Pairs:
    """What is sent before the file."""
    sign = sign_sha1(SECRET, policy) if signature is None else signature
    return (
        ("OSSAccessKeyId", key),
        ("policy", policy),
        ("Signature", sign),
        ("key", OBJECT_KEY),
        ("success_action_status", "201"),
        *more.items(),
    )


def build_upload(text: str = "", **more: str) -> Request:
    """A signed upload under a policy."""
    return build_form(build_fields(encode_policy(text or build_policy()), **more))


def strip_signature(request: Request) -> Request:
    """An upload without its signature."""
    pattern = rb'--[^\r\n]+\r\nContent-Disposition: form-data; name="Signature"\r\n\r\n[^\r\n]*\r\n'
    return replace(request, body=re.sub(pattern, b"", request.body))


def build_upload_without(*names: str) -> Request:
    """A signed upload without some fields."""
    return build_form(tuple(pair for pair in build_fields(encode_policy(build_policy())) if pair[0] not in names))


ADAPTER = SchemeAdapter(oss_policy.NAME, "AccessKeySecret", oss_policy.recompute_stages, strip_signature)
