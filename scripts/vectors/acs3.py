"""The vectors of ACS3-HMAC-SHA256."""

from __future__ import annotations

from datetime import UTC, datetime

import acs3_invalid
import gateway
from acs import SEARCH_FORM, SORTED_QUERIES, TEMPORARY, TOKEN, build_group, build_post
from acs3_way import SIGNER, build_search, read_authorization, read_credential, sign_over_headers, sign_with_notes
from book import SuiteBuilder
from edits import capitalize_headers, reverse_headers, set_header

from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.vectors import VectorSuite

ORIGIN = Source("documented", "help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature")
STAGES = {
    "signed": "For people: method and path, the decoded and sorted query, the signed headers, the digest of the body.",
    "canonical": "Method, path, query, a line for each signed header, an empty line, the names of the signed headers, the SHA-256 of the body.",
    "string-to-sign": "`ACS3-HMAC-SHA256`, and the SHA-256 of the canonical text on the next line.",
    "signature": "HMAC-SHA256 of the string to sign with the secret as it is, in lower-case hex.",
}
sign_request = SIGNER.sign_request


def build_suite() -> VectorSuite:
    """All of them."""
    book = SuiteBuilder(SIGNER.adapter)
    _add_documented(book)
    book.start_group(build_group("A key of one's own"))
    _add_queries(book)
    _add_headers(book)
    gateway.add_time_limits(book, SIGNER, build_search())
    gateway.add_kept_nonce(book, SIGNER, build_search())
    gateway.add_replays(book, SIGNER, build_search(), build_search("Start=1"))
    acs3_invalid.add_invalid(book)
    book.start_group(build_group("A temporary key with its token", TEMPORARY))
    gateway.add_tokens(book, SIGNER, build_search(), "The token is one of the signed headers")
    book.add_invalid(
        "Another secret",
        "SecurityToken WrongSecret",
        gateway.sign_with_temporary_key(SIGNER, build_search(), TOKEN, "wrong"),
    )
    return book.build_suite("HMAC-SHA256 over the digest of a canonical request, hex", ORIGIN, STAGES)


def _add_documented(book: SuiteBuilder) -> None:
    at = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
    nonce = "3156853299f313e23d1673dc12e1703d"
    own = {"AccessKeyId": "YourAccessKeyId", "AccessKeySecret": "YourAccessKeySecret"}
    query = b"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    host = (b"host", b"ecs.cn-shanghai.aliyuncs.com")
    action = (b"x-acs-action", b"RunInstances")
    headers = (host, action, (b"x-acs-version", b"2014-05-26"))
    request = Request(method="POST", scheme="https", path="/", query=query, headers=headers)
    made = sign_request(request, at=at, nonce=nonce, key=own["AccessKeyId"], secret=own["AccessKeySecret"])
    if read_credential(made).signature != "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0":
        raise AssertionError(made)
    book.start_group(build_group("The vendor's worked example", own, at=at, api=""), ORIGIN)
    book.add_valid("RunInstances, with no body", "EmptyBody", made)


QUERIES = (
    ("A plain search", "", ""),
    ("A query beside the form", "", "ScoreThreshold=0.35"),
    *SORTED_QUERIES,
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


def _add_queries(book: SuiteBuilder) -> None:
    for comment, flags, query in QUERIES:
        book.add_valid(comment, flags, sign_request(build_search(query)))
    version = (("x-acs-action", "SearchImage"), ("x-acs-version", "2019-03-25"))
    book.add_all_valid(
        ("All parameters in the query, and a body of no bytes", "EmptyBody", sign_request(build_search(SEARCH_FORM, form=""))),
        ("Slashes in the path stay", "Path", sign_request(build_post("", f"{SEARCH_FORM}&Type=SearchByPic", *version, path="/v2/image/search"))),
        ("A body with other than ASCII: its bytes are digested", "NonAscii BodyDigest", sign_request(build_search(form=SEARCH_FORM + "&Note=红"))),
    )  # fmt: skip


def _add_headers(book: SuiteBuilder) -> None:
    plain = sign_request(build_search())
    names = list(read_credential(plain).signed_headers)
    book.add_all_valid(
        ("A host with its port", "HeaderValue", sign_request(build_search(host="127.0.0.1:8765"))),
        ("Header names in capitals are signed in lower case", "HeaderValue", capitalize_headers(plain)),
        ("Blanks around a header's value are not signed", "HeaderValue", sign_with_notes("  a  b\t")),
        ("An empty header", "HeaderValue EmptyValue", sign_with_notes("")),
        ("A repeated header: its values sorted, joined by a comma", "Repeated HeaderValue", sign_with_notes("b", "a")),
        ("Headers in another order on the wire", "HeaderOrder", reverse_headers(plain)),
    )
    more = sign_request(
        build_search("", ("accept", "application/json"), ("user-agent", "AlibabaCloud (linux) Python/3.11"))
    )
    unsorted = ";".join(names[::-1]).upper()
    spaced = read_authorization(plain).replace(",", ", ")
    book.add_all_valid(
        ("Every header is signed, as the Python SDK does", "SignedHeaders", sign_over_headers(more, sorted([*names, "accept", "user-agent"]))),
        ("`content-type` is not signed", "SignedHeaders", sign_over_headers(plain, names[1:])),
        ("The list of signed headers is not sorted, and in capitals: the signed one is neither", "SignedHeaders HeaderOrder", sign_over_headers(plain, names, unsorted)),
        ("Blanks after the commas of `Authorization`", "SignedHeaders", set_header(plain, "authorization", spaced)),
        ("A header that is not signed may change", "NotSigned", set_header(more, "user-agent", "another")),
    )  # fmt: skip
