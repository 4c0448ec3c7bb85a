"""RPC: what is to be refused."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, quote_plus

from acs import KEY, SECRET
from book import SuiteBuilder
from edits import replace_once, set_header
from msgspec.structs import replace
from rpc_way import SIGNER, build_search, strip_signature
from spoiled import corrupt_signature, sign_sha1

from lookalike_specs.messages import Request
from lookalike_specs.signing.canonical import decode_parameters

sign_request = SIGNER.sign_request
put_signature = SIGNER.put_signature
sign_again = SIGNER.sign_again


def add_invalid(book: SuiteBuilder) -> None:
    """All of them."""
    plain = sign_request(build_search())
    stages = SIGNER.compute_stage_texts(plain)
    _add_system_parameters(book, plain)
    _add_doubled(book, plain, stages["signature"])
    unended = sign_sha1(SECRET, stages["string-to-sign"])
    book.add_invalid("Another secret", "WrongSecret", sign_request(build_search(), secret="wrong"))
    book.add_invalid("The secret without its `&`", "MissingStep", put_signature(plain, unended))
    _add_tampered(book, plain)
    for comment, flags, wrong in corrupt_signature(stages["signature"], stages["string-to-sign"], SECRET + "&"):
        book.add_invalid(comment, flags, put_signature(plain, wrong))
    _add_wrongly_signed(book)


def _add_system_parameters(book: SuiteBuilder, plain: Request) -> None:
    """A parameter that is missing or unreadable, but as it is signed."""
    sign = SIGNER.compute_stage_texts(plain)["signature"]
    nonce = SIGNER.adapter.read_client_inputs(plain)["nonce"]

    def having(old: str, new: str = "") -> Request:
        return sign_again(replace_once(plain, old, new))

    book.add_all_invalid(
        ("No signature", "Missing", strip_signature(plain), "missing-signature"),
        ("The signature under the name `signature`", "WrongPlace", replace_once(plain, "&Signature=", "&signature="), "missing-signature"),
        ("The signature in a header", "WrongPlace", set_header(strip_signature(plain), "signature", sign), "missing-signature"),
        ("No key", "Missing", having(f"&AccessKeyId={KEY}"), "missing-key"),
        ("A key that nobody has", "WrongKey", sign_request(build_search(), key="LTAI-nobody"), "unknown-key"),
        ("Another method of signing is named", "Version", having("HMAC-SHA1", "HMAC-SHA256"), "algorithm"),
        ("Another version of signing is named", "Version", having("SignatureVersion=1.0", "SignatureVersion=2.0"), "version"),
        ("No time", "Missing", having("&Timestamp=2026-11-21T00%3A26%3A28Z"), "missing-timestamp"),
        ("A time with an offset", "Malformed", having("28Z", "28%2B00%3A00"), "malformed-timestamp"),
        ("A thirteenth month", "Malformed", having("2026-11", "2026-13"), "malformed-timestamp"),
        ("No nonce", "Missing", having(f"SignatureNonce={nonce}&"), "missing-nonce"),
    )  # fmt: skip


def _add_doubled(book: SuiteBuilder, plain: Request, sign: str) -> None:
    twice = f"&Signature={quote(sign, safe='')}&Signature="
    book.add_all_invalid(
        ("The right signature twice", "Doubled", replace_once(plain, "&Signature=", twice), "malformed"),
        ("Two signatures, the right one first", "Doubled", replace(plain, query=plain.query + b"&Signature=x"), "malformed"),
        ("Two signatures, one in the form", "Doubled", replace(plain, body=plain.body + b"&Signature=x"), "malformed"),
    )  # fmt: skip


def _add_tampered(book: SuiteBuilder, plain: Request) -> None:
    """What was changed after signing."""
    repeated = replace_once(sign_request(build_search("Note=b&Note=a")), "Note=b&Note=a", "Note=a&Note=b")
    book.add_all_invalid(
        ("A parameter added afterwards", "Tampered", replace_once(plain, "&Num=1", "&Num=1&Start=1")),
        ("An empty parameter added afterwards", "Tampered EmptyValue", replace_once(plain, "&Num=1", "&Num=1&Note=")),
        ("A parameter dropped afterwards", "Tampered", replace_once(plain, "&Num=1", "")),
        ("A value changed afterwards", "Tampered", replace_once(plain, "&Num=1", "&Num=2")),
        ("The time changed afterwards", "Tampered", replace_once(plain, "26%3A28Z", "26%3A29Z")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", repeated),
    )


def _add_wrongly_signed(book: SuiteBuilder) -> None:
    """The mistakes of the canonical text, each by its own code and none of ours."""
    searched = build_search("Note=a+b%2A~%E7%BA%A2&a=1&B=")
    form = {"InstanceName", "PicContent", "Num", "Note", "a", "B"}
    for comment, flags, canonical in (
        ("Signed with `+` for the space", "PlusIsSpace", _make_canonicalizer(lambda text: quote_plus(text, safe="~"))),
        ("Signed with `*` as it is", "Unreserved", _make_canonicalizer(lambda text: quote(text, safe="*~"))),
        ("Signed with `%7E` for `~`", "Unreserved", _make_canonicalizer(lambda text: quote(text, safe="").replace("~", "%7E"))),
        ("Signed in lower-case hex", "HexCase", _make_canonicalizer(_encode_in_lower_case)),
        ("Signed without encoding", "DoubleEncoding MissingStep", _make_canonicalizer(str)),
        ("Sorted without regard to case", "SortOrder", _make_canonicalizer(order=lambda name: name.casefold())),
        ("Signed without its empty values", "EmptyValue MissingStep", _make_canonicalizer(keep=lambda pair: bool(pair[1]))),
        ("Signed without the form", "Form MissingStep", _make_canonicalizer(keep=lambda pair: pair[0] not in form)),
    ):  # fmt: skip
        request = sign_request(searched)
        text = f"POST&%2F&{_percent_encode(canonical(request))}"
        book.add_invalid(comment, flags, put_signature(request, sign_sha1(SECRET + "&", text)))
    request = sign_request(searched)
    stages = SIGNER.compute_stage_texts(request)
    once = f"POST&%2F&{stages['canonical']}"
    get = stages["string-to-sign"].replace("POST&", "GET&", 1)
    twice = "The canonical text was not encoded a second time"
    book.add_invalid(twice, "DoubleEncoding MissingStep", put_signature(request, sign_sha1(SECRET + "&", once)))
    book.add_invalid("Signed for GET, sent by POST", "Tampered", put_signature(request, sign_sha1(SECRET + "&", get)))


def _percent_encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _encode_in_lower_case(text: str) -> str:
    return "".join(
        letter if letter.isalnum() and letter.isascii() else _percent_encode(letter).lower() for letter in text
    )


def _make_canonicalizer(
    encode: Callable[[str], str] = _percent_encode,
    order: Callable[[str], str] = str,
    keep: Callable[[tuple[str, str]], bool] = lambda _: True,
) -> Callable[[Request], str]:
    def of(request: Request) -> str:
        found = [pair for pair in decode_parameters(request) if pair[0] != "Signature" and keep(pair)]
        return "&".join(f"{encode(n)}={encode(v)}" for n, v in sorted(found, key=lambda pair: order(pair[0])))

    return of
