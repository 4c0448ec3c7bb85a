"""The digests of Alibaba Cloud's schemes, as text."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode


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
