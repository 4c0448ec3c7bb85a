"""Uploads: what is to be refused."""

from __future__ import annotations

import json
from datetime import timedelta

from acs import KEY, SECOND, SECRET
from book import Book
from msgspec.structs import replace
from oss_policy_way import HOUR, document, encoded, fields, form, lacking, until
from spoiled import sha1, spoiled

from lookalike_specs.wire import Request


def tests(book: Book) -> None:
    """All of them."""
    _fields(book)
    _signatures(book)
    _policies(book)


def _fields(book: Book) -> None:
    given, unsigned = fields(encoded(document())), lacking("Signature")
    lower = tuple((name.lower() if name == "Signature" else name, value) for name, value in given)
    text = f"OSS {KEY}:{sha1(SECRET, encoded(document()))}".encode()
    headed = replace(unsigned, headers=(*unsigned.headers, (b"authorization", text)))
    nobody = fields(encoded(document()), key="LTAI-nobody")
    book.all_invalid(
        ("Neither key nor signature", "Missing", lacking("OSSAccessKeyId", "Signature"), "missing-signature"),
        ("No key", "Missing", lacking("OSSAccessKeyId"), "missing-key"),
        ("No signature", "Missing", unsigned, "missing-signature"),
        ("No policy", "Missing", lacking("policy")),
        ("The signature under the name `signature`", "WrongPlace", form(lower), "missing-signature"),
        ("The signature in `Authorization`", "WrongPlace", headed, "missing-signature"),
        ("A key that nobody has", "WrongKey", form(nobody), "unknown-key"),
    )


def _signatures(book: Book) -> None:
    text = document()
    policy = encoded(text)
    right, changed, spaced = (
        sha1(SECRET, policy),
        encoded(document(until(2 * HOUR))),
        encoded(json.dumps(json.loads(text))),
    )
    for comment, flags, sign, sent in (
        ("Another secret", "WrongSecret", sha1("wrong", policy), policy),
        ("The policy changed after signing", "Tampered", right, changed),
        ("The same policy, written with blanks", "Tampered Policy", right, spaced),
        ("A line break behind the policy", "Tampered Policy", sha1(SECRET, policy + "\n"), policy),
        ("What the policy says was signed, not its Base64", "MissingStep", sha1(SECRET, text), policy),
        ("The secret with the `&` of RPC", "MissingStep", sha1(SECRET + "&", policy), policy),
    ):
        book.invalid(comment, flags, form(fields(sent, sign)))
    for comment, flags, wrong in spoiled(right, policy, SECRET):
        book.invalid(comment, flags, form(fields(policy, wrong)))


def _policies(book: Book) -> None:
    def under(policy: str) -> Request:
        return form(fields(policy))

    def ending(text: str) -> Request:
        return under(encoded(document(text)))

    book.all_invalid(
        ("At its end the policy is over", "Expired", ending(until(timedelta())), "expired"),
        ("A second after its end", "Expired", ending(until(-SECOND)), "expired"),
        ("An empty policy", "Malformed", under(""), "malformed"),
        ("A policy that is no Base64", "Malformed", under(document().replace('"', "'")), "malformed"),
        ("A policy that is no JSON", "Malformed", under(encoded("a policy")), "malformed"),
        ("A policy that does not say until when", "Malformed", under(encoded('{"conditions":[]}')), "malformed"),
        ("An end without a time zone", "Malformed", ending(until(form="%Y-%m-%dT%H:%M:%S")), "malformed"),
    )
