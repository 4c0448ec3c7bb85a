"""HioBuy's search on 1688 and Taobao: the one answer, there is no paging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import msgspec

from lookalike_specs.wire import Response

from ..call import RequestContext
from ..catalogue import Catalogue, ItemRenderer, Product, Query, picture
from ..errors import VendorError
from ..stamp import derive_response_ids
from ..world import SandboxState
from . import ali1688, hiobuy_native, money, shape

# numbers at Taobao begin this much below those at 1688, so that none stands for two products
TAOBAO_SHIFT: Final = 300_000_000_000


@dataclass(frozen=True, slots=True)
class Marketplace:
    """How a product is named where it is sold; `kind` is the word for it in trace tokens."""

    trace_kind: str
    get_number: Callable[[Product], int]
    page_template: str
    get_image_url: Callable[[Product], str]
    get_categories: Callable[[Product], tuple[int, int]]


MARKETPLACES: Final = {
    "1688": Marketplace(
        trace_kind="offer",
        get_number=lambda product: product.offer_id,
        page_template="https://detail.1688.com/offer/{number}.html",
        get_image_url=shape.build_image_url,
        get_categories=lambda product: (product.kind.ali1688[0], product.kind.ali1688[-1]),
    ),
    "taobao": Marketplace(
        trace_kind="item",
        get_number=lambda product: product.offer_id - TAOBAO_SHIFT,
        page_template="https://item.taobao.com/item.htm?id={number}",
        get_image_url=lambda product: (
            f"https://img.alicdn.com/i{product.index % 4 + 1}/{product.shop.seller_id}/"
            f"O1CN01{product.image_code}_!!0-item_pic.jpg"
        ),
        get_categories=lambda product: (product.kind.taobao.root_id, product.kind.taobao.leaf_id),
    ),
}


def handle_search(world: SandboxState, call: RequestContext) -> Response:
    """The best matches, in HioBuy's words or in 1688's."""
    switches, platform = call.service.variants, call.values["platform"]
    query, language, size = _build_query(call), _choose_language(call), int(switches["page-length"])
    found, total = shape.select_page(world.catalogue, query, 0, size, call.situation)
    is_native = platform == "1688" and call.values["use_platform"] == "1" and switches["native-mode"] == "upstream"
    item = hiobuy_native.render_native_item if is_native else _get_item_renderer(platform, switches["tags-and-quantity"] == "present")
    items = shape.render_items(item, world.catalogue, found, language, call)
    listed = msgspec.Raw(shape.fill_trace(items, derive_response_ids(world.seed, call.request).digest))
    if is_native:
        data = hiobuy_native.build_native_result(query.image, world.catalogue.size, listed, total, size)
    else:
        api_type = platform if switches["api-type"] == "platform" else "taobao"
        data = {"api_type": api_type, "items": {"item": listed, "total_results": total}}
    return shape.build_json_response({"ret": 1, "msg": "success", "data": data})


def _build_query(call: RequestContext) -> Query:
    """Filters are 1688's; Taobao has none, and a token that is not on the list narrows nothing."""
    sent = call.values.get("filter", ()) if call.values["platform"] == "1688" else ()
    labels = frozenset(sent).intersection(call.service.api.root.data["filters"])
    return Query(image=picture.identify_by_url(call.values["img"]), labels=labels)


def _choose_language(call: RequestContext) -> str:
    """The language of the titles: the header's, or the default where there is none that is offered."""
    switches = call.service.variants
    offered: dict[str, str] = call.service.api.root.data["locales"][call.values["platform"]]
    sent: str = call.sent_values.get("Language", "")
    language = sent[:2].lower()
    known = sent in offered if switches["locales"] == "strict" else language in offered.values()
    if sent and not known and switches["unsupported-locale"] == "error":
        raise VendorError("unsupported-locale", {"rule": "locale", "parameter": "Language", "value": sent})
    return language if known else offered[switches["default-language"]]


@cache
def _get_item_renderer(platform: str, is_full: bool) -> ItemRenderer:
    """Who makes a marketplace's items, with or without what the sample leaves out."""
    return partial(_render_item, platform, is_full)


def _render_item(platform: str, is_full: bool, catalogue: Catalogue, index: int, language: str) -> bytes:
    """One item as JSON, with shape.MARK where the answer's own trace belongs."""
    product, market = catalogue.get_product(index), MARKETPLACES[platform]
    number, (top, leaf) = market.get_number(product), market.get_categories(product)
    trace = ali1688.build_trace_info(number, market.trace_kind)
    item: dict[str, Any] = {
        "detail_url": market.page_template.format(number=number),
        "title_cn": product.get_title("zh"),
        "title": product.get_title(language),
        "pic_url": market.get_image_url(product),
        "price": money.format_yuan(product.price),
        "sales": product.sales_month,
        "num_iid": number,
        "seller_nick": trace,
        "tag_percent": f"{product.repurchase}%",
        "trace_info": trace,
        "top_category_id": top,
        "category_id": leaf,
    }
    more = {"tags": ali1688.list_badges(product), "quantity": product.stock} if is_full else {}
    return msgspec.json.encode({**item, **more})
