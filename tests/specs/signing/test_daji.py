import struct
from hashlib import md5
from random import Random
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lookalike_specs.messages import Pairs, Request, parse_pairs
from lookalike_specs.signing import daji, find_first_difference
from lookalike_specs.signing.base import Stage

SECRET = "test_secret_0001"
KEY = (("appKey", "test_key_0001"),)
PAGE = (*KEY, ("imageId", "1048608196202797156"), ("beginPage", "1"), ("pageSize", "20"), ("country", "en"))
FULL = (
    *PAGE,
    ("filter", "shipInToday,ksCiphertext"),
    ("sort", '{"price":"asc"}'),
    ("priceStart", "1"),
    ("priceEnd", "20000"),
)

# Made by running the vendor's own Java sample; the secret is `SECRET`. A null of Java is a parameter that is not there.
VECTORS = [
    pytest.param(KEY, "7883FBCFCD3BCA1D2BA3978E289928B3", id="app-key-only"),
    pytest.param(PAGE, "93459F6FC7B6A10AC875F3321C11B067", id="required"),
    pytest.param(FULL, "F0F38B184AB319447189B78C32A068DF", id="filter-sort-price"),
    pytest.param(
        (*reversed(FULL), ("sign", "x")), "F0F38B184AB319447189B78C32A068DF", id="region-null-any-order-with-sign"
    ),
    pytest.param((*PAGE, ("appSecret", SECRET)), "B418B4BB6AF1D267C3BCEC41AC15BA2E", id="app-secret-sent"),
]
# A full width "！" (U+FF01) is below an emoji as a code point and above it as a UTF-16 unit.
EMOJI, FULL_WIDTH = "\U0001f600", "！"
TEXT = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from(["a", "A", "_", EMOJI, FULL_WIDTH])), max_size=6
)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=6).map(tuple)
DISTINCT = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6, unique_by=lambda pair: pair[0]).map(tuple)


@pytest.mark.parametrize(("sent", "expected"), VECTORS)
def test_vectors(sent: Pairs, expected: str) -> None:
    assert daji.compute_signature(sent, SECRET) == expected
    assert daji.compute_stages(sent, SECRET).signature == expected


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        pytest.param((), "", id="no-parameter"),
        pytest.param((("a", "1"), ("_", "2"), ("B", "3")), "B=3&_=2&a=1", id="case-sensitive"),
        pytest.param((("a", ""), ("sign", "x")), "a=", id="an-empty-value-stays-and-sign-goes"),
        pytest.param((("a", "2"), ("a", "1")), "a=2&a=1", id="repeated-names-keep-their-order"),
        pytest.param((("a", "x&y=%20 +"),), "a=x&y=%20 +", id="raw"),
        pytest.param(((FULL_WIDTH, "2"), (EMOJI, "1")), f"{EMOJI}=1&{FULL_WIDTH}=2", id="utf-16-order"),
    ],
)
def test_stages(sent: Pairs, canonical: str) -> None:
    stages = daji.compute_stages(sent, SECRET, reveal=True)
    whole = f"{canonical}&secret={SECRET}" if canonical else f"secret={SECRET}"
    assert stages.steps[1:3] == (Stage("canonical", canonical), Stage("string-to-sign", whole))
    assert stages.signature == md5(whole.encode()).hexdigest().upper()


def test_the_secret_is_masked_in_every_stage_unless_revealed() -> None:
    sent = (*PAGE, ("appSecret", SECRET))
    masked, revealed = daji.compute_stages(sent, SECRET), daji.compute_stages(sent, SECRET, reveal=True)
    assert not any(SECRET in step.value for step in masked.steps)
    assert masked.steps[2].value.endswith("&secret=***")
    assert revealed.steps[2].value.endswith(f"&secret={SECRET}")
    assert "***" not in "".join(step.value for step in revealed.steps)
    assert masked.signature == revealed.signature


def test_another_secret_shows_only_in_the_signature() -> None:
    difference = find_first_difference(daji.compute_stages(PAGE, SECRET), daji.compute_stages(PAGE, "other"))
    assert difference is not None
    assert difference.stage == "signature"


def test_a_lone_surrogate_is_a_question_mark_as_in_java() -> None:
    assert daji.compute_signature((("a", "\ud800"),), SECRET) == daji.compute_signature((("a", "?"),), SECRET)


def naive(sent: Pairs, secret: str) -> str:
    """Return the sign by the vendor's rule word for word."""

    # Java compares strings by UTF-16 units: an emoji is two of them, from D800 on, and so stands before U+FF01

    def units(name: str) -> tuple[int, ...]:
        raw = name.encode("utf-16-be")
        return struct.unpack(f">{len(raw) // 2}H", raw)

    kept = sorted(((name, value) for name, value in sent if name != "sign"), key=lambda pair: units(pair[0]))
    text = "".join(f"{name}={value}&" for name, value in kept) + f"secret={secret}"
    return md5(text.encode()).hexdigest().upper()


@given(PAIRS, TEXT)
def test_the_fast_path_keeps_the_rule(sent: Pairs, secret: str) -> None:
    assert daji.compute_signature(sent, secret) == naive(sent, secret)


@given(DISTINCT, st.randoms(use_true_random=False))
# Of a repeated name the order counts, as the vendor's sort is stable; so names are unique here.
def test_order_does_not_matter_where_no_name_repeats(sent: Pairs, random: Random) -> None:
    shuffled = tuple(random.sample(sent, len(sent)))
    assert daji.compute_signature(sent, SECRET) == daji.compute_signature(shuffled, SECRET)


@given(DISTINCT, TEXT, st.data())
def test_one_changed_value_changes_the_sign_while_all_else_is_held(
    sent: Pairs, value: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(sent) - 1))
    assume(sent[at][0] != "sign" and sent[at][1] != value)
    changed = (*sent[:at], (sent[at][0], value), *sent[at + 1 :])
    assert daji.compute_signature(sent, SECRET) != daji.compute_signature(changed, SECRET)


def test_the_signed_text_is_not_injective() -> None:
    assert daji.compute_signature((("a", "1&b=2"),), SECRET) == daji.compute_signature((("a", "1"), ("b", "2")), SECRET)


@given(PAIRS, PAIRS)
def test_a_signed_request_verifies_from_its_own_wire_bytes(query: Pairs, form: Pairs) -> None:
    for request in (unsigned(query), unsigned(query, form)):
        signed = daji.sign_request(request, "key", SECRET)
        assert daji.read_signature(signed) == daji.recompute_stages(signed, SECRET).signature


@pytest.mark.parametrize("form", [None, (("image_base64", "+/="),)], ids=["query", "form"])
def test_where_key_and_sign_go(form: Pairs | None) -> None:
    request = unsigned((("country", "en"), ("appKey", "old")) if form is None else (), form)
    signed = daji.sign_request(request, "key", SECRET)
    grown = signed.query if form is None else signed.body
    names = [name for name, _ in parse_pairs(grown)]
    assert names == ["country" if form is None else "image_base64", "appKey", "sign"]
    assert dict(parse_pairs(grown))["appKey"] == "key"
    assert (signed.body if form is None else signed.query) == b""


def test_a_request_without_sign_presents_none() -> None:
    assert daji.read_signature(unsigned(PAGE)) is None


def unsigned(query: Pairs, form: Pairs | None = None) -> Request:
    if form is None:
        return Request(method="GET", path="/", query=encoded(query))
    headers = ((b"content-type", b"application/x-www-form-urlencoded"),)
    return Request(method="POST", path="/", query=encoded(query), headers=headers, body=encoded(form))


def encoded(sent: Pairs) -> bytes:
    """As browsers and `requests` write it, so that the client's encoding differs from the one under test."""
    return urlencode(sent).encode()
