"""ACS3: what is to be refused."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from hashlib import sha256
from urllib.parse import quote

import msgspec
from acs import (
    KEY,
    SECRET,
    edited,
    with_header,
)
from acs3_way import bare, credential, over, resigned, search, signed, texts
from book import Book

from lookalike_specs.signing import acs3
from lookalike_specs.wire import Request


def missing(book: Book) -> None:
    """What a signature needs, missing or unreadable."""
    plain = signed(search())
    text = str(plain.header(b"authorization"))
    for comment, flags, wrong, refusal in (
        ("An empty `Authorization`", ("Missing",), "", "missing-signature"),
        ("No key in `Authorization`", ("Malformed",), text.replace(f"Credential={KEY},", ""), "malformed"),
        ("No signed headers in `Authorization`", ("Malformed",), text.replace("SignedHeaders=", "Signed="), "malformed"),
        ("No signature in `Authorization`", ("Malformed",), text.partition(",Signature=")[0], "malformed"),
        ("The algorithm alone", ("Malformed",), "ACS3-HMAC-SHA256", "malformed"),
        ("Another algorithm of the vendor's is named", ("Version",), text.replace("SHA256 ", "SM3 "), "algorithm"),
        ("A bearer token", ("Version",), "Bearer token", "algorithm"),
    ):  # fmt: skip
        book.invalid(comment, *flags, request=with_header(plain, "authorization", wrong), refusal=refusal)  # type: ignore[arg-type]
    book.invalid("No `Authorization`", "Missing", request=bare(plain), refusal="missing-signature")
    query = msgspec.structs.replace(bare(plain), query=b"Authorization=" + quote(text, safe="").encode())
    book.invalid("`Authorization` in the query", "WrongPlace", request=query, refusal="missing-signature")
    book.invalid(
        "A key that nobody has", "WrongKey", request=signed(search(), key="LTAI-nobody"), refusal="unknown-key"
    )
    for comment, name, values, refusal in (
        ("No time", "x-acs-date", (), "missing-timestamp"),
        ("A time with a blank in place of the T", "x-acs-date", ("2026-11-21 00:26:28",), "malformed-timestamp"),
        ("A time of HTTP", "x-acs-date", ("Sat, 21 Nov 2026 00:26:28 GMT",), "malformed-timestamp"),
        ("No nonce", "x-acs-signature-nonce", (), "missing-nonce"),
        ("An empty nonce", "x-acs-signature-nonce", ("",), "missing-nonce"),
    ):
        request = with_header(plain, name, *values)
        names = [found for found in credential(plain).signed_headers if values or found != name]
        book.invalid(comment, "Malformed" if values else "Missing", request=over(request, names), refusal=refusal)  # type: ignore[arg-type]
    digests = (
        ("No digest of the body", "Missing", ()),
        ("Another body's digest", "BodyDigest", (sha256(b"another").hexdigest(),)),
        ("The digest in capitals", "BodyDigest", (sha256(plain.body).hexdigest().upper(),)),
        ("No digest, but a word", "BodyDigest", ("UNSIGNED-PAYLOAD",)),
    )
    for comment, flag, values in digests:
        request = with_header(plain, "x-acs-content-sha256", *values)
        names = [found for found in credential(plain).signed_headers if values or found != "x-acs-content-sha256"]
        book.invalid(comment, flag, request=over(request, names), refusal="body-digest")


def signatures(book: Book) -> None:
    """Signatures that are not quite the right one."""
    plain = signed(search())
    sign, text = credential(plain).signature, texts(plain)["string-to-sign"]
    derived = hmac.digest(b"ACS3" + SECRET.encode(), b"20261121", "sha256")
    book.invalid("Another secret", "WrongSecret", request=signed(search(), secret="wrong"))
    for comment, flags, wrong in (
        ("The first digit is another", ("ModifiedSignature",), ("0" if sign[0] != "0" else "1") + sign[1:]),
        ("In capitals", ("SignatureCase",), sign.upper()),
        ("Cut by a digit", ("TruncatedSignature",), sign[:-1]),
        ("Cut by half", ("TruncatedSignature",), sign[:32]),
        ("A zero more", ("PaddedSignature",), sign + "0"),
        ("In Base64 in place of hex", ("WrongAlgorithm",), b64encode(bytes.fromhex(sign)).decode()),
        ("HMAC-SHA1 in place of HMAC-SHA256", ("WrongAlgorithm",), hmac.digest(SECRET.encode(), text.encode(), "sha1").hex()),
        ("SHA-256 without HMAC", ("WrongAlgorithm",), hashlib.sha256(SECRET.encode() + text.encode()).hexdigest()),
        ("The secret with the `&` of RPC", ("MissingStep",), hmac.digest(SECRET.encode() + b"&", text.encode(), "sha256").hex()),
        ("A key derived from secret and day", ("MissingStep",), hmac.digest(derived, text.encode(), "sha256").hex()),
    ):  # fmt: skip
        book.invalid(comment, *flags, request=resigned(plain, wrong))


def tampered(book: Book) -> None:
    """What was changed after signing."""
    plain = signed(search("ScoreThreshold=0.35&Note=b&Note=a"))
    for comment, flags, request, refusal in (
        ("A byte of the body changed", ("BodyDigest",), edited(plain, "&Num=1", "&Num=2"), "body-digest"),
        ("The body and its digest changed", ("BodyDigest",), _rebodied(plain), "mismatch"),
        ("A value of the query changed", (), edited(plain, "0.35", "0.36"), "mismatch"),
        ("A parameter added to the query", (), edited(plain, "Note=b", "Start=1&Note=b"), "mismatch"),
        ("A parameter dropped from the query", (), edited(plain, "ScoreThreshold=0.35&", ""), "mismatch"),
        ("A repeated name in another order than it was signed", ("Repeated",), edited(plain, "Note=b&Note=a", "Note=a&Note=b"), "mismatch"),
        ("Another host", (), with_header(plain, "host", "imagesearch.cn-beijing.aliyuncs.com"), "mismatch"),
        ("The time changed", (), with_header(plain, "x-acs-date", "2026-11-21T00:26:29Z"), "mismatch"),
        ("The nonce changed", ("Nonce",), with_header(plain, "x-acs-signature-nonce", "another"), "mismatch"),
        ("A signed header dropped", ("SignedHeaders",), with_header(plain, "x-acs-version"), "mismatch"),
        ("A signed header doubled", ("Repeated",), with_header(plain, "x-acs-version", "2020-12-14", "2020-12-14"), "mismatch"),
        ("A name taken from the list of signed headers", ("SignedHeaders",), _unlisted(plain), "mismatch"),
    ):  # fmt: skip
        book.invalid(comment, "Tampered", *flags, request=request, refusal=refusal)  # type: ignore[arg-type]


def _rebodied(request: Request) -> Request:
    changed = edited(request, "&Num=1", "&Num=2")
    return with_header(changed, "x-acs-content-sha256", sha256(changed.body).hexdigest())


def _unlisted(request: Request) -> Request:
    text = str(request.header(b"authorization")).replace(";x-acs-version", "")
    return with_header(request, "authorization", text)


def wrongly_signed(book: Book) -> None:
    """The mistakes of the canonical text, made by changing it and signing what comes out."""
    plain = signed(search("Note=a+b*~&a=1&B=", ("x-acs-note", " a ")))
    right = texts(plain)["canonical"]
    for comment, flags, canonical in (
        ("Signed with `+` for the space", ("PlusIsSpace",), right.replace("a%20b", "a+b")),
        ("Signed with `*` as it is", ("Unreserved",), right.replace("%2A", "*")),
        ("Signed with `%7E` for `~`", ("Unreserved",), right.replace("~", "%7E")),
        ("Signed in lower-case hex", ("HexCase",), right.replace("%2A", "%2a")),
        ("The query was not sorted", ("SortOrder",), right.replace("B=&Note=a%20b%2A~&a=1", "Note=a%20b%2A~&a=1&B=")),
        ("Sorted without regard to case", ("SortOrder",), right.replace("B=&Note=a%20b%2A~&a=1", "a=1&B=&Note=a%20b%2A~")),
        ("Signed without its empty values", ("EmptyValue",), right.replace("B=&", "")),
        ("An empty value signed as a bare name", ("EmptyValue",), right.replace("B=&", "B&")),
        ("A header signed with the blanks around it", ("HeaderValue",), right.replace("note:a\n", "note: a \n")),
        ("Without the empty line after the headers", ("MissingStep",), right.replace("\n\n", "\n")),
        ("Without the digest of the body", ("MissingStep",), right.rpartition("\n")[0] + "\n"),
    ):  # fmt: skip
        if canonical == right:
            raise AssertionError(comment)
        book.invalid(
            comment,
            *flags,
            request=resigned(plain, _sign(f"{acs3.ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}")),
        )
    book.invalid(
        "The canonical text was signed, not its digest",
        "MissingStep",
        request=resigned(plain, _sign(f"{acs3.ALGORITHM}\n{right}")),
    )
    book.invalid(
        "The string to sign lacks the algorithm",
        "MissingStep",
        request=resigned(plain, _sign(sha256(right.encode()).hexdigest())),
    )


def _sign(text: str) -> str:
    return hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()
