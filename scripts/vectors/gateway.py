"""What every scheme of Alibaba Cloud's asks besides the signature: a time that is near, a new nonce, the key's token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from acs import EDGE, SECOND, TEMPORARY, TOKEN
from book import NOW, Before, Book
from pen import Pen

from lookalike_specs.wire import Request

AGAIN = MappingProxyType({"The same bytes again": timedelta()})


def times(book: Book, pen: Pen, search: Request) -> None:
    """One second decides."""
    book.valid("Signed as long ago as may be", "Expired", pen.signed(search, at=NOW - EDGE))
    book.valid("Signed as far ahead as may be", "Expired", pen.signed(search, at=NOW + EDGE))
    book.invalid("A second too late", "Expired", pen.signed(search, at=NOW - EDGE - SECOND), "expired")
    book.invalid("A second too early", "Expired", pen.signed(search, at=NOW + EDGE + SECOND), "future")


def kept(book: Book, pen: Pen, search: Request) -> None:
    """A nonce is used up by what is let in."""
    nonce = f"{pen.name}-kept"
    refused = pen.signed(search, nonce=nonce, secret="wrong")
    comment, request = "The nonce of a request that was refused is not used up", pen.signed(search, nonce=nonce)
    book.valid(comment, "NonceKept", request, before=((NOW, refused, "invalid"),))


def replayed(book: Book, pen: Pen, search: Request, other: Request, again: Mapping[str, timedelta] = AGAIN) -> None:
    """The same bytes, so long afterwards; and another request with their nonce."""
    once = pen.signed(search)
    before: Before = ((NOW, once, "valid"),)
    for comment, after in again.items():
        book.invalid(comment, "Nonce", once, "replayed", before=before, **({"clock": NOW + after} if after else {}))
    second = pen.signed(other, nonce=str(pen.way.extras(once)["nonce"]))
    book.invalid("Another request with a nonce that was used", "Nonce", second, "replayed", before=before)


def tokens(book: Book, pen: Pen, search: Request, comment: str) -> None:
    """A temporary key with its token, without, with another's."""
    book.valid(comment, "SecurityToken", temporary(pen, search, TOKEN))
    book.invalid("No token", "SecurityToken Missing", temporary(pen, search, None), "missing-token")
    book.invalid("Another token", "SecurityToken", temporary(pen, search, "another"), "bad-token")


def temporary(pen: Pen, search: Request, token: str | None, secret: str = TEMPORARY["AccessKeySecret"]) -> Request:
    """A request signed with the temporary key."""
    return pen.signed(search, key=TEMPORARY["AccessKeyId"], secret=secret, token=token)
