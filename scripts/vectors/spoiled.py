"""Signatures in Base64 that are not quite the right one."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator

BASE64_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def sign_sha1(key: str, text: str) -> str:
    """Base64 of HMAC-SHA1."""
    return b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()


def set_unused_bits(signature: str) -> str:
    """The Base64 of 20 bytes with the two bits set that no decoder looks at: it decodes to the same bytes."""
    return signature[:-2] + BASE64_ALPHABET[BASE64_ALPHABET.index(signature[-2]) | 1] + "="


def corrupt_signature(signature: str, text: str, secret: str) -> Iterator[tuple[str, str, str]]:
    """What it is, its flag, and the signature."""
    key = secret.encode()
    yield from (
        ("The first character is another", "ModifiedSignature", ("A" if signature[0] != "A" else "B") + signature[1:]),
        ("Other bits in the last character: decoded, it is the same", "ModifiedSignature", set_unused_bits(signature)),
        ("Letters in the other case", "SignatureCase", signature.swapcase()),
        ("Without the `=` at its end", "TruncatedSignature", signature.rstrip("=")),
        ("Cut by half", "TruncatedSignature", signature[:14]),
        ("A `=` too many", "PaddedSignature", signature + "="),
        ("A blank behind", "PaddedSignature", signature + " "),
        ("In hex in place of Base64", "WrongAlgorithm", hmac.digest(key, text.encode(), "sha1").hex()),
        ("HMAC-SHA256 in place of HMAC-SHA1", "WrongAlgorithm", b64encode(hmac.digest(key, text.encode(), "sha256")).decode()),
        ("SHA1 without HMAC", "WrongAlgorithm", b64encode(hashlib.sha1(key + text.encode()).digest()).decode()),
    )  # fmt: skip
