"""The vectors of the upload's policy."""

from __future__ import annotations

import json

import oss_policy_invalid
from acs import CREDENTIALS, SECOND
from book import NOW, SuiteBuilder, format_time
from oss_policy_way import (
    ADAPTER,
    HOUR,
    build_fields,
    build_form,
    build_policy,
    build_upload,
    encode_policy,
    format_expiration,
)

from lookalike_specs.provenance import Source
from lookalike_specs.vectors import VectorGroup, VectorSuite

ORIGIN = Source("documented", "help.aliyun.com/en/oss/developer-reference/postobject")
STAGES = {
    "signed": "For people: what the policy says, its Base64 undone.",
    "canonical": "The policy as it stands in the form.",
    "string-to-sign": "The same.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign, with the secret as it is.",
}


def build_suite() -> VectorSuite:
    """All of them."""
    book = SuiteBuilder(ADAPTER)
    book.start_group(
        VectorGroup(comment="An upload by a form", api="aliyun", credentials=CREDENTIALS, clock=format_time(), tests=())
    )
    _add_policies(book)
    _add_fields(book)
    oss_policy_invalid.add_invalid(book)
    return book.build_suite("HMAC-SHA1 over the policy of an upload, Base64", ORIGIN, STAGES)


def _add_policies(book: SuiteBuilder) -> None:
    chinese = build_policy("", ["starts-with", "$key", "1/"], ["not-in", "$key", ["红.png"]])
    symbols = build_policy("", ["starts-with", "$key", ""], ["not-in", "$key", ["~~~???>>>ÿÿ"]])
    padded = build_policy() + " " * (1 + -len(build_policy().encode()) % 3)
    for comment, flags, text in (
        ("A plain upload", "", build_policy()),
        ("A policy with blanks and line breaks: every byte counts", "Policy", json.dumps(json.loads(build_policy()), indent=2)),
        ("Chinese in the policy", "NonAscii Policy", chinese),
        ("An end without fractions of a second", "Policy", build_policy(format_time(NOW + HOUR))),
        ("An end in another time zone", "Policy", build_policy((NOW + 9 * HOUR).strftime("%Y-%m-%dT%H:%M:%S+08:00"))),
        ("A second before the end", "Expired", build_policy(format_expiration(SECOND))),
        ("A policy whose Base64 ends in `=`", "Policy", padded),
        ("A policy whose Base64 has `+` and `/`", "Policy NonAscii", symbols),
    ):  # fmt: skip
        book.add_valid(comment, flags, build_upload(text))
    plain = build_upload()
    again = "The same bytes again: nothing forbids it until the policy ends"
    book.add_valid(again, "NoReplayProtection", plain, before=((NOW, plain, "valid"),))


def _add_fields(book: SuiteBuilder) -> None:
    given = build_fields(encode_policy(build_policy()))
    quoted = build_form(given, boundary="a b", content_type='multipart/form-data; boundary="a b"')
    free = build_fields(encode_policy(build_policy("", ["starts-with", "$key", "1/"])))
    other = tuple((name, "1/other.png" if name == "key" else value) for name, value in free)
    book.add_all_valid(
        ("The fields in another order", "Order", build_form(given[::-1])),
        ("The file is not signed", "NotSigned", build_form(given, b"another picture")),
        ("A file that is no text", "NotSigned", build_form(given, bytes(range(256)))),
        ("The other fields are not signed", "NotSigned", build_form((*given, ("x-oss-meta-note", "红")))),
        ("A boundary in quotes", "Form", quoted),
        ("Another object, where the policy lets it", "Policy NotSigned", build_form(other)),
    )
