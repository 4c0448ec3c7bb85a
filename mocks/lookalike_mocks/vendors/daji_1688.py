"""Daji's 1688 image search: the page of offers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from lookalike_specs.wire import Reply

from ..catalogue import Catalogue, Picture, Query, picture
from ..catalogue.subject import Box, at, subjects
from ..errors import Refused
from ..stamp import stamp
from . import money, shape

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

# stands in an item's cached bytes where each answer puts its own trace; no title holds a DEL
TRACE = "\x7f"
SORTS = {"price": "price", "rePurchaseRate": "repurchase", "monthSold": "sales"}
REGION_ORDER = {"x0,x1,y0,y1": (0, 2, 1, 3), "x0,y0,x1,y1": (0, 1, 2, 3)}


def page(world: World, call: Call) -> Reply:
    """One page of what the picture finds."""
    values, shown = call.values, _picture(call)
    size, number, box = values["pageSize"], values["beginPage"], _box(call)
    query = _query(call, shown, box)
    found, total = shape.results(world.catalogue, query, (number - 1) * size, size, call.situation)
    made = stamp(world.seed, call.request)
    member = shape.quoted(values.get("outMemberId", "null"))
    trace = f"{made.digest[:30]}%5EimageInfo%40{shown.number}%5EoutMemberId%40{member}"
    items = shape.items(_item, world.catalogue, found, query.language, call)
    data = {
        "totalRecords": total,
        "totalPage": total // size + 1
        if call.service.variants["total-page"] == "floor-plus-one"
        else -(-total // size),
        "pageSize": size,
        "currentPage": number,
        "data": msgspec.Raw(items.replace(TRACE.encode(), trace.encode())),
        "picRegionInfo": _regions(shown, world.catalogue.size, box, call.service.variants["region-order"]),
    }
    return shape.reply(
        {"code": 200, "message": "操作成功", "data": data, "timestamp": made.timestamp, "traceId": made.trace_id}
    )


def _picture(call: Call) -> Picture:
    """The picture that is meant: an id counts more than an address."""
    values, only = call.values, call.service.variants["image-parameter"]
    if image_id := values.get("imageId"):
        return picture.of_id(image_id)
    names = {"both": ("imageUrl", "imageAddress")}.get(only, (only,))
    url = next((values[name] for name in names if name in values), None)
    if url is None:
        raise Refused("image-required")
    return picture.of_url(url)


def _query(call: Call, shown: Picture, box: Box | None) -> Query:
    values = call.values
    sort: dict[str, str] = msgspec.json.decode(values["sort"]) if "sort" in values else {}
    key, way = next(iter(sort.items()), ("", ""))
    return Query(
        picture=shown,
        box=box,
        kinds=shape.kinds_in(values["categoryId"]) if values.get("categoryId") else None,
        low=money.fen(values["priceStart"]) if "priceStart" in values else 0,
        high=money.fen(values["priceEnd"]) if "priceEnd" in values else None,
        labels=_labels(call) if "filter" in values else frozenset(),
        keyword=values.get("keyword", ""),
        text=values.get("auxiliaryText", ""),
        language=values.get("country", "zh"),
        sort=("-" if way == "desc" else "") + SORTS[key] if key else "",
    )


def _labels(call: Call) -> frozenset[str]:
    """The filter tokens that were sent and are known."""
    data = call.service.api.root.data
    sent = {token.strip() for token in call.values["filter"].split(",")} - {""}
    known = sent & {*data["filters"], *data["unlisted-filters"]}
    if sent != known and call.service.variants["unknown-filter"] == "refused":
        raise Refused("bad-parameter", {"parameter": "filter"})
    return frozenset(known)


def _box(call: Call) -> Box | None:
    """The region that was sent, as left, top, right, bottom."""
    if "region" not in call.values:
        return None
    numbers = [int(number) for number in call.values["region"].split(",")]
    left, top, right, bottom = (numbers[place] for place in REGION_ORDER[call.service.variants["region-order"]])
    if left >= right or top >= bottom:
        raise Refused("bad-parameter", {"parameter": "region"})
    return left, top, right, bottom


@lru_cache(maxsize=4096)
def _regions(shown: Picture, size: int, box: Box | None, order: str) -> dict[str, str]:
    current = box or at(shown, size, None).box
    return {
        "currentRegion": _text(current, order),
        "yoloCropRegion": ";".join(_text(subject.box, order) for subject in subjects(shown, size)),
    }


def _text(box: Box, order: str) -> str:
    return ",".join(str(box[place]) for place in REGION_ORDER[order])


@lru_cache(maxsize=16_384)
def _item(catalogue: Catalogue, index: int, language: str) -> bytes:
    """One offer as JSON, with TRACE where the answer's own trace belongs."""
    product = catalogue.product(index)
    price, chosen = money.yuan(product.price), "jxhy" in product.labels
    seller = product.shop
    item: dict[str, Any] = {
        "imageUrl": shape.picture_url(product),
        "subject": product.title("zh"),
        "subjectTrans": product.title(language),
        "priceInfo": {
            "price": price,
            "jxhyPrice": price if chosen else None,
            "pfJxhyPrice": money.short(product.price) if chosen else None,
            "consignPrice": money.yuan(product.dropship_price),
        },
        "offerId": product.offer_id,
        "isJxhy": chosen,
        "repurchaseRate": f"{product.repurchase}%",
        "monthSold": product.sales_month,
        "traceInfo": f"object_id%40{product.offer_id}%5Eobject_type%40offer%5Etrace%40{TRACE}",
        "isOnePsale": "isOnePsale" in product.labels,
        "sellerIdentities": (["powerful_merchants"] if seller.is_powerful else [])
        + (["tp_member"] if seller.years > 1 else []),
    }
    return msgspec.json.encode(item)
