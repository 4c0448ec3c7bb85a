"""Daji's 1688 image search: the page of offers."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from lookalike_specs.messages import Response

from ...catalogue import Catalogue, ImageIdentity, Query, image
from ...catalogue.ids import decode_image_id
from ...catalogue.image import Box, detect_subjects, select_subject
from ...context import RequestContext
from ...exceptions import VendorError
from ...response_ids import derive_response_ids
from ...sandbox.state import SandboxState
from .. import ali1688, common
from . import envelope

SORTS = {"price": "price", "rePurchaseRate": "repurchase", "monthSold": "sales"}
SORT_PREFIXES = {"asc": "", "desc": "-"}
PAGE_COUNTERS = {"ceil": lambda total, size: -(-total // size), "floor-plus-one": lambda total, size: total // size + 1}


def handle_1688_search(world: SandboxState, call: RequestContext) -> Response:
    """One page of what the picture finds."""
    values = call.values
    shown = _identify_image(call)
    switches = call.service.variants
    size = values["pageSize"]
    number = values["beginPage"]
    order = switches["region-order"]
    box = envelope.parse_box(values["region"], envelope.BOX_ORDERS[order]) if "region" in values else None
    query = _build_query(call, shown, box)
    found, total = common.select_page(world.catalogue, query, (number - 1) * size, size, call.situation)
    made = derive_response_ids(world.seed, call.request)
    member = common.percent_encode(values["outMemberId"]) if "outMemberId" in values else "null"
    trace = f"{made.digest[:30]}%5EimageInfo%40{shown.number}%5EoutMemberId%40{member}"
    items = common.render_items(_render_item, world.catalogue, found, query.language, call)
    data = {
        "totalRecords": total,
        "totalPage": PAGE_COUNTERS[switches["total-page"]](total, size),
        "pageSize": size,
        "currentPage": number,
        "data": msgspec.Raw(common.fill_trace(items, trace)),
        "picRegionInfo": _describe_regions(shown, world.catalogue.size, box, order),
    }
    return envelope.build_envelope(made, data)


def _identify_image(call: RequestContext) -> ImageIdentity:
    """The picture that is meant: an id counts more than an address, `imageUrl` more than `imageAddress`."""
    values = call.values
    if image_id := values.get("imageId"):
        if call.trigger_parameter != "imageId" and not _is_known(call, image_id):
            raise VendorError("unknown-image", {"rule": "unknown", "parameter": "imageId", "value": image_id})
        return image.identify_by_id(image_id)
    return image.identify_by_url(values["imageUrl"] if "imageUrl" in values else values["imageAddress"])


def _is_known(call: RequestContext, image_id: str) -> bool:
    """Whether an upload can have given that id out; the variant says whether its check has to hold."""
    if not (image_id.isascii() and image_id.isdigit()):
        return False
    if call.service.variants["unknown-image-id"] == "answered":
        return True
    return decode_image_id(image_id) is not None or image_id in call.service.api.root.data["known-images"]


def _build_query(call: RequestContext, shown: ImageIdentity, box: Box | None) -> Query:
    values = call.values
    return Query(
        image=shown,
        box=box,
        kinds=common.find_kinds_in(values["categoryId"]) if values.get("categoryId") else None,
        min_price=common.parse_fen_ceiling(values["priceStart"]) if "priceStart" in values else 0,
        max_price=common.parse_fen_floor(values["priceEnd"]) if "priceEnd" in values else None,
        labels=_parse_labels(call) if "filter" in values else frozenset(),
        keyword="" if call.trigger_parameter == "keyword" else values.get("keyword", ""),
        boost_text=values.get("auxiliaryText", ""),
        language=values.get("country", "zh"),
        sort=_parse_sort(values["sort"]) if "sort" in values else "",
    )


@lru_cache(maxsize=64)
def _parse_sort(text: str) -> str:
    """What `{"price":"desc"}` is to the catalogue: `-price`."""
    ((key, way),) = msgspec.json.decode(text, type=dict[str, str]).items()
    return SORT_PREFIXES[way] + SORTS[key]


def _parse_labels(call: RequestContext) -> frozenset[str]:
    """The filter tokens that were sent and are known."""
    data = call.service.api.root.data
    text = call.values["filter"]
    sent = {token for part in text.split(",") if (token := part.strip())}
    known = frozenset(token for token in sent if token in data["filters"] or token in data["unlisted-filters"])
    if sent != known and call.service.variants["unknown-filter"] == "refused":
        raise VendorError("bad-parameter", {"rule": "enum", "parameter": "filter", "value": text})
    return known


@lru_cache(maxsize=4096)
def _describe_regions(shown: ImageIdentity, size: int, box: Box | None, order: str) -> dict[str, str]:
    places = envelope.BOX_ORDERS[order]
    return {
        "currentRegion": envelope.format_box(box or select_subject(shown, size, None).box, places),
        "yoloCropRegion": ";".join(
            envelope.format_box(subject.box, places) for subject in detect_subjects(shown, size)
        ),
    }


def _render_item(catalogue: Catalogue, index: int, language: str) -> bytes:
    """One offer as JSON, with shape.MARK where the answer's own trace belongs."""
    return common.encode_json(ali1688.build_offer(catalogue.get_product(index), language))
