"""What every scheme of Alibaba Cloud's asks besides the signature: a time that is near, a new nonce, the key's token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from acs import SECOND, SKEW_LIMIT, TEMPORARY, TOKEN
from book import NOW, EarlierRequests, SuiteBuilder
from pen import SchemeSigner

from lookalike_specs.messages import Request

REPLAY_DELAYS = MappingProxyType({"The same bytes again": timedelta()})


def add_time_limits(book: SuiteBuilder, pen: SchemeSigner, search: Request) -> None:
    """One second decides."""
    book.add_valid("Signed as long ago as may be", "Expired", pen.sign_request(search, at=NOW - SKEW_LIMIT))
    book.add_valid("Signed as far ahead as may be", "Expired", pen.sign_request(search, at=NOW + SKEW_LIMIT))
    book.add_invalid("A second too late", "Expired", pen.sign_request(search, at=NOW - SKEW_LIMIT - SECOND), "expired")
    book.add_invalid("A second too early", "Expired", pen.sign_request(search, at=NOW + SKEW_LIMIT + SECOND), "future")


def add_kept_nonce(book: SuiteBuilder, pen: SchemeSigner, search: Request) -> None:
    """A nonce is used up by what is let in."""
    nonce = f"{pen.nonce_prefix}-kept"
    refused = pen.sign_request(search, nonce=nonce, secret="wrong")
    comment = "The nonce of a request that was refused is not used up"
    request = pen.sign_request(search, nonce=nonce)
    book.add_valid(comment, "NonceKept", request, before=((NOW, refused, "invalid"),))


def add_replays(
    book: SuiteBuilder,
    pen: SchemeSigner,
    search: Request,
    other: Request,
    again: Mapping[str, timedelta] = REPLAY_DELAYS,
) -> None:
    """The same bytes, so long afterwards; and another request with their nonce."""
    once = pen.sign_request(search)
    before: EarlierRequests = ((NOW, once, "valid"),)
    for comment, after in again.items():
        book.add_invalid(comment, "Nonce", once, "replayed", before=before, **({"clock": NOW + after} if after else {}))
    second = pen.sign_request(other, nonce=str(pen.adapter.read_client_inputs(once)["nonce"]))
    book.add_invalid("Another request with a nonce that was used", "Nonce", second, "replayed", before=before)


def add_tokens(book: SuiteBuilder, pen: SchemeSigner, search: Request, comment: str) -> None:
    """A temporary key with its token, without, with another's."""
    book.add_valid(comment, "SecurityToken", sign_with_temporary_key(pen, search, TOKEN))
    book.add_invalid("No token", "SecurityToken Missing", sign_with_temporary_key(pen, search, None), "missing-token")
    book.add_invalid("Another token", "SecurityToken", sign_with_temporary_key(pen, search, "another"), "bad-token")


def sign_with_temporary_key(
    pen: SchemeSigner, search: Request, token: str | None, secret: str = TEMPORARY["AccessKeySecret"]
) -> Request:
    """A request signed with the temporary key."""
    return pen.sign_request(search, key=TEMPORARY["AccessKeyId"], secret=secret, token=token)
