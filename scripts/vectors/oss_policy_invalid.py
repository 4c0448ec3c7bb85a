"""Uploads: what is to be refused."""

from __future__ import annotations

import json
from datetime import timedelta

from acs import KEY, SECOND, SECRET
from book import SuiteBuilder
from msgspec.structs import replace
from oss_policy_way import (
    HOUR,
    build_fields,
    build_form,
    build_policy,
    build_upload_without,
    encode_policy,
    format_expiration,
)
from spoiled import corrupt_signature, sign_sha1

from lookalike_specs.messages import Request


def add_invalid(book: SuiteBuilder) -> None:
    """All of them."""
    _add_fields(book)
    _add_signatures(book)
    _add_policies(book)


def _add_fields(book: SuiteBuilder) -> None:
    given = build_fields(encode_policy(build_policy()))
    unsigned = build_upload_without("Signature")
    lower = tuple((name.lower() if name == "Signature" else name, value) for name, value in given)
    text = f"OSS {KEY}:{sign_sha1(SECRET, encode_policy(build_policy()))}".encode()
    headed = replace(unsigned, headers=(*unsigned.headers, (b"authorization", text)))
    nobody = build_fields(encode_policy(build_policy()), key="LTAI-nobody")
    book.add_all_invalid(
        (
            "Neither key nor signature",
            "Missing",
            build_upload_without("OSSAccessKeyId", "Signature"),
            "missing-signature",
        ),
        ("No key", "Missing", build_upload_without("OSSAccessKeyId"), "missing-key"),
        ("No signature", "Missing", unsigned, "missing-signature"),
        ("No policy", "Missing", build_upload_without("policy")),
        ("The signature under the name `signature`", "WrongPlace", build_form(lower), "missing-signature"),
        ("The signature in `Authorization`", "WrongPlace", headed, "missing-signature"),
        ("A key that nobody has", "WrongKey", build_form(nobody), "unknown-key"),
    )


def _add_signatures(book: SuiteBuilder) -> None:
    text = build_policy()
    policy = encode_policy(text)
    right = sign_sha1(SECRET, policy)
    changed = encode_policy(build_policy(format_expiration(2 * HOUR)))
    spaced = encode_policy(json.dumps(json.loads(text)))
    for comment, flags, sign, sent in (
        ("Another secret", "WrongSecret", sign_sha1("wrong", policy), policy),
        ("The policy changed after signing", "Tampered", right, changed),
        ("The same policy, written with blanks", "Tampered Policy", right, spaced),
        ("A line break behind the policy", "Tampered Policy", sign_sha1(SECRET, policy + "\n"), policy),
        ("What the policy says was signed, not its Base64", "MissingStep", sign_sha1(SECRET, text), policy),
        ("The secret with the `&` of RPC", "MissingStep", sign_sha1(SECRET + "&", policy), policy),
    ):
        book.add_invalid(comment, flags, build_form(build_fields(sent, sign)))
    for comment, flags, wrong in corrupt_signature(right, policy, SECRET):
        book.add_invalid(comment, flags, build_form(build_fields(policy, wrong)))


def _add_policies(book: SuiteBuilder) -> None:
    def under(policy: str) -> Request:
        return build_form(build_fields(policy))

    def ending(text: str) -> Request:
        return under(encode_policy(build_policy(text)))

    book.add_all_invalid(
        ("At its end the policy is over", "Expired", ending(format_expiration(timedelta())), "expired"),
        ("A second after its end", "Expired", ending(format_expiration(-SECOND)), "expired"),
        ("An empty policy", "Malformed", under(""), "malformed"),
        ("A policy that is no Base64", "Malformed", under(build_policy().replace('"', "'")), "malformed"),
        ("A policy that is no JSON", "Malformed", under(encode_policy("a policy")), "malformed"),
        ("A policy that does not say until when", "Malformed", under(encode_policy('{"conditions":[]}')), "malformed"),
        ("An end without a time zone", "Malformed", ending(format_expiration(form="%Y-%m-%dT%H:%M:%S")), "malformed"),
    )
