"""The vectors of Alibaba Cloud's ROA signature."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

import msgspec
from acs import (
    CREDENTIALS,
    EDGE,
    KEY,
    SEARCH,
    SECOND,
    SECRET,
    SKEW,
    TEMPORARY,
    Nonces,
    edited,
    post,
    sha1,
    spoiled,
    with_header,
)
from book import NOW, Book, Way, lowered

from lookalike_specs.provenance import Origin
from lookalike_specs.signing import acs_roa, digest
from lookalike_specs.vectors import Suite
from lookalike_specs.wire import Request

NONCES = Nonces("roa")
BODY = f"{SEARCH}&Type=SearchByPic"
OWN = (("accept", "application/json"), ("x-acs-action", "SearchImage"), ("x-acs-version", "2019-03-25"))
DOCUMENTS = "help.aliyun.com/en/sdk/product-overview/roa-mechanism"
STAGES = {
    "signed": "For people: method and path, the decoded and sorted query, the headers that are signed.",
    "canonical": "Every `x-acs-` header as `name:value` on a line, sorted; then path and query, not encoded.",
    "string-to-sign": "Method, Accept, Content-MD5, Content-Type and Date on a line each, and the canonical text.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign, with the secret as it is.",
}


def suite() -> Suite:
    """All of them."""
    book = Book(Way(acs_roa.SCHEME, "AccessKeySecret", bare, _extras))
    book.open("A key of one's own", CREDENTIALS, api="aliyun", skew=SKEW)
    _query(book)
    _headers(book)
    _clock(book)
    _bad(book)
    _tampered(book)
    _wrongly_signed(book)
    book.open("A temporary key with its token", TEMPORARY, api="aliyun", skew=SKEW)
    _temporary(book)
    return book.suite(
        "HMAC-SHA1 over method, headers, path and query, Base64; version 1.0", Origin("documented", DOCUMENTS), STAGES
    )


def search(query: str = "", *headers: tuple[str, str], body: str = BODY) -> Request:
    """A search that is not signed."""
    return post(query, body, *OWN, *headers, path="/v2/image/search")


def signed(
    request: Request, *, at: datetime = NOW, nonce: str | None = "", key: str = KEY, secret: str = SECRET
) -> Request:
    """… with its signature."""
    return acs_roa.signed(
        request, key, secret, date=format_datetime(at, usegmt=True), nonce=next(NONCES) if nonce == "" else nonce
    )


def bare(request: Request) -> Request:
    """A request without its signature."""
    return msgspec.structs.replace(
        request, headers=tuple(p for p in request.headers if p[0].lower() != b"authorization")
    )


def anew(request: Request, secret: str = SECRET) -> Request:
    """The request, signed as it now is."""
    return resigned(request, acs_roa.recomputed(request, secret).signature)


def resigned(request: Request, signature: str) -> Request:
    """The request with a signature of the caller's own."""
    return with_header(bare(request), "authorization", f"acs {KEY}:{signature}")


def texts(request: Request) -> dict[str, str]:
    """The stages."""
    return {step.name: step.value for step in acs_roa.recomputed(request, SECRET).steps}


def _extras(sent: Request) -> dict[str, object]:
    request = lowered(sent)
    return {"timestamp": request.header(b"date") or "", "nonce": request.header(b"x-acs-signature-nonce") or ""}


QUERIES = (
    ("A plain search", "", ()),
    ("A region in the query", "RegionId=cn-shanghai", ()),
    ("Capitals come before `_`, and `_` before small letters", "a=1&_=2&B=3&b=4&A=5", ("SortOrder",)),
    ("Names are sorted, not pairs: `a` comes before `a-`, though `a-=` comes before `a=`", "a-=1&a=2&a.=3", ("SortOrder",)),
    ("Numbers in names are no numbers: Tag.1, Tag.10, Tag.2", "Tag.2=1&Tag.10=2&Tag.1=3", ("SortOrder",)),
    ("A `+` in the query is a space, signed as one", "Note=a+b", ("PlusIsSpace", "NotEncoded")),
    ("A `%20` is the same space", "Note=a%20b", ("PlusIsSpace", "NotEncoded")),
    ("A `%2B` is a plus, signed as one", "Note=a%2Bb", ("PlusIsSpace", "NotEncoded")),
    ("`~`, `*`, `/` and `:`, however they are sent", "Note=a~*/:&Other=a%7E%2A%2F%3A", ("NotEncoded", "HexCase")),
    ("Chinese, names too", "Note=%E7%BA%A2&%E5%A4%96=1", ("NonAscii", "NotEncoded")),
    ("Chinese in lower-case hex", "Note=%e7%ba%a2", ("NonAscii", "HexCase")),
    ("A value that is itself percent-encoded", "Note=%2520%252B", ("DoubleEncoding",)),
    ("`&` and `=` inside a value, so that the text could be read in two ways", "Note=a%3D1%26b%3D2", ("NotInjective",)),
    ("An empty value leaves the bare name", "Note=&a=1", ("EmptyValue",)),
    ("A name without `=`: the same", "Note&a=1", ("EmptyValue",)),
    ("A repeated name: each pair, in the order sent", "Note=b&Note=a", ("Repeated",)),
)  # fmt: skip


def _query(book: Book) -> None:
    for comment, query, flags in QUERIES:
        book.valid(comment, *flags, request=signed(search(query)))


def _headers(book: Book) -> None:
    plain = signed(search())
    book.valid(
        "Blanks around a header's value are not signed",
        "HeaderValue",
        request=signed(search("", ("x-acs-note", "  a  b\t"))),
    )
    book.valid("An empty header", "HeaderValue", "EmptyValue", request=signed(search("", ("x-acs-note", ""))))
    book.valid(
        "A `-` in a header's name comes before letters",
        "HeaderOrder",
        request=signed(search("", ("x-acs-ab", "2"), ("x-acs-a-b", "1"))),
    )
    book.valid(
        "Headers in another order on the wire",
        "HeaderOrder",
        request=msgspec.structs.replace(plain, headers=plain.headers[::-1]),
    )
    titled = msgspec.structs.replace(plain, headers=tuple((name.title(), value) for name, value in plain.headers))
    book.valid("Header names in capitals are signed in lower case", "HeaderValue", request=titled)
    book.valid(
        "Headers of other names are not signed", "NotSigned", request=with_header(plain, "user-agent", "another")
    )
    book.valid(
        "The host is not signed", "NotSigned", request=with_header(plain, "host", "imagesearch.cn-beijing.aliyuncs.com")
    )
    book.valid("Without `Accept` its line is empty", "EmptyValue", request=anew(with_header(plain, "accept")))
    typed = with_header(search(), "content-type", "application/x-www-form-urlencoded; charset=utf-8")
    book.valid("A media type with its charset is signed whole", "HeaderValue", request=signed(typed))
    digestless = anew(with_header(plain, "content-md5"))
    book.valid(
        "Without `Content-MD5`, as newer SDKs send it: its line is empty, and the body is not signed",
        "BodyDigest",
        "EmptyValue",
        request=digestless,
    )
    book.valid("… so any other body is good", "BodyDigest", "NotSigned", request=edited(digestless, "&Num=1", "&Num=2"))
    older = anew(with_header(with_header(plain, "x-acs-signature-method"), "x-acs-signature-version"))
    book.valid("Neither method nor version of signing are named", "Version", request=older)
    without = signed(search(), nonce=None)
    book.valid("Without a nonce", "NoReplayProtection", request=without)
    book.valid(
        "Without a nonce the same bytes are good twice",
        "NoReplayProtection",
        request=without,
        before=((NOW, without, "valid"),),
    )


def _clock(book: Book) -> None:
    book.valid("Signed as long ago as may be", "Expired", request=signed(search(), at=NOW - EDGE))
    book.valid("Signed as far ahead as may be", "Expired", request=signed(search(), at=NOW + EDGE))
    book.invalid("A second too late", "Expired", request=signed(search(), at=NOW - EDGE - SECOND), refusal="expired")
    book.invalid("A second too early", "Expired", request=signed(search(), at=NOW + EDGE + SECOND), refusal="future")
    once, refused = signed(search()), signed(search(), nonce="roa-kept", secret="wrong")
    nonce = once.header(b"x-acs-signature-nonce")
    book.valid(
        "The nonce of a request that was refused is not used up",
        "NonceKept",
        request=signed(search(), nonce="roa-kept"),
        before=((NOW, refused, "invalid"),),
    )
    book.invalid("The same bytes again", "Nonce", request=once, refusal="replayed", before=((NOW, once, "valid"),))
    book.invalid(
        "Another request with a nonce that was used",
        "Nonce",
        request=signed(search("a=1"), nonce=nonce),
        refusal="replayed",
        before=((NOW, once, "valid"),),
    )


def _bad(book: Book) -> None:
    plain = signed(search())
    sign, text = texts(plain)["signature"], texts(plain)["string-to-sign"]
    for comment, flags, wrong, refusal in (
        ("No signature behind the key", ("Malformed",), f"acs {KEY}", "malformed"),
        ("No key before the signature", ("Malformed",), f"acs :{sign}", "malformed"),
        ("The word alone", ("Malformed",), "acs", "malformed"),
        ("A blank in place of the colon", ("Malformed",), f"acs {KEY} {sign}", "malformed"),
        ("A key that nobody has", ("WrongKey",), f"acs LTAI-nobody:{sign}", "unknown-key"),
    ):  # fmt: skip
        book.invalid(comment, *flags, request=with_header(plain, "authorization", wrong), refusal=refusal)  # type: ignore[arg-type]
    for comment, flag, name, values, refusal in (
        ("Another method of signing is named", "Version", "x-acs-signature-method", ("HMAC-SHA256",), "algorithm"),
        ("Another version of signing is named", "Version", "x-acs-signature-version", ("2.0",), "version"),
        ("No time", "Missing", "date", (), "missing-timestamp"),
        ("A time in ISO 8601", "Malformed", "date", ("2026-11-21T00:26:28Z",), "malformed-timestamp"),
        ("The last of thirty days of February", "Malformed", "date", ("Mon, 30 Feb 2026 00:26:28 GMT",), "malformed-timestamp"),
        ("Another body's digest", "BodyDigest", "content-md5", (digest.content_md5(b"another"),), "body-digest"),
        ("The digest in hex", "BodyDigest", "content-md5", ("00000000000000000000000000000000",), "body-digest"),
    ):  # fmt: skip
        book.invalid(comment, flag, request=anew(with_header(plain, name, *values)), refusal=refusal)  # type: ignore[arg-type]
    book.invalid("Another secret", "WrongSecret", request=signed(search(), secret="wrong"))
    for comment, flags, wrong in spoiled(sign, text, SECRET):
        if not wrong.endswith(" "):  # what surrounds a header's value is nobody's
            book.invalid(comment, *flags, request=resigned(plain, wrong))


def _tampered(book: Book) -> None:
    plain = signed(search("Note=b&Note=a", ("x-acs-note", "1")))
    for comment, flags, request, refusal in (
        ("A byte of the body changed", ("BodyDigest",), edited(plain, "&Num=1", "&Num=2"), "body-digest"),
        ("A value of the query changed", (), edited(plain, "Note=b", "Note=c"), "mismatch"),
        ("A parameter added to the query", (), edited(plain, "Note=b", "Start=1&Note=b"), "mismatch"),
        ("A repeated name in another order than it was signed", ("Repeated",), edited(plain, "Note=b&Note=a", "Note=a&Note=b"), "mismatch"),
        ("The time changed", (), with_header(plain, "date", "Sat, 21 Nov 2026 00:26:29 GMT"), "mismatch"),
        ("The same time, another day of the week", (), with_header(plain, "date", "Sun, 21 Nov 2026 00:26:28 GMT"), "mismatch"),
        ("The nonce changed", ("Nonce",), with_header(plain, "x-acs-signature-nonce", "another"), "mismatch"),
        ("`Accept` changed", (), with_header(plain, "accept", "application/xml"), "mismatch"),
        ("An `x-acs-` header added", (), with_header(plain, "x-acs-other", "1"), "mismatch"),
        ("An `x-acs-` header dropped", (), with_header(plain, "x-acs-note"), "mismatch"),
        ("An `x-acs-` header doubled", ("Repeated",), with_header(plain, "x-acs-note", "1", "1"), "mismatch"),
    ):  # fmt: skip
        book.invalid(comment, "Tampered", *flags, request=request, refusal=refusal)  # type: ignore[arg-type]


def _wrongly_signed(book: Book) -> None:
    """The mistakes of the string to sign, made by changing it and signing what comes out."""
    plain = signed(search("Note=a+b&a=1&B=", ("x-acs-note", " a ")))
    right = texts(plain)["string-to-sign"]
    md5 = plain.header(b"content-md5") or ""
    for comment, flags, text in (
        ("The query was encoded", ("NotEncoded",), right.replace("a b", "a%20b")),
        ("The query was not sorted", ("SortOrder",), right.replace("B&Note=a b&a=1", "Note=a b&a=1&B")),
        ("An empty value with its `=`", ("EmptyValue",), right.replace("?B&", "?B=&")),
        ("Signed without the query", ("MissingStep",), right.partition("?")[0]),
        ("No line for a header that is not there", ("MissingStep",), right.replace(f"{md5}\n", "")),
        ("A header signed with the blanks around it", ("HeaderValue",), right.replace("note:a\n", "note: a \n")),
        ("A blank after the colon", ("HeaderValue",), right.replace("note:a\n", "note: a\n")),
    ):  # fmt: skip
        if text == right:
            raise AssertionError(comment)
        book.invalid(comment, *flags, request=resigned(plain, sha1(SECRET, text)))
    book.invalid("The secret with the `&` of RPC", "MissingStep", request=resigned(plain, sha1(SECRET + "&", right)))


def _temporary(book: Book) -> None:
    key, secret, token = TEMPORARY.values()
    date = format_datetime(NOW, usegmt=True)

    def by(token: str | None) -> Request:
        return acs_roa.signed(search(), key, secret, date=date, nonce=next(NONCES), security_token=token)

    book.valid("The token is signed as an `x-acs-` header", "SecurityToken", request=by(token))
    book.invalid("No token", "SecurityToken", "Missing", request=by(None), refusal="missing-token")
    book.invalid("Another token", "SecurityToken", request=by("another"), refusal="bad-token")
    book.invalid(
        "The token added after signing",
        "SecurityToken",
        "Tampered",
        request=with_header(by(None), "x-acs-security-token", token),
    )
