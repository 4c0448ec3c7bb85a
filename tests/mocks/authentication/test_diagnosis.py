"""A refused signature says at which stage it went another way, and never what the right one is."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import md5
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.reason import Reason
from lookalike_specs.messages import Request
from lookalike_specs.signing import acs3, acs_rpc, canonical, daji

from ..testers import build_signed_request

SECRET = "lookalike-demo-secret"
KEY = ("appKey", "lookalike-demo-key")
PAIRS = (KEY, ("imageId", "1"), ("beginPage", "1"), ("Keyword", "红 色"), ("empty", ""))
Sign = Callable[[tuple[tuple[str, str], ...]], str]


def digest(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def join(pairs: tuple[tuple[str, str], ...]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


MISTAKES: list[tuple[Sign, str, str]] = [
    (lambda pairs: daji.compute_signature(pairs, SECRET).lower(), "signature", "in lower case"),
    (lambda pairs: daji.compute_signature(pairs[:-1], SECRET), "signed", "without the empty parameters"),
    (lambda pairs: daji.compute_signature(pairs[1:], SECRET), "signed", "without appKey"),
    (
        lambda pairs: daji.compute_signature(tuple((name, quote(value, safe="")) for name, value in pairs), SECRET),
        "canonical",
        "percent-encoded",
    ),
    (lambda pairs: digest(f"{join(pairs)}&secret={SECRET}"), "canonical", "ordered as they were sent"),
    (lambda pairs: digest(f"{join(tuple(sorted(pairs)))}{SECRET}"), "string-to-sign", "without `&secret=`"),
    (lambda pairs: digest(f"{SECRET}{join(tuple(sorted(pairs)))}{SECRET}"), "string-to-sign", "around the text"),
]


def explain(mock: Mock, request: Request) -> Reason:
    mock.respond(request)
    reason = mock.demo_state.journal.entries[-1].why
    assert reason is not None
    assert SECRET not in repr(reason)
    return reason


@pytest.mark.parametrize(("sign", "stage", "words"), MISTAKES)
def test_a_usual_mistake_with_dajis_sign_is_named(sign: Sign, stage: str, words: str) -> None:
    query = urlencode([*PAIRS, ("sign", sign(PAIRS))])
    reason = explain(Mock("daji-1688"), Request(method="GET", path="/alibaba/product/imageQuery", query=query.encode()))
    assert (reason.rule, reason.error) == ("mismatch", "bad-sign")
    assert f"the stage `{stage}` on" in reason.text
    assert words in reason.text


def test_another_secret_says_so_and_shows_no_signature() -> None:
    query = urlencode([*PAIRS, ("sign", daji.compute_signature(PAIRS, "another secret"))])
    reason = explain(Mock("daji-1688"), Request(method="GET", path="/alibaba/product/imageQuery", query=query.encode()))
    assert reason.text.startswith("the signature is not the one that this request and the key's secret make, nor one")
    assert daji.compute_signature(PAIRS, SECRET) not in repr(reason)


def build_rpc(timestamp: str, method: str = "POST", signed_method: str = "POST") -> Request:
    pairs = (
        ("Action", "SearchImageByPic"),
        ("Version", "2020-12-14"),
        ("AccessKeyId", "LTAI-lookalike-demo"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", f"nonce of {timestamp}"),
        ("Timestamp", timestamp),
        ("InstanceName", "demoinstance1"),
    )
    signature = acs_rpc.compute_stages(signed_method, pairs, SECRET).signature
    return Request(method=method, path="/", query=urlencode([*pairs, ("Signature", signature)]).encode())


def test_the_method_that_was_signed_is_named() -> None:
    timestamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    reason = explain(Mock("aliyun"), build_rpc(timestamp, signed_method="GET"))
    assert reason.text == (
        "the signature differs from the stage `signed` on: it was made for GET, and the request came as POST"
    )


CHANGES = [
    ({"path": "/other/"}, ""),
    ({"method": "GET"}, "it was made for GET, and the request came as POST"),
    ({"query": b""}, "it was made without the query"),
    ({"host": b"127.0.0.1"}, "it was made for a Host without the port"),
]


@pytest.mark.parametrize(("changes", "words"), CHANGES)
def test_what_the_client_signed_otherwise_is_found_for_acs3(changes: dict[str, Any], words: str) -> None:
    mock = Mock("aliyun")
    changes = dict(changes)
    host = changes.pop("host", b"127.0.0.1:8765")
    sent = msgspec.structs.replace(
        build_signed_request("aliyun", mock.sandboxes.demo.credentials["aliyun"]),
        headers=(
            (b"host", b"127.0.0.1:8765"),
            (b"x-acs-action", b"SearchImageByPic"),
            (b"x-acs-version", b"2020-12-14"),
        ),
        body=b"InstanceName=demoinstance1",
    )
    signed = msgspec.structs.replace(
        sent, headers=tuple((name, host if name == b"host" else value) for name, value in sent.headers), **changes
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = acs3.sign_request(signed, "LTAI-lookalike-demo", SECRET, timestamp=now, nonce="n").headers
    digest_header = (b"x-acs-content-sha256", canonical.sha256(sent.body).encode())
    kept = tuple(pair for pair in headers if pair[0] not in (b"host", b"x-acs-content-sha256"))
    reason = explain(mock, msgspec.structs.replace(sent, headers=((b"host", b"127.0.0.1:8765"), digest_header, *kept)))
    assert reason.rule == "mismatch"
    if words:
        assert reason.text == f"the signature differs from the stage `signed` on: {words}"
    else:
        assert "nor one that a usual mistake makes" in reason.text


@pytest.mark.parametrize(
    ("timestamp", "text"),
    [
        ("2030-01-31T11:44:00Z", "Timestamp is 16 min behind the sandbox's clock; the most is 15 min"),
        ("2030-01-31T12:20:00Z", "Timestamp is 20 min ahead of the sandbox's clock; the most is 15 min"),
        ("2030-01-21T12:00:00Z", "Timestamp is 10 days behind the sandbox's clock; the most is 15 min"),
    ],
)
def test_a_clock_that_is_wrong_is_told_by_how_much(timestamp: str, text: str) -> None:
    mock = Mock("aliyun")
    mock.demo_state.clock.set(datetime(2030, 1, 31, 12, tzinfo=UTC).timestamp(), runs=False)
    assert explain(mock, build_rpc(timestamp)).text == text


def test_a_nonce_that_was_seen_before_is_named() -> None:
    mock = Mock("aliyun")
    request = build_rpc(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    mock.respond(request)
    reason = explain(mock, request)
    assert (reason.rule, reason.parameter) == ("replayed", "SignatureNonce")
    assert reason.text == "SignatureNonce was used before; each request needs one of its own"


def test_a_signature_of_a_large_body_is_not_made_again_in_every_wrong_way() -> None:
    pairs = (KEY, ("image_base64", "A" * 300_000), ("sign", "0" * 32))
    body = urlencode(pairs).encode()
    headers = ((b"content-type", b"application/x-www-form-urlencoded"),)
    reason = explain(
        Mock("daji-1688"), Request(method="POST", path="/alibaba/upload/image", headers=headers, body=body)
    )
    assert reason.text == "the signature is not the one that this request and the key's secret make"
