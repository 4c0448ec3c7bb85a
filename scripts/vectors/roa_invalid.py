"""ROA: what is to be refused."""

from __future__ import annotations

from acs import KEY, SECRET
from book import Book
from edits import edited, with_header
from roa_way import PEN, search
from spoiled import sha1, spoiled

from lookalike_specs.signing import digest
from lookalike_specs.wire import Request

signed, put = PEN.signed, PEN.put


def tests(book: Book) -> None:
    """All of them."""
    plain = signed(search())
    _authorization(book, plain)
    _headers(book, plain)
    book.invalid("Another secret", "WrongSecret", signed(search(), secret="wrong"))
    stages = PEN.texts(plain)
    for comment, flag, wrong in spoiled(stages["signature"], stages["string-to-sign"], SECRET):
        if not wrong.endswith(" "):  # what surrounds a header's value is nobody's
            book.invalid(comment, flag, put(plain, wrong))
    _tampered(book)
    _wrongly_signed(book)


def _authorization(book: Book, plain: Request) -> None:
    sign = PEN.texts(plain)["signature"]

    def says(wrong: str) -> Request:
        return with_header(plain, "authorization", wrong)

    book.all_invalid(
        ("No signature behind the key", "Malformed", says(f"acs {KEY}"), "malformed"),
        ("No key before the signature", "Malformed", says(f"acs :{sign}"), "malformed"),
        ("The word alone", "Malformed", says("acs"), "malformed"),
        ("A blank in place of the colon", "Malformed", says(f"acs {KEY} {sign}"), "malformed"),
        ("A key that nobody has", "WrongKey", says(f"acs LTAI-nobody:{sign}"), "unknown-key"),
    )


def _headers(book: Book, plain: Request) -> None:
    """A header that is missing or unreadable, but as it is signed."""

    def having(name: str, *values: str) -> Request:
        return PEN.anew(with_header(plain, name, *values))

    book.all_invalid(
        ("Another method of signing is named", "Version", having("x-acs-signature-method", "HMAC-SHA256"), "algorithm"),
        ("Another version of signing is named", "Version", having("x-acs-signature-version", "2.0"), "version"),
        ("No time", "Missing", having("date"), "missing-timestamp"),
        ("A time in ISO 8601", "Malformed", having("date", "2026-11-21T00:26:28Z"), "malformed-timestamp"),
        ("The last of thirty days of February", "Malformed", having("date", "Mon, 30 Feb 2026 00:26:28 GMT"), "malformed-timestamp"),
        ("Another body's digest", "BodyDigest", having("content-md5", digest.content_md5(b"another")), "body-digest"),
        ("The digest in hex", "BodyDigest", having("content-md5", "00000000000000000000000000000000"), "body-digest"),
    )  # fmt: skip


def _tampered(book: Book) -> None:
    """What was changed after signing."""
    plain = signed(search("Note=b&Note=a", ("x-acs-note", "1")))
    book.all_invalid(
        ("A byte of the body changed", "Tampered BodyDigest", edited(plain, "&Num=1", "&Num=2"), "body-digest"),
        ("A value of the query changed", "Tampered", edited(plain, "Note=b", "Note=c")),
        ("A parameter added to the query", "Tampered", edited(plain, "Note=b", "Start=1&Note=b")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", edited(plain, "Note=b&Note=a", "Note=a&Note=b")),
        ("The time changed", "Tampered", with_header(plain, "date", "Sat, 21 Nov 2026 00:26:29 GMT")),
        ("The same time, another day of the week", "Tampered", with_header(plain, "date", "Sun, 21 Nov 2026 00:26:28 GMT")),
        ("The nonce changed", "Tampered Nonce", with_header(plain, "x-acs-signature-nonce", "another")),
        ("`Accept` changed", "Tampered", with_header(plain, "accept", "application/xml")),
        ("An `x-acs-` header added", "Tampered", with_header(plain, "x-acs-other", "1")),
        ("An `x-acs-` header dropped", "Tampered", with_header(plain, "x-acs-note")),
        ("An `x-acs-` header doubled", "Tampered Repeated", with_header(plain, "x-acs-note", "1", "1")),
    )  # fmt: skip


def _wrongly_signed(book: Book) -> None:
    """The mistakes of the string to sign, made by changing it and signing what comes out."""
    plain = signed(search("Note=a+b&a=1&B=", ("x-acs-note", " a ")))
    right, md5 = PEN.texts(plain)["string-to-sign"], plain.header(b"content-md5") or ""
    for comment, flags, text in (
        ("The query was encoded", "NotEncoded", right.replace("a b", "a%20b")),
        ("The query was not sorted", "SortOrder", right.replace("B&Note=a b&a=1", "Note=a b&a=1&B")),
        ("An empty value with its `=`", "EmptyValue", right.replace("?B&", "?B=&")),
        ("Signed without the query", "MissingStep", right.partition("?")[0]),
        ("No line for a header that is not there", "MissingStep", right.replace(f"{md5}\n", "")),
        ("A header signed with the blanks around it", "HeaderValue", right.replace("note:a\n", "note: a \n")),
        ("A blank after the colon", "HeaderValue", right.replace("note:a\n", "note: a\n")),
    ):  # fmt: skip
        if text == right:
            raise AssertionError(comment)
        book.invalid(comment, flags, put(plain, sha1(SECRET, text)))
    book.invalid("The secret with the `&` of RPC", "MissingStep", put(plain, sha1(SECRET + "&", right)))
