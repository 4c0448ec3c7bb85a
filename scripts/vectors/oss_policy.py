"""The vectors of the upload's policy."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import timedelta

import msgspec
from acs import CREDENTIALS, KEY, SECOND, SECRET, sha1, spoiled
from book import NOW, Book, Way

from lookalike_specs.provenance import Origin
from lookalike_specs.signing import oss_policy
from lookalike_specs.vectors import Suite
from lookalike_specs.wire import Pairs, Request

HOST = b"bucketname.oss-cn-shanghai.aliyuncs.com"
BOUNDARY = "lookalike-boundary"
OBJECT = "1/2/a.png"
HOUR = timedelta(hours=1)
DOCUMENTS = "help.aliyun.com/en/oss/developer-reference/postobject"
STAGES = {
    "signed": "For people: what the policy says, its Base64 undone.",
    "canonical": "The policy as it stands in the form.",
    "string-to-sign": "The same.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign, with the secret as it is.",
}


def suite() -> Suite:
    """All of them."""
    book = Book(Way(oss_policy.SCHEME, "AccessKeySecret", bare))
    book.open("An upload by a form", CREDENTIALS, api="aliyun")
    _good(book)
    _fields(book)
    _bad(book)
    _signatures(book)
    _policies(book)
    return book.suite("HMAC-SHA1 over the policy of an upload, Base64", Origin("documented", DOCUMENTS), STAGES)


def until(after: timedelta = HOUR, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    """An end of validity."""
    return (NOW + after).strftime(form)


def document(expiration: str = "", *conditions: object) -> str:
    """A policy as JSON."""
    found = conditions or (["content-length-range", 0, 10485760], ["eq", "$key", OBJECT])
    return json.dumps(
        {"expiration": expiration or until(), "conditions": found}, ensure_ascii=False, separators=(",", ":")
    )


def encoded(text: str) -> str:
    """A policy as it travels."""
    return b64encode(text.encode()).decode()


def form(fields: Pairs, file: bytes = b"picture", boundary: str = BOUNDARY, content_type: str = "") -> Request:
    """An upload of these fields and a file."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    body = b"".join([*parts, head.encode(), file, f"\r\n--{boundary}--\r\n".encode()])
    media = content_type or f"multipart/form-data; boundary={boundary}"
    return Request(
        method="POST", scheme="https", path="/", headers=((b"host", HOST), (b"content-type", media.encode())), body=body
    )


def fields(policy: str, signature: str | None = None, key: str = KEY, **more: str) -> Pairs:
    """What is sent before the file."""
    sign = sha1(SECRET, policy) if signature is None else signature
    return (
        ("OSSAccessKeyId", key),
        ("policy", policy),
        ("Signature", sign),
        ("key", OBJECT),
        ("success_action_status", "201"),
        *more.items(),
    )


def upload(text: str = "", **more: str) -> Request:
    """A signed upload under a policy."""
    return form(fields(encoded(text or document()), **more))


def bare(request: Request) -> Request:
    """A request without its signature."""
    pattern = rb'--[^\r\n]+\r\nContent-Disposition: form-data; name="Signature"\r\n\r\n[^\r\n]*\r\n'
    return msgspec.structs.replace(request, body=re.sub(pattern, b"", request.body))


def lacking(*names: str) -> Request:
    """A signed upload without some fields."""
    return form(tuple(pair for pair in fields(encoded(document())) if pair[0] not in names))


def _good(book: Book) -> None:
    for comment, flags, text in (
        ("A plain upload", (), document()),
        (
            "A policy with blanks and line breaks: every byte counts",
            ("Policy",),
            json.dumps(json.loads(document()), indent=2),
        ),
        (
            "Chinese in the policy",
            ("NonAscii", "Policy"),
            document("", ["starts-with", "$key", "1/"], ["not-in", "$key", ["红.png"]]),
        ),
        ("An end without fractions of a second", ("Policy",), document(until(form="%Y-%m-%dT%H:%M:%SZ"))),
        ("An end in another time zone", ("Policy",), document((NOW + 9 * HOUR).strftime("%Y-%m-%dT%H:%M:%S+08:00"))),
        ("A second before the end", ("Expired",), document(until(SECOND))),
        ("A policy whose Base64 ends in `=`", ("Policy",), document() + " " * (1 + -len(document().encode()) % 3)),
        (
            "A policy whose Base64 has `+` and `/`",
            ("Policy", "NonAscii"),
            document("", ["starts-with", "$key", ""], ["not-in", "$key", ["~~~???>>>ÿÿ"]]),
        ),
    ):
        book.valid(comment, *flags, request=upload(text))
    plain = upload()
    book.valid(
        "The same bytes again: nothing forbids it until the policy ends",
        "NoReplayProtection",
        request=plain,
        before=((NOW, plain, "valid"),),
    )


def _fields(book: Book) -> None:
    given = fields(encoded(document()))
    book.valid("The fields in another order", "Order", request=form(given[::-1]))
    book.valid("The file is not signed", "NotSigned", request=form(given, b"another picture"))
    book.valid("A file that is no text", "NotSigned", request=form(given, bytes(range(256))))
    book.valid("The other fields are not signed", "NotSigned", request=form((*given, ("x-oss-meta-note", "红"))))
    book.valid(
        "A boundary in quotes",
        "Form",
        request=form(given, boundary="a b", content_type='multipart/form-data; boundary="a b"'),
    )
    free = document("", ["starts-with", "$key", "1/"])
    other = tuple((name, "1/other.png" if name == "key" else value) for name, value in fields(encoded(free)))
    book.valid("Another object, where the policy lets it", "Policy", "NotSigned", request=form(other))


def _bad(book: Book) -> None:
    book.invalid(
        "Neither key nor signature",
        "Missing",
        request=lacking("OSSAccessKeyId", "Signature"),
        refusal="missing-signature",
    )
    book.invalid("No key", "Missing", request=lacking("OSSAccessKeyId"), refusal="missing-key")
    book.invalid("No signature", "Missing", request=lacking("Signature"), refusal="missing-signature")
    book.invalid("No policy", "Missing", request=lacking("policy"))
    lower = tuple((name.lower() if name == "Signature" else name, value) for name, value in fields(encoded(document())))
    book.invalid(
        "The signature under the name `signature`", "WrongPlace", request=form(lower), refusal="missing-signature"
    )
    unsigned = lacking("Signature")
    headed = msgspec.structs.replace(
        unsigned,
        headers=(*unsigned.headers, (b"authorization", f"OSS {KEY}:{sha1(SECRET, encoded(document()))}".encode())),
    )
    book.invalid("The signature in `Authorization`", "WrongPlace", request=headed, refusal="missing-signature")
    book.invalid(
        "A key that nobody has",
        "WrongKey",
        request=form(fields(encoded(document()), key="LTAI-nobody")),
        refusal="unknown-key",
    )


def _signatures(book: Book) -> None:
    text = document()
    policy = encoded(text)
    right = sha1(SECRET, policy)
    changed = encoded(document(until(2 * HOUR)))
    for comment, flags, sign, sent in (
        ("Another secret", ("WrongSecret",), sha1("wrong", policy), policy),
        ("The policy changed after signing", ("Tampered",), right, changed),
        ("The same policy, written with blanks", ("Tampered", "Policy"), right, encoded(json.dumps(json.loads(text)))),
        ("A line break behind the policy", ("Tampered", "Policy"), sha1(SECRET, policy + "\n"), policy),
        ("What the policy says was signed, not its Base64", ("MissingStep",), sha1(SECRET, text), policy),
        ("The secret with the `&` of RPC", ("MissingStep",), sha1(SECRET + "&", policy), policy),
    ):  # fmt: skip
        book.invalid(comment, *flags, request=form(fields(sent, sign)))
    for comment, flags, wrong in spoiled(right, policy, SECRET):
        book.invalid(comment, *flags, request=form(fields(policy, wrong)))


def _policies(book: Book) -> None:
    for comment, flags, policy, refusal in (
        ("At its end the policy is over", ("Expired",), encoded(document(until(timedelta()))), "expired"),
        ("A second after its end", ("Expired",), encoded(document(until(-SECOND))), "expired"),
        ("An empty policy", ("Malformed",), "", "malformed"),
        ("A policy that is no Base64", ("Malformed",), document().replace('"', "'"), "malformed"),
        ("A policy that is no JSON", ("Malformed",), encoded("a policy"), "malformed"),
        ("A policy that does not say until when", ("Malformed",), encoded('{"conditions":[]}'), "malformed"),
        ("An end without a time zone", ("Malformed",), encoded(document(until(form="%Y-%m-%dT%H:%M:%S"))), "malformed"),
    ):  # fmt: skip
        book.invalid(comment, *flags, request=form(fields(policy)), refusal=refusal)  # type: ignore[arg-type]
