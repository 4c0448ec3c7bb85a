"""Daji's search on Taobao and Tmall: the page of goods, and what is to be seen on the image."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from lookalike_specs.messages import Response

from ...catalogue import Catalogue, ImageIdentity, Product, Query, load_kinds
from ...catalogue.image import identify_by_url
from ...catalogue.subjects import Box, Subject, detect_subjects, select_subject
from ...context import RequestContext, ResponseIds, derive_response_ids
from ...memory.caches import cache_result
from ...sandbox.state import SandboxState
from .. import common
from .envelope import BOX_ORDERS, build_envelope, format_box, parse_box

BOX_ORDER: Final = BOX_ORDERS["x0,x1,y0,y1"]
NO_REGIONS: Final[dict[str, Any]] = {"mainRegion": {"multiCategoryId": [], "region": ""}, "multiRegion": []}
# how the other guesses share what the first leaves, in parts of it: together less than one, each less than the last
GUESS_SHARES: Final = (2, 5, 7)
SCORE_SCALE: Final = 100_000


def handle_taobao_search(state: SandboxState, context: RequestContext) -> Response:
    """Return one page of what the image finds; without an image, a page without goods."""
    ids = derive_response_ids(state.seed, context.parsed.request, state.clock.chosen_time)
    catalogue = state.catalogue
    indexes: list[int] = []
    regions = NO_REGIONS
    if "picUrl" in context.values:
        image = identify_by_url(context.values["picUrl"])
        box = _parse_box(context, image)
        indexes = _find_products(catalogue, context, image, box)
        category_ids = tuple(map(int, context.service.api.root.data["categories"]))
        regions = _describe_regions(image, catalogue.size, box, _is_whole_image(context), category_ids)
    items = _render_item.render_page(catalogue, indexes, "zh", context)
    data = {
        "data": msgspec.Raw(common.fill_trace(items, _build_lens(ids))),
        "picInfo": regions,
        "pageNo": context.values["pageNo"],
        "pageSize": len(indexes),
    }
    return build_envelope(ids, data)


def _find_products(catalogue: Catalogue, context: RequestContext, image: ImageIdentity, box: Box | None) -> list[int]:
    """Return the goods from `pageNo` on, which counts goods or pages, and none from the greatest offset on."""
    values = context.values
    size = values["pageSize"]
    start = values["pageNo"]
    if context.service.variants["page-no"] != "offset":
        start *= size
    count = max(0, min(size, context.service.api.root.data["max-offset"] - start))
    kinds = None
    if values.get("categoryId"):
        kinds = common.find_aliyun_kinds(int(values["categoryId"]))
    query = Query(image=image, box=box, kinds=kinds)
    indexes, _ = common.select_page(catalogue, query, start, count, context.situation)
    return indexes


def _is_whole_image(context: RequestContext) -> bool:
    """Return whether all of the image is searched for: `crop=false`, which a region overrules."""
    return not context.values["crop"] and "region" not in context.values


def _parse_box(context: RequestContext, image: ImageIdentity) -> Box | None:
    """Return the part of the image to search for; None for the main subject, wherever it is."""
    if "region" in context.values:
        return parse_box(context.values["region"], BOX_ORDER)
    if _is_whole_image(context):
        return 0, 0, image.width - 1, image.height - 1
    return None


@cache_result()
def _describe_regions(
    image: ImageIdentity, size: int, box: Box | None, is_whole: bool, category_ids: tuple[int, ...]
) -> dict[str, Any]:
    """Return `picInfo`: the part that was searched for, what it may be, and the parts that could be searched for."""
    main = select_subject(image, size, box)
    searched = box or main.box
    boxes = [searched]
    if not is_whole:
        boxes = [subject.box for subject in detect_subjects(image, size)]
    main_region = {
        "multiCategoryId": _guess_categories(main, category_ids),
        "region": format_box(searched, BOX_ORDER),
    }
    return {"mainRegion": main_region, "multiRegion": [{"region": format_box(part, BOX_ORDER)} for part in boxes]}


def _guess_categories(subject: Subject, category_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return what a subject may be, the likeliest first: its own category, and three others."""
    kinds = load_kinds()
    own = kinds[subject.product_index % len(kinds)].aliyun
    others = [category_id for category_id in category_ids if category_id != own]
    # the first guess is from half to nearly all of it
    best_score = SCORE_SCALE // 2 + subject.number % (SCORE_SCALE * 9 // 20)
    guesses = [(own, best_score)]
    for position, share in enumerate(GUESS_SHARES):
        other = others[(subject.number + position) % len(others)]
        guesses.append((other, (SCORE_SCALE - best_score) // share))
    return [{"categoryId": category_id, "score": score / SCORE_SCALE} for category_id, score in guesses]


def _build_lens(ids: ResponseIds) -> str:
    """Return the part of `union_lens` that all goods of an answer share: when, and which request."""
    digest = ids.digest
    return f"{ids.timestamp_ms // 1000}%40{digest[:8]}_{digest[8:12]}_{digest[12:23]}"


@common.ItemRenderer
def _render_item(product: Product, _: str) -> bytes:
    """Return one thing for sale as JSON, with a placeholder for the answer's own lens; titles are Chinese only."""
    seller = product.shop
    coupon = _find_coupon(product)
    coupon_threshold = None
    if coupon is not None:
        # a number for what it saves, a text for what it takes: so the SDK of the service behind this one has it
        coupon_threshold = str(coupon * 2)
    token = product.derive_token(b"click") + product.derive_token(b"union")
    lens = f"lensId%3AOPT%40{common.TRACE_PLACEHOLDER}_{token[:4]}%4001"
    item: dict[str, Any] = {
        "categoryName": product.kind.taobao.leaf,
        "couponAmount": coupon,
        "couponstartFee": coupon_threshold,
        "itemId": product.item_id,
        "levelOneCategoryName": product.kind.taobao.root,
        "picUrl": common.build_taobao_image_path(product),
        "provcity": _format_locality(product),
        "reservePrice": common.format_short_yuan(product.original_price),
        "sellerId": str(seller.seller_id),
        "shopTitle": seller.name,
        "title": product.get_title("zh"),
        "url": f"//s.click.taobao.com/t?e=m%3D2%26s%3D{token}%3D&union_lens={lens}",
        "userType": int(seller.is_tmall),
        "volume": product.sales_month,
        "zkFinalPrice": common.format_short_yuan(product.price),
    }
    return common.encode_json(item)


def _find_coupon(product: Product) -> int | None:
    """Return a coupon's worth in yuan, where there is one that saves no more than half the price."""
    # yuan against fen: half the price is price / 200
    if 0 < product.coupon * 200 <= product.price:
        return product.coupon
    return None


def _format_locality(product: Product) -> str:
    """Return `四川 成都`; a city that is its own province stands once, `上海`."""
    locality = product.shop.locality
    province = locality.province["zh"]
    city = locality.city["zh"]
    if province == city:
        return city
    return f"{province} {city}"
