"""Requests with a piece of them replaced, once they were signed or before, and signatures that are not quite right."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator

from msgspec.structs import replace

from lookalike_specs.messages import Request

# A black picture of 100 by 100 pixels.
BLACK_PNG = "iVBORw0KGgoAAAANSUhEUgAAAGQAAABkAQAAAABYmaj5AAAAFElEQVR42mNgGAWjYBSMglFATwAABXgAAdgporgAAAAASUVORK5CYII="


def replace_once(request: Request, old: str, new: str) -> Request:
    """Return the request with a piece of its query or body replaced. Raise AssertionError where it has no such piece."""
    for part in ("query", "body"):
        raw = getattr(request, part)
        if old.encode() in raw:
            return replace(request, **{part: raw.replace(old.encode(), new.encode(), 1)})
    raise AssertionError(old)


def set_header(request: Request, name: str, *values: str) -> Request:
    """Return the request with these values of a header, in its place; without the header where there is no value."""
    # in the place of the first of them, so that nothing but the value differs
    names = [key for key, _ in request.headers]
    index = len(names)
    if name.encode() in names:
        index = names.index(name.encode())
    kept = [pair for pair in request.headers if pair[0].lower() != name.encode()]
    new = [(name.encode(), value.encode("latin-1")) for value in values]
    return replace(request, headers=(*kept[:index], *new, *kept[index:]))


def strip_authorization(request: Request) -> Request:
    """Return the request without its `Authorization`, which is all of its signature where it travels in that header."""
    return set_header(request, "authorization")


def remove_parameter(request: Request, name: str) -> Request:
    """Return the request without a parameter, in query and form."""
    return replace(request, query=_remove_pair(request.query, name), body=_remove_pair(request.body, name))


def move_last_parameter_first(request: Request) -> Request:
    """Return the request with the last parameter of its query in front."""
    head, _, last = request.query.rpartition(b"&")
    return replace(request, query=last + b"&" + head)


def reverse_headers(request: Request) -> Request:
    """Return the request with its headers in another order."""
    return replace(request, headers=request.headers[::-1])


def capitalize_headers(request: Request) -> Request:
    """Return the request with its headers' names in capitals."""
    return replace(request, headers=tuple((name.title(), value) for name, value in request.headers))


def lowercase_headers(request: Request) -> Request:
    """Return the request as a server has it: a test may spell header names in capitals."""
    return replace(request, headers=tuple((name.lower(), value) for name, value in request.headers))


def _remove_pair(raw: bytes, name: str) -> bytes:
    return b"&".join(part for part in raw.split(b"&") if part.partition(b"=")[0] != name.encode())


BASE64_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def change_digit(digit: str) -> str:
    """Return another hexadecimal digit."""
    if digit == "0":
        return "1"
    return "0"


def change_letter(letter: str) -> str:
    """Return another letter of Base64."""
    if letter == "A":
        return "B"
    return "A"


def sign_sha1(key: str, text: str) -> str:
    """Return an HMAC-SHA1 in Base64."""
    return b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()


def set_unused_bits(signature: str) -> str:
    """Return the Base64 of 20 bytes with a bit set that no decoder looks at: it decodes to the same bytes."""
    # 20 bytes are 160 bits and 27 characters hold 162: the last character before the `=` has two to spare
    return signature[:-2] + BASE64_ALPHABET[BASE64_ALPHABET.index(signature[-2]) | 1] + "="


def corrupt_signature(signature: str, text: str, secret: str) -> Iterator[tuple[str, str, str]]:
    """Yield signatures that are not quite the right one: what it is, its flag, the signature."""
    key = secret.encode()
    yield from (
        ("The first character is another", "ModifiedSignature", change_letter(signature[0]) + signature[1:]),
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
