"""The vectors of the upload's policy."""

from __future__ import annotations

import json

import oss_policy_invalid
from acs import CREDENTIALS, SECOND
from book import NOW, Book, iso
from oss_policy_way import HOUR, WAY, document, encoded, fields, form, until, upload

from lookalike_specs.provenance import Origin
from lookalike_specs.vectors import Group, Suite

ORIGIN = Origin("documented", "help.aliyun.com/en/oss/developer-reference/postobject")
STAGES = {
    "signed": "For people: what the policy says, its Base64 undone.",
    "canonical": "The policy as it stands in the form.",
    "string-to-sign": "The same.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign, with the secret as it is.",
}


def suite() -> Suite:
    """All of them."""
    book = Book(WAY)
    book.open(Group(comment="An upload by a form", api="aliyun", credentials=CREDENTIALS, clock=iso(), tests=()))
    _policies(book)
    _fields(book)
    oss_policy_invalid.tests(book)
    return book.suite("HMAC-SHA1 over the policy of an upload, Base64", ORIGIN, STAGES)


def _policies(book: Book) -> None:
    chinese = document("", ["starts-with", "$key", "1/"], ["not-in", "$key", ["红.png"]])
    symbols = document("", ["starts-with", "$key", ""], ["not-in", "$key", ["~~~???>>>ÿÿ"]])
    padded = document() + " " * (1 + -len(document().encode()) % 3)
    for comment, flags, text in (
        ("A plain upload", "", document()),
        ("A policy with blanks and line breaks: every byte counts", "Policy", json.dumps(json.loads(document()), indent=2)),
        ("Chinese in the policy", "NonAscii Policy", chinese),
        ("An end without fractions of a second", "Policy", document(iso(NOW + HOUR))),
        ("An end in another time zone", "Policy", document((NOW + 9 * HOUR).strftime("%Y-%m-%dT%H:%M:%S+08:00"))),
        ("A second before the end", "Expired", document(until(SECOND))),
        ("A policy whose Base64 ends in `=`", "Policy", padded),
        ("A policy whose Base64 has `+` and `/`", "Policy NonAscii", symbols),
    ):  # fmt: skip
        book.valid(comment, flags, upload(text))
    plain, again = upload(), "The same bytes again: nothing forbids it until the policy ends"
    book.valid(again, "NoReplayProtection", plain, before=((NOW, plain, "valid"),))


def _fields(book: Book) -> None:
    given = fields(encoded(document()))
    quoted = form(given, boundary="a b", content_type='multipart/form-data; boundary="a b"')
    free = fields(encoded(document("", ["starts-with", "$key", "1/"])))
    other = tuple((name, "1/other.png" if name == "key" else value) for name, value in free)
    book.all_valid(
        ("The fields in another order", "Order", form(given[::-1])),
        ("The file is not signed", "NotSigned", form(given, b"another picture")),
        ("A file that is no text", "NotSigned", form(given, bytes(range(256)))),
        ("The other fields are not signed", "NotSigned", form((*given, ("x-oss-meta-note", "红")))),
        ("A boundary in quotes", "Form", quoted),
        ("Another object, where the policy lets it", "Policy NotSigned", form(other)),
    )
