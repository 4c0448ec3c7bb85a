"""The vectors of Alibaba Cloud's ROA signature."""

from __future__ import annotations

import gateway
import roa_invalid
from acs import SORTED_QUERIES, TEMPORARY, TOKEN, build_group
from book import NOW, SuiteBuilder
from edits import capitalize_headers, replace_once, reverse_headers, set_header
from roa_way import SIGNER, build_search, sign_with_notes

from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.vectors import VectorSuite

ORIGIN = Source("documented", "help.aliyun.com/en/sdk/product-overview/roa-mechanism")
STAGES = {
    "signed": "For people: method and path, the decoded and sorted query, the headers that are signed.",
    "canonical": "Every `x-acs-` header as `name:value` on a line, sorted; then path and query, not encoded.",
    "string-to-sign": "Method, Accept, Content-MD5, Content-Type and Date on a line each, and the canonical text.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign, with the secret as it is.",
}
sign_request = SIGNER.sign_request
sign_again = SIGNER.sign_again


def build_suite() -> VectorSuite:
    """All of them."""
    book = SuiteBuilder(SIGNER.adapter)
    book.start_group(build_group("A key of one's own"))
    for comment, flags, query in QUERIES:
        book.add_valid(comment, flags, sign_request(build_search(query)))
    plain = sign_request(build_search())
    _add_headers(book, plain)
    _add_optional_headers(book, plain)
    gateway.add_time_limits(book, SIGNER, build_search())
    gateway.add_kept_nonce(book, SIGNER, build_search())
    gateway.add_replays(book, SIGNER, build_search(), build_search("a=1"))
    roa_invalid.add_invalid(book)
    book.start_group(build_group("A temporary key with its token", TEMPORARY))
    gateway.add_tokens(book, SIGNER, build_search(), "The token is signed as an `x-acs-` header")
    late = set_header(gateway.sign_with_temporary_key(SIGNER, build_search(), None), "x-acs-security-token", TOKEN)
    book.add_invalid("The token added after signing", "SecurityToken Tampered", late)
    return book.build_suite("HMAC-SHA1 over method, headers, path and query, Base64; version 1.0", ORIGIN, STAGES)


QUERIES = (
    ("A plain search", "", ""),
    ("A region in the query", "", "RegionId=cn-shanghai"),
    *SORTED_QUERIES,
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


def _add_headers(book: SuiteBuilder, plain: Request) -> None:
    book.add_all_valid(
        ("Blanks around a header's value are not signed", "HeaderValue", sign_with_notes(("x-acs-note", "  a  b\t"))),
        ("An empty header", "HeaderValue EmptyValue", sign_with_notes(("x-acs-note", ""))),
        (
            "A `-` in a header's name comes before letters",
            "HeaderOrder",
            sign_with_notes(("x-acs-ab", "2"), ("x-acs-a-b", "1")),
        ),
        ("Headers in another order on the wire", "HeaderOrder", reverse_headers(plain)),
        ("Header names in capitals are signed in lower case", "HeaderValue", capitalize_headers(plain)),
        ("Headers of other names are not signed", "NotSigned", set_header(plain, "user-agent", "another")),
        ("The host is not signed", "NotSigned", set_header(plain, "host", "imagesearch.cn-beijing.aliyuncs.com")),
    )


def _add_optional_headers(book: SuiteBuilder, plain: Request) -> None:
    """Headers that a client need not send."""
    typed = set_header(build_search(), "content-type", "application/x-www-form-urlencoded; charset=utf-8")
    digestless = sign_again(set_header(plain, "content-md5"))
    unnamed = set_header(set_header(plain, "x-acs-signature-method"), "x-acs-signature-version")
    without = sign_request(build_search(), nonce=None)
    book.add_all_valid(
        ("Without `Accept` its line is empty", "EmptyValue", sign_again(set_header(plain, "accept"))),
        ("A media type with its charset is signed whole", "HeaderValue", sign_request(typed)),
        ("Without `Content-MD5`, as newer SDKs send it: its line is empty, and the body is not signed", "BodyDigest EmptyValue", digestless),
        ("… so any other body is good", "BodyDigest NotSigned", replace_once(digestless, "&Num=1", "&Num=2")),
        ("Neither method nor version of signing are named", "Version", sign_again(unnamed)),
        ("Without a nonce", "NoReplayProtection", without),
    )  # fmt: skip
    again = "Without a nonce the same bytes are good twice"
    book.add_valid(again, "NoReplayProtection", without, before=((NOW, without, "valid"),))
