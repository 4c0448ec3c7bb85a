"""Daji's search on 1688: the page of offers, and the regions of the image that could be searched for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from lookalike_specs.messages import Response

from ...catalogue import ImageIdentity, Product, Query
from ...catalogue.ids import decode_image_id
from ...catalogue.image import identify_by_id, identify_by_url
from ...catalogue.subjects import Box, detect_subjects, select_subject
from ...context import RequestContext, derive_response_ids
from ...exceptions import VendorError
from ...memory.caches import cache_by_text, cache_result
from ...sandbox.state import SandboxState
from .. import ali1688, common
from .envelope import BOX_ORDERS, build_envelope, format_box, parse_box

SORTS: Final = {"price": "price", "rePurchaseRate": "repurchase", "monthSold": "sales"}
SORT_PREFIXES: Final = {"asc": "", "desc": "-"}
# variant `total-page` -> how many pages so many offers make
PAGE_COUNTERS: Final[Mapping[str, Callable[[int, int], int]]] = {
    "ceil": lambda total, size: -(-total // size),
    "floor-plus-one": lambda total, size: total // size + 1,
}


def handle_1688_search(state: SandboxState, context: RequestContext) -> Response:
    """Return one page of what the image finds."""
    values = context.values
    variants = context.service.variants
    image = _identify_image(context)
    box = None
    if "region" in values:
        box = parse_box(values["region"], BOX_ORDERS[variants["region-order"]])
    query = _build_query(context, image, box)
    catalogue = state.catalogue
    size = values["pageSize"]
    number = values["beginPage"]
    situation = context.situation
    if not situation and _is_foreign(context):
        situation = "empty"
    indexes, total = common.select_page(catalogue, query, (number - 1) * size, size, situation)
    ids = derive_response_ids(state.seed, context.parsed.request, state.clock.chosen_time)
    items = _render_item.render_page(catalogue, indexes, query.language, context)
    data = {
        "totalRecords": total,
        "totalPage": PAGE_COUNTERS[variants["total-page"]](total, size),
        "pageSize": size,
        "currentPage": number,
        "data": msgspec.Raw(common.fill_trace(items, _build_trace(values, ids.digest, image))),
        "picRegionInfo": _describe_regions(image, catalogue.size, box, variants["region-order"]),
    }
    return build_envelope(ids, data)


def _identify_image(context: RequestContext) -> ImageIdentity:
    """Return the image that is meant: an id counts more than an address, `imageUrl` more than `imageAddress`.

    Raise VendorError for an id that no upload gave out.
    """
    values = context.values
    image_id = values.get("imageId")
    if image_id:
        # a trigger value stands in the place of an id, and is none
        if context.trigger_parameter != "imageId" and not _is_known(context, image_id):
            raise VendorError("unknown-image", {"rule": "unknown", "parameter": "imageId", "value": image_id})
        return identify_by_id(image_id)
    if "imageUrl" in values:
        return identify_by_url(values["imageUrl"])
    return identify_by_url(values["imageAddress"])


def _is_foreign(context: RequestContext) -> bool:
    """Return whether the image's address is one of those that the vendor promises nothing for, and the variant minds."""
    values = context.values
    if context.service.variants["foreign-image"] == "answered" or values.get("imageId"):
        return False
    address = values.get("imageUrl") or values.get("imageAddress", "")
    return not common.is_on_host(address, tuple(context.service.api.root.data["image-hosts"]))


def _is_known(context: RequestContext, image_id: str) -> bool:
    """Return whether an upload can have given that id out; the variant says whether its check has to hold."""
    if not (image_id.isascii() and image_id.isdigit()):
        return False
    if context.service.variants["unknown-image-id"] == "answered":
        return True
    return decode_image_id(image_id) is not None or image_id in context.service.api.root.data["known-images"]


def _build_query(context: RequestContext, image: ImageIdentity, box: Box | None) -> Query:
    values = context.values
    narrowing: dict[str, Any] = {}
    # category 0 is all of them
    if values.get("categoryId"):
        narrowing["kinds"] = common.find_1688_kinds(values["categoryId"])
    if "priceStart" in values:
        narrowing["min_price"] = common.parse_fen_ceiling(values["priceStart"])
    if "priceEnd" in values:
        narrowing["max_price"] = common.parse_fen_floor(values["priceEnd"])
    if "filter" in values:
        narrowing["labels"] = _parse_labels(context)
    # a trigger value as the keyword selects a situation, and stands in no title
    if context.trigger_parameter != "keyword":
        narrowing["keyword"] = values.get("keyword", "")
    if "sort" in values:
        narrowing["sort"] = _parse_sort(values["sort"])
    return Query(
        image=image,
        box=box,
        boost_text=values.get("auxiliaryText", ""),
        language=values.get("country", "zh"),
        **narrowing,
    )


@cache_by_text
def _parse_sort(text: str) -> str:
    """Return what `{"price":"desc"}` is to the catalogue: `-price`."""
    ((key, direction),) = msgspec.json.decode(text, type=dict[str, str]).items()
    return SORT_PREFIXES[direction] + SORTS[key]


def _parse_labels(context: RequestContext) -> frozenset[str]:
    """Return the filter tokens that were sent and exist. Raise VendorError for others, where the variant says so."""
    data = context.service.api.root.data
    text = context.values["filter"]
    tokens = {token.strip() for token in text.split(",")} - {""}
    labels = frozenset(token for token in tokens if token in data["filters"] or token in data["unlisted-filters"])
    if tokens != labels and context.service.variants["unknown-filter"] == "refused":
        raise VendorError("bad-parameter", {"rule": "enum", "parameter": "filter", "value": text})
    return labels


def _build_trace(values: Mapping[str, Any], digest: str, image: ImageIdentity) -> str:
    """Return the part of `traceInfo` that all offers of an answer share."""
    member = "null"
    if "outMemberId" in values:
        member = common.percent_encode(values["outMemberId"])
    return f"{digest[:30]}%5EimageInfo%40{image.number}%5EoutMemberId%40{member}"


@cache_result()
def _describe_regions(image: ImageIdentity, size: int, box: Box | None, order: str) -> dict[str, str]:
    """Return `picRegionInfo`: the region that was searched for, and all that could be."""
    positions = BOX_ORDERS[order]
    searched = box or select_subject(image, size, None).box
    regions = [format_box(subject.box, positions) for subject in detect_subjects(image, size)]
    return {"currentRegion": format_box(searched, positions), "yoloCropRegion": ";".join(regions)}


@common.ItemRenderer
def _render_item(product: Product, language: str) -> bytes:
    """Return one offer as JSON, with a placeholder for the answer's own trace."""
    return common.encode_json(ali1688.build_offer(product, language))
