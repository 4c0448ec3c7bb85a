"""Daji's Taobao and Tmall image search: the page of goods."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import msgspec

from lookalike_specs.messages import Response

from ...catalogue import Catalogue, ImageIdentity, Product, Query, image, load_kinds
from ...catalogue.image import Box, Subject, detect_subjects, select_subject
from ...context import RequestContext
from ...response_ids import ResponseIds, derive_response_ids
from ...sandbox.state import SandboxState
from .. import common
from . import envelope

BOX_ORDER = envelope.BOX_ORDERS["x0,x1,y0,y1"]
NO_REGIONS = {"mainRegion": {"multiCategoryId": [], "region": ""}, "multiRegion": []}
# how the other guesses share what the first leaves, in parts of it: together less than one, each less than the last
GUESS_SHARES = (2, 5, 7)
SCORE_SCALE = 100_000


def handle_taobao_search(world: SandboxState, call: RequestContext) -> Response:
    """One page of what the picture finds; without a picture, a page without goods."""
    made = derive_response_ids(world.seed, call.request)
    found = list[int]()
    seen = NO_REGIONS
    if "picUrl" in call.values:
        shown = image.identify_by_url(call.values["picUrl"])
        catalogue = world.catalogue
        box = _parse_box(call, shown)
        found = _find_products(catalogue, call, shown, box)
        codes = tuple(map(int, call.service.api.root.data["categories"]))
        seen = _describe_regions(shown, catalogue.size, box, _is_whole_image(call), codes)
    items = common.fill_trace(common.render_items(_render_item, world.catalogue, found, "zh", call), _build_lens(made))
    return envelope.build_envelope(
        made,
        {"data": msgspec.Raw(items), "picInfo": seen, "pageNo": call.values["pageNo"], "pageSize": len(found)},
    )


def _find_products(catalogue: Catalogue, call: RequestContext, shown: ImageIdentity, box: Box | None) -> list[int]:
    """The goods from `pageNo` on, which counts goods or pages, and none behind the deepest."""
    values = call.values
    size = values["pageSize"]
    number = values["pageNo"]
    start = number if call.service.variants["page-no"] == "offset" else number * size
    count = max(0, min(size, call.service.api.root.data["max-offset"] - start))
    category = values.get("categoryId", "")
    query = Query(image=shown, box=box, kinds=_find_kinds(int(category)) if category else None)
    return common.select_page(catalogue, query, start, count, call.situation)[0]


def _is_whole_image(call: RequestContext) -> bool:
    """Whether the picture is taken whole: `crop=false`, which a region overrules."""
    return not call.values["crop"] and "region" not in call.values


def _parse_box(call: RequestContext, shown: ImageIdentity) -> Box | None:
    """The part to search for as left, top, right, bottom; None for the main thing, wherever it is."""
    if "region" in call.values:
        return envelope.parse_box(call.values["region"], BOX_ORDER)
    return (0, 0, shown.width - 1, shown.height - 1) if _is_whole_image(call) else None


@cache
def _find_kinds(code: int) -> frozenset[int]:
    """The kinds of goods in a category; there are as many codes as the schema lets pass."""
    return frozenset(place for place, kind in enumerate(load_kinds()) if kind.aliyun == code)


@lru_cache(maxsize=4096)
def _describe_regions(
    shown: ImageIdentity, size: int, box: Box | None, whole: bool, codes: tuple[int, ...]
) -> dict[str, Any]:
    """`picInfo`: the part that was searched for, what it may be, and the parts that could be searched for."""
    main = select_subject(shown, size, box)
    searched = box or main.box
    boxes = [searched] if whole else [subject.box for subject in detect_subjects(shown, size)]
    return {
        "mainRegion": {
            "multiCategoryId": _guess_categories(main, codes),
            "region": envelope.format_box(searched, BOX_ORDER),
        },
        "multiRegion": [{"region": envelope.format_box(each, BOX_ORDER)} for each in boxes],
    }


def _guess_categories(subject: Subject, codes: tuple[int, ...]) -> list[dict[str, Any]]:
    """What a subject may be, the likeliest first: its own category, and three others."""
    own = load_kinds()[subject.product_index % len(load_kinds())].aliyun
    others = [code for code in codes if code != own]
    sure = SCORE_SCALE // 2 + subject.number % (SCORE_SCALE * 9 // 20)
    guesses = [(own, sure)]
    for place, share in enumerate(GUESS_SHARES):
        guesses.append((others[(subject.number + place) % len(others)], (SCORE_SCALE - sure) // share))
    return [{"categoryId": code, "score": score / SCORE_SCALE} for code, score in guesses]


def _build_lens(made: ResponseIds) -> str:
    """The part of `union_lens` that all goods of an answer share: when, and which call."""
    digest = made.digest
    return f"{made.timestamp_ms // 1000}%40{digest[:8]}_{digest[8:12]}_{digest[12:23]}"


def _render_item(catalogue: Catalogue, index: int, _: str) -> bytes:
    """One thing for sale as JSON, with shape.MARK where the answer's own lens belongs."""
    product = catalogue.get_product(index)
    seller = product.shop
    coupon = _find_coupon(product)
    tracked = product.derive_token(b"click") + product.derive_token(b"union")
    lens = f"lensId%3AOPT%40{common.TRACE_PLACEHOLDER}_{tracked[:4]}%4001"
    item: dict[str, Any] = {
        "categoryName": product.kind.taobao.leaf,
        "couponAmount": coupon,
        "couponstartFee": coupon and coupon * 2,
        "itemId": product.item_id,
        "levelOneCategoryName": product.kind.taobao.root,
        "picUrl": f"//img.alicdn.com/i{index % 4 + 1}/{seller.seller_id}/O1CN01{product.image_code}_!!0-item_pic.jpg",
        "provcity": _format_locality(product),
        "reservePrice": common.format_short_yuan(product.original_price),
        "sellerId": str(seller.seller_id),
        "shopTitle": seller.name,
        "title": product.get_title("zh"),
        "url": f"//s.click.taobao.com/t?e=m%3D2%26s%3D{tracked}%3D&union_lens={lens}",
        "userType": int(seller.is_tmall),
        "volume": product.sales_month,
        "zkFinalPrice": common.format_short_yuan(product.price),
    }
    return msgspec.json.encode(item)


def _find_coupon(product: Product) -> int | None:
    """A coupon's worth in yuan, where there is one that saves no more than half the price."""
    return product.coupon if 0 < product.coupon * 200 <= product.price else None


def _format_locality(product: Product) -> str:
    """`四川 成都`; a city that is its own province stands once, `上海`."""
    place = product.shop.locality
    province = place.province["zh"]
    city = place.city["zh"]
    return city if province == city else f"{province} {city}"
