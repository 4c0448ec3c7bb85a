"""The vectors of Alibaba Cloud's ROA signature."""

from __future__ import annotations

import gateway
import roa_invalid
from acs import SORTED, TEMPORARY, TOKEN, group
from book import NOW, Book
from edits import backwards, edited, titled, with_header
from roa_way import PEN, noted, search

from lookalike_specs.provenance import Origin
from lookalike_specs.vectors import Suite
from lookalike_specs.wire import Request

ORIGIN = Origin("documented", "help.aliyun.com/en/sdk/product-overview/roa-mechanism")
STAGES = {
    "signed": "For people: method and path, the decoded and sorted query, the headers that are signed.",
    "canonical": "Every `x-acs-` header as `name:value` on a line, sorted; then path and query, not encoded.",
    "string-to-sign": "Method, Accept, Content-MD5, Content-Type and Date on a line each, and the canonical text.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign, with the secret as it is.",
}
signed, anew = PEN.signed, PEN.anew


def suite() -> Suite:
    """All of them."""
    book = Book(PEN.way)
    book.open(group("A key of one's own"))
    for comment, flags, query in QUERIES:
        book.valid(comment, flags, signed(search(query)))
    plain = signed(search())
    _headers(book, plain)
    _lacking(book, plain)
    gateway.times(book, PEN, search())
    gateway.kept(book, PEN, search())
    gateway.replayed(book, PEN, search(), search("a=1"))
    roa_invalid.tests(book)
    book.open(group("A temporary key with its token", TEMPORARY))
    gateway.tokens(book, PEN, search(), "The token is signed as an `x-acs-` header")
    late = with_header(gateway.temporary(PEN, search(), None), "x-acs-security-token", TOKEN)
    book.invalid("The token added after signing", "SecurityToken Tampered", late)
    return book.suite("HMAC-SHA1 over method, headers, path and query, Base64; version 1.0", ORIGIN, STAGES)


QUERIES = (
    ("A plain search", "", ""),
    ("A region in the query", "", "RegionId=cn-shanghai"),
    *SORTED,
    ("A `+` in the query is a space, signed as one", "PlusIsSpace NotEncoded", "Note=a+b"),
    ("A `%20` is the same space", "PlusIsSpace NotEncoded", "Note=a%20b"),
    ("A `%2B` is a plus, signed as one", "PlusIsSpace NotEncoded", "Note=a%2Bb"),
    ("`~`, `*`, `/` and `:`, however they are sent", "NotEncoded HexCase", "Note=a~*/:&Other=a%7E%2A%2F%3A"),
    ("Chinese, names too", "NonAscii NotEncoded", "Note=%E7%BA%A2&%E5%A4%96=1"),
    ("Chinese in lower-case hex", "NonAscii HexCase", "Note=%e7%ba%a2"),
    ("A value that is itself percent-encoded", "DoubleEncoding", "Note=%2520%252B"),
    ("`&` and `=` inside a value, so that the text could be read in two ways", "NotInjective", "Note=a%3D1%26b%3D2"),
    ("An empty value leaves the bare name", "EmptyValue", "Note=&a=1"),
    ("A name without `=`: the same", "EmptyValue", "Note&a=1"),
    ("A repeated name: each pair, in the order sent", "Repeated", "Note=b&Note=a"),
)  # fmt: skip


def _headers(book: Book, plain: Request) -> None:
    book.all_valid(
        ("Blanks around a header's value are not signed", "HeaderValue", noted(("x-acs-note", "  a  b\t"))),
        ("An empty header", "HeaderValue EmptyValue", noted(("x-acs-note", ""))),
        ("A `-` in a header's name comes before letters", "HeaderOrder", noted(("x-acs-ab", "2"), ("x-acs-a-b", "1"))),
        ("Headers in another order on the wire", "HeaderOrder", backwards(plain)),
        ("Header names in capitals are signed in lower case", "HeaderValue", titled(plain)),
        ("Headers of other names are not signed", "NotSigned", with_header(plain, "user-agent", "another")),
        ("The host is not signed", "NotSigned", with_header(plain, "host", "imagesearch.cn-beijing.aliyuncs.com")),
    )


def _lacking(book: Book, plain: Request) -> None:
    """Headers that a client need not send."""
    typed = with_header(search(), "content-type", "application/x-www-form-urlencoded; charset=utf-8")
    digestless = anew(with_header(plain, "content-md5"))
    unnamed = with_header(with_header(plain, "x-acs-signature-method"), "x-acs-signature-version")
    without = signed(search(), nonce=None)
    book.all_valid(
        ("Without `Accept` its line is empty", "EmptyValue", anew(with_header(plain, "accept"))),
        ("A media type with its charset is signed whole", "HeaderValue", signed(typed)),
        ("Without `Content-MD5`, as newer SDKs send it: its line is empty, and the body is not signed", "BodyDigest EmptyValue", digestless),
        ("… so any other body is good", "BodyDigest NotSigned", edited(digestless, "&Num=1", "&Num=2")),
        ("Neither method nor version of signing are named", "Version", anew(unnamed)),
        ("Without a nonce", "NoReplayProtection", without),
    )  # fmt: skip
    again = "Without a nonce the same bytes are good twice"
    book.valid(again, "NoReplayProtection", without, before=((NOW, without, "valid"),))
