"""Daji's Taobao and Tmall image search: the page of goods."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import msgspec

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue import Catalogue, Picture, Product, Query, kinds, picture
from ..catalogue.subject import Box, Subject, at, subjects
from ..stamp import Stamp, stamp
from ..world import World
from . import daji, money, shape

ORDER = daji.ORDERS["x0,x1,y0,y1"]
NOTHING = {"mainRegion": {"multiCategoryId": [], "region": ""}, "multiRegion": []}
# how the other guesses share what the first leaves, in parts of it: together less than one, each less than the last
SHARES = (2, 5, 7)
HUNDRED_THOUSAND = 100_000


def page(world: World, call: Call) -> Reply:
    """One page of what the picture finds; without a picture, a page without goods."""
    made, found, seen = stamp(world.seed, call.request), list[int](), NOTHING
    if "picUrl" in call.values:
        shown, catalogue = picture.of_url(call.values["picUrl"]), world.catalogue
        box = _box(call, shown)
        found = _found(catalogue, call, shown, box)
        codes = tuple(map(int, call.service.api.root.data["categories"]))
        seen = _seen(shown, catalogue.size, box, _is_whole(call), codes)
    items = shape.marked(shape.items(_item, world.catalogue, found, "zh", call), _lens(made))
    return daji.envelope(
        made,
        {"data": msgspec.Raw(items), "picInfo": seen, "pageNo": call.values["pageNo"], "pageSize": len(found)},
    )


def _found(catalogue: Catalogue, call: Call, shown: Picture, box: Box | None) -> list[int]:
    """The goods from `pageNo` on, which counts goods or pages, and none behind the deepest."""
    values = call.values
    size, number = values["pageSize"], values["pageNo"]
    start = number if call.service.variants["page-no"] == "offset" else number * size
    count = max(0, min(size, call.service.api.root.data["deepest"] - start))
    category = values.get("categoryId", "")
    query = Query(picture=shown, box=box, kinds=_kinds(int(category)) if category else None)
    return shape.results(catalogue, query, start, count, call.situation)[0]


def _is_whole(call: Call) -> bool:
    """Whether the picture is taken whole: `crop=false`, which a region overrules."""
    return not call.values["crop"] and "region" not in call.values


def _box(call: Call, shown: Picture) -> Box | None:
    """The part to search for as left, top, right, bottom; None for the main thing, wherever it is."""
    if "region" in call.values:
        return daji.box(call.values["region"], ORDER)
    return (0, 0, shown.width - 1, shown.height - 1) if _is_whole(call) else None


@cache
def _kinds(code: int) -> frozenset[int]:
    """The kinds of goods in a category; there are as many codes as the schema lets pass."""
    return frozenset(place for place, kind in enumerate(kinds()) if kind.aliyun == code)


@lru_cache(maxsize=4096)
def _seen(shown: Picture, size: int, box: Box | None, whole: bool, codes: tuple[int, ...]) -> dict[str, Any]:
    """`picInfo`: the part that was searched for, what it may be, and the parts that could be searched for."""
    main = at(shown, size, box)
    searched = box or main.box
    boxes = [searched] if whole else [subject.box for subject in subjects(shown, size)]
    return {
        "mainRegion": {"multiCategoryId": _guesses(main, codes), "region": daji.region(searched, ORDER)},
        "multiRegion": [{"region": daji.region(each, ORDER)} for each in boxes],
    }


def _guesses(subject: Subject, codes: tuple[int, ...]) -> list[dict[str, Any]]:
    """What a subject may be, the likeliest first: its own category, and three others."""
    own = kinds()[subject.product % len(kinds())].aliyun
    others = [code for code in codes if code != own]
    sure = HUNDRED_THOUSAND // 2 + subject.number % (HUNDRED_THOUSAND * 9 // 20)
    guesses = [(own, sure)]
    for place, share in enumerate(SHARES):
        guesses.append((others[(subject.number + place) % len(others)], (HUNDRED_THOUSAND - sure) // share))
    return [{"categoryId": code, "score": score / HUNDRED_THOUSAND} for code, score in guesses]


def _lens(made: Stamp) -> str:
    """The part of `union_lens` that all goods of an answer share: when, and which call."""
    digest = made.digest
    return f"{made.timestamp // 1000}%40{digest[:8]}_{digest[8:12]}_{digest[12:23]}"


def _item(catalogue: Catalogue, index: int, _: str) -> bytes:
    """One thing for sale as JSON, with shape.MARK where the answer's own lens belongs."""
    product = catalogue.product(index)
    seller, coupon = product.shop, _coupon(product)
    tracked = product.mark(b"click") + product.mark(b"union")
    lens = f"lensId%3AOPT%40{shape.MARK}_{tracked[:4]}%4001"
    item: dict[str, Any] = {
        "categoryName": product.kind.taobao.leaf,
        "couponAmount": coupon,
        "couponstartFee": coupon and coupon * 2,
        "itemId": product.item_id,
        "levelOneCategoryName": product.kind.taobao.root,
        "picUrl": f"//img.alicdn.com/i{index % 4 + 1}/{seller.seller_id}/O1CN01{product.picture}_!!0-item_pic.jpg",
        "provcity": _place(product),
        "reservePrice": money.short(product.original_price),
        "sellerId": str(seller.seller_id),
        "shopTitle": seller.name,
        "title": product.title("zh"),
        "url": f"//s.click.taobao.com/t?e=m%3D2%26s%3D{tracked}%3D&union_lens={lens}",
        "userType": int(seller.is_tmall),
        "volume": product.sales_month,
        "zkFinalPrice": money.short(product.price),
    }
    return msgspec.json.encode(item)


def _coupon(product: Product) -> int | None:
    """A coupon's worth in yuan, where there is one that saves no more than half the price."""
    return product.coupon if 0 < product.coupon * 200 <= product.price else None


def _place(product: Product) -> str:
    """`四川 成都`; a city that is its own province stands once, `上海`."""
    place = product.shop.place
    province, city = place.province["zh"], place.city["zh"]
    return city if province == city else f"{province} {city}"
