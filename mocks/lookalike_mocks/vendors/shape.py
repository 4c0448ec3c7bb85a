"""What every vendor's page is made with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msgspec

from lookalike_specs.wire import Response

from ..call import RequestContext
from ..catalogue import Catalogue, ItemRenderer, Product, Query, find_products, load_kinds
from .situations import MAX_INT32, apply_to_items

encode_json = msgspec.json.Encoder().encode
# stands in an item's kept bytes where each answer puts its own trace; no text of an item holds a DEL
TRACE_PLACEHOLDER = "\x7f"


def select_page(catalogue: Catalogue, query: Query, start: int, count: int, situation: str) -> tuple[list[int], int]:
    """The products of a page, and how many there are in all, in the situation that was asked for."""
    found, total = find_products(catalogue, query, start, count)
    if situation == "empty":
        return [], 0
    if situation == "last-page" and found:
        found = found[: max(1, count // 2)]
        return found, start + len(found)
    if situation == "full-page" and total <= start + count:
        found = find_products(catalogue, Query(image=query.image), 0, count)[0]
        return found, min(start, MAX_INT32 - 2 * count) + 2 * count
    return found, total


def render_items(item: ItemRenderer, catalogue: Catalogue, found: Sequence[int], language: str, call: RequestContext) -> bytes:
    """The items of a page as a JSON array."""
    listed = b",".join(catalogue.get_item_cache(item, language).get(found))
    return apply_to_items(b"[%b]" % listed, call)


def fill_trace(items: bytes, text: str) -> bytes:
    """Items with the answer's own text in the place of each MARK."""
    return items.replace(TRACE_PLACEHOLDER.encode(), text.encode())


def build_json_response(body: Any) -> Response:
    """A body as JSON, HTTP 200."""
    return Response(status=200, body=encode_json(body))


def build_offer_url(product: Product) -> str:
    """The address of a product's page at 1688."""
    return f"https://detail.1688.com/offer/{product.offer_id}.html"


def build_image_url(product: Product) -> str:
    """The address of a product's picture at 1688."""
    return f"https://cbu01.alicdn.com/O1CN01{product.image_code}_!!{product.shop.seller_id}-0-cib.jpg"


def percent_encode(text: str) -> str:
    """Percent-encoded once, as inside the vendors' trace tokens."""
    return quote(text, safe="")


@lru_cache(maxsize=1024)
def find_kinds_in(category: int) -> frozenset[int]:
    """The kinds of goods that stand in a category of 1688, at whatever level."""
    return frozenset(at for at, kind in enumerate(load_kinds()) if category in kind.ali1688)
