"""A request remembers how it was signed, as long as nobody changes what was signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from lookalike_contracts.signed_request import SignedRequest, create_signed_request, read_signing
from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.signing import SigningContext

DAJI = load_api("daji-1688")
SCHEME = DAJI.operations[0].schemes[0]
NOW = SigningContext(datetime.now(UTC), "nonce")
UNSIGNED = Request(method="GET", path="/", query=b"a=1&b=2")


def create_signed(context: SigningContext = NOW) -> SignedRequest:
    return create_signed_request(UNSIGNED, SCHEME, DAJI.account, context)


def test_it_remembers() -> None:
    # a signature is current for some minutes, and a long run may come here much later than it read this file
    now = SigningContext(datetime.now(UTC), "nonce")
    signing = read_signing(create_signed(now), DAJI.account)
    assert signing is not None
    assert (signing.scheme, signing.context, signing.unsigned) == (SCHEME, now, UNSIGNED)
    assert signing.is_current


def test_a_time_that_was_chosen_is_not_current() -> None:
    old = SigningContext(NOW.time - timedelta(days=1), "nonce")
    signing = read_signing(create_signed_request(UNSIGNED, SCHEME, DAJI.account, old), DAJI.account)
    assert signing is not None
    assert not signing.is_current


def test_an_edited_request_is_signed_by_nobody() -> None:
    signed = create_signed()
    for edited in (
        replace(signed, query=signed.query.replace(b"a=1", b"a=2")),
        replace(signed, query=signed.query.replace(b"b=2", b"")),
        replace(signed, body=b"more"),
        replace(signed, headers=((b"x", b"y"),)),
        replace(signed, path="/other"),
    ):
        assert edited != signed
        assert read_signing(edited, DAJI.account) is None


def test_another_order_is_still_what_was_signed() -> None:
    signed = create_signed()
    turned = replace(signed, query=b"&".join(reversed(signed.query.split(b"&"))))
    assert turned != signed
    assert read_signing(turned, DAJI.account) is not None


def test_what_another_account_signed_is_not_this_ones() -> None:
    assert read_signing(create_signed(), {"appKey": "other", "appSecret": "own"}) is None
    assert read_signing(UNSIGNED, DAJI.account) is None


def test_two_requests_are_equal_when_the_same_bytes_are_sent() -> None:
    signed = create_signed()
    other_time = SigningContext(NOW.time - timedelta(days=1), "other nonce")
    # this scheme signs neither time nor nonce
    again = create_signed_request(UNSIGNED, SCHEME, DAJI.account, other_time)
    plain = Request(method="GET", path="/", query=signed.query, headers=signed.headers)
    assert signed == again == plain
    assert plain == signed
    assert len({signed, again}) == 1
    assert signed != UNSIGNED
