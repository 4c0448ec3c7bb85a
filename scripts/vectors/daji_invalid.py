"""Daji: what is to be refused."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from hashlib import md5, sha256

from book import Book
from daji_way import KEY, PAGE, SECRET, digest, get, mistaken, search, with_sign
from edits import edited
from msgspec.structs import replace

from lookalike_specs.signing import daji
from lookalike_specs.wire import Request, pairs

KEYED = f"{PAGE}&appKey={KEY}"


def tests(book: Book) -> None:
    """All of them."""
    plain = search()
    sign, query = daji.presented(plain) or "", plain.query.decode()
    _missing(book, plain, sign)
    _signatures(book, sign)
    _tampered(book, plain, query)
    _doubled(book, query, sign)
    _wrongly_signed(book, sign)
    book.invalid("The secret sent beside the sign, but not signed", "SecretSent", get(f"{query}&appSecret={SECRET}"))


def _missing(book: Book, plain: Request, sign: str) -> None:
    headed = replace(get(KEYED), headers=(*plain.headers, (b"sign", sign.encode())))
    book.all_invalid(
        ("No sign", "Missing", get(KEYED), "missing-signature"),
        ("An empty sign", "Missing", with_sign(PAGE, ""), "missing-signature"),
        ("The sign in a header", "WrongPlace", headed, "missing-signature"),
        ("The sign under the name `Sign`", "WrongPlace", edited(plain, "&sign=", "&Sign="), "missing-signature"),
        ("No key", "Missing", get(f"{PAGE}&sign={sign}"), "missing-key"),
        ("An empty key", "Missing", search(key=""), "missing-key"),
        ("A key that nobody has", "WrongKey", search(key="nobody"), "unknown-key"),
    )


def _signatures(book: Book, sign: str) -> None:
    """Signatures that are not quite the right one."""
    book.all_invalid(
        ("Another secret", "WrongSecret", search(PAGE, "wrong")),
        ("An empty secret", "WrongSecret", search(PAGE, "")),
        ("The secret with a blank behind it", "WrongSecret", search(PAGE, SECRET + " ")),
        ("Lower case", "SignatureCase", with_sign(PAGE, sign.lower())),
        ("The last digit is another", "ModifiedSignature", with_sign(PAGE, sign[:-1] + ("0" if sign[-1] != "0" else "1"))),
        ("Cut by a digit", "TruncatedSignature", with_sign(PAGE, sign[:-1])),
        ("The middle half, as a 16-digit MD5 is", "TruncatedSignature", with_sign(PAGE, sign[8:24])),
        ("A blank behind", "PaddedSignature", with_sign(PAGE, sign + " ")),
        ("A zero before", "PaddedSignature", with_sign(PAGE, "0" + sign)),
        ("Not ASCII", "ModifiedSignature", with_sign(PAGE, "签名")),
    )  # fmt: skip


def _tampered(book: Book, plain: Request, query: str) -> None:
    """What was changed after signing."""
    repeated = search(PAGE + "&x=1&x=2")
    book.all_invalid(
        ("A parameter added afterwards", "Tampered", get(f"{query}&added=1")),
        ("An empty parameter added afterwards", "Tampered EmptyValue", get(f"{query}&added=")),
        ("A parameter dropped afterwards", "Tampered", edited(plain, "country=en&", "")),
        ("A value changed afterwards", "Tampered", edited(plain, "pageSize=1", "pageSize=2")),
        ("A name in another case", "Tampered", edited(search(PAGE + "&keyword=a"), "keyword", "Keyword")),
        ("A parameter doubled afterwards", "Tampered Repeated", edited(plain, "country=en", "country=en&country=en")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", edited(repeated, "x=1&x=2", "x=2&x=1")),
    )  # fmt: skip


def _doubled(book: Book, query: str, sign: str) -> None:
    book.all_invalid(
        ("The right sign twice", "Doubled", get(f"{query}&sign={sign}"), "malformed"),
        ("Two signs, the right one first", "Doubled", get(f"{query}&sign=X"), "malformed"),
        ("Two signs, the right one last", "Doubled", get(f"sign=X&{query}"), "malformed"),
        ("An empty sign, then the right one", "Doubled", get(f"sign=&{query}"), "malformed"),
    )


def _wrongly_signed(book: Book, sign: str) -> None:
    """The mistakes of the string to sign, each by its own code and none of ours."""
    joined = "&".join(_lines(PAGE))
    text = f"{joined}&secret={SECRET}"
    upper_hmac = hmac.digest(SECRET.encode(), joined.encode(), "md5").hex().upper()
    in_base64 = b64encode(md5(text.encode(), usedforsecurity=False).digest()).decode()
    cased, prefixed, spaced, chinese = (
        PAGE + more for more in ("&a=1&_=2&B=3", "&a-=1&a=2", "&keyword=a%20b", "&keyword=%E7%BA%A2")
    )
    book.all_invalid(
        ("Signed without its empty values", "EmptyValue MissingStep", with_sign(PAGE + "&region=", sign)),
        ("Signed without the key", "MissingStep", mistaken(PAGE, [line for line in _lines(PAGE) if line != f"appKey={KEY}"])),
        ("Signed unsorted", "SortOrder MissingStep", mistaken(PAGE, _lines(PAGE, lambda _: ""))),
        ("Sorted without regard to case", "SortOrder", mistaken(cased, _lines(cased, str.casefold))),
        ("Pairs were sorted instead of names", "SortOrder", mistaken(prefixed, sorted(_lines(prefixed)))),
        ("Values were signed as they are in the URL", "NotEncoded", mistaken(spaced, sorted(f"{spaced}&appKey={KEY}".split("&")))),
        ("The secret without `secret=`", "MissingStep", with_sign(PAGE, digest(f"{joined}&{SECRET}"))),
        ("The secret in front, too", "MissingStep", with_sign(PAGE, digest(f"secret={SECRET}&{text}"))),
        ("Signed in GBK", "NonAscii Charset", mistaken(chinese, _lines(chinese), "gbk")),
        ("HMAC-MD5 in place of MD5", "WrongAlgorithm", with_sign(PAGE, upper_hmac)),
        ("SHA-256 in place of MD5", "WrongAlgorithm", with_sign(PAGE, sha256(text.encode()).hexdigest().upper())),
        ("Base64 of the MD5 in place of hex", "WrongAlgorithm", with_sign(PAGE, in_base64)),
    )  # fmt: skip


def _lines(query: str, order: Callable[[str], str] = str) -> list[str]:
    """The pairs of a query and the key, decoded, by name where no other order is said."""
    found = sorted(pairs(f"{query}&appKey={KEY}".encode()), key=lambda pair: order(pair[0]))
    return [f"{name}={value}" for name, value in found]
