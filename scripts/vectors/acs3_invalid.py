"""ACS3: what is to be refused."""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256
from urllib.parse import quote

from acs import KEY, SECRET
from acs3_way import SIGNER, build_search, read_authorization, read_credential, sign_over_headers, strip_signature
from book import SuiteBuilder
from edits import replace_once, set_header
from msgspec.structs import replace

from lookalike_specs.messages import Request
from lookalike_specs.signing import acs3

sign_request = SIGNER.sign_request
put_signature = SIGNER.put_signature


def add_invalid(book: SuiteBuilder) -> None:
    """All of them."""
    plain = sign_request(build_search())
    _add_authorizations(book, plain)
    _add_headers(book, plain)
    _add_signatures(book)
    _add_tampered(book)
    _add_wrongly_signed(book)


def _add_authorizations(book: SuiteBuilder, plain: Request) -> None:
    text = read_authorization(plain)

    def says(wrong: str) -> Request:
        return set_header(plain, "authorization", wrong)

    book.add_all_invalid(
        ("An empty `Authorization`", "Missing", says(""), "missing-signature"),
        ("No key in `Authorization`", "Malformed", says(text.replace(f"Credential={KEY},", "")), "malformed"),
        ("No signed headers in `Authorization`", "Malformed", says(text.replace("SignedHeaders=", "Signed=")), "malformed"),
        ("No signature in `Authorization`", "Malformed", says(text.partition(",Signature=")[0]), "malformed"),
        ("The algorithm alone", "Malformed", says("ACS3-HMAC-SHA256"), "malformed"),
        ("Another algorithm of the vendor's is named", "Version", says(text.replace("SHA256 ", "SM3 ")), "algorithm"),
        ("A bearer token", "Version", says("Bearer token"), "algorithm"),
        ("No `Authorization`", "Missing", strip_signature(plain), "missing-signature"),
        ("`Authorization` in the query", "WrongPlace", replace(strip_signature(plain), query=b"Authorization=" + quote(text, safe="").encode()), "missing-signature"),
        ("A key that nobody has", "WrongKey", sign_request(build_search(), key="LTAI-nobody"), "unknown-key"),
    )  # fmt: skip


def _add_headers(book: SuiteBuilder, plain: Request) -> None:
    """A header that is missing or unreadable, but as it is signed."""
    digest = "x-acs-content-sha256"

    def having(name: str, *values: str) -> Request:
        names = [found for found in read_credential(plain).signed_headers if values or found != name]
        return sign_over_headers(set_header(plain, name, *values), names)

    book.add_all_invalid(
        ("No time", "Missing", having("x-acs-date"), "missing-timestamp"),
        ("A time with a blank in place of the T", "Malformed", having("x-acs-date", "2026-11-21 00:26:28"), "malformed-timestamp"),
        ("A time of HTTP", "Malformed", having("x-acs-date", "Sat, 21 Nov 2026 00:26:28 GMT"), "malformed-timestamp"),
        ("No nonce", "Missing", having("x-acs-signature-nonce"), "missing-nonce"),
        ("An empty nonce", "Malformed", having("x-acs-signature-nonce", ""), "missing-nonce"),
        ("No digest of the body", "Missing", having(digest), "body-digest"),
        ("Another body's digest", "BodyDigest", having(digest, sha256(b"another").hexdigest()), "body-digest"),
        ("The digest in capitals", "BodyDigest", having(digest, sha256(plain.body).hexdigest().upper()), "body-digest"),
        ("No digest, but a word", "BodyDigest", having(digest, "UNSIGNED-PAYLOAD"), "body-digest"),
    )  # fmt: skip


def _add_signatures(book: SuiteBuilder) -> None:
    """Signatures that are not quite the right one."""
    plain = sign_request(build_search())
    sign, text = read_credential(plain).signature, SIGNER.compute_stage_texts(plain)["string-to-sign"]
    derived = hmac.digest(b"ACS3" + SECRET.encode(), b"20261121", "sha256")
    book.add_invalid("Another secret", "WrongSecret", sign_request(build_search(), secret="wrong"))
    for comment, flags, wrong in (
        ("The first digit is another", "ModifiedSignature", ("0" if sign[0] != "0" else "1") + sign[1:]),
        ("In capitals", "SignatureCase", sign.upper()),
        ("Cut by a digit", "TruncatedSignature", sign[:-1]),
        ("Cut by half", "TruncatedSignature", sign[:32]),
        ("A zero more", "PaddedSignature", sign + "0"),
        ("In Base64 in place of hex", "WrongAlgorithm", b64encode(bytes.fromhex(sign)).decode()),
        ("HMAC-SHA1 in place of HMAC-SHA256", "WrongAlgorithm", _sign(text, algorithm="sha1")),
        ("SHA-256 without HMAC", "WrongAlgorithm", sha256(SECRET.encode() + text.encode()).hexdigest()),
        ("The secret with the `&` of RPC", "MissingStep", _sign(text, SECRET.encode() + b"&")),
        ("A key derived from secret and day", "MissingStep", _sign(text, derived)),
    ):  # fmt: skip
        book.add_invalid(comment, flags, put_signature(plain, wrong))


def _add_tampered(book: SuiteBuilder) -> None:
    """What was changed after signing."""
    plain = sign_request(build_search("ScoreThreshold=0.35&Note=b&Note=a"))
    other = replace_once(plain, "&Num=1", "&Num=2")
    unlisted = read_authorization(plain).replace(";x-acs-version", "")
    book.add_all_invalid(
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


def _add_wrongly_signed(book: SuiteBuilder) -> None:
    """The mistakes of the canonical text, made by changing it and signing what comes out."""
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
        text = f"{acs3.ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
        book.add_invalid(comment, flags, put_signature(plain, _sign(text)))
    undigested = f"{acs3.ALGORITHM}\n{right}"
    unnamed = sha256(right.encode()).hexdigest()
    book.add_invalid(
        "The canonical text was signed, not its digest", "MissingStep", put_signature(plain, _sign(undigested))
    )
    book.add_invalid("The string to sign lacks the algorithm", "MissingStep", put_signature(plain, _sign(unnamed)))


def _sign(text: str, key: bytes = SECRET.encode(), algorithm: str = "sha256") -> str:
    return hmac.digest(key, text.encode(), algorithm).hex()
