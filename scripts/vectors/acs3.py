"""The vectors of ACS3-HMAC-SHA256."""

from __future__ import annotations

from datetime import UTC, datetime

import acs3_invalid
import msgspec
from acs import (
    CREDENTIALS,
    EDGE,
    SEARCH,
    SECOND,
    SKEW,
    TEMPORARY,
    iso,
    post,
    with_header,
)
from acs3_way import NONCES, bare, credential, extras, over, search, signed
from book import NOW, Book, Way

from lookalike_specs.provenance import Origin
from lookalike_specs.signing import acs3
from lookalike_specs.vectors import Suite
from lookalike_specs.wire import Request

DOCUMENTS = "help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature"
STAGES = {
    "signed": "For people: method and path, the decoded and sorted query, the signed headers, the digest of the body.",
    "canonical": "Method, path, query, a line for each signed header, an empty line, the names of the signed headers, the SHA-256 of the body.",
    "string-to-sign": "`ACS3-HMAC-SHA256`, and the SHA-256 of the canonical text on the next line.",
    "signature": "HMAC-SHA256 of the string to sign with the secret as it is, in lower-case hex.",
}


def suite() -> Suite:
    """All of them."""
    book = Book(Way(acs3.SCHEME, "AccessKeySecret", bare, extras))
    _documented(book)
    book.open("A key of one's own", CREDENTIALS, api="aliyun", skew=SKEW)
    _query(book)
    _headers(book)
    _clock(book)
    acs3_invalid.missing(book)
    acs3_invalid.signatures(book)
    acs3_invalid.tampered(book)
    acs3_invalid.wrongly_signed(book)
    book.open("A temporary key with its token", TEMPORARY, api="aliyun", skew=SKEW)
    _temporary(book)
    return book.suite(
        "HMAC-SHA256 over the digest of a canonical request, hex", Origin("documented", DOCUMENTS), STAGES
    )


def _documented(book: Book) -> None:
    at = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
    own = {"AccessKeyId": "YourAccessKeyId", "AccessKeySecret": "YourAccessKeySecret"}
    book.open("The vendor's worked example", own, now=at, skew=SKEW, origin=Origin("documented", DOCUMENTS))
    headers = (
        ("host", "ecs.cn-shanghai.aliyuncs.com"),
        ("x-acs-action", "RunInstances"),
        ("x-acs-version", "2014-05-26"),
    )
    query = b"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    raw = tuple((name.encode(), value.encode()) for name, value in headers)
    request = Request(method="POST", scheme="https", path="/", query=query, headers=raw)
    made = signed(
        request, at=at, nonce="3156853299f313e23d1673dc12e1703d", key=own["AccessKeyId"], secret=own["AccessKeySecret"]
    )
    if credential(made).signature != "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0":
        raise AssertionError(made)
    book.valid("RunInstances, with no body", "EmptyBody", request=made)


QUERIES = (
    ("A plain search", "", ()),
    ("A query beside the form", "ScoreThreshold=0.35", ()),
    ("Capitals come before `_`, and `_` before small letters", "a=1&_=2&B=3&b=4&A=5", ("SortOrder",)),
    ("Names are sorted, not pairs: `a` comes before `a-`, though `a-=` comes before `a=`", "a-=1&a=2&a.=3", ("SortOrder",)),
    ("Numbers in names are no numbers: Tag.1, Tag.10, Tag.2", "Tag.2=1&Tag.10=2&Tag.1=3", ("SortOrder",)),
    ("A `+` in the query is a space, signed as `%20`", "Note=a+b", ("PlusIsSpace",)),
    ("A `%20` is the same space", "Note=a%20b", ("PlusIsSpace",)),
    ("A `%2B` is a plus, signed as `%2B`", "Note=a%2Bb", ("PlusIsSpace",)),
    ("`~` as it is, and sent as `%7E`: signed as `~`", "Note=a~b&Other=a%7Eb", ("Unreserved", "HexCase")),
    ("`*` and `!'()` as they are, signed encoded", "Note=a*b!'()", ("Unreserved",)),
    ("Chinese, names too", "Note=%E7%BA%A2&%E5%A4%96=1", ("NonAscii",)),
    ("Chinese in lower-case hex, signed in upper-case", "Note=%e7%ba%a2", ("NonAscii", "HexCase")),
    ("An emoji", "Note=%F0%9F%91%9F", ("NonAscii",)),
    ("A value that is itself percent-encoded", "Note=%2520%252B", ("DoubleEncoding",)),
    ("`&`, `=` and `/` in a value", "Note=a%3D1%26b%2F2", ("DoubleEncoding",)),
    ("An empty value keeps its `=`", "Note=&a=1", ("EmptyValue",)),
    ("A name without `=` is signed with one", "Note&a=1", ("EmptyValue",)),
    ("A repeated name: each pair, in the order sent", "Note=b&Note=a", ("Repeated",)),
)  # fmt: skip


def _query(book: Book) -> None:
    for comment, query, flags in QUERIES:
        book.valid(comment, *flags, request=signed(search(query)))
    book.valid(
        "All parameters in the query, and a body of no bytes", "EmptyBody", request=signed(search(SEARCH, form=""))
    )
    roa = post(
        "",
        f"{SEARCH}&Type=SearchByPic",
        ("x-acs-action", "SearchImage"),
        ("x-acs-version", "2019-03-25"),
        path="/v2/image/search",
    )
    book.valid("Slashes in the path stay", "Path", request=signed(roa))
    book.valid(
        "A body with other than ASCII: its bytes are digested",
        "NonAscii",
        "BodyDigest",
        request=signed(search(form=SEARCH + "&Note=红")),
    )


def _headers(book: Book) -> None:
    names = [
        "content-type",
        "host",
        "x-acs-action",
        "x-acs-content-sha256",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-version",
    ]
    plain = signed(search())
    book.valid("A host with its port", "HeaderValue", request=signed(search(host="127.0.0.1:8765")))
    titled = msgspec.structs.replace(plain, headers=tuple((name.title(), value) for name, value in plain.headers))
    book.valid("Header names in capitals are signed in lower case", "HeaderValue", request=titled)
    book.valid(
        "Blanks around a header's value are not signed",
        "HeaderValue",
        request=signed(search("", ("x-acs-note", "  a  b\t"))),
    )
    book.valid("An empty header", "HeaderValue", "EmptyValue", request=signed(search("", ("x-acs-note", ""))))
    book.valid(
        "A repeated header: its values sorted, joined by a comma",
        "Repeated",
        "HeaderValue",
        request=signed(search("", ("x-acs-note", "b"), ("x-acs-note", "a"))),
    )
    book.valid(
        "Headers in another order on the wire",
        "HeaderOrder",
        request=msgspec.structs.replace(plain, headers=plain.headers[::-1]),
    )
    more = signed(search("", ("accept", "application/json"), ("user-agent", "AlibabaCloud (linux) Python/3.11")))
    book.valid(
        "Every header is signed, as the Python SDK does",
        "SignedHeaders",
        request=over(more, sorted([*names, "accept", "user-agent"])),
    )
    book.valid("`content-type` is not signed", "SignedHeaders", request=over(plain, names[1:]))
    book.valid(
        "The list of signed headers is not sorted, and in capitals: the signed one is neither",
        "SignedHeaders",
        "HeaderOrder",
        request=over(plain, names, written=";".join(names[::-1]).upper()),
    )
    spaced = with_header(plain, "authorization", str(plain.header(b"authorization")).replace(",", ", "))
    book.valid("Blanks after the commas of `Authorization`", "SignedHeaders", request=spaced)
    book.valid(
        "A header that is not signed may change", "NotSigned", request=with_header(more, "user-agent", "another")
    )


def _clock(book: Book) -> None:
    book.valid("Signed as long ago as may be", "Expired", request=signed(search(), at=NOW - EDGE))
    book.valid("Signed as far ahead as may be", "Expired", request=signed(search(), at=NOW + EDGE))
    book.invalid("A second too late", "Expired", request=signed(search(), at=NOW - EDGE - SECOND), refusal="expired")
    book.invalid("A second too early", "Expired", request=signed(search(), at=NOW + EDGE + SECOND), refusal="future")
    once, refused = signed(search()), signed(search(), nonce="acs3-kept", secret="wrong")
    nonce = once.header(b"x-acs-signature-nonce")
    book.valid(
        "The nonce of a request that was refused is not used up",
        "NonceKept",
        request=signed(search(), nonce="acs3-kept"),
        before=((NOW, refused, "invalid"),),
    )
    book.invalid("The same bytes again", "Nonce", request=once, refusal="replayed", before=((NOW, once, "valid"),))
    book.invalid(
        "Another request with a nonce that was used",
        "Nonce",
        request=signed(search("Start=1"), nonce=nonce),
        refusal="replayed",
        before=((NOW, once, "valid"),),
    )


def _temporary(book: Book) -> None:
    key, secret, token = TEMPORARY.values()

    def by(token: str | None) -> Request:
        return acs3.signed(search(), key, secret, timestamp=iso(), nonce=next(NONCES), security_token=token)

    made = by(token)
    book.valid("The token is one of the signed headers", "SecurityToken", request=made)
    book.invalid("No token", "SecurityToken", "Missing", request=by(None), refusal="missing-token")
    book.invalid("Another token", "SecurityToken", request=by("another"), refusal="bad-token")
    book.invalid(
        "Another secret",
        "SecurityToken",
        "WrongSecret",
        request=acs3.signed(search(), key, "wrong", timestamp=iso(), nonce=next(NONCES), security_token=token),
    )
