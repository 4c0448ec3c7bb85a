"""ROA: what is to be refused."""

from __future__ import annotations

from acs import KEY, SECRET
from book import SuiteBuilder
from edits import replace_once, set_header
from roa_way import SIGNER, build_search
from spoiled import corrupt_signature, sign_sha1

from lookalike_specs.messages import Request
from lookalike_specs.signing import canonical

sign_request = SIGNER.sign_request
put_signature = SIGNER.put_signature


def add_invalid(book: SuiteBuilder) -> None:
    """All of them."""
    plain = sign_request(build_search())
    _add_authorizations(book, plain)
    _add_headers(book, plain)
    book.add_invalid("Another secret", "WrongSecret", sign_request(build_search(), secret="wrong"))
    stages = SIGNER.compute_stage_texts(plain)
    for comment, flag, wrong in corrupt_signature(stages["signature"], stages["string-to-sign"], SECRET):
        if not wrong.endswith(" "):  # what surrounds a header's value is nobody's
            book.add_invalid(comment, flag, put_signature(plain, wrong))
    _add_tampered(book)
    _add_wrongly_signed(book)


def _add_authorizations(book: SuiteBuilder, plain: Request) -> None:
    sign = SIGNER.compute_stage_texts(plain)["signature"]

    def says(wrong: str) -> Request:
        return set_header(plain, "authorization", wrong)

    book.add_all_invalid(
        ("No signature behind the key", "Malformed", says(f"acs {KEY}"), "malformed"),
        ("No key before the signature", "Malformed", says(f"acs :{sign}"), "malformed"),
        ("The word alone", "Malformed", says("acs"), "malformed"),
        ("A blank in place of the colon", "Malformed", says(f"acs {KEY} {sign}"), "malformed"),
        ("A key that nobody has", "WrongKey", says(f"acs LTAI-nobody:{sign}"), "unknown-key"),
    )


def _add_headers(book: SuiteBuilder, plain: Request) -> None:
    """A header that is missing or unreadable, but as it is signed."""

    def having(name: str, *values: str) -> Request:
        return SIGNER.sign_again(set_header(plain, name, *values))

    book.add_all_invalid(
        ("Another method of signing is named", "Version", having("x-acs-signature-method", "HMAC-SHA256"), "algorithm"),
        ("Another version of signing is named", "Version", having("x-acs-signature-version", "2.0"), "version"),
        ("No time", "Missing", having("date"), "missing-timestamp"),
        ("A time in ISO 8601", "Malformed", having("date", "2026-11-21T00:26:28Z"), "malformed-timestamp"),
        ("The last of thirty days of February", "Malformed", having("date", "Mon, 30 Feb 2026 00:26:28 GMT"), "malformed-timestamp"),
        ("Another body's digest", "BodyDigest", having("content-md5", canonical.content_md5(b"another")), "body-digest"),
        ("The digest in hex", "BodyDigest", having("content-md5", "00000000000000000000000000000000"), "body-digest"),
    )  # fmt: skip


def _add_tampered(book: SuiteBuilder) -> None:
    """What was changed after signing."""
    plain = sign_request(build_search("Note=b&Note=a", ("x-acs-note", "1")))
    book.add_all_invalid(
        ("A byte of the body changed", "Tampered BodyDigest", replace_once(plain, "&Num=1", "&Num=2"), "body-digest"),
        ("A value of the query changed", "Tampered", replace_once(plain, "Note=b", "Note=c")),
        ("A parameter added to the query", "Tampered", replace_once(plain, "Note=b", "Start=1&Note=b")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", replace_once(plain, "Note=b&Note=a", "Note=a&Note=b")),
        ("The time changed", "Tampered", set_header(plain, "date", "Sat, 21 Nov 2026 00:26:29 GMT")),
        ("The same time, another day of the week", "Tampered", set_header(plain, "date", "Sun, 21 Nov 2026 00:26:28 GMT")),
        ("The nonce changed", "Tampered Nonce", set_header(plain, "x-acs-signature-nonce", "another")),
        ("`Accept` changed", "Tampered", set_header(plain, "accept", "application/xml")),
        ("An `x-acs-` header added", "Tampered", set_header(plain, "x-acs-other", "1")),
        ("An `x-acs-` header dropped", "Tampered", set_header(plain, "x-acs-note")),
        ("An `x-acs-` header doubled", "Tampered Repeated", set_header(plain, "x-acs-note", "1", "1")),
    )  # fmt: skip


def _add_wrongly_signed(book: SuiteBuilder) -> None:
    """The mistakes of the string to sign, made by changing it and signing what comes out."""
    plain = sign_request(build_search("Note=a+b&a=1&B=", ("x-acs-note", " a ")))
    right = SIGNER.compute_stage_texts(plain)["string-to-sign"]
    md5 = plain.get_header(b"content-md5") or ""
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
        book.add_invalid(comment, flags, put_signature(plain, sign_sha1(SECRET, text)))
    book.add_invalid(
        "The secret with the `&` of RPC", "MissingStep", put_signature(plain, sign_sha1(SECRET + "&", right))
    )
