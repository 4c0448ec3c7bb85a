"""The vectors of Alibaba Cloud's RPC signature, in its three placements."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import gateway
import rpc_invalid
from acs import SECOND, SECRET, SKEW_LIMIT, SORTED_QUERIES, TEMPORARY, TOKEN, build_group
from book import SuiteBuilder, format_time
from edits import move_last_parameter_first, replace_once
from msgspec.structs import replace
from rpc_way import SIGNER, build_search, strip_signature

from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing.acs_rpc import Placement
from lookalike_specs.vectors import VectorSuite

ORIGIN = Source("documented", "help.aliyun.com/en/sdk/product-overview/rpc-mechanism")
STAGES = {
    "signed": "For people: the method, then every parameter of query and form but `Signature`, decoded and sorted, a line each.",
    "canonical": "Names and values percent-encoded, joined by `=` and `&`, sorted by name.",
    "string-to-sign": "The method, `&%2F&`, and the canonical text percent-encoded once more.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign; the key is the secret and a `&`.",
}
sign_request = SIGNER.sign_request


def build_suite() -> VectorSuite:
    """All of them."""
    book = SuiteBuilder(SIGNER.adapter)
    _add_documented(book)
    book.start_group(build_group("System parameters in the query, the others in a form: SDKs of generation 3"))
    _add_valid_searches(book)
    rpc_invalid.add_invalid(book)
    book.start_group(build_group("All parameters in the form: @alicloud/pop-core"))
    _add_placement(book, "form")
    book.start_group(build_group("All parameters in the query"))
    _add_placement(book, "everything-in-query")
    book.start_group(build_group("A temporary key with its token", TEMPORARY))
    _add_temporary_key(book)
    return book.build_suite(
        "HMAC-SHA1 over the encoded and sorted parameters, Base64; SignatureVersion 1.0", ORIGIN, STAGES
    )


# action, what its query has of its own, when, and the signature that the vendor's page has
DOCUMENTED_EXAMPLES = (
    ("DescribeRegions", "Format=XML&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", datetime(2016, 2, 23, 12, 46, 24, tzinfo=UTC), "OLeaidS1JvxuMvnyHOwuJ+uX5qY="),
    ("DescribeDedicatedHosts", "Format=JSON&RegionId=cn-beijing&SignatureNonce=edb2b34af0af9a6d14deaf7c1a5315eb", datetime(2023, 3, 13, 8, 34, 30, tzinfo=UTC), "9NaGiOspFP5UPcwX8Iwt2YJXXuk="),
)  # fmt: skip


def _add_documented(book: SuiteBuilder) -> None:
    credentials = {"AccessKeyId": "testid", "AccessKeySecret": "testsecret"}
    common = "&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Version=2014-05-26"
    host = ((b"host", b"ecs.aliyuncs.com"),)
    for action, own, at, sign in DOCUMENTED_EXAMPLES:
        book.start_group(build_group(f"The vendor's worked example, {action}", credentials, at=at, api=""), ORIGIN)
        query = f"Action={action}&{own}&Timestamp={quote(format_time(at), safe='')}{common}&Signature={quote(sign, safe='')}"
        request = Request(method="GET", scheme="https", path="/", query=query.encode(), headers=host)
        book.add_valid(f"{action}, by GET", "", request)


FORMS = (
    ("A plain search", "", ""),
    *SORTED_QUERIES,
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


def _add_valid_searches(book: SuiteBuilder) -> None:
    for comment, flags, form in FORMS:
        book.add_valid(comment, flags, sign_request(build_search(form)))
    book.add_valid("The signature stands first", "Order", move_last_parameter_first(sign_request(build_search())))
    gateway.add_kept_nonce(book, SIGNER, build_search())
    gateway.add_time_limits(book, SIGNER, build_search())
    again = {**gateway.REPLAY_DELAYS, "The same bytes just before they expire": SKEW_LIMIT - SECOND}
    gateway.add_replays(book, SIGNER, build_search(), build_search("Start=1"), again)


def _add_placement(book: SuiteBuilder, placement: Placement) -> None:
    def placed(form: str = "", secret: str = SECRET) -> Request:
        return sign_request(build_search(form), placement=placement, secret=secret)

    plain = placed()
    book.add_valid("A plain search", "Placement", plain)
    book.add_valid("Chinese, a space, `*` and `~`", "Placement NonAscii", placed("Note=%E7%BA%A2+*~"))
    book.add_valid("An empty value", "Placement EmptyValue", placed("SignatureType="))
    book.add_invalid("No signature", "Placement Missing", strip_signature(plain), "missing-signature")
    book.add_invalid("Another secret", "Placement WrongSecret", placed(secret="wrong"))
    book.add_invalid("A value changed afterwards", "Placement Tampered", replace_once(plain, "Num=1", "Num=2"))


def _add_temporary_key(book: SuiteBuilder) -> None:
    gateway.add_tokens(book, SIGNER, build_search(), "The token is signed like any parameter")
    unsigned = gateway.sign_with_temporary_key(SIGNER, build_search(), None)
    late = replace(unsigned, query=unsigned.query + f"&SecurityToken={TOKEN}".encode())
    book.add_invalid("The token added after signing", "SecurityToken Tampered", late)
