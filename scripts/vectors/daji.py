"""The vectors of Daji's `sign`."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from urllib.parse import quote

import msgspec
from book import NOW, Book, Way

from lookalike_specs import load
from lookalike_specs.provenance import Origin
from lookalike_specs.signing import daji, parameters
from lookalike_specs.vectors import Suite
from lookalike_specs.wire import Pairs, Request, pairs

ACCOUNT = load("daji-1688").account
KEY, SECRET = ACCOUNT["appKey"], ACCOUNT["appSecret"]
HOST = ((b"host", b"openapi.dajisaas.com"),)
FORM = (*HOST, (b"content-type", b"application/x-www-form-urlencoded"))
PAGE = "imageId=1048608196202797156&beginPage=1&pageSize=1&country=en"
# A black picture of 100 by 100 pixels.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAGQAAABkAQAAAABYmaj5AAAAFElEQVR42mNgGAWjYBSMglFATwAABXgAAdgporgAAAAASUVORK5CYII="
ORIGIN = Origin("documented", "wiki.dajisaas.com/doc-4543198")
SAMPLE = Origin(
    "documented", "made by running the Java sample of wiki.dajisaas.com/doc-4543198 under Java 17 and UTF-8"
)
STAGES = {
    "signed": "For people: every parameter but `sign`, decoded and sorted, `name=value` on a line each.",
    "canonical": "The same joined by `&`, not encoded.",
    "string-to-sign": "The canonical text, `&secret=` and the secret.",
    "signature": "The MD5 of the string to sign in UTF-8, as 32 upper-case hexadecimal digits.",
}


def suite() -> Suite:
    """All of them."""
    book = Book(Way(daji.SCHEME, "appSecret", _bare))
    book.open(
        "The values that the vendor's own sample makes",
        {"appKey": "test_key_0001", "appSecret": "test_secret_0001"},
        api="daji-1688",
        origin=SAMPLE,
    )
    _documented(book)
    book.open("1688 image search, by GET", ACCOUNT, api="daji-1688")
    _good(book)
    _bad(book)
    book.open("Taobao image search, by GET", ACCOUNT, api="daji-taobao")
    _taobao(book)
    book.open("Upload of a picture, by a form", ACCOUNT, api="daji-1688")
    _upload(book)
    return book.suite("MD5 over the sorted raw parameters and the secret, upper-case hex", ORIGIN, STAGES)


def get(
    query: str, path: str = "/alibaba/product/imageQuery", headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Request:
    """A request with that raw query."""
    return Request(method="GET", scheme="https", path=path, query=query.encode(), headers=HOST + headers)


def signed(query: str, secret: str = SECRET, key: str = KEY) -> Request:
    """… with key and sign at its end."""
    return daji.signed(get(query), key, secret)


def with_sign(query: str, sign: str) -> Request:
    """… with the key and a sign of the caller's own."""
    return get(f"{query}&appKey={KEY}&sign={quote(sign, safe='')}")


def taobao(query: str) -> Request:
    """A signed search at Taobao."""
    return daji.signed(get(query, "/taobao/image-search/url"), KEY, SECRET)


def edited(request: Request, old: str, new: str) -> Request:
    """The request with a piece of its query replaced once it was signed."""
    if old.encode() not in request.query:
        raise AssertionError(old)
    return msgspec.structs.replace(request, query=request.query.replace(old.encode(), new.encode(), 1))


def digest(text: str, encoding: str = "utf-8") -> str:
    """MD5 as Daji writes it."""
    return hashlib.md5(text.encode(encoding), usedforsecurity=False).hexdigest().upper()


def joined(found: Pairs) -> str:
    """Raw pairs, joined."""
    return "&".join(f"{name}={value}" for name, value in found)


def _bare(request: Request) -> Request:
    return msgspec.structs.replace(request, query=_without(request.query), body=_without(request.body))


def _without(raw: bytes) -> bytes:
    return b"&".join(part for part in raw.split(b"&") if not part.startswith(b"sign="))


def _documented(book: Book) -> None:
    more = "&filter=shipInToday%2CksCiphertext&sort=%7B%22price%22%3A%22asc%22%7D&priceStart=1&priceEnd=20000"
    page = "imageId=1048608196202797156&beginPage=1&pageSize=20&country=en"
    for comment, query, sign in (
        ("The key alone", "", "7883FBCFCD3BCA1D2BA3978E289928B3"),
        ("The parameters that have to be there", page, "93459F6FC7B6A10AC875F3321C11B067"),
        ("A filter, a sort as JSON, a range of prices", page + more, "F0F38B184AB319447189B78C32A068DF"),
        (
            "The secret sent as a parameter is signed like any other",
            page + "&appSecret=test_secret_0001",
            "B418B4BB6AF1D267C3BCEC41AC15BA2E",
        ),
    ):
        made = signed(query, "test_secret_0001", "test_key_0001")
        if daji.presented(made) != sign:
            raise AssertionError(comment)
        book.valid(comment, *(["SecretSent"] if "appSecret" in query else []), request=made)


GOOD = (
    ("A plain search", PAGE, ()),
    ("Commas, quotes and braces are signed raw", PAGE + "&filter=shipInToday%2CjxHY&sort=%7B%22price%22%3A%22asc%22%7D&priceStart=1&priceEnd=20000", ("NotEncoded",)),
    ("Capitals come before `_`, and `_` before small letters", PAGE + "&a=1&_=2&B=3&b=4&A=5", ("SortOrder",)),
    ("A camel and a snake name of one stem: `page_no` comes after `pageNo`", PAGE + "&page_no=1&pageNo=2&pic_url=3&picUrl=4", ("SortOrder",)),
    ("Numbers in names are no numbers: a1, a10, a2", PAGE + "&a2=1&a10=2&a1=3", ("SortOrder",)),
    ("Names are sorted, not pairs: `a` comes before `a-`, though `a-=` comes before `a=`", PAGE + "&a-=1&a=2&a.=3", ("SortOrder",)),
    ("A name in Chinese", PAGE + "&%E5%A4%96=1&z=2", ("SortOrder", "NonAscii")),
    ("UTF-16 order: an emoji comes before a full-width sign", PAGE + "&%EF%BC%81=1&%F0%9F%98%80=2", ("Utf16Order", "NonAscii")),
    ("A `+` in the query is a space, and is signed as one", PAGE + "&keyword=red+shoe", ("PlusIsSpace",)),
    ("A `%20` is the same space", PAGE + "&keyword=red%20shoe", ("PlusIsSpace",)),
    ("A `%2B` is a plus", PAGE + "&keyword=red%2Bshoe", ("PlusIsSpace", "NotEncoded")),
    ("`&` and `=` inside a value are signed raw, so that the text could be read in two ways", PAGE + "&keyword=a%3D1%26b%3D2", ("NotInjective",)),
    ("`~` as it is", PAGE + "&keyword=a~b", ("Unreserved",)),
    ("`~` encoded", PAGE + "&keyword=a%7Eb", ("Unreserved",)),
    ("`*` as it is", PAGE + "&keyword=a*b", ("Unreserved",)),
    ("`*` encoded", PAGE + "&keyword=a%2Ab", ("Unreserved",)),
    ("Chinese, in upper-case hex", PAGE + "&keyword=%E7%BA%A2%E8%89%B2", ("NonAscii",)),
    ("Chinese, in lower-case hex: the same sign", PAGE + "&keyword=%e7%ba%a2%e8%89%b2", ("NonAscii", "HexCase")),
    ("An emoji", PAGE + "&keyword=%F0%9F%91%9F", ("NonAscii",)),
    ("A value that is itself percent-encoded is decoded once", PAGE + "&keyword=%2520%252B", ("DoubleEncoding",)),
    ("An empty value is signed", PAGE + "&keyword=&region=", ("EmptyValue",)),
    ("A name without `=` has an empty value", PAGE + "&keyword", ("EmptyValue",)),
    ("Empty pairs between `&` count for nothing", PAGE + "&&keyword=a&", ("EmptyValue",)),
    ("A repeated name: each pair is signed, in the order sent", PAGE + "&outMemberId=456&outMemberId=123", ("Repeated",)),
    ("A line break and a tab", PAGE + "&keyword=a%0A%09b", ("NotEncoded",)),
    ("Blanks around a value are a part of it", PAGE + "&keyword=%20a%20", ("NotEncoded",)),
    ("The secret sent beside the sign is signed too", PAGE + f"&appSecret={SECRET}", ("SecretSent",)),
)  # fmt: skip


def _good(book: Book) -> None:
    for comment, query, flags in GOOD:
        book.valid(comment, *flags, request=signed(query))
    plain = signed(PAGE)
    first = plain.query.rpartition(b"&")
    book.valid(
        "The sign stands first", "Order", request=msgspec.structs.replace(plain, query=first[2] + b"&" + first[0])
    )
    book.valid(
        "The same bytes again: nothing forbids it", "NoReplayProtection", request=plain, before=((NOW, plain, "valid"),)
    )


def _bad(book: Book) -> None:
    plain, sign = signed(PAGE), str(daji.presented(signed(PAGE)))
    keyed = parameters.sent(get(f"{PAGE}&appKey={KEY}"))
    ordered = tuple(sorted(keyed))
    text = f"{joined(ordered)}&secret={SECRET}"
    missing = {"refusal": "missing-signature"}
    for comment, flags, request, more in (
        ("No sign", ("Missing",), get(f"{PAGE}&appKey={KEY}"), missing),
        ("An empty sign", ("Missing",), with_sign(PAGE, ""), missing),
        ("The sign in a header", ("WrongPlace",), get(f"{PAGE}&appKey={KEY}", headers=((b"sign", sign.encode()),)), missing),
        ("The sign under the name `Sign`", ("WrongPlace",), edited(plain, "&sign=", "&Sign="), missing),
        ("No key", ("Missing",), get(f"{PAGE}&sign={sign}"), {"refusal": "missing-key"}),
        ("An empty key", ("Missing",), daji.signed(get(PAGE), "", SECRET), {"refusal": "missing-key"}),
        ("A key that nobody has", ("WrongKey",), signed(PAGE, key="nobody"), {"refusal": "unknown-key"}),
        ("Another secret", ("WrongSecret",), signed(PAGE, "wrong"), {}),
        ("An empty secret", ("WrongSecret",), signed(PAGE, ""), {}),
        ("The secret with a blank behind it", ("WrongSecret",), signed(PAGE, SECRET + " "), {}),
        ("Lower case", ("SignatureCase",), with_sign(PAGE, sign.lower()), {}),
        ("The last digit is another", ("ModifiedSignature",), with_sign(PAGE, sign[:-1] + ("0" if sign[-1] != "0" else "1")), {}),
        ("Cut by a digit", ("TruncatedSignature",), with_sign(PAGE, sign[:-1]), {}),
        ("The middle half, as a 16-digit MD5 is", ("TruncatedSignature",), with_sign(PAGE, sign[8:24]), {}),
        ("A blank behind", ("PaddedSignature",), with_sign(PAGE, sign + " "), {}),
        ("A zero before", ("PaddedSignature",), with_sign(PAGE, "0" + sign), {}),
        ("Not ASCII", ("ModifiedSignature",), with_sign(PAGE, "签名"), {}),
        ("A parameter added afterwards", ("Tampered",), get(f"{plain.query.decode()}&added=1"), {}),
        ("An empty parameter added afterwards", ("Tampered", "EmptyValue"), get(f"{plain.query.decode()}&added="), {}),
        ("A parameter dropped afterwards", ("Tampered",), edited(plain, "country=en&", ""), {}),
        ("A value changed afterwards", ("Tampered",), edited(plain, "pageSize=1", "pageSize=2"), {}),
        ("A name in another case", ("Tampered",), edited(signed(PAGE + "&keyword=a"), "keyword", "Keyword"), {}),
        ("A parameter doubled afterwards", ("Tampered", "Repeated"), edited(plain, "country=en", "country=en&country=en"), {}),
        ("A repeated name in another order than it was signed", ("Tampered", "Repeated"), edited(signed(PAGE + "&x=1&x=2"), "x=1&x=2", "x=2&x=1"), {}),
        ("The right sign twice", ("Doubled",), get(f"{plain.query.decode()}&sign={sign}"), {"refusal": "malformed"}),
        ("Two signs, the right one first", ("Doubled",), get(f"{plain.query.decode()}&sign=X"), {"refusal": "malformed"}),
        ("Two signs, the right one last", ("Doubled",), get(f"sign=X&{plain.query.decode()}"), {"refusal": "malformed"}),
        ("An empty sign, then the right one", ("Doubled",), get(f"sign=&{plain.query.decode()}"), {"refusal": "malformed"}),
        ("Signed without its empty values", ("EmptyValue", "MissingStep"), with_sign(PAGE + "&region=", sign), {}),
        ("Signed without the key", ("MissingStep",), with_sign(PAGE, digest(f"{joined(tuple(p for p in ordered if p[0] != 'appKey'))}&secret={SECRET}")), {}),
        ("Signed unsorted", ("SortOrder", "MissingStep"), with_sign(PAGE, digest(f"{joined(keyed)}&secret={SECRET}")), {}),
        ("Sorted without regard to case", ("SortOrder",), _locale(), {}),
        ("Pairs were sorted instead of names", ("SortOrder",), _by_pair(), {}),
        ("Values were signed as they are in the URL", ("NotEncoded",), _encoded(), {}),
        ("The secret without `secret=`", ("MissingStep",), with_sign(PAGE, digest(f"{joined(ordered)}&{SECRET}")), {}),
        ("The secret in front, too", ("MissingStep",), with_sign(PAGE, digest(f"secret={SECRET}&{text}")), {}),
        ("Signed in GBK", ("NonAscii", "Charset"), _gbk(), {}),
        ("HMAC-MD5 in place of MD5", ("WrongAlgorithm",), with_sign(PAGE, hmac.digest(SECRET.encode(), joined(ordered).encode(), "md5").hex().upper()), {}),
        ("SHA-256 in place of MD5", ("WrongAlgorithm",), with_sign(PAGE, hashlib.sha256(text.encode()).hexdigest().upper()), {}),
        ("Base64 of the MD5 in place of hex", ("WrongAlgorithm",), with_sign(PAGE, b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode()), {}),
        ("The secret sent beside the sign, but not signed", ("SecretSent",), get(f"{plain.query.decode()}&appSecret={SECRET}"), {}),
    ):  # fmt: skip
        book.invalid(comment, *flags, request=request, **more)  # type: ignore[arg-type]


def _locale() -> Request:
    query = PAGE + "&a=1&_=2&B=3"
    found = sorted(parameters.sent(get(f"{query}&appKey={KEY}")), key=lambda pair: pair[0].casefold())
    return with_sign(query, digest(f"{joined(tuple(found))}&secret={SECRET}"))


def _by_pair() -> Request:
    query = PAGE + "&a-=1&a=2"
    found = sorted(f"{name}={value}" for name, value in pairs(f"{query}&appKey={KEY}".encode()))
    return with_sign(query, digest(f"{'&'.join(found)}&secret={SECRET}"))


def _encoded() -> Request:
    query = PAGE + "&keyword=a%20b"
    found = sorted(f"{query}&appKey={KEY}".split("&"))
    return with_sign(query, digest(f"{'&'.join(found)}&secret={SECRET}"))


def _gbk() -> Request:
    query = PAGE + "&keyword=%E7%BA%A2"
    found = tuple(sorted(pairs(f"{query}&appKey={KEY}".encode())))
    return with_sign(query, digest(f"{joined(found)}&secret={SECRET}", "gbk"))


def _taobao(book: Book) -> None:
    url = "picUrl=https%3A%2F%2Fimg.alicdn.com%2Fa%20b.jpg%3Fx%3D1%26y%3D2&pageNo=0&pageSize=1"
    made = taobao(url)
    book.valid("An address with a query of its own", "NotEncoded", request=made)
    book.valid(
        "The same address, with `/` and `:` as they are",
        "NotEncoded",
        "HexCase",
        request=taobao(url.replace("%2F", "/").replace("%3A", ":")),
    )
    book.invalid("A page number changed afterwards", "Tampered", request=edited(made, "pageNo=0", "pageNo=1"))


def _upload(book: Book) -> None:
    encoded = quote(PNG, safe="")
    bare = Request(
        method="POST",
        scheme="https",
        path="/alibaba/upload/image",
        headers=FORM,
        body=f"image_base64={encoded}".encode(),
    )
    made = daji.signed(bare, KEY, SECRET)
    book.valid("The picture in the form is signed whole", "Form", request=made)
    both = daji.signed(msgspec.structs.replace(bare, query=b"country=en"), KEY, SECRET)
    book.valid("Query and form are signed together", "Form", request=both)
    book.invalid(
        "The picture changed afterwards",
        "Form",
        "Tampered",
        request=msgspec.structs.replace(made, body=made.body.replace(b"CYII", b"CYIJ")),
    )
    query = daji.signed(get("", "/alibaba/upload/image"), KEY, SECRET).query
    book.invalid(
        "Only the query was signed, not the form",
        "Form",
        "MissingStep",
        request=msgspec.structs.replace(bare, query=query),
    )
