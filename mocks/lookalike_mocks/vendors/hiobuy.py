"""HioBuy's search on 1688 and Taobao: the one answer, there is no paging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import msgspec

from lookalike_specs.messages import Response

from ..catalogue import Catalogue, ImageIdentity, ItemRenderer, Product, Query, image
from ..catalogue.image import detect_subjects
from ..context import RequestContext
from ..exceptions import VendorError
from ..response_ids import derive_response_ids
from ..sandbox.state import SandboxState
from . import ali1688, common


def build_native_result(shown: ImageIdentity, size: int, items: msgspec.Raw, total: int, length: int) -> dict[str, Any]:
    """1688's wrapper around its first page of `length` items, for a picture and a catalogue of that size."""
    regions = [",".join(map(str, (left, right, top, bottom))) for left, top, right, bottom in _list_boxes(shown, size)]
    page = {
        "totalRecords": total,
        "totalPage": -(-total // length),
        "pageSize": length,
        "currentPage": 1,
        "picRegionInfo": {"currentRegion": regions[0], "yoloCropRegion": ";".join(regions)},
        "data": items,
    }
    return {"success": "true", "code": "200", "message": "success", "result": page}


def render_native_item(catalogue: Catalogue, index: int, language: str) -> bytes:
    """One offer as JSON, with shape.MARK where the answer's own trace belongs."""
    product = catalogue.get_product(index)
    top, second, third = product.kind.ali1688
    offer = ali1688.build_offer(product, language)
    offer["priceInfo"]["promotionPrice"] = None
    more = {
        "tradeScore": f"{product.score}.0",
        "topCategoryId": top,
        "secondCategoryId": second,
        "thirdCategoryId": third,
        "minOrderQuantity": product.minimum_order,
    }
    return msgspec.json.encode({**offer, **more})


def _list_boxes(shown: ImageIdentity, size: int) -> list[tuple[int, int, int, int]]:
    return [subject.box for subject in detect_subjects(shown, size)]


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
        get_image_url=common.build_image_url,
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
    switches = call.service.variants
    platform = call.values["platform"]
    query = _build_query(call)
    language = _choose_language(call)
    size = int(switches["page-length"])
    found, total = common.select_page(world.catalogue, query, 0, size, call.situation)
    is_native = platform == "1688" and call.values["use_platform"] == "1" and switches["native-mode"] == "upstream"
    item = render_native_item if is_native else _get_item_renderer(platform, switches["tags-and-quantity"] == "present")
    items = common.render_items(item, world.catalogue, found, language, call)
    listed = msgspec.Raw(common.fill_trace(items, derive_response_ids(world.seed, call.request).digest))
    if is_native:
        data = build_native_result(query.image, world.catalogue.size, listed, total, size)
    else:
        api_type = platform if switches["api-type"] == "platform" else "taobao"
        data = {"api_type": api_type, "items": {"item": listed, "total_results": total}}
    return common.build_json_response({"ret": 1, "msg": "success", "data": data})


def _build_query(call: RequestContext) -> Query:
    """Filters are 1688's; Taobao has none, and a token that is not on the list narrows nothing."""
    sent = call.values.get("filter", ()) if call.values["platform"] == "1688" else ()
    labels = frozenset(sent).intersection(call.service.api.root.data["filters"])
    return Query(image=image.identify_by_url(call.values["img"]), labels=labels)


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
    product = catalogue.get_product(index)
    market = MARKETPLACES[platform]
    number = market.get_number(product)
    (top, leaf) = market.get_categories(product)
    trace = ali1688.build_trace_info(number, market.trace_kind)
    item: dict[str, Any] = {
        "detail_url": market.page_template.format(number=number),
        "title_cn": product.get_title("zh"),
        "title": product.get_title(language),
        "pic_url": market.get_image_url(product),
        "price": common.format_yuan(product.price),
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
