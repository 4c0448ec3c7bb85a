"""Daji: what is to be refused."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from hashlib import md5, sha256

from book import SuiteBuilder
from daji_way import (
    KEY,
    PAGE_QUERY,
    SECRET,
    build_get,
    build_mistaken_search,
    build_search_with_sign,
    build_signed_search,
    compute_digest,
)
from edits import replace_once
from msgspec.structs import replace

from lookalike_specs.messages import Request, parse_pairs
from lookalike_specs.signing import daji

KEYED_QUERY = f"{PAGE_QUERY}&appKey={KEY}"


def add_invalid(book: SuiteBuilder) -> None:
    """All of them."""
    plain = build_signed_search()
    sign = daji.read_signature(plain) or ""
    query = plain.query.decode()
    _add_missing(book, plain, sign)
    _add_signatures(book, sign)
    _add_tampered(book, plain, query)
    _add_doubled(book, query, sign)
    _add_wrongly_signed(book, sign)
    book.add_invalid(
        "The secret sent beside the sign, but not signed", "SecretSent", build_get(f"{query}&appSecret={SECRET}")
    )


def _add_missing(book: SuiteBuilder, plain: Request, sign: str) -> None:
    headed = replace(build_get(KEYED_QUERY), headers=(*plain.headers, (b"sign", sign.encode())))
    book.add_all_invalid(
        ("No sign", "Missing", build_get(KEYED_QUERY), "missing-signature"),
        ("An empty sign", "Missing", build_search_with_sign(PAGE_QUERY, ""), "missing-signature"),
        ("The sign in a header", "WrongPlace", headed, "missing-signature"),
        ("The sign under the name `Sign`", "WrongPlace", replace_once(plain, "&sign=", "&Sign="), "missing-signature"),
        ("No key", "Missing", build_get(f"{PAGE_QUERY}&sign={sign}"), "missing-key"),
        ("An empty key", "Missing", build_signed_search(key=""), "missing-key"),
        ("A key that nobody has", "WrongKey", build_signed_search(key="nobody"), "unknown-key"),
    )


def _add_signatures(book: SuiteBuilder, sign: str) -> None:
    """Signatures that are not quite the right one."""
    book.add_all_invalid(
        ("Another secret", "WrongSecret", build_signed_search(PAGE_QUERY, "wrong")),
        ("An empty secret", "WrongSecret", build_signed_search(PAGE_QUERY, "")),
        ("The secret with a blank behind it", "WrongSecret", build_signed_search(PAGE_QUERY, SECRET + " ")),
        ("Lower case", "SignatureCase", build_search_with_sign(PAGE_QUERY, sign.lower())),
        ("The last digit is another", "ModifiedSignature", build_search_with_sign(PAGE_QUERY, sign[:-1] + ("0" if sign[-1] != "0" else "1"))),
        ("Cut by a digit", "TruncatedSignature", build_search_with_sign(PAGE_QUERY, sign[:-1])),
        ("The middle half, as a 16-digit MD5 is", "TruncatedSignature", build_search_with_sign(PAGE_QUERY, sign[8:24])),
        ("A blank behind", "PaddedSignature", build_search_with_sign(PAGE_QUERY, sign + " ")),
        ("A zero before", "PaddedSignature", build_search_with_sign(PAGE_QUERY, "0" + sign)),
        ("Not ASCII", "ModifiedSignature", build_search_with_sign(PAGE_QUERY, "签名")),
    )  # fmt: skip


def _add_tampered(book: SuiteBuilder, plain: Request, query: str) -> None:
    """What was changed after signing."""
    repeated = build_signed_search(PAGE_QUERY + "&x=1&x=2")
    book.add_all_invalid(
        ("A parameter added afterwards", "Tampered", build_get(f"{query}&added=1")),
        ("An empty parameter added afterwards", "Tampered EmptyValue", build_get(f"{query}&added=")),
        ("A parameter dropped afterwards", "Tampered", replace_once(plain, "country=en&", "")),
        ("A value changed afterwards", "Tampered", replace_once(plain, "pageSize=1", "pageSize=2")),
        ("A name in another case", "Tampered", replace_once(build_signed_search(PAGE_QUERY + "&keyword=a"), "keyword", "Keyword")),
        ("A parameter doubled afterwards", "Tampered Repeated", replace_once(plain, "country=en", "country=en&country=en")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", replace_once(repeated, "x=1&x=2", "x=2&x=1")),
    )  # fmt: skip


def _add_doubled(book: SuiteBuilder, query: str, sign: str) -> None:
    book.add_all_invalid(
        ("The right sign twice", "Doubled", build_get(f"{query}&sign={sign}"), "malformed"),
        ("Two signs, the right one first", "Doubled", build_get(f"{query}&sign=X"), "malformed"),
        ("Two signs, the right one last", "Doubled", build_get(f"sign=X&{query}"), "malformed"),
        ("An empty sign, then the right one", "Doubled", build_get(f"sign=&{query}"), "malformed"),
    )


def _add_wrongly_signed(book: SuiteBuilder, sign: str) -> None:
    """The mistakes of the string to sign, each by its own code and none of ours."""
    joined = "&".join(_sort_lines(PAGE_QUERY))
    text = f"{joined}&secret={SECRET}"
    upper_hmac = hmac.digest(SECRET.encode(), joined.encode(), "md5").hex().upper()
    in_base64 = b64encode(md5(text.encode(), usedforsecurity=False).digest()).decode()
    cased, prefixed, spaced, chinese = (
        PAGE_QUERY + more for more in ("&a=1&_=2&B=3", "&a-=1&a=2", "&keyword=a%20b", "&keyword=%E7%BA%A2")
    )
    book.add_all_invalid(
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
    """The pairs of a query and the key, decoded, by name where no other order is said."""
    found = sorted(parse_pairs(f"{query}&appKey={KEY}".encode()), key=lambda pair: order(pair[0]))
    return [f"{name}={value}" for name, value in found]
