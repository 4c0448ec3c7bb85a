"""The vectors of Daji's `sign`."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import daji_invalid
from book import NOW, SuiteBuilder, format_time
from daji_way import ACCOUNT, ADAPTER, HOST_HEADER, PAGE_QUERY, SECRET, build_get, build_signed_search, sign_request
from edits import BLACK_PNG, move_last_parameter_first, replace_once
from msgspec.structs import replace

from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing import daji
from lookalike_specs.vectors import VectorGroup, VectorSuite

SAMPLE_SOURCE = Source(
    "documented", "made by running the Java sample of wiki.dajisaas.com/doc-4543198 under Java 17 and UTF-8"
)
SAMPLE_KEY = {"appKey": "test_key_0001", "appSecret": "test_secret_0001"}
REQUIRED_QUERY = "imageId=1048608196202797156&beginPage=1&pageSize=20&country=en"
STAGES = {
    "signed": "For people: every parameter but `sign`, decoded and sorted, `name=value` on a line each.",
    "canonical": "The same joined by `&`, not encoded.",
    "string-to-sign": "The canonical text, `&secret=` and the secret.",
    "signature": "The MD5 of the string to sign in UTF-8, as 32 upper-case hexadecimal digits.",
}


def build_suite() -> VectorSuite:
    """All of them."""
    book = SuiteBuilder(ADAPTER)
    book.start_group(
        _build_group("The values that the vendor's own sample makes", credentials=SAMPLE_KEY), SAMPLE_SOURCE
    )
    _add_documented(book)
    book.start_group(_build_group("1688 image search, by GET"))
    _add_valid_searches(book)
    daji_invalid.add_invalid(book)
    book.start_group(_build_group("Taobao image search, by GET", "daji-taobao"))
    _add_taobao(book)
    book.start_group(_build_group("Upload of a picture, by a form"))
    _add_uploads(book)
    origin = Source("documented", "wiki.dajisaas.com/doc-4543198")
    return book.build_suite("MD5 over the sorted raw parameters and the secret, upper-case hex", origin, STAGES)


def _build_group(comment: str, api: str = "daji-1688", credentials: Mapping[str, str] = ACCOUNT) -> VectorGroup:
    return VectorGroup(comment=comment, api=api, credentials=dict(credentials), clock=format_time(), tests=())


DOCUMENTED = (
    ("The key alone", "", "", "7883FBCFCD3BCA1D2BA3978E289928B3"),
    ("The parameters that have to be there", "", REQUIRED_QUERY, "93459F6FC7B6A10AC875F3321C11B067"),
    ("A filter, a sort as JSON, a range of prices", "", REQUIRED_QUERY + "&filter=shipInToday%2CksCiphertext&sort=%7B%22price%22%3A%22asc%22%7D&priceStart=1&priceEnd=20000", "F0F38B184AB319447189B78C32A068DF"),
    ("The secret sent as a parameter is signed like any other", "SecretSent", REQUIRED_QUERY + "&appSecret=test_secret_0001", "B418B4BB6AF1D267C3BCEC41AC15BA2E"),
)  # fmt: skip


def _add_documented(book: SuiteBuilder) -> None:
    for comment, flags, query, sign in DOCUMENTED:
        made = build_signed_search(query, SAMPLE_KEY["appSecret"], SAMPLE_KEY["appKey"])
        if daji.read_signature(made) != sign:
            raise AssertionError(comment)
        book.add_valid(comment, flags, made)


# what a search has besides, or ends in
QUERIES = (
    ("A plain search", "", ""),
    ("Commas, quotes and braces are signed raw", "NotEncoded", "&filter=shipInToday%2CjxHY&sort=%7B%22price%22%3A%22asc%22%7D&priceStart=1&priceEnd=20000"),
    ("Capitals come before `_`, and `_` before small letters", "SortOrder", "&a=1&_=2&B=3&b=4&A=5"),
    ("A camel and a snake name of one stem: `page_no` comes after `pageNo`", "SortOrder", "&page_no=1&pageNo=2&pic_url=3&picUrl=4"),
    ("Numbers in names are no numbers: a1, a10, a2", "SortOrder", "&a2=1&a10=2&a1=3"),
    ("Names are sorted, not pairs: `a` comes before `a-`, though `a-=` comes before `a=`", "SortOrder", "&a-=1&a=2&a.=3"),
    ("A name in Chinese", "SortOrder NonAscii", "&%E5%A4%96=1&z=2"),
    ("UTF-16 order: an emoji comes before a full-width sign", "Utf16Order NonAscii", "&%EF%BC%81=1&%F0%9F%98%80=2"),
    ("A `+` in the query is a space, and is signed as one", "PlusIsSpace", "&keyword=red+shoe"),
    ("A `%20` is the same space", "PlusIsSpace", "&keyword=red%20shoe"),
    ("A `%2B` is a plus", "PlusIsSpace NotEncoded", "&keyword=red%2Bshoe"),
    ("`&` and `=` inside a value are signed raw, so that the text could be read in two ways", "NotInjective", "&keyword=a%3D1%26b%3D2"),
    ("`~` as it is", "Unreserved", "&keyword=a~b"),
    ("`~` encoded", "Unreserved", "&keyword=a%7Eb"),
    ("`*` as it is", "Unreserved", "&keyword=a*b"),
    ("`*` encoded", "Unreserved", "&keyword=a%2Ab"),
    ("Chinese, in upper-case hex", "NonAscii", "&keyword=%E7%BA%A2%E8%89%B2"),
    ("Chinese, in lower-case hex: the same sign", "NonAscii HexCase", "&keyword=%e7%ba%a2%e8%89%b2"),
    ("An emoji", "NonAscii", "&keyword=%F0%9F%91%9F"),
    ("A value that is itself percent-encoded is decoded once", "DoubleEncoding", "&keyword=%2520%252B"),
    ("An empty value is signed", "EmptyValue", "&keyword=&region="),
    ("A name without `=` has an empty value", "EmptyValue", "&keyword"),
    ("Empty pairs between `&` count for nothing", "EmptyValue", "&&keyword=a&"),
    ("A repeated name: each pair is signed, in the order sent", "Repeated", "&outMemberId=456&outMemberId=123"),
    ("A line break and a tab", "NotEncoded", "&keyword=a%0A%09b"),
    ("Blanks around a value are a part of it", "NotEncoded", "&keyword=%20a%20"),
    ("The secret sent beside the sign is signed too", "SecretSent", f"&appSecret={SECRET}"),
)  # fmt: skip


def _add_valid_searches(book: SuiteBuilder) -> None:
    for comment, flags, more in QUERIES:
        book.add_valid(comment, flags, build_signed_search(PAGE_QUERY + more))
    plain = build_signed_search()
    book.add_valid("The sign stands first", "Order", move_last_parameter_first(plain))
    again = "The same bytes again: nothing forbids it"
    book.add_valid(again, "NoReplayProtection", plain, before=((NOW, plain, "valid"),))


def _add_taobao(book: SuiteBuilder) -> None:
    path = "/taobao/image-search/url"
    url = "https%3A%2F%2Fimg.alicdn.com%2Fa%20b.jpg%3Fx%3D1%26y%3D2"
    raw = url.replace("%2F", "/").replace("%3A", ":")
    made, bare = (sign_request(build_get(f"picUrl={each}&pageNo=0&pageSize=1", path)) for each in (url, raw))
    book.add_valid("An address with a query of its own", "NotEncoded", made)
    book.add_valid("The same address, with `/` and `:` as they are", "NotEncoded HexCase", bare)
    book.add_invalid("A page number changed afterwards", "Tampered", replace_once(made, "pageNo=0", "pageNo=1"))


def _add_uploads(book: SuiteBuilder) -> None:
    path = "/alibaba/upload/image"
    headers = (HOST_HEADER, (b"content-type", b"application/x-www-form-urlencoded"))
    form = f"image_base64={quote(BLACK_PNG, safe='')}".encode()
    bare = Request(method="POST", scheme="https", path=path, headers=headers, body=form)
    made = sign_request(bare)
    query = sign_request(build_get("", path)).query
    book.add_valid("The picture in the form is signed whole", "Form", made)
    book.add_valid("Query and form are signed together", "Form", sign_request(replace(bare, query=b"country=en")))
    book.add_invalid("The picture changed afterwards", "Form Tampered", replace_once(made, "CYII", "CYIJ"))
    book.add_invalid("Only the query was signed, not the form", "Form MissingStep", replace(bare, query=query))
