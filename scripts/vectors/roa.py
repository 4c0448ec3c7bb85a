"""The vectors of Alibaba Cloud's ROA signature."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing import acs_roa as scheme
from lookalike_specs.signing import canonical
from lookalike_specs.vectors import VectorSuite

from .alibaba_cloud import KEY, SEARCH_FORM, SECRET, SORTED_QUERIES, TEMPORARY, TOKEN, build_group, build_post
from .gateway import add_kept_nonce, add_replays, add_time_limits, add_tokens, sign_with_temporary_key
from .mutations import (
    capitalize_headers,
    corrupt_signature,
    replace_once,
    reverse_headers,
    set_header,
    sign_sha1,
    strip_authorization,
)
from .scheme_signer import SchemeSigner
from .suite_builder import NOW, ClientInputs, SchemeAdapter, SuiteBuilder

ACTION_HEADERS = (("accept", "application/json"), ("x-acs-action", "SearchImage"), ("x-acs-version", "2019-03-25"))


def build_search(query: str = "", *headers: tuple[str, str]) -> Request:
    """Return a search that is not signed."""
    return build_post(query, f"{SEARCH_FORM}&Type=SearchByPic", *ACTION_HEADERS, *headers, path="/v2/image/search")


def sign_with_notes(*notes: tuple[str, str]) -> Request:
    """Return a search with more headers, signed."""
    return SIGNER.sign_request(build_search("", *notes))


def _put_signature(request: Request, signature: str) -> Request:
    return set_header(strip_authorization(request), "authorization", f"acs {KEY}:{signature}")


def _read_client_inputs(request: Request) -> ClientInputs:
    return {"timestamp": request.get_header(b"date") or "", "nonce": request.get_header(b"x-acs-signature-nonce") or ""}


def _format_http_time(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


SIGNER = SchemeSigner(
    SchemeAdapter(scheme.NAME, "AccessKeySecret", scheme.recompute_stages, strip_authorization, _read_client_inputs),
    scheme.sign_request,
    _put_signature,
    "date",
    _format_http_time,
)
sign_request = SIGNER.sign_request
put_signature = SIGNER.put_signature
sign_again = SIGNER.sign_again


ORIGIN = Source("documented", "help.aliyun.com/en/sdk/product-overview/roa-mechanism")
STAGES = {
    "signed": "For people: method and path, the decoded and sorted query, the headers that are signed.",
    "canonical": "Every `x-acs-` header as `name:value` on a line, sorted; then path and query, not encoded.",
    "string-to-sign": "Method, Accept, Content-MD5, Content-Type and Date on a line each, and the canonical text.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign, with the secret as it is.",
}


def build_suite() -> VectorSuite:
    """Return the scheme's vectors."""
    suite = SuiteBuilder(SIGNER.adapter)
    suite.start_group(build_group("A key of one's own"))
    for comment, flags, query in QUERIES:
        suite.add_valid(comment, flags, sign_request(build_search(query)))
    plain = sign_request(build_search())
    _add_headers(suite, plain)
    _add_optional_headers(suite, plain)
    add_time_limits(suite, SIGNER, build_search())
    add_kept_nonce(suite, SIGNER, build_search())
    add_replays(suite, SIGNER, build_search(), build_search("a=1"))
    _add_all_invalid(suite)
    suite.start_group(build_group("A temporary key with its token", TEMPORARY))
    add_tokens(suite, SIGNER, build_search(), "The token is signed as an `x-acs-` header")
    late = set_header(sign_with_temporary_key(SIGNER, build_search(), None), "x-acs-security-token", TOKEN)
    suite.add_invalid("The token added after signing", "SecurityToken Tampered", late)
    return suite.build_suite("HMAC-SHA1 over method, headers, path and query, Base64; version 1.0", ORIGIN, STAGES)


# comment, flags, what the query of a search has besides
QUERIES = (
    ("A plain search", "", ""),
    ("A region in the query", "", "RegionId=cn-shanghai"),
    *SORTED_QUERIES,
    ("A `+` in the query is a space, signed as one", "PlusIsSpace NotEncoded", "Note=a+b"),
    ("A `%20` is the same space", "PlusIsSpace NotEncoded", "Note=a%20b"),
    ("A `%2B` is a plus, signed as one", "PlusIsSpace NotEncoded", "Note=a%2Bb"),
    ("`~`, `*`, `/` and `:`, however they are sent", "NotEncoded HexCase", "Note=a~*/:&Other=a%7E%2A%2F%3A"),
    ("Chinese, names too", "NonAscii NotEncoded", "Note=%E7%BA%A2&%E5%A4%96=1"),
    ("Chinese in lower-case hex", "NonAscii HexCase", "Note=%e7%ba%a2"),
    ("A value that is itself percent-encoded", "DoubleEncoding", "Note=%2520%252B"),
    ("`&` and `=` inside a value, so that the text could be read in two ways", "NotInjective", "Note=a%3D1%26b%3D2"),
    ("An empty value leaves the bare name", "EmptyValue", "Note=&a=1"),
    ("A name without `=`: the same", "EmptyValue", "Note&a=1"),
    ("A repeated name: each pair, in the order sent", "Repeated", "Note=b&Note=a"),
)  # fmt: skip


def _add_headers(suite: SuiteBuilder, plain: Request) -> None:
    suite.add_all_valid(
        ("Blanks around a header's value are not signed", "HeaderValue", sign_with_notes(("x-acs-note", "  a  b\t"))),
        ("An empty header", "HeaderValue EmptyValue", sign_with_notes(("x-acs-note", ""))),
        (
            "A `-` in a header's name comes before letters",
            "HeaderOrder",
            sign_with_notes(("x-acs-ab", "2"), ("x-acs-a-b", "1")),
        ),
        ("Headers in another order on the wire", "HeaderOrder", reverse_headers(plain)),
        ("Header names in capitals are signed in lower case", "HeaderValue", capitalize_headers(plain)),
        ("Headers of other names are not signed", "NotSigned", set_header(plain, "user-agent", "another")),
        ("The host is not signed", "NotSigned", set_header(plain, "host", "imagesearch.cn-beijing.aliyuncs.com")),
    )


def _add_optional_headers(suite: SuiteBuilder, plain: Request) -> None:
    """Headers that a client need not send."""
    typed = set_header(build_search(), "content-type", "application/x-www-form-urlencoded; charset=utf-8")
    # SDKs of generation 4 leave `Content-MD5` out, and so sign nothing of the body
    digestless = sign_again(set_header(plain, "content-md5"))
    unnamed = set_header(set_header(plain, "x-acs-signature-method"), "x-acs-signature-version")
    without = sign_request(build_search(), nonce=None)
    suite.add_all_valid(
        ("Without `Accept` its line is empty", "EmptyValue", sign_again(set_header(plain, "accept"))),
        ("A media type with its charset is signed whole", "HeaderValue", sign_request(typed)),
        ("Without `Content-MD5`, as newer SDKs send it: its line is empty, and the body is not signed", "BodyDigest EmptyValue", digestless),
        ("… so any other body is good", "BodyDigest NotSigned", replace_once(digestless, "&Num=1", "&Num=2")),
        ("Neither method nor version of signing are named", "Version", sign_again(unnamed)),
        ("Without a nonce", "NoReplayProtection", without),
    )  # fmt: skip
    again = "Without a nonce the same bytes are good twice"
    suite.add_valid(again, "NoReplayProtection", without, before=((NOW, without, "valid"),))


def _add_all_invalid(suite: SuiteBuilder) -> None:
    """Add every request that has to be refused."""
    plain = sign_request(build_search())
    _add_authorizations(suite, plain)
    _add_wrong_headers(suite, plain)
    suite.add_invalid("Another secret", "WrongSecret", sign_request(build_search(), secret="wrong"))
    stages = SIGNER.compute_stage_texts(plain)
    for comment, flag, wrong in corrupt_signature(stages["signature"], stages["string-to-sign"], SECRET):
        if not wrong.endswith(" "):  # what surrounds a header's value is nobody's
            suite.add_invalid(comment, flag, put_signature(plain, wrong))
    _add_tampered(suite)
    _add_wrongly_signed(suite)


def _add_authorizations(suite: SuiteBuilder, plain: Request) -> None:
    sign = SIGNER.compute_stage_texts(plain)["signature"]

    def set_authorization(wrong: str) -> Request:
        return set_header(plain, "authorization", wrong)

    suite.add_all_invalid(
        ("No signature behind the key", "Malformed", set_authorization(f"acs {KEY}"), "malformed"),
        ("No key before the signature", "Malformed", set_authorization(f"acs :{sign}"), "malformed"),
        ("The word alone", "Malformed", set_authorization("acs"), "malformed"),
        ("A blank in place of the colon", "Malformed", set_authorization(f"acs {KEY} {sign}"), "malformed"),
        ("A key that nobody has", "WrongKey", set_authorization(f"acs LTAI-nobody:{sign}"), "unknown-key"),
    )


def _add_wrong_headers(suite: SuiteBuilder, plain: Request) -> None:
    """Add headers that are missing or unreadable, signed as they are."""

    def sign_with_header(name: str, *values: str) -> Request:
        return SIGNER.sign_again(set_header(plain, name, *values))

    suite.add_all_invalid(
        ("Another method of signing is named", "Version", sign_with_header("x-acs-signature-method", "HMAC-SHA256"), "algorithm"),
        ("Another version of signing is named", "Version", sign_with_header("x-acs-signature-version", "2.0"), "version"),
        ("No time", "Missing", sign_with_header("date"), "missing-timestamp"),
        ("A time in ISO 8601", "Malformed", sign_with_header("date", "2026-11-21T00:26:28Z"), "malformed-timestamp"),
        ("The last of thirty days of February", "Malformed", sign_with_header("date", "Mon, 30 Feb 2026 00:26:28 GMT"), "malformed-timestamp"),
        ("Another body's digest", "BodyDigest", sign_with_header("content-md5", canonical.content_md5(b"another")), "body-digest"),
        ("The digest in hex", "BodyDigest", sign_with_header("content-md5", "00000000000000000000000000000000"), "body-digest"),
    )  # fmt: skip


def _add_tampered(suite: SuiteBuilder) -> None:
    """Add requests that were changed after signing."""
    plain = sign_request(build_search("Note=b&Note=a", ("x-acs-note", "1")))
    suite.add_all_invalid(
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


def _add_wrongly_signed(suite: SuiteBuilder) -> None:
    """Add the mistakes of the string to sign, made by changing it and signing what comes out."""
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
        suite.add_invalid(comment, flags, put_signature(plain, sign_sha1(SECRET, text)))
    suite.add_invalid(
        "The secret with the `&` of RPC", "MissingStep", put_signature(plain, sign_sha1(SECRET + "&", right))
    )
