"""The vectors of Daji's `sign`."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import md5, sha256
from urllib.parse import quote

from msgspec.structs import replace

from lookalike_specs import load_api
from lookalike_specs.messages import Request, parse_pairs
from lookalike_specs.provenance import Source
from lookalike_specs.signing import Stages, canonical
from lookalike_specs.signing import daji as scheme
from lookalike_specs.vectors import VectorGroup, VectorSuite

from .mutations import BLACK_PNG, change_digit, move_last_parameter_first, remove_parameter, replace_once
from .suite_builder import NOW, SchemeAdapter, SuiteBuilder, format_time

ACCOUNT = load_api("daji-1688").account
KEY = ACCOUNT["appKey"]
SECRET = ACCOUNT["appSecret"]
HOST_HEADER = (b"host", b"openapi.dajisaas.com")
PAGE_QUERY = "imageId=1048608196202797156&beginPage=1&pageSize=1&country=en"


def build_get(query: str, path: str = "/alibaba/product/imageQuery") -> Request:
    """Return a request with that raw query."""
    return Request(method="GET", scheme="https", path=path, query=query.encode(), headers=(HOST_HEADER,))


def sign_request(request: Request, secret: str = SECRET, key: str = KEY) -> Request:
    """Return the request with key and sign at its end."""
    return scheme.sign_request(request, key, secret)


def build_signed_search(query: str = PAGE_QUERY, secret: str = SECRET, key: str = KEY) -> Request:
    """Return a search, signed."""
    return sign_request(build_get(query), secret, key)


def build_search_with_sign(query: str, sign: str) -> Request:
    """Return a search with the key and a sign of the caller's own."""
    return build_get(f"{query}&appKey={KEY}&sign={quote(sign, safe='')}")


def compute_digest(text: str, encoding: str = "utf-8") -> str:
    """Return an MD5 as Daji writes it."""
    return hashlib.md5(text.encode(encoding), usedforsecurity=False).hexdigest().upper()


def build_mistaken_search(query: str, texts: Iterable[str], encoding: str = "utf-8") -> Request:
    """Return a search whose sign is made of these pairs, in this order."""
    return build_search_with_sign(query, compute_digest(f"{'&'.join(texts)}&secret={SECRET}", encoding))


def _recompute_revealed_stages(request: Request, secret: str) -> Stages:
    return scheme.compute_stages(canonical.decode_parameters(request), secret, reveal=True)


ADAPTER = SchemeAdapter(scheme.NAME, "appSecret", _recompute_revealed_stages, partial(remove_parameter, name="sign"))


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
    """Return the scheme's vectors."""
    suite = SuiteBuilder(ADAPTER)
    suite.start_group(
        _build_group("The values that the vendor's own sample makes", credentials=SAMPLE_KEY), SAMPLE_SOURCE
    )
    _add_documented(suite)
    suite.start_group(_build_group("1688 image search, by GET"))
    _add_valid_searches(suite)
    _add_all_invalid(suite)
    suite.start_group(_build_group("Taobao image search, by GET", "daji-taobao"))
    _add_taobao(suite)
    suite.start_group(_build_group("Upload of a picture, by a form"))
    _add_uploads(suite)
    origin = Source("documented", "wiki.dajisaas.com/doc-4543198")
    return suite.build_suite("MD5 over the sorted raw parameters and the secret, upper-case hex", origin, STAGES)


def _build_group(comment: str, api: str = "daji-1688", credentials: Mapping[str, str] = ACCOUNT) -> VectorGroup:
    return VectorGroup(comment=comment, api=api, credentials=dict(credentials), clock=format_time(), tests=())


# comment, flags, what the query has besides the key, and the sign that the sample makes
DOCUMENTED = (
    ("The key alone", "", "", "7883FBCFCD3BCA1D2BA3978E289928B3"),
    ("The parameters that have to be there", "", REQUIRED_QUERY, "93459F6FC7B6A10AC875F3321C11B067"),
    ("A filter, a sort as JSON, a range of prices", "", REQUIRED_QUERY + "&filter=shipInToday%2CksCiphertext&sort=%7B%22price%22%3A%22asc%22%7D&priceStart=1&priceEnd=20000", "F0F38B184AB319447189B78C32A068DF"),
    ("The secret sent as a parameter is signed like any other", "SecretSent", REQUIRED_QUERY + "&appSecret=test_secret_0001", "B418B4BB6AF1D267C3BCEC41AC15BA2E"),
)  # fmt: skip


def _add_documented(suite: SuiteBuilder) -> None:
    for comment, flags, query, sign in DOCUMENTED:
        signed = build_signed_search(query, SAMPLE_KEY["appSecret"], SAMPLE_KEY["appKey"])
        if scheme.read_signature(signed) != sign:
            raise AssertionError(comment)
        suite.add_valid(comment, flags, signed)


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


def _add_valid_searches(suite: SuiteBuilder) -> None:
    for comment, flags, more in QUERIES:
        suite.add_valid(comment, flags, build_signed_search(PAGE_QUERY + more))
    plain = build_signed_search()
    suite.add_valid("The sign stands first", "Order", move_last_parameter_first(plain))
    again = "The same bytes again: nothing forbids it"
    suite.add_valid(again, "NoReplayProtection", plain, before=((NOW, plain, "valid"),))


def _add_taobao(suite: SuiteBuilder) -> None:
    path = "/taobao/image-search/url"
    url = "https%3A%2F%2Fimg.alicdn.com%2Fa%20b.jpg%3Fx%3D1%26y%3D2"
    raw = url.replace("%2F", "/").replace("%3A", ":")
    signed_url, signed_raw = (
        sign_request(build_get(f"picUrl={address}&pageNo=0&pageSize=1", path)) for address in (url, raw)
    )
    suite.add_valid("An address with a query of its own", "NotEncoded", signed_url)
    suite.add_valid("The same address, with `/` and `:` as they are", "NotEncoded HexCase", signed_raw)
    suite.add_invalid("A page number changed afterwards", "Tampered", replace_once(signed_url, "pageNo=0", "pageNo=1"))


def _add_uploads(suite: SuiteBuilder) -> None:
    path = "/alibaba/upload/image"
    headers = (HOST_HEADER, (b"content-type", b"application/x-www-form-urlencoded"))
    form = f"image_base64={quote(BLACK_PNG, safe='')}".encode()
    bare = Request(method="POST", scheme="https", path=path, headers=headers, body=form)
    signed = sign_request(bare)
    query = sign_request(build_get("", path)).query
    suite.add_valid("The picture in the form is signed whole", "Form", signed)
    suite.add_valid("Query and form are signed together", "Form", sign_request(replace(bare, query=b"country=en")))
    suite.add_invalid("The picture changed afterwards", "Form Tampered", replace_once(signed, "CYII", "CYIJ"))
    suite.add_invalid("Only the query was signed, not the form", "Form MissingStep", replace(bare, query=query))


KEYED_QUERY = f"{PAGE_QUERY}&appKey={KEY}"


def _add_all_invalid(suite: SuiteBuilder) -> None:
    """Add every request that has to be refused."""
    plain = build_signed_search()
    sign = scheme.read_signature(plain) or ""
    query = plain.query.decode()
    _add_missing(suite, plain, sign)
    _add_signatures(suite, sign)
    _add_tampered(suite, plain, query)
    _add_doubled(suite, query, sign)
    _add_wrongly_signed(suite, sign)
    suite.add_invalid(
        "The secret sent beside the sign, but not signed", "SecretSent", build_get(f"{query}&appSecret={SECRET}")
    )


def _add_missing(suite: SuiteBuilder, plain: Request, sign: str) -> None:
    headed = replace(build_get(KEYED_QUERY), headers=(*plain.headers, (b"sign", sign.encode())))
    suite.add_all_invalid(
        ("No sign", "Missing", build_get(KEYED_QUERY), "missing-signature"),
        ("An empty sign", "Missing", build_search_with_sign(PAGE_QUERY, ""), "missing-signature"),
        ("The sign in a header", "WrongPlace", headed, "missing-signature"),
        ("The sign under the name `Sign`", "WrongPlace", replace_once(plain, "&sign=", "&Sign="), "missing-signature"),
        ("No key", "Missing", build_get(f"{PAGE_QUERY}&sign={sign}"), "missing-key"),
        ("An empty key", "Missing", build_signed_search(key=""), "missing-key"),
        ("A key that nobody has", "WrongKey", build_signed_search(key="nobody"), "unknown-key"),
    )


def _add_signatures(suite: SuiteBuilder, sign: str) -> None:
    """Add signatures that are not quite the right one."""
    suite.add_all_invalid(
        ("Another secret", "WrongSecret", build_signed_search(PAGE_QUERY, "wrong")),
        ("An empty secret", "WrongSecret", build_signed_search(PAGE_QUERY, "")),
        ("The secret with a blank behind it", "WrongSecret", build_signed_search(PAGE_QUERY, SECRET + " ")),
        ("Lower case", "SignatureCase", build_search_with_sign(PAGE_QUERY, sign.lower())),
        ("The last digit is another", "ModifiedSignature", build_search_with_sign(PAGE_QUERY, sign[:-1] + change_digit(sign[-1]))),
        ("Cut by a digit", "TruncatedSignature", build_search_with_sign(PAGE_QUERY, sign[:-1])),
        ("The middle half, as a 16-digit MD5 is", "TruncatedSignature", build_search_with_sign(PAGE_QUERY, sign[8:24])),
        ("A blank behind", "PaddedSignature", build_search_with_sign(PAGE_QUERY, sign + " ")),
        ("A zero before", "PaddedSignature", build_search_with_sign(PAGE_QUERY, "0" + sign)),
        ("Not ASCII", "ModifiedSignature", build_search_with_sign(PAGE_QUERY, "签名")),
    )  # fmt: skip


def _add_tampered(suite: SuiteBuilder, plain: Request, query: str) -> None:
    """Add requests that were changed after signing."""
    repeated = build_signed_search(PAGE_QUERY + "&x=1&x=2")
    suite.add_all_invalid(
        ("A parameter added afterwards", "Tampered", build_get(f"{query}&added=1")),
        ("An empty parameter added afterwards", "Tampered EmptyValue", build_get(f"{query}&added=")),
        ("A parameter dropped afterwards", "Tampered", replace_once(plain, "country=en&", "")),
        ("A value changed afterwards", "Tampered", replace_once(plain, "pageSize=1", "pageSize=2")),
        ("A name in another case", "Tampered", replace_once(build_signed_search(PAGE_QUERY + "&keyword=a"), "keyword", "Keyword")),
        ("A parameter doubled afterwards", "Tampered Repeated", replace_once(plain, "country=en", "country=en&country=en")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", replace_once(repeated, "x=1&x=2", "x=2&x=1")),
    )  # fmt: skip


def _add_doubled(suite: SuiteBuilder, query: str, sign: str) -> None:
    suite.add_all_invalid(
        ("The right sign twice", "Doubled", build_get(f"{query}&sign={sign}"), "malformed"),
        ("Two signs, the right one first", "Doubled", build_get(f"{query}&sign=X"), "malformed"),
        ("Two signs, the right one last", "Doubled", build_get(f"sign=X&{query}"), "malformed"),
        ("An empty sign, then the right one", "Doubled", build_get(f"sign=&{query}"), "malformed"),
    )


def _add_wrongly_signed(suite: SuiteBuilder, sign: str) -> None:
    """Add the mistakes of the string to sign, each by its own code and none of ours."""
    # by its own code, as a mistake in ours would be in both
    joined = "&".join(_sort_lines(PAGE_QUERY))
    text = f"{joined}&secret={SECRET}"
    upper_hmac = hmac.digest(SECRET.encode(), joined.encode(), "md5").hex().upper()
    in_base64 = b64encode(md5(text.encode(), usedforsecurity=False).digest()).decode()
    cased, prefixed, spaced, chinese = (
        PAGE_QUERY + more for more in ("&a=1&_=2&B=3", "&a-=1&a=2", "&keyword=a%20b", "&keyword=%E7%BA%A2")
    )
    suite.add_all_invalid(
        ("Signed without its empty values", "EmptyValue MissingStep", build_search_with_sign(PAGE_QUERY + "&region=", sign)),
        ("Signed without the key", "MissingStep", build_mistaken_search(PAGE_QUERY, [line for line in _sort_lines(PAGE_QUERY) if line != f"appKey={KEY}"])),
        ("Signed unsorted", "SortOrder MissingStep", build_mistaken_search(PAGE_QUERY, _sort_lines(PAGE_QUERY, lambda _: ""))),
        ("Sorted without regard to case", "SortOrder", build_mistaken_search(cased, _sort_lines(cased, str.casefold))),
        ("Pairs were sorted instead of names", "SortOrder", build_mistaken_search(prefixed, sorted(_sort_lines(prefixed)))),
        ("Values were signed as they are in the URL", "NotEncoded", build_mistaken_search(spaced, sorted(f"{spaced}&appKey={KEY}".split("&")))),
        ("The secret without `secret=`", "MissingStep", build_search_with_sign(PAGE_QUERY, compute_digest(f"{joined}&{SECRET}"))),
        ("The secret in front, too", "MissingStep", build_search_with_sign(PAGE_QUERY, compute_digest(f"secret={SECRET}&{text}"))),
        ("Signed in GBK", "NonAscii Charset", build_mistaken_search(chinese, _sort_lines(chinese), "gbk")),
        ("HMAC-MD5 in place of MD5", "WrongAlgorithm", build_search_with_sign(PAGE_QUERY, upper_hmac)),
        ("SHA-256 in place of MD5", "WrongAlgorithm", build_search_with_sign(PAGE_QUERY, sha256(text.encode()).hexdigest().upper())),
        ("Base64 of the MD5 in place of hex", "WrongAlgorithm", build_search_with_sign(PAGE_QUERY, in_base64)),
    )  # fmt: skip


def _sort_lines(query: str, order: Callable[[str], str] = str) -> list[str]:
    """Return the pairs of a query and the key, decoded, by name where no other order is said."""
    pairs = sorted(parse_pairs(f"{query}&appKey={KEY}".encode()), key=lambda pair: order(pair[0]))
    return [f"{name}={value}" for name, value in pairs]
