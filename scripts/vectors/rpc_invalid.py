"""RPC: what is to be refused."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, quote_plus

from acs import KEY, SECRET
from book import Book
from edits import edited, with_header
from msgspec.structs import replace
from rpc_way import PEN, bare, search
from spoiled import sha1, spoiled

from lookalike_specs.signing import parameters
from lookalike_specs.wire import Request

signed, put, anew = PEN.signed, PEN.put, PEN.anew


def tests(book: Book) -> None:
    """All of them."""
    plain = signed(search())
    stages = PEN.texts(plain)
    _system(book, plain)
    _doubled(book, plain, stages["signature"])
    unended = sha1(SECRET, stages["string-to-sign"])
    book.invalid("Another secret", "WrongSecret", signed(search(), secret="wrong"))
    book.invalid("The secret without its `&`", "MissingStep", put(plain, unended))
    _tampered(book, plain)
    for comment, flags, wrong in spoiled(stages["signature"], stages["string-to-sign"], SECRET + "&"):
        book.invalid(comment, flags, put(plain, wrong))
    _wrongly_signed(book)


def _system(book: Book, plain: Request) -> None:
    """A parameter that is missing or unreadable, but as it is signed."""
    sign, nonce = PEN.texts(plain)["signature"], PEN.way.extras(plain)["nonce"]

    def having(old: str, new: str = "") -> Request:
        return anew(edited(plain, old, new))

    book.all_invalid(
        ("No signature", "Missing", bare(plain), "missing-signature"),
        ("The signature under the name `signature`", "WrongPlace", edited(plain, "&Signature=", "&signature="), "missing-signature"),
        ("The signature in a header", "WrongPlace", with_header(bare(plain), "signature", sign), "missing-signature"),
        ("No key", "Missing", having(f"&AccessKeyId={KEY}"), "missing-key"),
        ("A key that nobody has", "WrongKey", signed(search(), key="LTAI-nobody"), "unknown-key"),
        ("Another method of signing is named", "Version", having("HMAC-SHA1", "HMAC-SHA256"), "algorithm"),
        ("Another version of signing is named", "Version", having("SignatureVersion=1.0", "SignatureVersion=2.0"), "version"),
        ("No time", "Missing", having("&Timestamp=2026-11-21T00%3A26%3A28Z"), "missing-timestamp"),
        ("A time with an offset", "Malformed", having("28Z", "28%2B00%3A00"), "malformed-timestamp"),
        ("A thirteenth month", "Malformed", having("2026-11", "2026-13"), "malformed-timestamp"),
        ("No nonce", "Missing", having(f"SignatureNonce={nonce}&"), "missing-nonce"),
    )  # fmt: skip


def _doubled(book: Book, plain: Request, sign: str) -> None:
    twice = f"&Signature={quote(sign, safe='')}&Signature="
    book.all_invalid(
        ("The right signature twice", "Doubled", edited(plain, "&Signature=", twice), "malformed"),
        ("Two signatures, the right one first", "Doubled", replace(plain, query=plain.query + b"&Signature=x"), "malformed"),
        ("Two signatures, one in the form", "Doubled", replace(plain, body=plain.body + b"&Signature=x"), "malformed"),
    )  # fmt: skip


def _tampered(book: Book, plain: Request) -> None:
    """What was changed after signing."""
    repeated = edited(signed(search("Note=b&Note=a")), "Note=b&Note=a", "Note=a&Note=b")
    book.all_invalid(
        ("A parameter added afterwards", "Tampered", edited(plain, "&Num=1", "&Num=1&Start=1")),
        ("An empty parameter added afterwards", "Tampered EmptyValue", edited(plain, "&Num=1", "&Num=1&Note=")),
        ("A parameter dropped afterwards", "Tampered", edited(plain, "&Num=1", "")),
        ("A value changed afterwards", "Tampered", edited(plain, "&Num=1", "&Num=2")),
        ("The time changed afterwards", "Tampered", edited(plain, "26%3A28Z", "26%3A29Z")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", repeated),
    )


def _wrongly_signed(book: Book) -> None:
    """The mistakes of the canonical text, each by its own code and none of ours."""
    searched, form = search("Note=a+b%2A~%E7%BA%A2&a=1&B="), {"InstanceName", "PicContent", "Num", "Note", "a", "B"}
    for comment, flags, canonical in (
        ("Signed with `+` for the space", "PlusIsSpace", _canonical(lambda text: quote_plus(text, safe="~"))),
        ("Signed with `*` as it is", "Unreserved", _canonical(lambda text: quote(text, safe="*~"))),
        ("Signed with `%7E` for `~`", "Unreserved", _canonical(lambda text: quote(text, safe="").replace("~", "%7E"))),
        ("Signed in lower-case hex", "HexCase", _canonical(_lower)),
        ("Signed without encoding", "DoubleEncoding MissingStep", _canonical(str)),
        ("Sorted without regard to case", "SortOrder", _canonical(order=lambda name: name.casefold())),
        ("Signed without its empty values", "EmptyValue MissingStep", _canonical(keep=lambda pair: bool(pair[1]))),
        ("Signed without the form", "Form MissingStep", _canonical(keep=lambda pair: pair[0] not in form)),
    ):  # fmt: skip
        request = signed(searched)
        text = f"POST&%2F&{_encode(canonical(request))}"
        book.invalid(comment, flags, put(request, sha1(SECRET + "&", text)))
    request = signed(searched)
    stages = PEN.texts(request)
    once, get = f"POST&%2F&{stages['canonical']}", stages["string-to-sign"].replace("POST&", "GET&", 1)
    twice = "The canonical text was not encoded a second time"
    book.invalid(twice, "DoubleEncoding MissingStep", put(request, sha1(SECRET + "&", once)))
    book.invalid("Signed for GET, sent by POST", "Tampered", put(request, sha1(SECRET + "&", get)))


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _lower(text: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else _encode(letter).lower() for letter in text)


def _canonical(
    encode: Callable[[str], str] = _encode,
    order: Callable[[str], str] = str,
    keep: Callable[[tuple[str, str]], bool] = lambda _: True,
) -> Callable[[Request], str]:
    def of(request: Request) -> str:
        found = [pair for pair in parameters.sent(request) if pair[0] != "Signature" and keep(pair)]
        return "&".join(f"{encode(n)}={encode(v)}" for n, v in sorted(found, key=lambda pair: order(pair[0])))

    return of
