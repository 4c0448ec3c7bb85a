"""Alibaba Cloud Image Search: the images of an instance that look like the one that was sent, or named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from lookalike_specs.messages import Response

from ...catalogue import Catalogue, ImageIdentity
from ...catalogue.image import identify_by_product
from ...catalogue.subjects import Box
from ...context import RequestContext, derive_response_ids
from ...memory.caches import cache_result
from ...sandbox.image_store import ImageKey, StoredImage
from ...sandbox.state import SandboxState
from ..common import encode_json, find_aliyun_kinds
from ..item_situations import ITEM_SITUATIONS, apply_item_situation
from .filter import parse_filter
from .hits import (
    SAME_SCORE,
    Hit,
    HitQuery,
    RatedImage,
    encode_catalogue_image,
    encode_stored_image,
    filter_rated,
    find_by_names,
    find_hits,
    rate_images,
    recognise_image,
)
from .image import QueryImage, describe_regions, parse_image, parse_region, wrap_catalogue_image
from .instance import (
    REQUIRED_NAMES,
    Instance,
    build_rule_error,
    get_product_category,
    predict_category,
    resolve_instance,
)
from .response_format import build_response

ListedHit = Hit | RatedImage
# what the version of 2019 does not have yet
LATER_ATTRIBUTES: Final = frozenset(f"{kind}Attr{number}" for kind in ("Int", "Str") for number in "234")


def handle_search_by_image(state: SandboxState, context: RequestContext) -> Response:
    """Return one page of what the image finds in the instance."""
    instance = resolve_instance(state, context, "search")
    return _respond_with_hits(state, context, instance, parse_image(state, context, instance))


def handle_search_by_name(state: SandboxState, context: RequestContext) -> Response:
    """Return one page of what the image that was stored under these names finds in the instance."""
    instance = resolve_instance(state, context, "search")
    return _respond_with_hits(state, context, instance, _find_named_image(state, context, instance))


def handle_roa_search(state: SandboxState, context: RequestContext) -> Response:
    """Return one page of what is found, by image or by name, as `Type` says."""
    response = SEARCH_HANDLERS[context.values["Type"]](state, context)
    body = msgspec.json.decode(response.body)
    for item in body["Auctions"]:
        for name in LATER_ATTRIBUTES & item.keys():
            del item[name]
    return msgspec.structs.replace(response, body=encode_json(body))


def _search_by_image(state: SandboxState, context: RequestContext) -> Response:
    # what is required depends on `Type` in this version, so the document's `required` cannot say it
    if "PicContent" not in context.values:
        raise build_rule_error(context, "image-missing", "PicContent")
    return handle_search_by_image(state, context)


def _search_by_name(state: SandboxState, context: RequestContext) -> Response:
    for rule, name in REQUIRED_NAMES:
        if name not in context.values:
            raise build_rule_error(context, rule, name)
    return handle_search_by_name(state, context)


SEARCH_HANDLERS: Final[Mapping[str, Callable[[SandboxState, RequestContext], Response]]] = {
    "SearchByPic": _search_by_image,
    "SearchByName": _search_by_name,
}


def _find_named_image(state: SandboxState, context: RequestContext, instance: Instance) -> QueryImage:
    """Return the image that has these names: one that was added, or one of the catalogue. Raise VendorError."""
    product_id = context.values["ProductId"]
    name = context.values["PicName"]
    stored_image = state.image_store.images.get(ImageKey(instance.name, product_id, name))
    if stored_image is not None:
        return QueryImage(stored_image.image, lambda: stored_image.thumbnail)
    match = find_by_names(state.catalogue, instance.images_per_product, product_id, name)
    if match is None:
        raise build_rule_error(context, "image-name", "PicName")
    index, _ = match
    return wrap_catalogue_image(identify_by_product(index))


def _respond_with_hits(
    state: SandboxState, context: RequestContext, instance: Instance, query_image: QueryImage
) -> Response:
    """Return one page of what an image finds in an instance, however the image was given."""
    catalogue = state.catalogue
    added = state.image_store.list_images(instance.name)
    rated: list[RatedImage] = []
    if added:
        rated = rate_images(added, query_image.load_thumbnail())
    image, stored_category = recognise_image(query_image.image, rated)
    box = parse_region(context, image)
    predicted = stored_category
    if predicted is None:
        predicted = predict_category(state, image, box)
    category = instance.choose_category(context, predicted)
    query = _build_hit_query(context, instance, image, box, category)
    hits = _merge_hits(find_hits(catalogue, query), filter_rated(rated, query, category), added)
    page, total = _slice_page(catalogue, query, hits, context)
    # an instance that knows no categories says the same one of everything
    only_category = None
    if not instance.has_categories:
        only_category = category
    ids = derive_response_ids(state.seed, context.parsed.request)
    milliseconds = 20 + int(ids.digest[:4], 16) % 180
    main_region, regions = describe_regions(context, image, box, catalogue.size)
    body = {
        "RequestId": ids.request_id,
        "Success": True,
        "Code": 0,
        "Msg": "success",
        "Head": _build_head(context, len(page), total, milliseconds),
        "PicInfo": {
            "CategoryId": category,
            "Region": main_region,
            "MultiRegion": regions,
            "AllCategories": _list_categories(context),
        },
        "Auctions": msgspec.Raw(_encode_auctions(context, catalogue, page, only_category)),
    }
    return build_response(context, body)


def _build_hit_query(
    context: RequestContext, instance: Instance, image: ImageIdentity, box: Box | None, category: int
) -> HitQuery:
    is_distinct = bool(context.values.get("DistinctProductId"))
    images_per_product = instance.images_per_product
    if is_distinct:
        images_per_product = 1
    kinds = None
    if instance.has_categories:
        kinds = find_aliyun_kinds(category)
    return HitQuery(
        image=image,
        box=box,
        kinds=kinds,
        condition=parse_filter(context),
        min_score=round(float(context.values.get("ScoreThreshold", 0)) * SAME_SCORE),
        images_per_product=images_per_product,
        is_distinct=is_distinct,
    )


def _merge_hits(hits: tuple[Hit, ...], rated: list[RatedImage], added: list[StoredImage]) -> tuple[ListedHit, ...]:
    """Return every hit, best first, without the catalogue's images that others were added in the place of."""
    replaced = {stored_image.replaced_image for stored_image in added}
    if not rated and replaced <= {None}:
        return hits
    remaining = [hit for hit in hits if (hit.product_index, hit.image_index) not in replaced]
    return tuple(sorted([*rated, *remaining], key=lambda hit: -hit.score))


def _slice_page(
    catalogue: Catalogue, query: HitQuery, hits: tuple[ListedHit, ...], context: RequestContext
) -> tuple[tuple[ListedHit, ...], int]:
    """Return the hits of a page, and how many there are in all, in the situation that was asked for."""
    start = context.values["Start"]
    count = context.values["Num"]
    page = hits[start : start + count]
    if context.situation == "empty":
        return (), 0
    if context.situation == "last-page" and page:
        page = page[: max(1, count // 2)]
        return page, start + len(page)
    if context.situation == "full-page" and len(page) < count:
        # a filter may find next to nothing, so the page is filled without it
        page = find_hits(catalogue, HitQuery(query.image))[:count]
        return page, start + len(page)
    return page, len(hits)


def _build_head(context: RequestContext, returned: int, total: int, milliseconds: int) -> dict[str, int]:
    # the descriptions of the two fields say the opposite of their names; the default believes the descriptions
    docs_found = total
    docs_return = returned
    if context.service.variants["docs-found"] == "documented":
        docs_found = returned
        docs_return = total
    return {"DocsFound": docs_found, "DocsReturn": docs_return, "SearchTime": milliseconds}


def _list_categories(context: RequestContext) -> list[dict[str, Any]]:
    categories = context.service.api.root.data["categories"]
    return [{"Name": name, "Id": int(category_id)} for category_id, name in categories.items()]


def _encode_auctions(
    context: RequestContext, catalogue: Catalogue, hits: tuple[ListedHit, ...], only_category: int | None
) -> bytes:
    """Return the hits of a page as a JSON array, in the situation that was asked for."""
    auctions = b"[%b]" % b",".join([_encode_auction(context, catalogue, hit, only_category) for hit in hits])
    if context.situation in ITEM_SITUATIONS:
        return apply_item_situation(auctions, context.situation, context.endpoint.operation)
    return auctions


def _encode_auction(context: RequestContext, catalogue: Catalogue, hit: ListedHit, only_category: int | None) -> bytes:
    """Return one hit as JSON."""
    if isinstance(hit, RatedImage):
        item = encode_stored_image(hit.stored_image)
        category = hit.stored_image.category
    else:
        item = encode_catalogue_image(catalogue, hit.product_index, hit.image_index)
        category = get_product_category(hit.product_index)
    if only_category is not None:
        category = only_category
    max_values = context.service.api.root.data["sort-expr-values"]
    max_value = max_values.get(str(category), max_values["other"])
    return b"{%b,%b}" % (item, _encode_score(category, hit.score, max_value))


@cache_result()
def _encode_score(category: int, score: int, max_value: str) -> bytes:
    """Return what the search adds to a stored image, as the inside of a JSON object."""
    share = score / SAME_SCORE
    # the vendor's sample has numbers such as `7.33136443711219e+24`, too great for an integer
    sort_values = f"{float(max_value) * share:.14e};0"
    return encode_json({"CategoryId": category, "Score": share, "SortExprValues": sort_values})[1:-1]
