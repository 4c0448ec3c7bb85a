"""The vectors of Alibaba Cloud's RPC signature, in its three placements."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import gateway
import rpc_invalid
from acs import EDGE, SECOND, SECRET, SORTED, TEMPORARY, TOKEN, group
from book import Book, iso
from edits import edited, signature_first
from msgspec.structs import replace
from rpc_way import PEN, bare, search

from lookalike_specs.provenance import Origin
from lookalike_specs.signing.acs_rpc import Placement
from lookalike_specs.vectors import Suite
from lookalike_specs.wire import Request

ORIGIN = Origin("documented", "help.aliyun.com/en/sdk/product-overview/rpc-mechanism")
STAGES = {
    "signed": "For people: the method, then every parameter of query and form but `Signature`, decoded and sorted, a line each.",
    "canonical": "Names and values percent-encoded, joined by `=` and `&`, sorted by name.",
    "string-to-sign": "The method, `&%2F&`, and the canonical text percent-encoded once more.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign; the key is the secret and a `&`.",
}
signed = PEN.signed


def suite() -> Suite:
    """All of them."""
    book = Book(PEN.way)
    _documented(book)
    book.open(group("System parameters in the query, the others in a form: SDKs of generation 3"))
    _good(book)
    rpc_invalid.tests(book)
    book.open(group("All parameters in the form: @alicloud/pop-core"))
    _placed(book, "form")
    book.open(group("All parameters in the query"))
    _placed(book, "everything-in-query")
    book.open(group("A temporary key with its token", TEMPORARY))
    _temporary(book)
    return book.suite("HMAC-SHA1 over the encoded and sorted parameters, Base64; SignatureVersion 1.0", ORIGIN, STAGES)


# action, what its query has of its own, when, and the signature that the vendor's page has
DOCUMENTED = (
    ("DescribeRegions", "Format=XML&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", datetime(2016, 2, 23, 12, 46, 24, tzinfo=UTC), "OLeaidS1JvxuMvnyHOwuJ+uX5qY="),
    ("DescribeDedicatedHosts", "Format=JSON&RegionId=cn-beijing&SignatureNonce=edb2b34af0af9a6d14deaf7c1a5315eb", datetime(2023, 3, 13, 8, 34, 30, tzinfo=UTC), "9NaGiOspFP5UPcwX8Iwt2YJXXuk="),
)  # fmt: skip


def _documented(book: Book) -> None:
    credentials = {"AccessKeyId": "testid", "AccessKeySecret": "testsecret"}
    common = "&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Version=2014-05-26"
    host = ((b"host", b"ecs.aliyuncs.com"),)
    for action, own, at, sign in DOCUMENTED:
        book.open(group(f"The vendor's worked example, {action}", credentials, at=at, api=""), ORIGIN)
        query = f"Action={action}&{own}&Timestamp={quote(iso(at), safe='')}{common}&Signature={quote(sign, safe='')}"
        request = Request(method="GET", scheme="https", path="/", query=query.encode(), headers=host)
        book.valid(f"{action}, by GET", "", request)


FORMS = (
    ("A plain search", "", ""),
    *SORTED,
    ("A name that has to be encoded", "SortOrder NonAscii", "a%20b=1&%E5%A4%96=2"),
    ("A `+` in the form is a space, signed as `%20`", "PlusIsSpace", "Note=a+b"),
    ("A `%20` is the same space", "PlusIsSpace", "Note=a%20b"),
    ("A `%2B` is a plus, signed as `%2B`", "PlusIsSpace", "Note=a%2Bb"),
    ("`~` as it is", "Unreserved", "Note=a~b"),
    ("`~` sent as `%7E`, signed as `~`", "Unreserved HexCase", "Note=a%7Eb"),
    ("`*` as it is, signed as `%2A`", "Unreserved", "Note=a*b"),
    ("`!'()` as they are, signed encoded", "Unreserved", "Note=a!'()b"),
    ("Chinese", "NonAscii", "Filter=str_attr%3D%22%E7%BA%A2%22"),
    ("Chinese in lower-case hex, signed in upper-case", "NonAscii HexCase", "Filter=str_attr%3D%22%e7%ba%a2%22"),
    ("An emoji", "NonAscii", "Note=%F0%9F%91%9F"),
    ("A value that is itself percent-encoded", "DoubleEncoding", "Note=%2520%252B"),
    ("`&`, `=` and `/` in a value", "DoubleEncoding", "Note=a%3D1%26b%2F2"),
    ("An empty value is signed", "EmptyValue", "SignatureType="),
    ("A name without `=` has an empty value", "EmptyValue", "Note"),
    ("A repeated name: each pair, in the order sent", "Repeated", "Note=b&Note=a"),
    ("A line break", "DoubleEncoding", "Note=a%0D%0Ab"),
)  # fmt: skip


def _good(book: Book) -> None:
    for comment, flags, form in FORMS:
        book.valid(comment, flags, signed(search(form)))
    book.valid("The signature stands first", "Order", signature_first(signed(search())))
    gateway.kept(book, PEN, search())
    gateway.times(book, PEN, search())
    again = {**gateway.AGAIN, "The same bytes just before they expire": EDGE - SECOND}
    gateway.replayed(book, PEN, search(), search("Start=1"), again)


def _placed(book: Book, placement: Placement) -> None:
    def placed(form: str = "", secret: str = SECRET) -> Request:
        return signed(search(form), placement=placement, secret=secret)

    plain = placed()
    book.valid("A plain search", "Placement", plain)
    book.valid("Chinese, a space, `*` and `~`", "Placement NonAscii", placed("Note=%E7%BA%A2+*~"))
    book.valid("An empty value", "Placement EmptyValue", placed("SignatureType="))
    book.invalid("No signature", "Placement Missing", bare(plain), "missing-signature")
    book.invalid("Another secret", "Placement WrongSecret", placed(secret="wrong"))
    book.invalid("A value changed afterwards", "Placement Tampered", edited(plain, "Num=1", "Num=2"))


def _temporary(book: Book) -> None:
    gateway.tokens(book, PEN, search(), "The token is signed like any parameter")
    unsigned = gateway.temporary(PEN, search(), None)
    late = replace(unsigned, query=unsigned.query + f"&SecurityToken={TOKEN}".encode())
    book.invalid("The token added after signing", "SecurityToken Tampered", late)
