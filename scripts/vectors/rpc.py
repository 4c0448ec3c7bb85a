"""The vectors of Alibaba Cloud's RPC signature, in its three placements."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
import rpc_invalid
from acs import (
    CREDENTIALS,
    EDGE,
    SEARCH,
    SECOND,
    SKEW,
    TEMPORARY,
    edited,
    iso,
    post,
)
from book import NOW, Book, Way
from rpc_way import NONCES, SYSTEM, bare, extras, signed

from lookalike_specs.provenance import Origin
from lookalike_specs.signing import acs_rpc
from lookalike_specs.signing.acs_rpc import Placement
from lookalike_specs.vectors import Suite
from lookalike_specs.wire import Request, pairs

DOCUMENTS = "help.aliyun.com/en/sdk/product-overview/rpc-mechanism"
STAGES = {
    "signed": "For people: the method, then every parameter of query and form but `Signature`, decoded and sorted, a line each.",
    "canonical": "Names and values percent-encoded, joined by `=` and `&`, sorted by name.",
    "string-to-sign": "The method, `&%2F&`, and the canonical text percent-encoded once more.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign; the key is the secret and a `&`.",
}


def suite() -> Suite:
    """All of them."""
    book = Book(Way(acs_rpc.SCHEME, "AccessKeySecret", bare, extras))
    _documented(book)
    book.open(
        "System parameters in the query, the others in a form: SDKs of generation 3",
        CREDENTIALS,
        api="aliyun",
        skew=SKEW,
    )
    _good(book)
    _clock(book)
    rpc_invalid.bad(book)
    rpc_invalid.wrongly_signed(book)
    book.open("All parameters in the form: @alicloud/pop-core", CREDENTIALS, api="aliyun", skew=SKEW)
    _placed(book, "form")
    book.open("All parameters in the query", CREDENTIALS, api="aliyun", skew=SKEW)
    _placed(book, "everything-in-query")
    book.open("A temporary key with its token", TEMPORARY, api="aliyun", skew=SKEW)
    _temporary(book)
    return book.suite(
        "HMAC-SHA1 over the encoded and sorted parameters, Base64; SignatureVersion 1.0",
        Origin("documented", DOCUMENTS),
        STAGES,
    )


def _documented(book: Book) -> None:
    common = "&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Version=2014-05-26"
    for action, own, at, sign in (
        (
            "DescribeRegions",
            "Format=XML&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
            datetime(2016, 2, 23, 12, 46, 24, tzinfo=UTC),
            "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
        ),
        (
            "DescribeDedicatedHosts",
            "Format=JSON&RegionId=cn-beijing&SignatureNonce=edb2b34af0af9a6d14deaf7c1a5315eb",
            datetime(2023, 3, 13, 8, 34, 30, tzinfo=UTC),
            "9NaGiOspFP5UPcwX8Iwt2YJXXuk=",
        ),
    ):
        book.open(
            f"The vendor's worked example, {action}",
            {"AccessKeyId": "testid", "AccessKeySecret": "testsecret"},
            now=at,
            skew=SKEW,
            origin=Origin("documented", DOCUMENTS),
        )
        query = f"Action={action}&{own}&Timestamp={quote(iso(at), safe='')}{common}&Signature={quote(sign, safe='')}"
        host = ((b"host", b"ecs.aliyuncs.com"),)
        book.valid(
            f"{action}, by GET",
            request=Request(method="GET", scheme="https", path="/", query=query.encode(), headers=host),
        )


GOOD = (
    ("A plain search", "", ()),
    ("Capitals come before `_`, and `_` before small letters", "&a=1&_=2&B=3&b=4&A=5", ("SortOrder",)),
    ("Names are sorted, not pairs: `a` comes before `a-`, though `a-=` comes before `a=`", "&a-=1&a=2&a.=3", ("SortOrder",)),
    ("Numbers in names are no numbers: Tag.1, Tag.10, Tag.2", "&Tag.2=1&Tag.10=2&Tag.1=3", ("SortOrder",)),
    ("A name that has to be encoded", "&a%20b=1&%E5%A4%96=2", ("SortOrder", "NonAscii")),
    ("A `+` in the form is a space, signed as `%20`", "&Note=a+b", ("PlusIsSpace",)),
    ("A `%20` is the same space", "&Note=a%20b", ("PlusIsSpace",)),
    ("A `%2B` is a plus, signed as `%2B`", "&Note=a%2Bb", ("PlusIsSpace",)),
    ("`~` as it is", "&Note=a~b", ("Unreserved",)),
    ("`~` sent as `%7E`, signed as `~`", "&Note=a%7Eb", ("Unreserved", "HexCase")),
    ("`*` as it is, signed as `%2A`", "&Note=a*b", ("Unreserved",)),
    ("`!'()` as they are, signed encoded", "&Note=a!'()b", ("Unreserved",)),
    ("Chinese", "&Filter=str_attr%3D%22%E7%BA%A2%22", ("NonAscii",)),
    ("Chinese in lower-case hex, signed in upper-case", "&Filter=str_attr%3D%22%e7%ba%a2%22", ("NonAscii", "HexCase")),
    ("An emoji", "&Note=%F0%9F%91%9F", ("NonAscii",)),
    ("A value that is itself percent-encoded", "&Note=%2520%252B", ("DoubleEncoding",)),
    ("`&`, `=` and `/` in a value", "&Note=a%3D1%26b%2F2", ("DoubleEncoding",)),
    ("An empty value is signed", "&SignatureType=", ("EmptyValue",)),
    ("A name without `=` has an empty value", "&Note", ("EmptyValue",)),
    ("A repeated name: each pair, in the order sent", "&Note=b&Note=a", ("Repeated",)),
    ("A line break", "&Note=a%0D%0Ab", ("DoubleEncoding",)),
)  # fmt: skip


def _good(book: Book) -> None:
    for comment, form, flags in GOOD:
        book.valid(comment, *flags, request=signed(form))
    plain = signed()
    head, _, last = plain.query.rpartition(b"&")
    book.valid("The signature stands first", "Order", request=msgspec.structs.replace(plain, query=last + b"&" + head))
    refused = signed(secret="wrong", nonce="rpc-kept")
    book.valid(
        "The nonce of a request that was refused is not used up",
        "NonceKept",
        request=signed(nonce="rpc-kept"),
        before=((NOW, refused, "invalid"),),
    )


def _clock(book: Book) -> None:
    """One second decides."""
    book.valid("Signed as long ago as may be", "Expired", request=signed(at=NOW - EDGE))
    book.valid("Signed as far ahead as may be", "Expired", request=signed(at=NOW + EDGE))
    book.invalid("A second too late", "Expired", request=signed(at=NOW - EDGE - SECOND), refusal="expired")
    book.invalid("A second too early", "Expired", request=signed(at=NOW + EDGE + SECOND), refusal="future")
    once = signed()
    book.invalid("The same bytes again", "Nonce", request=once, refusal="replayed", before=((NOW, once, "valid"),))
    book.invalid(
        "The same bytes just before they expire",
        "Nonce",
        request=once,
        refusal="replayed",
        clock=NOW + EDGE - SECOND,
        before=((NOW, once, "valid"),),
    )
    nonce = dict(pairs(once.query))["SignatureNonce"]
    book.invalid(
        "Another request with a nonce that was used",
        "Nonce",
        request=signed("&Start=1", nonce=nonce),
        refusal="replayed",
        before=((NOW, once, "valid"),),
    )


def _placed(book: Book, placement: Placement) -> None:
    plain = signed(placement=placement)
    book.valid("A plain search", "Placement", request=plain)
    book.valid(
        "Chinese, a space, `*` and `~`",
        "Placement",
        "NonAscii",
        request=signed("&Note=%E7%BA%A2+*~", placement=placement),
    )
    book.valid("An empty value", "Placement", "EmptyValue", request=signed("&SignatureType=", placement=placement))
    book.invalid("No signature", "Placement", "Missing", request=bare(plain), refusal="missing-signature")
    book.invalid("Another secret", "Placement", "WrongSecret", request=signed(placement=placement, secret="wrong"))
    book.invalid("A value changed afterwards", "Placement", "Tampered", request=edited(plain, "Num=1", "Num=2"))


def _temporary(book: Book) -> None:
    key, secret, token = TEMPORARY.values()

    def by(token: str | None, key: str = key, secret: str = secret) -> Request:
        return acs_rpc.signed(
            post(SYSTEM, SEARCH), key, secret, timestamp=iso(), nonce=next(NONCES), security_token=token
        )

    book.valid("The token is signed like any parameter", "SecurityToken", request=by(token))
    book.invalid("No token", "SecurityToken", "Missing", request=by(None), refusal="missing-token")
    book.invalid("Another token", "SecurityToken", request=by("another"), refusal="bad-token")
    unsigned = by(None)
    late = msgspec.structs.replace(unsigned, query=unsigned.query + f"&SecurityToken={token}".encode())
    book.invalid("The token added after signing", "SecurityToken", "Tampered", request=late)
