"""Daji's 1688 image search: the page of offers."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue import Catalogue, Picture, Query, picture
from ..catalogue.names import image_number
from ..catalogue.subject import Box, at, subjects
from ..errors import Refused
from ..stamp import stamp
from ..world import World
from . import ali1688, daji, money, shape

SORTS = {"price": "price", "rePurchaseRate": "repurchase", "monthSold": "sales"}
WAYS = {"asc": "", "desc": "-"}
PAGES = {"ceil": lambda total, size: -(-total // size), "floor-plus-one": lambda total, size: total // size + 1}


def page(world: World, call: Call) -> Reply:
    """One page of what the picture finds."""
    values, shown, switches = call.values, _picture(call), call.service.variants
    size, number, order = values["pageSize"], values["beginPage"], switches["region-order"]
    box = daji.box(values["region"], daji.ORDERS[order]) if "region" in values else None
    query = _query(call, shown, box)
    found, total = shape.results(world.catalogue, query, (number - 1) * size, size, call.situation)
    made = stamp(world.seed, call.request)
    member = shape.quoted(values["outMemberId"]) if "outMemberId" in values else "null"
    trace = f"{made.digest[:30]}%5EimageInfo%40{shown.number}%5EoutMemberId%40{member}"
    items = shape.items(_item, world.catalogue, found, query.language, call)
    data = {
        "totalRecords": total,
        "totalPage": PAGES[switches["total-page"]](total, size),
        "pageSize": size,
        "currentPage": number,
        "data": msgspec.Raw(shape.marked(items, trace)),
        "picRegionInfo": _regions(shown, world.catalogue.size, box, order),
    }
    return daji.envelope(made, data)


def _picture(call: Call) -> Picture:
    """The picture that is meant: an id counts more than an address, `imageUrl` more than `imageAddress`."""
    values = call.values
    if image_id := values.get("imageId"):
        if call.magic != "imageId" and not _is_known(call, image_id):
            raise Refused("unknown-image", {"rule": "unknown", "parameter": "imageId", "value": image_id})
        return picture.of_id(image_id)
    return picture.of_url(values["imageUrl"] if "imageUrl" in values else values["imageAddress"])


def _is_known(call: Call, image_id: str) -> bool:
    """Whether an upload can have given that id out; the variant says whether its check has to hold."""
    if not (image_id.isascii() and image_id.isdigit()):
        return False
    if call.service.variants["unknown-image-id"] == "answered":
        return True
    return image_number(image_id) is not None or image_id in call.service.api.root.data["known-images"]


def _query(call: Call, shown: Picture, box: Box | None) -> Query:
    values = call.values
    return Query(
        picture=shown,
        box=box,
        kinds=shape.kinds_in(values["categoryId"]) if values.get("categoryId") else None,
        low=money.fen(values["priceStart"]) if "priceStart" in values else 0,
        high=money.whole_fen(values["priceEnd"]) if "priceEnd" in values else None,
        labels=_labels(call) if "filter" in values else frozenset(),
        keyword="" if call.magic == "keyword" else values.get("keyword", ""),
        text=values.get("auxiliaryText", ""),
        language=values.get("country", "zh"),
        sort=_sort(values["sort"]) if "sort" in values else "",
    )


@lru_cache(maxsize=64)
def _sort(text: str) -> str:
    """What `{"price":"desc"}` is to the catalogue: `-price`."""
    ((key, way),) = msgspec.json.decode(text, type=dict[str, str]).items()
    return WAYS[way] + SORTS[key]


def _labels(call: Call) -> frozenset[str]:
    """The filter tokens that were sent and are known."""
    data, text = call.service.api.root.data, call.values["filter"]
    sent = {token for part in text.split(",") if (token := part.strip())}
    known = frozenset(token for token in sent if token in data["filters"] or token in data["unlisted-filters"])
    if sent != known and call.service.variants["unknown-filter"] == "refused":
        raise Refused("bad-parameter", {"rule": "enum", "parameter": "filter", "value": text})
    return known


@lru_cache(maxsize=4096)
def _regions(shown: Picture, size: int, box: Box | None, order: str) -> dict[str, str]:
    places = daji.ORDERS[order]
    return {
        "currentRegion": daji.region(box or at(shown, size, None).box, places),
        "yoloCropRegion": ";".join(daji.region(subject.box, places) for subject in subjects(shown, size)),
    }


def _item(catalogue: Catalogue, index: int, language: str) -> bytes:
    """One offer as JSON, with shape.MARK where the answer's own trace belongs."""
    return shape.encode(ali1688.offer(catalogue.product(index), language))
