from random import Random
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lookalike_specs.messages import Pairs, Request
from lookalike_specs.signing import MalformedCredential, RoaCredential, acs_roa

DATE = "Sat, 21 Nov 2026 00:26:32 GMT"
TEXT = st.text(max_size=6)
DISTINCT = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6, unique_by=lambda pair: pair[0]).map(tuple)
HEADERS = (
    ("x-acs-version", "2019-03-25"),
    ("X-Acs-Action", " SearchImage "),
    ("Date", DATE),
    ("Accept", "application/json"),
    ("Accept", "text/xml"),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Content-MD5", "rKVR7dBwavZa5PydtG6JFQ=="),
    ("User-Agent", "is not signed"),
    ("X-Forwarded-For", "is not signed"),
)
STANDARD = f"application/json\nrKVR7dBwavZa5PydtG6JFQ==\napplication/x-www-form-urlencoded\n{DATE}\n"
OWN = "x-acs-action:SearchImage\nx-acs-version:2019-03-25\n"


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "expected"),
    [
        pytest.param("GET", "", (), (), "GET\n\n\n\n\n", id="blank-lines-where-headers-are-absent"),
        pytest.param("POST", "/v2/image/search", (), HEADERS, f"POST\n{STANDARD}{OWN}/v2/image/search", id="headers"),
        pytest.param(
            "GET", "/p", (("b", "1"), ("a", "红 /")), (), "GET\n\n\n\n\n/p?a=红 /&b=1", id="query-not-encoded"
        ),
        pytest.param(
            "GET", "/p", (("b", ""), ("a", "1")), (), "GET\n\n\n\n\n/p?a=1&b", id="empty-value-is-a-bare-name"
        ),
        pytest.param("GET", "/p", (("a", "2"), ("a", "1")), (), "GET\n\n\n\n\n/p?a=2&a=1", id="repeated-names"),
    ],
)
def test_the_string_to_sign(method: str, path: str, query: Pairs, headers: Pairs, expected: str) -> None:
    stages = acs_roa.compute_stages(method=method, path=path, query=query, headers=headers, secret="secret")
    assert stages.steps[2].value == expected


def test_vector() -> None:
    """Of the vendor's own unit tests of its signature library."""
    stages = acs_roa.compute_stages(method="GET", path="", query=(), headers=(), secret="secret")
    assert stages.signature == "XGXDWA78AEvx/wmfxKoVCq/afWw="


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acs testid:2BOeMA7mqzLRB2QX4wAkIqPEAhM=", RoaCredential("testid", "2BOeMA7mqzLRB2QX4wAkIqPEAhM=")),
        ("  acs  testid:x=  ", RoaCredential("testid", "x=")),
        ("acs testid", MalformedCredential("malformed", "Authorization is not `acs <access key id>:<signature>`")),
        ("acs :x=", MalformedCredential("malformed", "Authorization is not `acs <access key id>:<signature>`")),
        ("acs testid:", MalformedCredential("malformed", "Authorization is not `acs <access key id>:<signature>`")),
        ("Bearer x:y", MalformedCredential("algorithm", "Authorization does not begin with `acs `")),
        ("", MalformedCredential("malformed", "Authorization does not begin with `acs `")),
    ],
)
def test_credential(text: str, expected: RoaCredential | MalformedCredential) -> None:
    assert acs_roa.parse_credential(text) == expected


def over(query: Pairs, headers: Pairs = ()) -> str:
    return acs_roa.compute_stages(method="GET", path="/p", query=query, headers=headers, secret="s").signature


@given(DISTINCT, st.randoms(use_true_random=False))
def test_order_does_not_matter_where_no_name_repeats(query: Pairs, random: Random) -> None:
    headers = HEADERS[:4]
    shuffled = tuple(random.sample(query, len(query))), tuple(random.sample(headers, len(headers)))
    assert over(query, headers) == over(*shuffled)


@given(DISTINCT, TEXT, st.data())
def test_one_changed_value_changes_the_signature_while_all_else_is_held(
    query: Pairs, value: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(query) - 1))
    name, old = query[at]
    # `/p?a` may stand for `a` or for the empty name with the value ""; nothing is claimed for a name that holds a `=`.
    assume(name and "=" not in name and old != value)
    assert over(query) != over((*query[:at], (name, value), *query[at + 1 :]))


@given(DISTINCT, st.binary(max_size=6), st.none() | st.just("n1"), st.none() | st.just("token"))
def test_a_signed_request_verifies_from_its_own_wire_bytes(
    query: Pairs, body: bytes, nonce: str | None, token: str | None
) -> None:
    request = Request(method="POST", path="/v2/图", query=urlencode(query).encode(), body=body)
    signed = acs_roa.sign_request(request, "testid", "s", date=DATE, nonce=nonce, security_token=token)
    assert acs_roa.read_signature(signed) == acs_roa.recompute_stages(signed, "s").signature
    assert acs_roa.read_signature(signed) != acs_roa.recompute_stages(signed, "t").signature


@pytest.mark.parametrize(
    ("body", "nonce", "token", "expected"),
    [
        (b"", None, None, {}),
        (b"a=1", None, None, {"content-md5": "OHLJrj9CevC+Dq0J0Hrizw=="}),
        (b"", "n1", "t1", {"x-acs-signature-nonce": "n1", "x-acs-security-token": "t1"}),
    ],
)
def test_the_headers_added(body: bytes, nonce: str | None, token: str | None, expected: dict[str, str]) -> None:
    request = Request(method="POST", path="/", body=body, headers=((b"date", b"old"), (b"accept", b"a/b")))
    signed = acs_roa.sign_request(request, "testid", "s", date=DATE, nonce=nonce, security_token=token)
    added = {name.decode(): value.decode() for name, value in signed.headers}
    assert len(added) == len(signed.headers)
    assert added.pop("authorization") == f"acs testid:{acs_roa.read_signature(signed)}"
    always = {"accept": "a/b", "date": DATE, "x-acs-signature-method": "HMAC-SHA1", "x-acs-signature-version": "1.0"}
    assert added == always | expected


def test_a_request_without_signature_presents_none() -> None:
    assert acs_roa.read_signature(Request(method="GET", path="/")) is None
