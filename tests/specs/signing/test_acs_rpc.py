from random import Random
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lookalike_specs.messages import Pairs, Request, parse_pairs
from lookalike_specs.signing import acs_rpc
from lookalike_specs.signing.acs_rpc import Placement

FORM = ((b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"16"))
SYSTEM = [
    "Timestamp",
    "SignatureNonce",
    "SignatureMethod",
    "SignatureVersion",
    "AccessKeyId",
    "SecurityToken",
    "Signature",
]
CALL = Request(
    method="POST",
    path="/",
    query=b"Action=SearchImageByPic&Version=2020-12-14",
    headers=FORM,
    body=b"Num=10&Filter=a+b",
)
TEXT = st.text(max_size=6)
DISTINCT = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6, unique_by=lambda pair: pair[0]).map(tuple)

# The worked examples of help.aliyun.com/en/sdk/product-overview/rpc-mechanism, of two years; key testid/testsecret.
VECTORS = [
    pytest.param(
        {
            "Action": "DescribeRegions",
            "Format": "XML",
            "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
            "Timestamp": "2016-02-23T12:46:24Z",
        },
        "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
        id="DescribeRegions",
    ),
    pytest.param(
        {
            "Action": "DescribeDedicatedHosts",
            "Format": "JSON",
            "RegionId": "cn-beijing",
            "SignatureNonce": "edb2b34af0af9a6d14deaf7c1a5315eb",
            "Timestamp": "2023-03-13T08:34:30Z",
        },
        "9NaGiOspFP5UPcwX8Iwt2YJXXuk=",
        id="DescribeDedicatedHosts",
    ),
]
COMMON = {"AccessKeyId": "testid", "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "Version": "2014-05-26"}


@pytest.mark.parametrize(("own", "expected"), VECTORS)
def test_vectors(own: dict[str, str], expected: str) -> None:
    sent = (*own.items(), *COMMON.items(), ("Signature", "is not signed"))
    assert acs_rpc.compute_stages("GET", sent, "testsecret").signature == expected


@pytest.mark.parametrize(
    ("sent", "canonical", "string_to_sign"),
    [
        pytest.param((("b", " "), ("a", "*~")), "a=%2A~&b=%20", "POST&%2F&a%3D%252A~%26b%3D%2520", id="encoded-twice"),
        pytest.param((("SignatureType", ""),), "SignatureType=", "POST&%2F&SignatureType%3D", id="empty-value-kept"),
        pytest.param((("Signature", "x"), ("a", "1")), "a=1", "POST&%2F&a%3D1", id="signature-left-out"),
        pytest.param(
            (("a", "2"), ("a", "1")), "a=2&a=1", "POST&%2F&a%3D2%26a%3D1", id="repeated-names-keep-their-order"
        ),
        pytest.param(
            (("é", "1"), ("~", "2")), "~=2&%C3%A9=1", "POST&%2F&~%3D2%26%25C3%25A9%3D1", id="sorted-unencoded"
        ),
    ],
)
def test_stages(sent: Pairs, canonical: str, string_to_sign: str) -> None:
    stages = acs_rpc.compute_stages("POST", sent, "s")
    assert [step.value for step in stages.steps[1:3]] == [canonical, string_to_sign]


@given(DISTINCT, st.randoms(use_true_random=False))
def test_order_does_not_matter_where_no_name_repeats(sent: Pairs, random: Random) -> None:
    shuffled = tuple(random.sample(sent, len(sent)))
    assert acs_rpc.compute_stages("GET", sent, "s") == acs_rpc.compute_stages("GET", shuffled, "s")


@given(DISTINCT, TEXT, st.data())
def test_one_changed_value_changes_the_signature(sent: Pairs, value: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sent) - 1))
    assume(sent[at][0] != "Signature" and sent[at][1] != value)
    changed = (*sent[:at], (sent[at][0], value), *sent[at + 1 :])
    assert acs_rpc.compute_stages("GET", sent, "s").signature != acs_rpc.compute_stages("GET", changed, "s").signature


def sign(request: Request, placement: Placement, token: str | None = None) -> Request:
    time = "2026-11-21T00:26:28Z"
    return acs_rpc.sign_request(
        request, "testid", "s", timestamp=time, nonce="n1", security_token=token, placement=placement
    )


@given(DISTINCT, DISTINCT, st.sampled_from(["query", "form", "everything-in-query"]), st.none() | TEXT)
def test_a_signed_request_verifies_from_its_own_wire_bytes(
    query: Pairs, form: Pairs, placement: Placement, token: str | None
) -> None:
    body = urlencode(form).encode()
    signed = sign(
        Request(method="POST", path="/", query=urlencode(query).encode(), headers=FORM, body=body), placement, token
    )
    assert acs_rpc.read_signature(signed) == acs_rpc.recompute_stages(signed, "s").signature
    assert acs_rpc.read_signature(signed) != acs_rpc.recompute_stages(signed, "t").signature


@pytest.mark.parametrize(
    ("placement", "query", "form"),
    [
        ("query", ["Action", "Version", *SYSTEM], ["Num", "Filter"]),
        ("form", [], ["Action", "Version", "Num", "Filter", *SYSTEM]),
        ("everything-in-query", ["Action", "Version", "Num", "Filter", *SYSTEM], []),
    ],
)
def test_where_parameters_go(placement: Placement, query: list[str], form: list[str]) -> None:
    signed = sign(CALL, placement, "token")
    assert [name for name, _ in parse_pairs(signed.query)] == query
    assert [name for name, _ in parse_pairs(signed.body)] == form
    assert signed.content_type == ("" if placement == "everything-in-query" else "application/x-www-form-urlencoded")
    assert signed.get_header(b"content-length") == ("16" if placement == "query" else None)


def test_a_call_without_a_body_gets_a_form() -> None:
    signed = sign(Request(method="POST", path="/", query=b"Action=A"), "form")
    assert signed.content_type == "application/x-www-form-urlencoded"
    assert acs_rpc.read_signature(signed) == acs_rpc.recompute_stages(signed, "s").signature


def test_every_placement_has_the_same_signature() -> None:
    placements: tuple[Placement, ...] = ("query", "form", "everything-in-query")
    assert len({acs_rpc.read_signature(sign(CALL, placement)) for placement in placements}) == 1


def test_a_request_without_signature_presents_none() -> None:
    assert acs_rpc.read_signature(CALL) is None
