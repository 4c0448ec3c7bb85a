"""What every vendor's page is made with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msgspec

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue import Catalogue, Item, Product, Query, find, kinds
from .situations import GREAT, situated

encode = msgspec.json.Encoder().encode
# stands in an item's kept bytes where each answer puts its own trace; no text of an item holds a DEL
MARK = "\x7f"


def results(catalogue: Catalogue, query: Query, start: int, count: int, situation: str) -> tuple[list[int], int]:
    """The products of a page, and how many there are in all, in the situation that was asked for."""
    found, total = find(catalogue, query, start, count)
    if situation == "empty":
        return [], 0
    if situation == "last-page" and found:
        found = found[: max(1, count // 2)]
        return found, start + len(found)
    if situation == "full-page" and total <= start + count:
        found = find(catalogue, Query(picture=query.picture), 0, count)[0]
        return found, min(start, GREAT - 2 * count) + 2 * count
    return found, total


def items(item: Item, catalogue: Catalogue, found: Sequence[int], language: str, call: Call) -> bytes:
    """The items of a page as a JSON array."""
    listed = b",".join(catalogue.shelf(item, language).take(found))
    return situated(b"[%b]" % listed, call)


def marked(items: bytes, text: str) -> bytes:
    """Items with the answer's own text in the place of each MARK."""
    return items.replace(MARK.encode(), text.encode())


def reply(body: Any) -> Reply:
    """A body as JSON, HTTP 200."""
    return Reply(status=200, body=encode(body))


def offer_url(product: Product) -> str:
    """The address of a product's page at 1688."""
    return f"https://detail.1688.com/offer/{product.offer_id}.html"


def picture_url(product: Product) -> str:
    """The address of a product's picture at 1688."""
    return f"https://cbu01.alicdn.com/O1CN01{product.picture}_!!{product.shop.seller_id}-0-cib.jpg"


def quoted(text: str) -> str:
    """Percent-encoded once, as inside the vendors' trace tokens."""
    return quote(text, safe="")


@lru_cache(maxsize=1024)
def kinds_in(category: int) -> frozenset[int]:
    """The kinds of goods that stand in a category of 1688, at whatever level."""
    return frozenset(at for at, kind in enumerate(kinds()) if category in kind.ali1688)
