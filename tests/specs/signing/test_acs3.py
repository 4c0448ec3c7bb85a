from hashlib import sha256
from random import Random
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lookalike_specs.messages import Pairs, Request
from lookalike_specs.signing import Acs3Credential, MalformedCredential, Stages, acs3

EMPTY = sha256(b"").hexdigest()
TIME = "2026-11-21T00:26:27Z"
TEXT = st.text(max_size=6)
DISTINCT = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6, unique_by=lambda pair: pair[0]).map(tuple)
WHOLE = "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-date,Signature=02eb2200"


def test_vector() -> None:
    """The worked example of help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature."""
    request = Request(
        method="POST",
        path="/",
        query=b"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
        headers=(
            (b"host", b"ecs.cn-shanghai.aliyuncs.com"),
            (b"x-acs-action", b"RunInstances"),
            (b"x-acs-version", b"2014-05-26"),
        ),
    )
    time, nonce = "2023-10-26T10:22:32Z", "3156853299f313e23d1673dc12e1703d"
    signed = acs3.sign_request(request, "YourAccessKeyId", "YourAccessKeySecret", timestamp=time, nonce=nonce)
    assert signed.get_header(b"authorization") == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )
    stages = acs3.recompute_stages(signed, "YourAccessKeySecret")
    assert isinstance(stages, Stages)
    expected = "ACS3-HMAC-SHA256\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    assert stages.steps[2].value == expected


def over(query: Pairs = (), headers: Pairs = (), names: tuple[str, ...] = (), path: str = "/") -> Stages:
    return acs3.compute_stages(
        method="POST", path=path, query=query, headers=headers, signed_headers=names, body_hash=EMPTY, secret="s"
    )


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        pytest.param(over(), f"POST\n/\n\n\n\n{EMPTY}", id="nothing"),
        pytest.param(over((("b", ""), ("a", "* "))), f"POST\n/\na=%2A%20&b=\n\n\n{EMPTY}", id="query"),
        pytest.param(over(path="/a b"), f"POST\n/a%20b\n\n\n\n{EMPTY}", id="path"),
        pytest.param(
            over(headers=(("X-B", " 2 "), ("Host", "h:1"), ("Not", "signed")), names=("X-B", "host")),
            f"POST\n/\n\nhost:h:1\nx-b:2\n\nhost;x-b\n{EMPTY}",
            id="headers-lower-trimmed-sorted",
        ),
        pytest.param(
            over(headers=(("a", "2"), ("A", "1")), names=("a",)),
            f"POST\n/\n\na:1,2\n\na\n{EMPTY}",
            id="repeated-header",
        ),
        pytest.param(over(names=("a", "a")), f"POST\n/\n\na:\n\na\n{EMPTY}", id="named-twice-and-absent"),
    ],
)
def test_the_canonical_request(stages: Stages, expected: str) -> None:
    assert stages.steps[1].value == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WHOLE, Acs3Credential("testid", ("host", "x-acs-date"), "02eb2200")),
        (WHOLE.replace(",", ", "), Acs3Credential("testid", ("host", "x-acs-date"), "02eb2200")),
        (
            "ACS3-HMAC-SHA256 Credential=testid,Signature=0",
            MalformedCredential("malformed", "Authorization has no SignedHeaders"),
        ),
        (WHOLE.replace("testid", ""), MalformedCredential("malformed", "Authorization has no Credential")),
        (WHOLE.replace("Signature=", "Signatur="), MalformedCredential("malformed", "Authorization has no Signature")),
        (
            WHOLE.replace("SHA256", "SM3"),
            MalformedCredential("algorithm", "Authorization does not begin with `ACS3-HMAC-SHA256 `"),
        ),
        ("", MalformedCredential("malformed", "Authorization does not begin with `ACS3-HMAC-SHA256 `")),
    ],
)
def test_credential(text: str, expected: Acs3Credential | MalformedCredential) -> None:
    assert acs3.parse_credential(text) == expected


@given(DISTINCT, st.randoms(use_true_random=False))
def test_order_does_not_matter_where_no_name_repeats(query: Pairs, random: Random) -> None:
    headers = (("host", "h"), ("x-a", "1"), ("x-b", "2"))
    names = ("host", "x-a", "x-b")
    mixed = tuple(random.sample(query, len(query)))
    assert over(query, headers, names) == over(mixed, headers[::-1], names[::-1])


@given(DISTINCT, TEXT, st.data())
def test_one_changed_value_changes_the_signature(query: Pairs, value: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(query) - 1))
    name, old_value = query[index]
    assume(old_value != value)
    changed_query = (*query[:index], (name, value), *query[index + 1 :])
    assert over(query).signature != over(changed_query).signature


@given(DISTINCT, st.binary(max_size=6), st.text(alphabet="aé \t", max_size=4), st.none() | st.just("token"))
def test_a_signed_request_verifies_from_its_own_wire_bytes(
    query: Pairs, body: bytes, agent: str, token: str | None
) -> None:
    headers = ((b"host", b"127.0.0.1:8901"), (b"x-acs-agent", agent.encode("latin-1")))
    request = Request(method="POST", path="/图", query=urlencode(query).encode(), headers=headers, body=body)
    signed = acs3.sign_request(request, "testid", "s", timestamp=TIME, nonce="n1", security_token=token)
    assert acs3.read_signature(signed) == signature(signed)
    # the digest in the header stays, so it is the body itself that a server must look at
    assert acs3.read_signature(signed) != signature(msgspec.structs.replace(signed, body=body + b"x"))


def signature(request: Request) -> str:
    stages = acs3.recompute_stages(request, "s")
    assert isinstance(stages, Stages)
    return stages.signature


def test_a_header_is_signed_as_latin_1_text() -> None:
    request = Request(method="POST", path="/", headers=((b"x-acs-agent", b"\xe9"),))
    stages = acs3.recompute_stages(acs3.sign_request(request, "testid", "s", timestamp=TIME, nonce="n1"), "s")
    assert isinstance(stages, Stages)
    assert "x-acs-agent:é\n" in stages.steps[1].value


def test_what_is_signed() -> None:
    headers = (
        (b"content-type", b"a/b"),
        (b"host", b"h:1"),
        (b"user-agent", b"u"),
        (b"x-acs-action", b"SearchImageByPic"),
    )
    request = Request(method="POST", path="/", headers=headers, body=b"a=1")
    signed = acs3.sign_request(request, "testid", "s", timestamp=TIME, nonce="n1", security_token="token")
    credential = acs3.parse_credential(signed.get_header(b"authorization") or "")
    assert isinstance(credential, Acs3Credential)
    assert ";".join(credential.signed_headers) == (
        "content-type;host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-security-token;x-acs-signature-nonce"
    )
    assert signed.get_header(b"x-acs-content-sha256") == sha256(b"a=1").hexdigest()
    assert (signed.get_header(b"x-acs-date"), signed.get_header(b"x-acs-signature-nonce")) == (TIME, "n1")
    assert (signed.get_header(b"x-acs-accesskey-id"), signed.get_header(b"x-acs-security-token")) == ("testid", "token")


def test_an_unreadable_authorization_has_no_stages() -> None:
    request = Request(method="GET", path="/", headers=((b"authorization", b"Bearer x"),))
    assert isinstance(acs3.recompute_stages(request, "s"), MalformedCredential)
    assert acs3.read_signature(request) is None
