"""Alibaba Cloud Image Search: the pictures of an instance that look like the one that was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Final

import msgspec

from lookalike_specs.messages import Response

from ...catalogue import Catalogue, ImageIdentity, load_kinds
from ...catalogue.image import identify_by_product
from ...catalogue.subjects import Box
from ...context import RequestContext, derive_response_ids
from ...sandbox.image_store import ImageKey
from ...sandbox.state import SandboxState
from ..item_situations import ITEM_SITUATIONS, apply_item_situation
from . import hits
from .filter import parse_filter
from .hits import (
    MIN_COPY_SCORE,
    SAME_SCORE,
    Hit,
    HitQuery,
    RatedImage,
    encode_catalogue_image,
    find_by_names,
    find_hits,
)
from .image import QueryImage, describe_regions, parse_image, parse_region, wrap_catalogue_image
from .instance import Instance, build_rule_error, predict_category, resolve_instance
from .response_format import build_response

ListedHit = Hit | RatedImage


def handle_search_by_image(world: SandboxState, call: RequestContext) -> Response:
    """One page of what the picture finds in the instance."""
    where = resolve_instance(world, call, "search")
    return respond_with_hits(world, call, where, parse_image(world, call, where))


def respond_with_hits(world: SandboxState, call: RequestContext, where: Instance, shown: QueryImage) -> Response:
    """One page of what a picture finds in an instance, whichever way the picture was told."""
    catalogue = world.catalogue
    added = world.image_store.list_images(where.name)
    rated = hits.rate_images(added, shown.load_thumbnail()) if added else []
    picture, known = recognise_image(shown, rated)
    box = parse_region(call, picture)
    category = where.choose_category(call, predict_category(world, picture, box) if known is None else known)
    wanted = _build_hit_query(call, where, picture, box, category)
    gone = {each.replaced_image for each in added if each.replaced_image}
    every = _merge_hits(catalogue, wanted, hits.filter_rated(rated, wanted, category), gone)
    listed, total = _slice_page(catalogue, wanted, every, call)
    made = derive_response_ids(world.seed, call.parsed.request)
    only = None if where.has_categories else category
    items = b",".join(_encode_auction(call, catalogue, each, only) for each in listed)
    auctions = b"[%b]" % items
    if call.situation in ITEM_SITUATIONS:
        auctions = apply_item_situation(auctions, call.situation, call.endpoint.operation.response_schema)
    main, regions = describe_regions(call, picture, box, catalogue.size)
    body = {
        "RequestId": made.request_id,
        "Success": True,
        "Code": 0,
        "Msg": "success",
        "Head": _build_head(call, len(listed), total, 20 + int(made.digest[:4], 16) % 180),
        "PicInfo": {
            "CategoryId": category,
            "Region": main,
            "MultiRegion": regions,
            "AllCategories": _list_categories(call),
        },
        "Auctions": msgspec.Raw(auctions),
    }
    return build_response(call, body)


def recognise_image(shown: QueryImage, rated: list[RatedImage]) -> tuple[ImageIdentity, int | None]:
    """Which picture it is, and the category that it has by then: those of the added picture that it is a copy of."""
    picture = shown.image
    if not rated or rated[0].score < MIN_COPY_SCORE:
        return picture, None
    twin = rated[0].stored_image
    if picture.product_index is None:
        picture = ImageIdentity(twin.image.number, twin.image.product_index, picture.width, picture.height)
    return picture, twin.category


def _build_hit_query(
    call: RequestContext, where: Instance, picture: ImageIdentity, box: Box | None, category: int
) -> HitQuery:
    distinct = bool(call.values.get("DistinctProductId"))
    return HitQuery(
        image=picture,
        box=box,
        kinds=_find_kinds(category) if where.has_categories else None,
        condition=parse_filter(call),
        min_score=round(float(call.values.get("ScoreThreshold", 0)) * SAME_SCORE),
        images_per_product=1 if distinct else where.images_per_product,
        is_distinct=distinct,
    )


@cache
def _find_kinds(category: int) -> frozenset[int]:
    return frozenset(number for number, kind in enumerate(load_kinds()) if kind.aliyun == category)


def _merge_hits(
    catalogue: Catalogue, wanted: HitQuery, rated: list[RatedImage], gone: set[tuple[int, int]]
) -> tuple[ListedHit, ...]:
    """Every hit, best first, without the pictures of the catalogue that others were added in the place of."""
    every = find_hits(catalogue, wanted)
    if not rated and not gone:
        return every
    left = [hit for hit in every if (hit.product_index, hit.image_index) not in gone]
    return tuple(sorted([*rated, *left], key=lambda each: -each.score))


def _slice_page(
    catalogue: Catalogue, wanted: HitQuery, every: tuple[ListedHit, ...], call: RequestContext
) -> tuple[tuple[ListedHit, ...], int]:
    """The hits of a page, and how many there are in all, in the situation that was asked for."""
    start = call.values["Start"]
    count = call.values["Num"]
    found = every[start : start + count]
    if call.situation == "empty":
        return (), 0
    if call.situation == "last-page" and found:
        found = found[: max(1, count // 2)]
        return found, start + len(found)
    if call.situation == "full-page" and len(found) < count:
        found = find_hits(catalogue, HitQuery(wanted.image))[:count]
        return found, start + len(found)
    return found, len(every)


def _build_head(call: RequestContext, returned: int, total: int, milliseconds: int) -> dict[str, int]:
    counts = (returned, total) if call.service.variants["docs-found"] == "documented" else (total, returned)
    return {"DocsFound": counts[0], "DocsReturn": counts[1], "SearchTime": milliseconds}


def _list_categories(call: RequestContext) -> list[dict[str, Any]]:
    return [{"Name": name, "Id": int(number)} for number, name in call.service.api.root.data["categories"].items()]


def _encode_auction(call: RequestContext, catalogue: Catalogue, each: ListedHit, only: int | None) -> bytes:
    """One hit as JSON; `only` is the category of everything in an instance that knows no others."""
    if isinstance(each, RatedImage):
        item = hits.encode_stored_image(each.stored_image)
        category = each.stored_image.category
    else:
        item = encode_catalogue_image(catalogue, each.product_index, each.image_index)
        category = load_kinds()[each.product_index % len(load_kinds())].aliyun
    category = category if only is None else only
    greatest = call.service.api.root.data["sort-expr-values"]
    return b"{%b,%b}" % (item, _encode_score(category, each.score, greatest.get(str(category), greatest["other"])))


@lru_cache(maxsize=16_384)
def _encode_score(category: int, score: int, greatest: str) -> bytes:
    """What the search adds to a stored picture, as the inside of a JSON object."""
    share = score / SAME_SCORE
    worth = f"{float(greatest) * share:.14e};0"
    return msgspec.json.encode({"CategoryId": category, "Score": share, "SortExprValues": worth})[1:-1]


def handle_search_by_name(world: SandboxState, call: RequestContext) -> Response:
    """One page of what the stored picture finds in the instance."""
    where = resolve_instance(world, call, "search")
    return respond_with_hits(world, call, where, find_named_image(world, call, where))


def find_named_image(world: SandboxState, call: RequestContext, where: Instance) -> QueryImage:
    """The picture that has these names: one that was added, or one of the catalogue. Raises Refused."""
    product = call.values["ProductId"]
    name = call.values["PicName"]
    added = world.image_store.images.get(ImageKey(where.name, product, name))
    if added is not None:
        return QueryImage(added.image, lambda: added.thumbnail)
    found = find_by_names(world.catalogue, where.images_per_product, product, name)
    if found is None:
        raise build_rule_error(call, "image-name", "PicName")
    return wrap_catalogue_image(identify_by_product(found[0]))


LATER_ATTRIBUTES: Final = frozenset(f"{kind}Attr{which}" for kind in ("Int", "Str") for which in "234")


def handle_roa_search(world: SandboxState, call: RequestContext) -> Response:
    """One page of what is found, as `Type` says."""
    return _remove_later_attributes(SEARCH_HANDLERS[call.values["Type"]](world, call))


def _search_by_image(world: SandboxState, call: RequestContext) -> Response:
    if "PicContent" not in call.values:
        raise build_rule_error(call, "image-missing", "PicContent")
    return handle_search_by_image(world, call)


def _search_by_name(world: SandboxState, call: RequestContext) -> Response:
    for rule, name in (("product-missing", "ProductId"), ("name-missing", "PicName")):
        if name not in call.values:
            raise build_rule_error(call, rule, name)
    return handle_search_by_name(world, call)


SEARCH_HANDLERS: Final[Mapping[str, Callable[[SandboxState, RequestContext], Response]]] = {
    "SearchByPic": _search_by_image,
    "SearchByName": _search_by_name,
}


def _remove_later_attributes(reply: Response) -> Response:
    """The answer without the attributes that came after this version."""
    body = msgspec.json.decode(reply.body)
    body["Auctions"] = [
        {key: value for key, value in item.items() if key not in LATER_ATTRIBUTES} for item in body["Auctions"]
    ]
    return msgspec.structs.replace(reply, body=msgspec.json.encode(body))
