"""Fen to the vendors' ways to write yuan, and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msgspec

from lookalike_specs.api import Document
from lookalike_specs.messages import Response

from ..catalogue import Catalogue, ItemRenderer, Product, Query, find_products, load_kinds
from ..context import RequestContext

MAX_AMOUNT = 10**15


def format_yuan(fen: int) -> str:
    """3450 -> "34.50"."""
    return f"{fen // 100}.{fen % 100:02d}"


def format_short_yuan(fen: int) -> str:
    """3450 -> "34.5", 3400 -> "34"."""
    return format_yuan(fen).rstrip("0").rstrip(".")


def parse_fen_ceiling(text: str) -> int:
    """A decimal number of yuan as fen, parts of a fen rounded up; amounts beyond sense count as 10**15."""
    amount = Decimal(text[:40])
    return MAX_AMOUNT if amount > MAX_AMOUNT else int((amount * 100).to_integral_value(ROUND_CEILING))


def parse_fen_floor(text: str) -> int:
    """A decimal number of yuan as fen, parts of a fen left out, as for the upper end of a range."""
    amount = Decimal(text[:40])
    return MAX_AMOUNT if amount > MAX_AMOUNT else int((amount * 100).to_integral_value(ROUND_FLOOR))


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


def render_items(
    item: ItemRenderer, catalogue: Catalogue, found: Sequence[int], language: str, call: RequestContext
) -> bytes:
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


LONG_TEXT = "超长标题" * 64
MAX_INT32 = 2**31 - 1
MAX_INT64 = 2**63 - 1


def apply_to_items(items: bytes, call: RequestContext) -> bytes:
    """The items of a page in the situation that was asked for."""
    change = {"nulls": _set_nulls, "extremes": _set_extremes}.get(call.situation)
    if change is None:
        return items
    listed: list[dict[str, Any]] = msgspec.json.decode(items)
    schema = _find_items_schema(call.endpoint.operation.response_schema, listed[0].keys() if listed else ())
    return msgspec.json.encode([change(item, schema) for item in listed])


def _find_items_schema(schema: Document, keys: Collection[str]) -> Document:
    """The schema of the first array of objects in an answer that these items, with these keys, can belong to."""
    found: list[Document] = [schema]
    for node in found:
        inner: Document = node.get("items", {})
        if node.get("type") == "array" and "properties" in inner and set(inner.get("required", ())) <= set(keys):
            return inner
        found += [child for child in node.get("properties", {}).values() if isinstance(child, dict)]
        found += [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
    return {}


def _set_nulls(value: Any, schema: Document) -> Any:
    if _is_nullable(schema):
        return None
    if isinstance(value, dict):
        return {key: _set_nulls(inner, schema.get("properties", {}).get(key, {})) for key, inner in value.items()}
    return value


def _is_nullable(schema: Document) -> bool:
    return schema.get("nullable") is True or "null" in (schema.get("type") or ())


def _set_extremes(value: Any, schema: Document) -> Any:
    """`x-extreme`, or the end of its type; what has a form of its own (an address) keeps it."""
    if "x-extreme" in schema:
        return schema["x-extreme"]
    if isinstance(value, dict):
        return {key: _set_extremes(inner, schema.get("properties", {}).get(key, {})) for key, inner in value.items()}
    is_formed = "enum" in schema or "pattern" in schema or ("format" in schema and isinstance(value, str))
    return value if is_formed else _choose_extreme(value, schema)


def _choose_extreme(value: Any, schema: Document) -> Any:
    """The emptiest list, the greatest number, the longest text; text without a letter is a number, "0,799" or "50+"."""
    if isinstance(value, list):
        return []
    if isinstance(value, int) and not isinstance(value, bool):
        great = MAX_INT64 if schema.get("format") == "int64" else MAX_INT32
        return min(great, schema.get("maximum", great))
    if isinstance(value, str) and any(map(str.isalpha, value)) and "/" not in value and "%" not in value:
        return LONG_TEXT[: schema.get("maxLength", len(LONG_TEXT))]
    return value
