"""Alibaba Cloud's three signatures: what is accepted, and how each thing that can be wrong with one is refused."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lookalike_mocks import Mock
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response, parse_pairs
from lookalike_specs.provenance import find_provenance
from lookalike_specs.signing import MalformedCredential, acs3, acs_roa, acs_rpc

API = load_api("aliyun")
NOW = 1_795_220_788
SKEW = API.operations[0].schemes[0].extension.skew
FORM = urlencode(
    {"InstanceName": "demoinstance1", "PicContent": b64encode(render_jpeg(5)).decode(), "Num": "1"}
).encode()
ACCOUNTS = API.root.accounts
NONCES = (f"nonce-{number}" for number in count())
Sign = Callable[..., Request]


def bare(*headers: tuple[str, str]) -> Request:
    sent = (("host", "127.0.0.1:8901"), ("content-type", "application/x-www-form-urlencoded"), *headers)
    raw = tuple((name.encode(), value.encode()) for name, value in sent)
    return Request(method="POST", path="/", headers=raw, body=FORM)


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rpc(placement: acs_rpc.Placement, **given: Any) -> Request:
    system = b"Action=SearchImageByPic&Version=2020-12-14&Format=JSON&SignatureType="
    return acs_rpc.sign_request(replace(bare(), query=system), placement=placement, **given)


def by_query(at: float, **given: Any) -> Request:
    return rpc("query", timestamp=iso(at), **given)


def by_form(at: float, **given: Any) -> Request:
    return rpc("form", timestamp=iso(at), **given)


def by_query_alone(at: float, **given: Any) -> Request:
    return rpc("everything-in-query", timestamp=iso(at), **given)


def by_acs3(at: float, **given: Any) -> Request:
    request = bare(("x-acs-action", "SearchImageByPic"), ("x-acs-version", "2020-12-14"))
    return acs3.sign_request(replace(request, query=b"ScoreThreshold=0.10"), timestamp=iso(at), **given)


def by_roa(at: float, **given: Any) -> Request:
    accept = ("accept", "application/json")
    request = bare(("x-acs-action", "SearchImageByPic"), ("x-acs-version", "2020-12-14"), accept)
    date = format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)
    return acs_roa.sign_request(replace(request, query=b"RegionId=cn-shanghai"), date=date, **given)


RPC: dict[str, Sign] = {"rpc-query": by_query, "rpc-form": by_form, "rpc-query-alone": by_query_alone}
WAYS: dict[str, Sign] = {**RPC, "acs3": by_acs3, "roa": by_roa}
every_way = pytest.mark.parametrize("sign", WAYS.values(), ids=WAYS)


def new() -> Mock:
    return Mock("aliyun", clock=lambda: NOW)


SHARED = new()


def signed(sign: Sign, account: str = "demo", at: float = NOW, **changed: str | None) -> Request:
    """A request of that account; `changed` are its key, secret, nonce or token."""
    entry = ACCOUNTS[account]
    given: dict[str, str | None] = {
        "access_key_id": entry["AccessKeyId"],
        "secret": entry["AccessKeySecret"],
        "security_token": entry.get("SecurityToken"),
        "nonce": next(NONCES),
        **changed,
    }
    return sign(at, **given)


def code(reply: Response) -> str:
    if reply.status == 200:
        return ""
    if reply.media_type.startswith("text/xml"):
        return ElementTree.fromstring(reply.body).findtext("Code") or ""  # noqa: S314 - our own answer
    return str(json.loads(reply.body)["Code"])


def sent(request: Request) -> str:
    """The code of the error that the request brings; "" when it brings none."""
    return code(SHARED.respond(request))


def without(request: Request, name: str) -> Request:
    """The request without the header or the parameter of that name."""
    kept = {
        part: "&".join(pair for pair in raw.decode().split("&") if not pair.startswith(f"{name}=")).encode()
        for part, raw in (("query", request.query), ("body", request.body))
    }
    headers = tuple(pair for pair in request.headers if pair[0] != name.encode())
    return replace(request, headers=headers, **kept)


def with_header(request: Request, name: str, value: str) -> Request:
    return replace(without(request, name), headers=(*without(request, name).headers, (name.encode(), value.encode())))


def changed(request: Request, name: str, value: str) -> Request:
    """The request with another value of a parameter or header that it has."""
    pair = urlencode({name: value}).encode()
    if any(key == name for key, _ in parse_pairs(request.query)):
        return replace(without(request, name), query=without(request, name).query + b"&" + pair)
    if any(key == name for key, _ in parse_pairs(request.body)):
        return replace(without(request, name), body=without(request, name).body + b"&" + pair)
    return with_header(request, name, value)


@every_way
@pytest.mark.parametrize("account", ["demo", "sts"])
def test_is_accepted(sign: Sign, account: str) -> None:
    assert sent(signed(sign, account)) == ""


@every_way
@pytest.mark.parametrize("path", ["/aliyun", "/aliyun/"])
def test_is_accepted_behind_a_prefix(sign: Sign, path: str) -> None:
    assert sent(replace(signed(sign), path=path)) == ""


@every_way
@pytest.mark.parametrize("off", [-SKEW - 1, -SKEW, SKEW, SKEW + 1])
def test_the_clock(sign: Sign, off: int) -> None:
    assert sent(signed(sign, at=NOW + off)) == ("InvalidTimeStamp.Expired" if abs(off) > SKEW else "")


@every_way
def test_nobodys_key(sign: Sign) -> None:
    reply = SHARED.respond(signed(sign, access_key_id="LTAI-nobody"))
    assert (reply.status, code(reply)) == (404, "InvalidAccessKeyId.NotFound")


@pytest.mark.parametrize("sign", [*RPC.values(), by_roa], ids=[*RPC, "roa"])
def test_a_wrong_secret_in_version_1(sign: Sign) -> None:
    request, scheme = signed(sign, secret="wrong"), acs_roa if sign is by_roa else acs_rpc
    ours = {step.name: step.value for step in scheme.recompute_stages(request, "wrong").steps}
    reply = SHARED.respond(request)
    start = "Specified signature is not matched with our calculation. server string to sign is:"
    assert (reply.status, code(reply)) == (400, "SignatureDoesNotMatch")
    assert json.loads(reply.body)["Message"] == start + ours["string-to-sign"]


def test_a_wrong_secret_in_version_3() -> None:
    request = signed(by_acs3, secret="wrong")
    stages = acs3.recompute_stages(request, "wrong")
    assert not isinstance(stages, MalformedCredential)
    ours = {step.name: step.value for step in stages.steps}
    reply = SHARED.respond(request)
    assert (reply.status, code(reply)) == (400, "SignatureDoesNotMatch")
    assert json.loads(reply.body)["Message"] == (
        "Specified signature does not match our calculation. "
        f"server StringToSign is [{ours['string-to-sign']}] server CanonicalRequest is [{ours['canonical']}]"
    )


@every_way
def test_a_nonce_is_used_once(sign: Sign) -> None:
    request = signed(sign)
    assert [sent(request), sent(request)] == ["", "SignatureNonceUsed"]


@every_way
def test_a_nonce_is_not_used_up_by_a_wrong_signature(sign: Sign) -> None:
    mock = new()
    assert code(mock.respond(signed(sign, secret="wrong", nonce="kept"))) == "SignatureDoesNotMatch"
    assert code(mock.respond(signed(sign, nonce="kept"))) == ""


@every_way
def test_a_nonce_belongs_to_its_key(sign: Sign) -> None:
    nonce = next(NONCES)
    assert [sent(signed(sign, account, nonce=nonce)) for account in ("demo", "sts")] == ["", ""]


def test_a_nonce_is_forgotten_after_15_minutes() -> None:
    now = [NOW]
    mock, request = Mock("aliyun", clock=lambda: now[0]), signed(by_query, at=NOW + SKEW)
    codes = []
    for at in (NOW, NOW + 899, NOW + 900):
        now[0] = at
        codes.append(code(mock.respond(request)))
    assert codes == ["", "SignatureNonceUsed", ""]


def test_roa_needs_no_nonce() -> None:
    request = signed(by_roa, nonce=None)
    assert [sent(request), sent(request)] == ["", ""]


@every_way
@pytest.mark.parametrize(
    ("account", "token", "expected"),
    [
        ("sts", None, "MissingSecurityToken"),
        ("sts", "", "MissingSecurityToken"),
        ("sts", "another", "InvalidSecurityToken.Malformed"),
        ("demo", "lookalike-sts-token", "InvalidSecurityToken.Malformed"),
        ("demo", "", ""),
    ],
)
def test_the_token(sign: Sign, account: str, token: str | None, expected: str) -> None:
    assert sent(signed(sign, account, security_token=token)) == expected


@pytest.mark.parametrize("sign", RPC.values(), ids=RPC)
@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("AccessKeyId", "MissingAccessKeyId"),
        ("Signature", "MissingSignature"),
        ("SignatureMethod", "IncompleteSignature"),
        ("SignatureVersion", "IncompleteSignature"),
        ("SignatureNonce", "MissingSignatureNonce"),
        ("Timestamp", "MissingTimestamp"),
        ("Action", "InvalidAction.NotFound"),
        ("Version", "SignatureDoesNotMatch"),
        ("SignatureType", "SignatureDoesNotMatch"),
        ("PicContent", "SignatureDoesNotMatch"),
    ],
)
def test_a_part_of_rpc_is_missing(sign: Sign, part: str, expected: str) -> None:
    assert sent(without(signed(sign), part)) == expected


@pytest.mark.parametrize(
    ("sign", "part", "expected"),
    [
        (by_acs3, "authorization", "MissingAccessKeyId"),
        (by_acs3, "x-acs-date", "MissingTimestamp"),
        (by_acs3, "x-acs-signature-nonce", "MissingSignatureNonce"),
        (by_acs3, "x-acs-content-sha256", "SignatureDoesNotMatch"),
        (by_acs3, "x-acs-action", "InvalidAction.NotFound"),
        (by_acs3, "x-acs-version", "SignatureDoesNotMatch"),
        (by_acs3, "host", "SignatureDoesNotMatch"),
        (by_roa, "authorization", "MissingAccessKeyId"),
        (by_roa, "date", "MissingTimestamp"),
        (by_roa, "content-md5", "SignatureDoesNotMatch"),
        (by_roa, "accept", "SignatureDoesNotMatch"),
        (by_roa, "x-acs-version", "SignatureDoesNotMatch"),
        (by_roa, "x-acs-signature-nonce", "SignatureDoesNotMatch"),
    ],
)
def test_a_header_is_missing(sign: Sign, part: str, expected: str) -> None:
    reply = SHARED.respond(without(signed(sign), part))
    # unsigned, the request is one of RPC without `Format`: XML
    assert expected == code(reply) if reply.media_type.startswith("application/json") else expected in str(reply.body)


@pytest.mark.parametrize(
    ("sign", "part", "value", "expected"),
    [
        (by_query, "Timestamp", "yesterday", "InvalidTimeStamp.Format"),
        (by_query, "Timestamp", "2026-13-01T00:00:00Z", "InvalidTimeStamp.Format"),
        (by_query, "Timestamp", "2026-11-21T00:26:28+00:00", "InvalidTimeStamp.Format"),
        (by_query, "SignatureMethod", "HMAC-SHA256", "IncompleteSignature"),
        (by_query, "SignatureVersion", "2.0", "IncompleteSignature"),
        (by_acs3, "x-acs-date", "2026-11-21 00:26:28", "InvalidTimeStamp.Format"),
        (by_acs3, "x-acs-content-sha256", "0" * 64, "SignatureDoesNotMatch"),
        (by_acs3, "host", "localhost:8901", "SignatureDoesNotMatch"),
        (by_roa, "date", "2026-11-21T00:26:28Z", "InvalidTimeStamp.Format"),
        (by_roa, "date", "Sat, 31 Feb 2026 00:26:32 GMT", "InvalidTimeStamp.Format"),
        (by_roa, "date", "Sat, 21 Foo 2026 00:26:32 GMT", "InvalidTimeStamp.Format"),
        (by_roa, "content-md5", "AAAAAAAAAAAAAAAAAAAAAA==", "ContentMD5NotMatched"),
        (by_roa, "x-acs-signature-method", "HMAC-SHA256", "IncompleteSignature"),
        (by_roa, "x-acs-signature-version", "2.0", "IncompleteSignature"),
        (by_acs3, "authorization", "ACS3-HMAC-SHA256 Credential=LTAI-lookalike-demo", "IncompleteSignature"),
        (by_acs3, "authorization", "ACS3-HMAC-SHA256", "IncompleteSignature"),
        (by_acs3, "authorization", "ACS3-HMAC-SM3 Credential=a,SignedHeaders=host,Signature=b", "IncompleteSignature"),
        (by_acs3, "authorization", "Bearer token", "IncompleteSignature"),
        (by_acs3, "authorization", ",,;==", "IncompleteSignature"),
        (by_roa, "authorization", "acs", "IncompleteSignature"),
        (by_roa, "authorization", "acs LTAI-lookalike-demo", "IncompleteSignature"),
        (by_roa, "authorization", "acs :c2lnbmF0dXJl", "IncompleteSignature"),
    ],
)
def test_a_part_is_wrong(sign: Sign, part: str, value: str, expected: str) -> None:
    assert sent(changed(signed(sign), part, value)) == expected


def test_version_3_needs_the_digest_even_where_it_is_not_signed() -> None:
    request = without(signed(by_acs3), "x-acs-content-sha256")
    names = ("host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce")
    digestless = (
        f"ACS3-HMAC-SHA256 Credential={ACCOUNTS['demo']['AccessKeyId']},SignedHeaders={';'.join(names)},Signature="
    )
    stages = acs3.recompute_stages(
        changed(request, "authorization", digestless + "0"), ACCOUNTS["demo"]["AccessKeySecret"]
    )
    assert not isinstance(stages, MalformedCredential)
    complete = changed(request, "authorization", digestless + stages.signature)
    digest = sha256(request.body).hexdigest()
    assert sent(complete) == "SignatureDoesNotMatch"
    assert sent(changed(complete, "x-acs-content-sha256", "0" * 64)) == "SignatureDoesNotMatch"
    # the digest is right, but nobody signed it
    assert sent(changed(complete, "x-acs-content-sha256", digest)) == "IncompleteSignature"


def test_a_second_signature_is_refused() -> None:
    request = signed(by_query)
    assert sent(replace(request, query=request.query + b"&Signature=x")) == "IncompleteSignature"


def test_the_body_of_roa_is_held_against_its_digest_only() -> None:
    request = signed(by_roa)
    assert sent(replace(request, body=request.body.replace(b"Num=1", b"Num=2"))) == "ContentMD5NotMatched"


def test_a_body_that_is_not_its_digests_is_not_called_a_wrong_secret() -> None:
    """Without a string to sign in the message: it would be the client's own, which SDKs read as a wrong secret."""
    request = signed(by_roa)
    reply = new().respond(replace(request, body=request.body.replace(b"Num=1", b"Num=2")))
    assert (reply.status, code(reply)) == (400, "ContentMD5NotMatched")
    assert b"string to sign" not in reply.body
    source = find_provenance(API.document, "/x-lookalike/errors/ContentMD5NotMatched/message")
    assert source.kind == "measured"


@pytest.mark.parametrize("headers", [(), ((b"authorization", b""),), ((b"authorization", b"  "),)])
def test_not_signed_at_all(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    query = b"Action=SearchImageByPic&Version=2020-12-14&Format=JSON"
    assert sent(replace(bare(), query=query, headers=bare().headers + headers)) == "MissingAccessKeyId"


CHANGES = st.sampled_from(["add", "drop", "change"])
WORD = st.text(alphabet="abcXYZ019-_. &=%+é", min_size=1, max_size=6)


@given(st.sampled_from(sorted(RPC)), CHANGES, st.integers(0), WORD, WORD)
def test_any_other_parameter_is_refused(way: str, change: str, at: int, name: str, value: str) -> None:
    request = signed(RPC[way])
    place = "query" if way == "rpc-query-alone" or (way == "rpc-query" and at % 2) else "body"
    listed = parse_qsl(getattr(request, place).decode(), keep_blank_values=True)
    spoiled = list(listed)
    if change == "add":
        spoiled.append((name, value))
    else:
        spoiled.pop(at % len(listed))
        if change == "change":
            key, old = listed[at % len(listed)]
            spoiled.append((key, old + value))
    assert sent(replace(request, **{place: urlencode(spoiled).encode()}))
    assert not sent(request)


@given(st.sampled_from(["acs3", "roa"]), CHANGES, st.integers(0), st.text(alphabet="abc019-_.", min_size=1, max_size=6))
def test_any_other_signed_header_is_refused(way: str, change: str, at: int, value: str) -> None:
    request = signed(WAYS[way])
    # ROA signs every x-acs-* header and these four; ACS3 what the list of signed headers names
    own = (b"accept", b"content-md5", b"content-type", b"date")
    extra = (b"host", b"content-type") if way == "acs3" else own
    places = [n for n, (name, _) in enumerate(request.headers) if name.startswith(b"x-acs-") or name in extra]
    place = places[at % len(places)]
    name, old = request.headers[place]
    new = {"drop": (), "change": ((name, old + value.encode()),), "add": ((name, old), (name, value.encode()))}[change]
    headers = request.headers[:place] + new + request.headers[place + 1 :]
    # of a header that ROA signs by its name alone, the first counts, for signing and for use
    if way == "acs3" or change != "add" or name not in own:
        assert sent(replace(request, headers=headers))
    assert not sent(request)


@given(st.sampled_from(["acs3", "roa"]), st.integers(0, len(FORM) - 1), st.integers(1, 255))
def test_any_other_byte_is_refused(way: str, at: int, mask: int) -> None:
    request = signed(WAYS[way])
    body = bytearray(request.body)
    body[at] ^= mask
    expected = "ContentMD5NotMatched" if way == "roa" else "SignatureDoesNotMatch"
    assert sent(replace(request, body=bytes(body))) == expected
    assert sent(replace(request, query=request.query + b"&" + bytes([at % 26 + 97]))) == "SignatureDoesNotMatch"


ACS3_NAMES = (
    "content-type", "host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version",
)  # fmt: skip


def signed_over(*names: str, request: Request | None = None) -> Request:
    """A request whose signature is right for these headers; their list is written just so."""
    return acs3.sign_headers(request or signed(by_acs3), names, ACCOUNTS["demo"]["AccessKeySecret"])


@pytest.mark.parametrize(
    "names",
    [
        *(tuple(name for name in ACS3_NAMES if name != left_out) for left_out in ACS3_NAMES),
        ("host",),
        ("x-nope",),
        ("",),
        ("", "host"),
        ("host", "host", "host"),
        ("x-acs-dates", *ACS3_NAMES[:4], *ACS3_NAMES[5:]),
    ],
    ids=";".join,
)
def test_version_3_refuses_a_signature_that_leaves_out_a_header(names: tuple[str, ...]) -> None:
    assert sent(signed_over(*names)) == "IncompleteSignature"
    tolerant = Mock("aliyun", clock=lambda: NOW, variants={"signed-headers": "named"})
    # an empty list is none to read, whatever the variant
    assert code(tolerant.respond(signed_over(*names))) == ("" if names != ("",) else "IncompleteSignature")


@pytest.mark.parametrize(
    "names",
    [
        ACS3_NAMES[::-1],
        tuple(name.upper() for name in ACS3_NAMES),
        ACS3_NAMES * 2,
        (*ACS3_NAMES, "user-agent", "x-acs-not-sent"),
    ],
    ids=["in another order", "in capitals", "twice", "with names that were not sent"],
)
def test_version_3_takes_a_whole_list_however_it_is_written(names: tuple[str, ...]) -> None:
    assert sent(signed_over(*names)) == ""


def test_version_3_wants_headers_of_the_vendor_signed_that_nobody_knows() -> None:
    request = with_header(signed(by_acs3), "x-acs-note", "1")
    assert sent(signed_over(*ACS3_NAMES, request=request)) == "IncompleteSignature"
    request = with_header(signed(by_acs3), "x-acs-note", "1")
    assert sent(signed_over(*ACS3_NAMES, "x-acs-note", request=request)) == ""


def test_version_3_does_not_want_the_type_of_no_body_signed() -> None:
    # the vendor's SDK for asyncio sends `content-type: application/octet-stream` with a GET, and does not sign it
    request = replace(signed(by_acs3), query=FORM, body=b"")
    request = with_header(request, "x-acs-content-sha256", sha256(b"").hexdigest())
    assert sent(signed_over(*ACS3_NAMES[1:], request=request)) == ""


def test_a_refused_list_says_which_headers_it_leaves_out() -> None:
    error = SHARED.respond(with_header(signed_over("host", "content-type"), "prefer", "explain"))
    text = str(error.headers)
    assert "x-acs-date" in text
    assert "SignedHeaders leaves out" in text
