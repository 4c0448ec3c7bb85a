"""RPC: what is to be refused."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, quote_plus

import msgspec
from acs import (
    KEY,
    SECRET,
    edited,
    sha1,
    spoiled,
    with_header,
)
from book import Book
from rpc_way import anew, bare, resigned, signed, texts

from lookalike_specs.signing import parameters
from lookalike_specs.wire import Pairs, Request, pairs


def bad(book: Book) -> None:
    """What is missing, and what was changed."""
    plain = signed()
    sign = texts(plain)["signature"]
    sent = quote(sign, safe="")
    for comment, flags, request, refusal in (
        ("No signature", ("Missing",), bare(plain), "missing-signature"),
        ("The signature under the name `signature`", ("WrongPlace",), edited(plain, "&Signature=", "&signature="), "missing-signature"),
        ("The signature in a header", ("WrongPlace",), with_header(bare(plain), "signature", sign), "missing-signature"),
        ("No key", ("Missing",), anew(edited(plain, f"&AccessKeyId={KEY}", "")), "missing-key"),
        ("A key that nobody has", ("WrongKey",), signed(key="LTAI-nobody"), "unknown-key"),
        ("Another method of signing is named", ("Version",), anew(edited(plain, "HMAC-SHA1", "HMAC-SHA256")), "algorithm"),
        ("Another version of signing is named", ("Version",), anew(edited(plain, "SignatureVersion=1.0", "SignatureVersion=2.0")), "version"),
        ("No time", ("Missing",), anew(edited(plain, "&Timestamp=2026-11-21T00%3A26%3A28Z", "")), "missing-timestamp"),
        ("A time with an offset", ("Malformed",), anew(edited(plain, "28Z", "28%2B00%3A00")), "malformed-timestamp"),
        ("A thirteenth month", ("Malformed",), anew(edited(plain, "2026-11", "2026-13")), "malformed-timestamp"),
        ("No nonce", ("Missing",), anew(edited(plain, f"SignatureNonce={dict(pairs(plain.query))['SignatureNonce']}&", "")), "missing-nonce"),
        ("The right signature twice", ("Doubled",), edited(plain, "&Signature=", f"&Signature={sent}&Signature="), "malformed"),
        ("Two signatures, the right one first", ("Doubled",), msgspec.structs.replace(plain, query=plain.query + b"&Signature=x"), "malformed"),
        ("Two signatures, one in the form", ("Doubled",), msgspec.structs.replace(plain, body=plain.body + b"&Signature=x"), "malformed"),
        ("Another secret", ("WrongSecret",), signed(secret="wrong"), "mismatch"),
        ("The secret without its `&`", ("MissingStep",), resigned(plain, sha1(SECRET, texts(plain)["string-to-sign"])), "mismatch"),
        ("A parameter added afterwards", ("Tampered",), edited(plain, "&Num=1", "&Num=1&Start=1"), "mismatch"),
        ("An empty parameter added afterwards", ("Tampered", "EmptyValue"), edited(plain, "&Num=1", "&Num=1&Note="), "mismatch"),
        ("A parameter dropped afterwards", ("Tampered",), edited(plain, "&Num=1", ""), "mismatch"),
        ("A value changed afterwards", ("Tampered",), edited(plain, "&Num=1", "&Num=2"), "mismatch"),
        ("The time changed afterwards", ("Tampered",), edited(plain, "26%3A28Z", "26%3A29Z"), "mismatch"),
        ("A repeated name in another order than it was signed", ("Tampered", "Repeated"), edited(signed("&Note=b&Note=a"), "Note=b&Note=a", "Note=a&Note=b"), "mismatch"),
    ):  # fmt: skip
        book.invalid(comment, *flags, request=request, refusal=refusal)  # type: ignore[arg-type]
    for comment, flags, wrong in spoiled(sign, texts(plain)["string-to-sign"], SECRET + "&"):
        book.invalid(comment, *flags, request=resigned(plain, wrong))


def wrongly_signed(book: Book) -> None:
    """The mistakes of the canonical text, each by its own code and none of ours."""
    text = "&Note=a+b%2A~%E7%BA%A2&a=1&B="
    for comment, flags, canonical in (
        ("Signed with `+` for the space", ("PlusIsSpace",), _canonical(lambda text: quote_plus(text, safe="~"))),
        ("Signed with `*` as it is", ("Unreserved",), _canonical(lambda text: quote(text, safe="*~"))),
        ("Signed with `%7E` for `~`", ("Unreserved",), _canonical(lambda text: quote(text, safe="").replace("~", "%7E"))),
        ("Signed in lower-case hex", ("HexCase",), _canonical(_lower)),
        ("Signed without encoding", ("DoubleEncoding", "MissingStep"), _canonical(str)),
        ("Sorted without regard to case", ("SortOrder",), _canonical(_encode, order=lambda pair: pair[0].casefold())),
        ("Signed without its empty values", ("EmptyValue", "MissingStep"), _canonical(_encode, keep=lambda pair: bool(pair[1]))),
        ("Signed without the form", ("Form", "MissingStep"), _canonical(_encode, keep=lambda pair: pair[0] not in {"InstanceName", "PicContent", "Num", "Note", "a", "B"})),
    ):  # fmt: skip
        request = signed(text)
        book.invalid(
            comment, *flags, request=resigned(request, sha1(SECRET + "&", f"POST&%2F&{_encode(canonical(request))}"))
        )
    request = signed(text)
    once = sha1(SECRET + "&", f"POST&%2F&{texts(request)['canonical']}")
    book.invalid(
        "The canonical text was not encoded a second time",
        "DoubleEncoding",
        "MissingStep",
        request=resigned(request, once),
    )
    get = sha1(SECRET + "&", texts(request)["string-to-sign"].replace("POST&", "GET&", 1))
    book.invalid("Signed for GET, sent by POST", "Tampered", request=resigned(request, get))


Canonical = Callable[[Request], str]


def _canonical(
    encode: Callable[[str], str],
    order: Callable[[tuple[str, str]], str] = lambda pair: pair[0],
    keep: Callable[[tuple[str, str]], bool] = lambda _: True,
) -> Canonical:
    def of(request: Request) -> str:
        found: Pairs = tuple(pair for pair in parameters.sent(request) if pair[0] != "Signature" and keep(pair))
        return "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(found, key=order))

    return of


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _lower(text: str) -> str:
    return "".join(
        character if character.isalnum() and character.isascii() else _encode(character).lower() for character in text
    )
