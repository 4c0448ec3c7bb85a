"""What the vendors share: a page of products, items that are rendered once, and money as they write it."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import msgspec

from lookalike_specs.messages import Response

from ..catalogue import Catalogue, Product, Query, find_products, load_kinds
from ..context import RequestContext
from ..memory.caches import CACHES, cache_by_text, cache_result
from .item_situations import ITEM_SITUATIONS, MAX_INT32, apply_item_situation

MAX_SLOTS = 16_384
MAX_ITEM_CACHES = 16
# of one slot in both of a cache's tables, and of a bytes object besides its text
SLOT_BYTES = 16
BYTES_OBJECT_SIZE = 33
MAX_AMOUNT: Final = 10**15
MAX_AMOUNT_LENGTH: Final = 40
# scheme and user may be missing: "//host/path" is an address, too
HOST_PATTERN = re.compile(r"(?:https?:)?//(?:[^/?#]*@)?([^/?#:]+)")
# stands in a kept item where each answer puts its own trace; no text of an item holds a DEL
TRACE_PLACEHOLDER: Final = "\x7f"

encode_json = msgspec.json.Encoder().encode


def select_page(catalogue: Catalogue, query: Query, start: int, count: int, situation: str) -> tuple[list[int], int]:
    """Return the indexes of a page's products, and how many there are in all, in the situation that was asked for."""
    indexes, total = find_products(catalogue, query, start, count)
    if situation == "empty":
        return [], 0
    if situation == "last-page" and indexes:
        indexes = indexes[: max(1, count // 2)]
        return indexes, start + len(indexes)
    if situation == "full-page" and total <= start + count:
        # a filter may find next to nothing, so the page is filled without it, and one more is promised
        indexes, _ = find_products(catalogue, Query(image=query.image), 0, count)
        return indexes, min(start, MAX_INT32 - 2 * count) + 2 * count
    return indexes, total


@cache_by_text
def is_on_host(url: str, hosts: tuple[str, ...]) -> bool:
    """Return whether an address is on one of these hosts, or below one of them."""
    match = HOST_PATTERN.match(url)
    if match is None:
        return False
    # with a dot before both, "cbu01.alicdn.com" is below "alicdn.com", and "notalicdn.com" is not
    return f".{match[1].lower()}".endswith(tuple([f".{host}" for host in hosts]))


class ItemCache:
    """Product index -> its rendered item, in a fixed number of slots; an item makes way for the next one in its slot.

    Flat tables, as a page of 20 looks up 20 items: a dict touches four times the memory, an LRU ten times.
    """

    kind = "items"

    def __init__(self, size: int, forget: Callable[[], object] = bool) -> None:
        slots = min(size, MAX_SLOTS)
        self._forget = forget
        self._is_dropped = False
        self._items = [b""] * slots
        self._indexes = array("q", [-1]) * slots
        # a catalogue this small has a slot for each of its products, and needs no look at whose item it is
        self._has_slot_for_each = size <= MAX_SLOTS
        CACHES.charge(self, SLOT_BYTES * slots)

    def get(self, indexes: Sequence[int]) -> list[bytes]:
        """Return the items of these products, in that order; b"" where none is kept."""
        if self._has_slot_for_each:
            return list(map(self._items.__getitem__, indexes))
        items = []
        slots = len(self._items)
        for index in indexes:
            slot = index % slots
            if self._indexes[slot] == index:
                items.append(self._items[slot])
            else:
                items.append(b"")
        return items

    def put(self, index: int, item: bytes) -> None:
        """Keep a product's item; not in a cache that was dropped, as a page may be put together of it at that moment."""
        if self._is_dropped:
            return
        slot = index % len(self._items)
        grown = len(item) - len(self._items[slot])
        if not self._items[slot]:
            grown += BYTES_OBJECT_SIZE
        self._items[slot] = item
        self._indexes[slot] = index
        CACHES.charge(self, grown)

    def clear(self) -> None:
        """Drop this cache with its slots, which may be more than what is in them."""
        self._is_dropped = True
        self._forget()


class ItemRenderer:
    """A vendor's way to write a product, in some language, as bytes of JSON that are kept; use it as a decorator.

    An item depends on nothing but product and language, so a page that was answered once is put together from bytes.
    What differs from answer to answer, such as a trace, is a placeholder in them.
    """

    def __init__(self, render_item: Callable[[Product, str], bytes]) -> None:
        self.render_item = render_item
        # a product is a function of seed and index, so catalogues of one seed and size share what was rendered
        self.caches: dict[tuple[int, int, str], ItemCache] = {}

    def render_page(
        self, catalogue: Catalogue, indexes: Sequence[int], language: str, context: RequestContext
    ) -> bytes:
        """Return the items of a page as a JSON array, in the situation that was asked for."""
        key = catalogue.seed, catalogue.size, language
        cache = self.caches.get(key)
        if cache is None:
            cache = self._add_cache(key)
        items = cache.get(indexes)
        if not all(items):
            items = [self._render_once(cache, catalogue, index, language) for index in indexes]
        page = b"[%b]" % b",".join(items)
        if context.situation in ITEM_SITUATIONS:
            return apply_item_situation(page, context.situation, context.endpoint.operation)
        return page

    def _render_once(self, cache: ItemCache, catalogue: Catalogue, index: int, language: str) -> bytes:
        # most of a page may have been rendered for another one, as neighbours look alike
        (item,) = cache.get([index])
        if not item:
            item = self.render_item(catalogue.get_product(index), language)
            cache.put(index, item)
        return item

    def _add_cache(self, key: tuple[int, int, str]) -> ItemCache:
        """Return a new cache; the oldest one goes for it when there are too many."""
        while len(self.caches) >= MAX_ITEM_CACHES:
            # None, as another thread of a test suite may have dropped it just now
            dropped = self.caches.pop(next(iter(self.caches)), None)
            if dropped is not None:
                dropped.clear()
                CACHES.forget(dropped)
        cache = self.caches[key] = ItemCache(key[1], partial(self.caches.pop, key, None))
        return cache


def fill_trace(items: bytes, trace: str) -> bytes:
    """Return items with the answer's own trace in the place of each placeholder."""
    return items.replace(TRACE_PLACEHOLDER.encode(), trace.encode())


def build_json_response(body: Any) -> Response:
    """Return a body as JSON, HTTP 200."""
    return Response(status=200, body=encode_json(body))


def format_yuan(fen: int) -> str:
    """Return `34.50` for 3450."""
    return f"{fen // 100}.{fen % 100:02d}"


def format_short_yuan(fen: int) -> str:
    """Return `34.5` for 3450, `34` for 3400."""
    return format_yuan(fen).rstrip("0").rstrip(".")


def parse_fen_ceiling(text: str) -> int:
    """Return a decimal number of yuan as fen, parts of a fen rounded up; amounts beyond sense count as 10**15."""
    return _parse_fen(text, ROUND_CEILING)


def parse_fen_floor(text: str) -> int:
    """Return a decimal number of yuan as fen, parts of a fen left out, as for the upper end of a range."""
    return _parse_fen(text, ROUND_FLOOR)


def _parse_fen(text: str, rounding: str) -> int:
    # what follows the 40th character cannot matter, and a text of a megabyte would take its time
    amount = Decimal(text[:MAX_AMOUNT_LENGTH])
    if amount > MAX_AMOUNT:
        return MAX_AMOUNT
    return int((amount * 100).to_integral_value(rounding))


def build_1688_image_url(product: Product) -> str:
    """Return the address of a product's image at 1688."""
    return f"https://cbu01.alicdn.com/O1CN01{product.image_code}_!!{product.shop.seller_id}-0-cib.jpg"


def build_taobao_image_path(product: Product) -> str:
    """Return the address of a product's image at Taobao, without a scheme."""
    server = product.index % 4 + 1
    return f"//img.alicdn.com/i{server}/{product.shop.seller_id}/O1CN01{product.image_code}_!!0-item_pic.jpg"


def percent_encode(text: str) -> str:
    """Return text percent-encoded once, as inside the vendors' trace tokens."""
    return quote(text, safe="")


@cache_result()
def find_1688_kinds(category: int) -> frozenset[int]:
    """Return the kinds of goods in a category of 1688, at whatever level."""
    return frozenset(number for number, kind in enumerate(load_kinds()) if category in kind.ali1688)


@cache_result()
def find_aliyun_kinds(category: int) -> frozenset[int]:
    """Return the kinds of goods in a category of Alibaba Cloud, which Daji uses for Taobao too."""
    return frozenset(number for number, kind in enumerate(load_kinds()) if kind.aliyun == category)
