"""HioBuy's search on 1688 and Taobao: one page of the best matches, there is no paging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

from lookalike_specs.messages import Response

from ..catalogue import ImageIdentity, Product, Query
from ..catalogue.image import identify_by_url
from ..catalogue.subjects import detect_subjects
from ..context import RequestContext, derive_response_ids
from ..exceptions import VendorError
from ..sandbox.state import SandboxState
from . import ali1688, common

# ids at Taobao begin this much below those at 1688, so that none stands for two products
TAOBAO_SHIFT: Final = 300_000_000_000


@dataclass(frozen=True, slots=True)
class Marketplace:
    """How a product is named where it is sold; `trace_kind` is the word for it in trace tokens."""

    trace_kind: str
    get_item_id: Callable[[Product], int]
    get_page_url: Callable[[Product], str]
    get_image_url: Callable[[Product], str]
    get_categories: Callable[[Product], tuple[int, int]]


class ItemWording(NamedTuple):
    """What variants say of an item: `is_full` adds what the vendor's sample leaves out.

    `counts_month`: `sales` are those of 30 days and not of all time. `names_shop`: `seller_nick` is the shop's name and
    not a trace.
    """

    is_full: bool
    counts_month: bool
    names_shop: bool


def _get_taobao_id(product: Product) -> int:
    return product.offer_id - TAOBAO_SHIFT


MARKETPLACES: Final = {
    "1688": Marketplace(
        trace_kind="offer",
        get_item_id=lambda product: product.offer_id,
        get_page_url=ali1688.build_offer_url,
        get_image_url=common.build_1688_image_url,
        get_categories=lambda product: (product.kind.ali1688[0], product.kind.ali1688[-1]),
    ),
    "taobao": Marketplace(
        trace_kind="item",
        get_item_id=_get_taobao_id,
        get_page_url=lambda product: f"https://item.taobao.com/item.htm?id={_get_taobao_id(product)}",
        get_image_url=lambda product: f"https:{common.build_taobao_image_path(product)}",
        get_categories=lambda product: (product.kind.taobao.root_id, product.kind.taobao.leaf_id),
    ),
}


def handle_search(state: SandboxState, context: RequestContext) -> Response:
    """Return the best matches, in HioBuy's words or in 1688's."""
    variants = context.service.variants
    platform = context.values["platform"]
    query = _build_query(context)
    language = _choose_language(context)
    length = int(variants["page-length"])
    indexes, total = common.select_page(state.catalogue, query, 0, length, context.situation)
    # `use_platform` asks for the marketplace's own answer, and only 1688 has one
    is_native = platform == "1688" and context.values["use_platform"] == "1" and variants["native-mode"] == "upstream"
    renderer = render_native_item
    if not is_native:
        wording = ItemWording(
            is_full=variants["tags-and-quantity"] == "present",
            counts_month=variants["sales"] == "month",
            names_shop=variants["seller-nick"] == "shop",
        )
        renderer = _get_item_renderer(platform, wording)
    items = renderer.render_page(state.catalogue, indexes, language, context)
    traced = msgspec.Raw(common.fill_trace(items, derive_response_ids(state.seed, context.parsed.request).digest))
    if is_native:
        data = _build_native_result(query.image, state.catalogue.size, traced, total, length)
    else:
        api_type = "taobao"
        if variants["api-type"] == "platform":
            api_type = platform
        data = {"api_type": api_type, "items": {"item": traced, "total_results": total}}
    return common.build_json_response({"ret": 1, "msg": "success", "data": data})


def _build_query(context: RequestContext) -> Query:
    """Return the query; filters are 1688's, Taobao has none, and a token that is not on the list narrows nothing."""
    labels: frozenset[str] = frozenset()
    if context.values["platform"] == "1688":
        labels = frozenset(context.values.get("filter", ())).intersection(context.service.api.root.data["filters"])
    return Query(image=identify_by_url(context.values["img"]), labels=labels)


def _choose_language(context: RequestContext) -> str:
    """Return the language of the titles: the header's, or the default where there is none that is offered.

    Raise VendorError for one that is not offered, where the variant says so.
    """
    variants = context.service.variants
    # `en_US` -> `en`
    offered: dict[str, str] = context.service.api.root.data["locales"][context.values["platform"]]
    locale: str = context.sent_values.get("Language", "")
    language = locale[:2].lower()
    is_offered = language in offered.values()
    # a client may send `en`, or `en-GB`; the strict variant knows the listed spellings only
    if variants["locales"] == "strict":
        is_offered = locale in offered
    if is_offered:
        return language
    if locale and variants["unsupported-locale"] == "error":
        raise VendorError("unsupported-locale", {"rule": "locale", "parameter": "Language", "value": locale})
    return offered[variants["default-language"]]


def _build_native_result(
    image: ImageIdentity, size: int, items: msgspec.Raw, total: int, length: int
) -> dict[str, Any]:
    """Return 1688's wrapper around its first page of `length` items, for a catalogue of `size` products."""
    regions = []
    for subject in detect_subjects(image, size):
        left, top, right, bottom = subject.box
        regions.append(f"{left},{right},{top},{bottom}")
    page = {
        "totalRecords": total,
        "totalPage": -(-total // length),
        "pageSize": length,
        "currentPage": 1,
        "picRegionInfo": {"currentRegion": regions[0], "yoloCropRegion": ";".join(regions)},
        "data": items,
    }
    # 1688 writes both as texts
    return {"success": "true", "code": "200", "message": "success", "result": page}


@common.ItemRenderer
def render_native_item(product: Product, language: str) -> bytes:
    """Return one offer as 1688 writes it, with a placeholder for the answer's own trace."""
    top, second, third = product.kind.ali1688
    offer = ali1688.build_offer(product, language)
    offer["priceInfo"]["promotionPrice"] = None
    offer |= {
        "tradeScore": f"{product.score}.0",
        "topCategoryId": top,
        "secondCategoryId": second,
        "thirdCategoryId": third,
        "minOrderQuantity": product.minimum_order,
    }
    return common.encode_json(offer)


@cache
def _get_item_renderer(platform: str, wording: ItemWording) -> common.ItemRenderer:
    """Return who renders a marketplace's items in these words."""

    def render_item(product: Product, language: str) -> bytes:
        item = _build_item(MARKETPLACES[platform], product, language)
        if wording.counts_month:
            item["sales"] = product.sales_month
        if wording.names_shop:
            item["seller_nick"] = product.shop.name
        if wording.is_full:
            item |= {"tags": ali1688.list_badges(product), "quantity": product.stock}
        return common.encode_json(item)

    return common.ItemRenderer(render_item)


def _build_item(market: Marketplace, product: Product, language: str) -> dict[str, Any]:
    """Return one item, with a placeholder for the answer's own trace."""
    item_id = market.get_item_id(product)
    top, leaf = market.get_categories(product)
    trace = ali1688.build_trace_info(item_id, market.trace_kind)
    return {
        "detail_url": market.get_page_url(product),
        "title_cn": product.get_title("zh"),
        "title": product.get_title(language),
        "pic_url": market.get_image_url(product),
        "price": common.format_yuan(product.price),
        "sales": product.sales_total,
        "num_iid": item_id,
        "seller_nick": trace,
        "tag_percent": f"{product.repurchase}%",
        "trace_info": trace,
        "top_category_id": top,
        "category_id": leaf,
    }
