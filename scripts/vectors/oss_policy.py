"""The vectors of the upload's policy."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import timedelta

from msgspec.structs import replace

from lookalike_specs.messages import Pairs, Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing import oss_policy as scheme
from lookalike_specs.vectors import VectorGroup, VectorSuite

from .alibaba_cloud import CREDENTIALS, KEY, SECOND, SECRET
from .mutations import corrupt_signature, sign_sha1
from .suite_builder import NOW, SchemeAdapter, SuiteBuilder, format_time

HOST = b"bucketname.oss-cn-shanghai.aliyuncs.com"
BOUNDARY = "lookalike-boundary"
OBJECT_KEY = "1/2/a.png"
HOUR = timedelta(hours=1)


def format_expiration(after: timedelta = HOUR, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    """Return the end of a policy's validity."""
    return (NOW + after).strftime(form)


def build_policy(expiration: str = "", *conditions: object) -> str:
    """Return a policy as JSON; without conditions of the caller's, one that allows the plain upload."""
    allowed = conditions or (["content-length-range", 0, 10485760], ["eq", "$key", OBJECT_KEY])
    return json.dumps(
        {"expiration": expiration or format_expiration(), "conditions": allowed},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def encode_policy(text: str) -> str:
    """Return a policy as it travels."""
    return b64encode(text.encode()).decode()


def build_form(fields: Pairs, file: bytes = b"picture", boundary: str = BOUNDARY, content_type: str = "") -> Request:
    """Return an upload of these fields and a file."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    body = b"".join([*parts, head.encode(), file, f"\r\n--{boundary}--\r\n".encode()])
    media = content_type or f"multipart/form-data; boundary={boundary}"
    headers = ((b"host", HOST), (b"content-type", media.encode()))
    return Request(method="POST", scheme="https", path="/", headers=headers, body=body)


def build_fields(policy: str, signature: str | None = None, key: str = KEY, **more: str) -> Pairs:
    """Return the fields that are sent before the file."""
    if signature is None:
        signature = sign_sha1(SECRET, policy)
    return (
        ("OSSAccessKeyId", key),
        ("policy", policy),
        ("Signature", signature),
        ("key", OBJECT_KEY),
        ("success_action_status", "201"),
        *more.items(),
    )


def build_upload(text: str = "", **more: str) -> Request:
    """Return a signed upload under a policy."""
    return build_form(build_fields(encode_policy(text or build_policy()), **more))


def strip_signature(request: Request) -> Request:
    """Return an upload without its signature."""
    pattern = rb'--[^\r\n]+\r\nContent-Disposition: form-data; name="Signature"\r\n\r\n[^\r\n]*\r\n'
    return replace(request, body=re.sub(pattern, b"", request.body))


def build_upload_without(*names: str) -> Request:
    """Return a signed upload without some fields."""
    return build_form(tuple(pair for pair in build_fields(encode_policy(build_policy())) if pair[0] not in names))


ADAPTER = SchemeAdapter(scheme.NAME, "AccessKeySecret", scheme.recompute_stages, strip_signature)


ORIGIN = Source("documented", "help.aliyun.com/en/oss/developer-reference/postobject")
STAGES = {
    "signed": "For people: what the policy says, its Base64 undone.",
    "canonical": "The policy as it stands in the form.",
    "string-to-sign": "The same.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign, with the secret as it is.",
}


def build_suite() -> VectorSuite:
    """Return the scheme's vectors."""
    suite = SuiteBuilder(ADAPTER)
    suite.start_group(
        VectorGroup(comment="An upload by a form", api="aliyun", credentials=CREDENTIALS, clock=format_time(), tests=())
    )
    _add_policies(suite)
    _add_fields(suite)
    _add_all_invalid(suite)
    return suite.build_suite("HMAC-SHA1 over the policy of an upload, Base64", ORIGIN, STAGES)


def _add_policies(suite: SuiteBuilder) -> None:
    chinese = build_policy("", ["starts-with", "$key", "1/"], ["not-in", "$key", ["红.png"]])
    # `~` and `?` are the bytes that give `+` and `/` in Base64, which a form must not decode as in a URL
    symbols = build_policy("", ["starts-with", "$key", ""], ["not-in", "$key", ["~~~???>>>ÿÿ"]])
    # blanks behind the JSON until its length leaves a remainder of 3, so that its Base64 ends in `=`
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
        suite.add_valid(comment, flags, build_upload(text))
    plain = build_upload()
    again = "The same bytes again: nothing forbids it until the policy ends"
    suite.add_valid(again, "NoReplayProtection", plain, before=((NOW, plain, "valid"),))


def _add_fields(suite: SuiteBuilder) -> None:
    fields = build_fields(encode_policy(build_policy()))
    quoted = build_form(fields, boundary="a b", content_type='multipart/form-data; boundary="a b"')
    free = build_fields(encode_policy(build_policy("", ["starts-with", "$key", "1/"])))
    other = tuple(("key", "1/other.png") if name == "key" else (name, value) for name, value in free)
    suite.add_all_valid(
        ("The fields in another order", "Order", build_form(fields[::-1])),
        ("The file is not signed", "NotSigned", build_form(fields, b"another picture")),
        ("A file that is no text", "NotSigned", build_form(fields, bytes(range(256)))),
        ("The other fields are not signed", "NotSigned", build_form((*fields, ("x-oss-meta-note", "红")))),
        ("A boundary in quotes", "Form", quoted),
        ("Another object, where the policy lets it", "Policy NotSigned", build_form(other)),
    )


def _add_all_invalid(suite: SuiteBuilder) -> None:
    """Add every request that has to be refused."""
    _add_wrong_fields(suite)
    _add_signatures(suite)
    _add_wrong_policies(suite)


def _add_wrong_fields(suite: SuiteBuilder) -> None:
    fields = build_fields(encode_policy(build_policy()))
    unsigned = build_upload_without("Signature")
    lower = tuple((name.replace("Signature", "signature"), value) for name, value in fields)
    text = f"OSS {KEY}:{sign_sha1(SECRET, encode_policy(build_policy()))}".encode()
    headed = replace(unsigned, headers=(*unsigned.headers, (b"authorization", text)))
    nobody = build_fields(encode_policy(build_policy()), key="LTAI-nobody")
    suite.add_all_invalid(
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


def _add_signatures(suite: SuiteBuilder) -> None:
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
        suite.add_invalid(comment, flags, build_form(build_fields(sent, sign)))
    for comment, flags, wrong in corrupt_signature(right, policy, SECRET):
        suite.add_invalid(comment, flags, build_form(build_fields(policy, wrong)))


def _add_wrong_policies(suite: SuiteBuilder) -> None:
    def build_under(policy: str) -> Request:
        return build_form(build_fields(policy))

    def build_ending(text: str) -> Request:
        return build_under(encode_policy(build_policy(text)))

    suite.add_all_invalid(
        ("At its end the policy is over", "Expired", build_ending(format_expiration(timedelta())), "expired"),
        ("A second after its end", "Expired", build_ending(format_expiration(-SECOND)), "expired"),
        ("An empty policy", "Malformed", build_under(""), "malformed"),
        ("A policy that is no Base64", "Malformed", build_under(build_policy().replace('"', "'")), "malformed"),
        ("A policy that is no JSON", "Malformed", build_under(encode_policy("a policy")), "malformed"),
        (
            "A policy that does not say until when",
            "Malformed",
            build_under(encode_policy('{"conditions":[]}')),
            "malformed",
        ),
        (
            "An end without a time zone",
            "Malformed",
            build_ending(format_expiration(form="%Y-%m-%dT%H:%M:%S")),
            "malformed",
        ),
    )
