"""The vectors of ACS3-HMAC-SHA256."""

from __future__ import annotations

from datetime import UTC, datetime

import acs3_invalid
import gateway
from acs import SEARCH, SORTED, TEMPORARY, TOKEN, group, post
from acs3_way import PEN, authorization, credential, noted, over, search
from book import Book
from edits import backwards, titled, with_header

from lookalike_specs.provenance import Origin
from lookalike_specs.vectors import Suite
from lookalike_specs.wire import Request

ORIGIN = Origin("documented", "help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature")
STAGES = {
    "signed": "For people: method and path, the decoded and sorted query, the signed headers, the digest of the body.",
    "canonical": "Method, path, query, a line for each signed header, an empty line, the names of the signed headers, the SHA-256 of the body.",
    "string-to-sign": "`ACS3-HMAC-SHA256`, and the SHA-256 of the canonical text on the next line.",
    "signature": "HMAC-SHA256 of the string to sign with the secret as it is, in lower-case hex.",
}
signed = PEN.signed


def suite() -> Suite:
    """All of them."""
    book = Book(PEN.way)
    _documented(book)
    book.open(group("A key of one's own"))
    _query(book)
    _headers(book)
    gateway.times(book, PEN, search())
    gateway.kept(book, PEN, search())
    gateway.replayed(book, PEN, search(), search("Start=1"))
    acs3_invalid.tests(book)
    book.open(group("A temporary key with its token", TEMPORARY))
    gateway.tokens(book, PEN, search(), "The token is one of the signed headers")
    book.invalid("Another secret", "SecurityToken WrongSecret", gateway.temporary(PEN, search(), TOKEN, "wrong"))
    return book.suite("HMAC-SHA256 over the digest of a canonical request, hex", ORIGIN, STAGES)


def _documented(book: Book) -> None:
    at, nonce = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC), "3156853299f313e23d1673dc12e1703d"
    own = {"AccessKeyId": "YourAccessKeyId", "AccessKeySecret": "YourAccessKeySecret"}
    query = b"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    host, action = (b"host", b"ecs.cn-shanghai.aliyuncs.com"), (b"x-acs-action", b"RunInstances")
    headers = (host, action, (b"x-acs-version", b"2014-05-26"))
    request = Request(method="POST", scheme="https", path="/", query=query, headers=headers)
    made = signed(request, at=at, nonce=nonce, key=own["AccessKeyId"], secret=own["AccessKeySecret"])
    if credential(made).signature != "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0":
        raise AssertionError(made)
    book.open(group("The vendor's worked example", own, at=at, api=""), ORIGIN)
    book.valid("RunInstances, with no body", "EmptyBody", made)


QUERIES = (
    ("A plain search", "", ""),
    ("A query beside the form", "", "ScoreThreshold=0.35"),
    *SORTED,
    ("A `+` in the query is a space, signed as `%20`", "PlusIsSpace", "Note=a+b"),
    ("A `%20` is the same space", "PlusIsSpace", "Note=a%20b"),
    ("A `%2B` is a plus, signed as `%2B`", "PlusIsSpace", "Note=a%2Bb"),
    ("`~` as it is, and sent as `%7E`: signed as `~`", "Unreserved HexCase", "Note=a~b&Other=a%7Eb"),
    ("`*` and `!'()` as they are, signed encoded", "Unreserved", "Note=a*b!'()"),
    ("Chinese, names too", "NonAscii", "Note=%E7%BA%A2&%E5%A4%96=1"),
    ("Chinese in lower-case hex, signed in upper-case", "NonAscii HexCase", "Note=%e7%ba%a2"),
    ("An emoji", "NonAscii", "Note=%F0%9F%91%9F"),
    ("A value that is itself percent-encoded", "DoubleEncoding", "Note=%2520%252B"),
    ("`&`, `=` and `/` in a value", "DoubleEncoding", "Note=a%3D1%26b%2F2"),
    ("An empty value keeps its `=`", "EmptyValue", "Note=&a=1"),
    ("A name without `=` is signed with one", "EmptyValue", "Note&a=1"),
    ("A repeated name: each pair, in the order sent", "Repeated", "Note=b&Note=a"),
)  # fmt: skip


def _query(book: Book) -> None:
    for comment, flags, query in QUERIES:
        book.valid(comment, flags, signed(search(query)))
    version = (("x-acs-action", "SearchImage"), ("x-acs-version", "2019-03-25"))
    book.all_valid(
        ("All parameters in the query, and a body of no bytes", "EmptyBody", signed(search(SEARCH, form=""))),
        ("Slashes in the path stay", "Path", signed(post("", f"{SEARCH}&Type=SearchByPic", *version, path="/v2/image/search"))),
        ("A body with other than ASCII: its bytes are digested", "NonAscii BodyDigest", signed(search(form=SEARCH + "&Note=红"))),
    )  # fmt: skip


def _headers(book: Book) -> None:
    plain = signed(search())
    names = list(credential(plain).signed_headers)
    book.all_valid(
        ("A host with its port", "HeaderValue", signed(search(host="127.0.0.1:8765"))),
        ("Header names in capitals are signed in lower case", "HeaderValue", titled(plain)),
        ("Blanks around a header's value are not signed", "HeaderValue", noted("  a  b\t")),
        ("An empty header", "HeaderValue EmptyValue", noted("")),
        ("A repeated header: its values sorted, joined by a comma", "Repeated HeaderValue", noted("b", "a")),
        ("Headers in another order on the wire", "HeaderOrder", backwards(plain)),
    )
    more = signed(search("", ("accept", "application/json"), ("user-agent", "AlibabaCloud (linux) Python/3.11")))
    unsorted, spaced = ";".join(names[::-1]).upper(), authorization(plain).replace(",", ", ")
    book.all_valid(
        ("Every header is signed, as the Python SDK does", "SignedHeaders", over(more, sorted([*names, "accept", "user-agent"]))),
        ("`content-type` is not signed", "SignedHeaders", over(plain, names[1:])),
        ("The list of signed headers is not sorted, and in capitals: the signed one is neither", "SignedHeaders HeaderOrder", over(plain, names, unsorted)),
        ("Blanks after the commas of `Authorization`", "SignedHeaders", with_header(plain, "authorization", spaced)),
        ("A header that is not signed may change", "NotSigned", with_header(more, "user-agent", "another")),
    )  # fmt: skip
