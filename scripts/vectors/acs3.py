"""The vectors of ACS3-HMAC-SHA256."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote

from msgspec.structs import replace

from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing import Acs3Credential, Stages
from lookalike_specs.signing import acs3 as scheme
from lookalike_specs.vectors import VectorSuite

from .alibaba_cloud import HOST, KEY, SEARCH_FORM, SECRET, SORTED_QUERIES, TEMPORARY, TOKEN, build_group, build_post
from .gateway import add_kept_nonce, add_replays, add_time_limits, add_tokens, sign_with_temporary_key
from .mutations import capitalize_headers, change_digit, replace_once, reverse_headers, set_header, strip_authorization
from .scheme_signer import SchemeSigner
from .suite_builder import ClientInputs, SchemeAdapter, SuiteBuilder

ACTION_HEADERS = (("x-acs-action", "SearchImageByPic"), ("x-acs-version", "2020-12-14"))


def build_search(query: str = "", *headers: tuple[str, str], form: str = SEARCH_FORM, host: str = HOST) -> Request:
    """Return a search that is not signed."""
    return build_post(query, form, *ACTION_HEADERS, *headers, host=host)


def sign_with_notes(*values: str) -> Request:
    """Return a search with one more header, which stands so often as there are values, signed."""
    return SIGNER.sign_request(build_search("", *(("x-acs-note", value) for value in values)))


def sign_over_headers(request: Request, names: list[str], written: str = "") -> Request:
    """Return the request, signed over these headers; `written` is how their list is written, if otherwise."""
    text = f"{scheme.ALGORITHM} Credential={KEY},SignedHeaders={written or ';'.join(names)},Signature="
    # any signature will do for the header to be read: its list of headers is all that counts
    stages = scheme.recompute_stages(set_header(strip_authorization(request), "authorization", text + "0"), SECRET)
    if not isinstance(stages, Stages):
        raise AssertionError(stages)
    return set_header(strip_authorization(request), "authorization", text + stages.signature)


def read_authorization(request: Request) -> str:
    """Return the header `Authorization`; "" where there is none."""
    return request.get_header(b"authorization") or ""


def read_credential(request: Request) -> Acs3Credential:
    """Return what the request says of its signature."""
    credential = scheme.parse_credential(read_authorization(request))
    if not isinstance(credential, Acs3Credential):
        raise AssertionError(credential)
    return credential


def _put_signature(request: Request, signature: str) -> Request:
    text = read_authorization(request).replace(read_credential(request).signature, signature)
    return set_header(request, "authorization", text)


def _read_client_inputs(request: Request) -> ClientInputs:
    date = request.get_header(b"x-acs-date") or ""
    nonce = request.get_header(b"x-acs-signature-nonce") or ""
    return {"timestamp": date, "nonce": nonce, "signed_headers": read_credential(request).signed_headers}


SIGNER = SchemeSigner(
    SchemeAdapter(scheme.NAME, "AccessKeySecret", scheme.recompute_stages, strip_authorization, _read_client_inputs),
    scheme.sign_request,
    _put_signature,
)
sign_request = SIGNER.sign_request
put_signature = SIGNER.put_signature


ORIGIN = Source("documented", "help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature")
STAGES = {
    "signed": "For people: method and path, the decoded and sorted query, the signed headers, the digest of the body.",
    "canonical": "Method, path, query, a line for each signed header, an empty line, the names of the signed headers, the SHA-256 of the body.",
    "string-to-sign": "`ACS3-HMAC-SHA256`, and the SHA-256 of the canonical text on the next line.",
    "signature": "HMAC-SHA256 of the string to sign with the secret as it is, in lower-case hex.",
}


def build_suite() -> VectorSuite:
    """Return the scheme's vectors."""
    suite = SuiteBuilder(SIGNER.adapter)
    _add_documented(suite)
    suite.start_group(build_group("A key of one's own"))
    _add_queries(suite)
    _add_headers(suite)
    add_time_limits(suite, SIGNER, build_search())
    add_kept_nonce(suite, SIGNER, build_search())
    add_replays(suite, SIGNER, build_search(), build_search("Start=1"))
    _add_all_invalid(suite)
    suite.start_group(build_group("A temporary key with its token", TEMPORARY))
    add_tokens(suite, SIGNER, build_search(), "The token is one of the signed headers")
    suite.add_invalid(
        "Another secret",
        "SecurityToken WrongSecret",
        sign_with_temporary_key(SIGNER, build_search(), TOKEN, "wrong"),
    )
    return suite.build_suite("HMAC-SHA256 over the digest of a canonical request, hex", ORIGIN, STAGES)


def _add_documented(suite: SuiteBuilder) -> None:
    signed_at = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
    nonce = "3156853299f313e23d1673dc12e1703d"
    own = {"AccessKeyId": "YourAccessKeyId", "AccessKeySecret": "YourAccessKeySecret"}
    query = b"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    host = (b"host", b"ecs.cn-shanghai.aliyuncs.com")
    action = (b"x-acs-action", b"RunInstances")
    headers = (host, action, (b"x-acs-version", b"2014-05-26"))
    request = Request(method="POST", scheme="https", path="/", query=query, headers=headers)
    signed = sign_request(request, time=signed_at, nonce=nonce, key=own["AccessKeyId"], secret=own["AccessKeySecret"])
    # the value on the vendor's page: a vector that is not the vendor's must not be called documented
    if read_credential(signed).signature != "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0":
        raise AssertionError(signed)
    suite.start_group(build_group("The vendor's worked example", own, time=signed_at, api=""), ORIGIN)
    suite.add_valid("RunInstances, with no body", "EmptyBody", signed)


# comment, flags, what the query of a search has besides
QUERIES = (
    ("A plain search", "", ""),
    ("A query beside the form", "", "ScoreThreshold=0.35"),
    *SORTED_QUERIES,
    ("A `+` in the query is a space, signed as `%20`", "PlusIsSpace", "Note=a+b"),
    ("A `%20` is the same space", "PlusIsSpace", "Note=a%20b"),
    ("A `%2B` is a plus, signed as `%2B`", "PlusIsSpace", "Note=a%2Bb"),
    ("`~` as it is, and sent as `%7E`: signed as `~`", "Unreserved HexCase", "Note=a~b&Other=a%7Eb"),
    ("`*` and `!'()` as they are, signed encoded", "Unreserved", "Note=a*b!'()"),
    ("Chinese, names too", "NonAscii", "Note=%E7%BA%A2&%E5%A4%96=1"),
    ("Chinese in lower-case hex, signed in upper-case", "NonAscii HexCase", "Note=%e7%ba%a2"),
    ("An emoji", "NonAscii", "Note=%F0%9F%91%9F"),
    ("A value that is itself percent-encoded", "DoubleEncoding", "Note=%2520%252B"),
    ("`&`, `=` and `/` in a value", "DoubleEncoding", "Note=a%3D1%26b%2F2"),
    ("An empty value keeps its `=`", "EmptyValue", "Note=&a=1"),
    ("A name without `=` is signed with one", "EmptyValue", "Note&a=1"),
    ("A repeated name: each pair, in the order sent", "Repeated", "Note=b&Note=a"),
)  # fmt: skip


def _add_queries(suite: SuiteBuilder) -> None:
    for comment, flags, query in QUERIES:
        suite.add_valid(comment, flags, sign_request(build_search(query)))
    version = (("x-acs-action", "SearchImage"), ("x-acs-version", "2019-03-25"))
    suite.add_all_valid(
        ("All parameters in the query, and a body of no bytes", "EmptyBody", sign_request(build_search(SEARCH_FORM, form=""))),
        ("Slashes in the path stay", "Path", sign_request(build_post("", f"{SEARCH_FORM}&Type=SearchByPic", *version, path="/v2/image/search"))),
        ("A body with other than ASCII: its bytes are digested", "NonAscii BodyDigest", sign_request(build_search(form=SEARCH_FORM + "&Note=红"))),
    )  # fmt: skip


def _add_headers(suite: SuiteBuilder) -> None:
    plain = sign_request(build_search())
    names = list(read_credential(plain).signed_headers)
    suite.add_all_valid(
        ("A host with its port", "HeaderValue", sign_request(build_search(host="127.0.0.1:8765"))),
        ("Header names in capitals are signed in lower case", "HeaderValue", capitalize_headers(plain)),
        ("Blanks around a header's value are not signed", "HeaderValue", sign_with_notes("  a  b\t")),
        ("An empty header", "HeaderValue EmptyValue", sign_with_notes("")),
        ("A repeated header: its values sorted, joined by a comma", "Repeated HeaderValue", sign_with_notes("b", "a")),
        ("Headers in another order on the wire", "HeaderOrder", reverse_headers(plain)),
    )
    empty = sign_request(build_search(SEARCH_FORM, form=""))
    more = sign_request(
        build_search("", ("accept", "application/json"), ("user-agent", "AlibabaCloud (linux) Python/3.11"))
    )
    # how the list is written does not count: what is signed is sorted and in lower case
    unsorted = ";".join(names[::-1]).upper()
    spaced = read_authorization(plain).replace(",", ", ")
    suite.add_all_valid(
        ("Every header is signed, as the Python SDK does", "SignedHeaders", sign_over_headers(more, sorted([*names, "accept", "user-agent"]))),
        ("`content-type` is not signed, and there is no body", "SignedHeaders EmptyBody", sign_over_headers(empty, names[1:])),
        ("The list of signed headers is not sorted, and in capitals: the signed one is neither", "SignedHeaders HeaderOrder", sign_over_headers(plain, names, unsorted)),
        ("Blanks after the commas of `Authorization`", "SignedHeaders", set_header(plain, "authorization", spaced)),
        ("A header that is not signed may change", "NotSigned", set_header(more, "user-agent", "another")),
    )  # fmt: skip


def _add_all_invalid(suite: SuiteBuilder) -> None:
    """Add every request that has to be refused."""
    plain = sign_request(build_search())
    _add_authorizations(suite, plain)
    _add_wrong_headers(suite, plain)
    _add_unsigned_headers(suite, plain)
    _add_signatures(suite)
    _add_tampered(suite)
    _add_wrongly_signed(suite)


def _add_authorizations(suite: SuiteBuilder, plain: Request) -> None:
    text = read_authorization(plain)

    def set_authorization(wrong: str) -> Request:
        return set_header(plain, "authorization", wrong)

    suite.add_all_invalid(
        ("An empty `Authorization`", "Missing", set_authorization(""), "missing-signature"),
        ("No key in `Authorization`", "Malformed", set_authorization(text.replace(f"Credential={KEY},", "")), "malformed"),
        ("No signed headers in `Authorization`", "Malformed", set_authorization(text.replace("SignedHeaders=", "Signed=")), "malformed"),
        ("No signature in `Authorization`", "Malformed", set_authorization(text.partition(",Signature=")[0]), "malformed"),
        ("The algorithm alone", "Malformed", set_authorization("ACS3-HMAC-SHA256"), "malformed"),
        ("Another algorithm of the vendor's is named", "Version", set_authorization(text.replace("SHA256 ", "SM3 ")), "algorithm"),
        ("A bearer token", "Version", set_authorization("Bearer token"), "algorithm"),
        ("No `Authorization`", "Missing", strip_authorization(plain), "missing-signature"),
        ("`Authorization` in the query", "WrongPlace", replace(strip_authorization(plain), query=b"Authorization=" + quote(text, safe="").encode()), "missing-signature"),
        ("A key that nobody has", "WrongKey", sign_request(build_search(), key="LTAI-nobody"), "unknown-key"),
    )  # fmt: skip


def _add_wrong_headers(suite: SuiteBuilder, plain: Request) -> None:
    """Add headers that are missing or unreadable, signed as they are."""
    digest = "x-acs-content-sha256"

    def sign_with_header(name: str, *values: str) -> Request:
        names = [header for header in read_credential(plain).signed_headers if values or header != name]
        return sign_over_headers(set_header(plain, name, *values), names)

    suite.add_all_invalid(
        ("No time", "Missing", sign_with_header("x-acs-date"), "missing-timestamp"),
        ("A time with a blank in place of the T", "Malformed", sign_with_header("x-acs-date", "2026-11-21 00:26:28"), "malformed-timestamp"),
        ("A time of HTTP", "Malformed", sign_with_header("x-acs-date", "Sat, 21 Nov 2026 00:26:28 GMT"), "malformed-timestamp"),
        ("No nonce", "Missing", sign_with_header("x-acs-signature-nonce"), "missing-nonce"),
        ("An empty nonce", "Malformed", sign_with_header("x-acs-signature-nonce", ""), "missing-nonce"),
        ("No digest of the body", "Missing", sign_with_header(digest), "body-digest"),
        ("Another body's digest", "BodyDigest", sign_with_header(digest, sha256(b"another").hexdigest()), "body-digest"),
        ("The digest in capitals", "BodyDigest", sign_with_header(digest, sha256(plain.body).hexdigest().upper()), "body-digest"),
        ("No digest, but a word", "BodyDigest", sign_with_header(digest, "UNSIGNED-PAYLOAD"), "body-digest"),
    )  # fmt: skip


def _add_unsigned_headers(suite: SuiteBuilder, plain: Request) -> None:
    """Add requests whose signature is right for the headers that it names, and that name too few."""
    names = list(read_credential(plain).signed_headers)
    for left_out in names:
        named = [name for name in names if name != left_out]
        comment = f"`{left_out}` is not signed"
        suite.add_invalid(comment, "UnsignedHeader", sign_over_headers(plain, named), "unsigned-header")
    note = sign_with_notes("a")
    suite.add_all_invalid(
        ("Only `host` is signed", "UnsignedHeader", sign_over_headers(plain, ["host"]), "unsigned-header"),
        ("A header that nobody knows is not signed", "UnsignedHeader", sign_over_headers(note, names), "unsigned-header"),
        ("A name for another", "UnsignedHeader", sign_over_headers(plain, [*names[:-1], "x-acs-versions"]), "unsigned-header"),
    )  # fmt: skip


def _add_signatures(suite: SuiteBuilder) -> None:
    """Add signatures that are not quite the right one."""
    plain = sign_request(build_search())
    signature = read_credential(plain).signature
    text = SIGNER.compute_stage_texts(plain)["string-to-sign"]
    # as AWS derives its key from the day; ACS3 takes the secret as it is
    derived = hmac.digest(b"ACS3" + SECRET.encode(), b"20261121", "sha256")
    suite.add_invalid("Another secret", "WrongSecret", sign_request(build_search(), secret="wrong"))
    for comment, flags, wrong in (
        ("The first digit is another", "ModifiedSignature", change_digit(signature[0]) + signature[1:]),
        ("In capitals", "SignatureCase", signature.upper()),
        ("Cut by a digit", "TruncatedSignature", signature[:-1]),
        ("Cut by half", "TruncatedSignature", signature[:32]),
        ("A zero more", "PaddedSignature", signature + "0"),
        ("In Base64 in place of hex", "WrongAlgorithm", b64encode(bytes.fromhex(signature)).decode()),
        ("HMAC-SHA1 in place of HMAC-SHA256", "WrongAlgorithm", _sign(text, algorithm="sha1")),
        ("SHA-256 without HMAC", "WrongAlgorithm", sha256(SECRET.encode() + text.encode()).hexdigest()),
        ("The secret with the `&` of RPC", "MissingStep", _sign(text, SECRET.encode() + b"&")),
        ("A key derived from secret and day", "MissingStep", _sign(text, derived)),
    ):  # fmt: skip
        suite.add_invalid(comment, flags, put_signature(plain, wrong))


def _add_tampered(suite: SuiteBuilder) -> None:
    """Add requests that were changed after signing."""
    plain = sign_request(build_search("ScoreThreshold=0.35&Note=b&Note=a"))
    other = replace_once(plain, "&Num=1", "&Num=2")
    # a header that is not named is not signed: a server must not take it for signed
    unlisted = read_authorization(plain).replace(";x-acs-version", "")
    suite.add_all_invalid(
        ("A byte of the body changed", "Tampered BodyDigest", other, "body-digest"),
        ("The body and its digest changed", "Tampered BodyDigest", set_header(other, "x-acs-content-sha256", sha256(other.body).hexdigest())),
        ("A value of the query changed", "Tampered", replace_once(plain, "0.35", "0.36")),
        ("A parameter added to the query", "Tampered", replace_once(plain, "Note=b", "Start=1&Note=b")),
        ("A parameter dropped from the query", "Tampered", replace_once(plain, "ScoreThreshold=0.35&", "")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", replace_once(plain, "Note=b&Note=a", "Note=a&Note=b")),
        ("Another host", "Tampered", set_header(plain, "host", "imagesearch.cn-beijing.aliyuncs.com")),
        ("The time changed", "Tampered", set_header(plain, "x-acs-date", "2026-11-21T00:26:29Z")),
        ("The nonce changed", "Tampered Nonce", set_header(plain, "x-acs-signature-nonce", "another")),
        ("A signed header dropped", "Tampered SignedHeaders", set_header(plain, "x-acs-version")),
        ("A signed header doubled", "Tampered Repeated", set_header(plain, "x-acs-version", "2020-12-14", "2020-12-14")),
        ("A name taken from the list of signed headers", "Tampered SignedHeaders", set_header(plain, "authorization", unlisted)),
    )  # fmt: skip


def _add_wrongly_signed(suite: SuiteBuilder) -> None:
    """Add the mistakes of the canonical text, made by changing it and signing what comes out."""
    plain = sign_request(build_search("Note=a+b*~&a=1&B=", ("x-acs-note", " a ")))
    right = SIGNER.compute_stage_texts(plain)["canonical"]
    for comment, flags, canonical in (
        ("Signed with `+` for the space", "PlusIsSpace", right.replace("a%20b", "a+b")),
        ("Signed with `*` as it is", "Unreserved", right.replace("%2A", "*")),
        ("Signed with `%7E` for `~`", "Unreserved", right.replace("~", "%7E")),
        ("Signed in lower-case hex", "HexCase", right.replace("%2A", "%2a")),
        ("The query was not sorted", "SortOrder", right.replace("B=&Note=a%20b%2A~&a=1", "Note=a%20b%2A~&a=1&B=")),
        ("Sorted without regard to case", "SortOrder", right.replace("B=&Note=a%20b%2A~&a=1", "a=1&B=&Note=a%20b%2A~")),
        ("Signed without its empty values", "EmptyValue", right.replace("B=&", "")),
        ("An empty value signed as a bare name", "EmptyValue", right.replace("B=&", "B&")),
        ("A header signed with the blanks around it", "HeaderValue", right.replace("note:a\n", "note: a \n")),
        ("Without the empty line after the headers", "MissingStep", right.replace("\n\n", "\n")),
        ("Without the digest of the body", "MissingStep", right.rpartition("\n")[0] + "\n"),
    ):  # fmt: skip
        if canonical == right:
            raise AssertionError(comment)
        text = f"{scheme.ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
        suite.add_invalid(comment, flags, put_signature(plain, _sign(text)))
    undigested = f"{scheme.ALGORITHM}\n{right}"
    unnamed = sha256(right.encode()).hexdigest()
    suite.add_invalid(
        "The canonical text was signed, not its digest", "MissingStep", put_signature(plain, _sign(undigested))
    )
    suite.add_invalid("The string to sign lacks the algorithm", "MissingStep", put_signature(plain, _sign(unnamed)))


def _sign(text: str, key: bytes = SECRET.encode(), algorithm: str = "sha256") -> str:
    return hmac.digest(key, text.encode(), algorithm).hex()
