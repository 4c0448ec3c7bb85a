"""What the vectors of Alibaba Cloud's signatures share."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import quote

import msgspec
from book import ISO, NOW

from lookalike_specs import load
from lookalike_specs.wire import Request

API = load("aliyun")
DEMO, STS = API.root.accounts["demo"], API.root.accounts["sts"]
CREDENTIALS = {name: DEMO[name] for name in ("AccessKeyId", "AccessKeySecret")}
TEMPORARY = {name: STS[name] for name in ("AccessKeyId", "AccessKeySecret", "SecurityToken")}
SKEW = API.operations[0].schemes[0].extension.skew
KEY, SECRET = CREDENTIALS["AccessKeyId"], CREDENTIALS["AccessKeySecret"]
HOST = "imagesearch.cn-shanghai.aliyuncs.com"
FORM = ("content-type", "application/x-www-form-urlencoded")
# A black picture of 100 by 100 pixels.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAGQAAABkAQAAAABYmaj5AAAAFElEQVR42mNgGAWjYBSMglFATwAABXgAAdgporgAAAAASUVORK5CYII="
SEARCH = f"InstanceName=demoinstance1&PicContent={quote(PNG, safe='')}&Num=1"
EDGE = timedelta(seconds=SKEW)
SECOND = timedelta(seconds=1)


class Nonces:
    """A nonce for each test, the same in each run."""

    def __init__(self, scheme: str) -> None:
        self._scheme, self._count = scheme, count(1)

    def __next__(self) -> str:
        """The next one."""
        return f"{self._scheme}-vector-{next(self._count)}"


def iso(at: datetime = NOW) -> str:
    """A time as the vendor writes it."""
    return at.strftime(ISO)


def post(query: str, body: str, *headers: tuple[str, str], path: str = "/", host: str = HOST) -> Request:
    """A request with a form."""
    sent = (("host", host), FORM, *headers)
    raw = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in sent)
    return Request(method="POST", scheme="https", path=path, query=query.encode(), headers=raw, body=body.encode())


def edited(request: Request, old: str, new: str) -> Request:
    """The request with a piece of its query or body replaced once it was signed."""
    for part in ("query", "body"):
        raw = getattr(request, part)
        if old.encode() in raw:
            return msgspec.structs.replace(request, **{part: raw.replace(old.encode(), new.encode(), 1)})
    raise AssertionError(old)


def with_header(request: Request, name: str, *values: str) -> Request:
    """The request with these values of a header, in its place; without it where there is none."""
    at = next((n for n, (key, _) in enumerate(request.headers) if key == name.encode()), len(request.headers))
    kept = [pair for pair in request.headers if pair[0] != name.encode()]
    new = [(name.encode(), value.encode("latin-1")) for value in values]
    return msgspec.structs.replace(request, headers=(*kept[:at], *new, *kept[at:]))


def sha1(key: str, text: str) -> str:
    """Base64 of HMAC-SHA1."""
    return b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()


def other_bits(signature: str) -> str:
    """The Base64 of 20 bytes with the two bits set that no decoder looks at: it decodes to the same bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return signature[:-2] + alphabet[alphabet.index(signature[-2]) | 1] + "="


def spoiled(signature: str, text: str, secret: str) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Signatures in Base64 that are not quite the right one: what it is, flags, the text."""
    key = secret.encode()
    return (
        ("The first character is another", ("ModifiedSignature",), ("A" if signature[0] != "A" else "B") + signature[1:]),
        ("Other bits in the last character: decoded, it is the same", ("ModifiedSignature",), other_bits(signature)),
        ("Letters in the other case", ("SignatureCase",), signature.swapcase()),
        ("Without the `=` at its end", ("TruncatedSignature",), signature.rstrip("=")),
        ("Cut by half", ("TruncatedSignature",), signature[:14]),
        ("A `=` too many", ("PaddedSignature",), signature + "="),
        ("A blank behind", ("PaddedSignature",), signature + " "),
        ("In hex in place of Base64", ("WrongAlgorithm",), hmac.digest(key, text.encode(), "sha1").hex()),
        ("HMAC-SHA256 in place of HMAC-SHA1", ("WrongAlgorithm",), b64encode(hmac.digest(key, text.encode(), "sha256")).decode()),
        ("SHA1 without HMAC", ("WrongAlgorithm",), b64encode(hashlib.sha1(key + text.encode()).digest()).decode()),
    )  # fmt: skip
