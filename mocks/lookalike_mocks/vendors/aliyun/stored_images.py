"""Alibaba Cloud Image Search: a picture is added to an instance."""

from __future__ import annotations

from typing import Any

from lookalike_specs.messages import Response

from ...context import RequestContext, derive_response_ids
from ...sandbox.image_store import ImageKey, StoredImage
from ...sandbox.state import SandboxState
from . import hits
from .filter import evaluate_condition, parse_filter
from .hits import ATTRIBUTES, find_by_names
from .image import describe_regions, parse_image, parse_region
from .instance import Instance, build_rule_error, predict_category, resolve_instance
from .response_format import build_response
from .search import recognise_image


def handle_add_image(world: SandboxState, call: RequestContext) -> Response:
    """What was seen in the picture that is kept from now on."""
    where = resolve_instance(world, call, "add")
    place = _parse_image_key(call, where)
    shown = parse_image(world, call, where)
    box = parse_region(call, shown.image)
    there = world.image_store.list_images(where.name)
    look = shown.load_thumbnail()
    picture, known = recognise_image(shown, hits.rate_images(there, look))
    category = where.choose_category(call, predict_category(world, picture, box) if known is None else known)
    if where.capacity is not None and len({*(each.key for each in there), place}) > where.capacity:
        raise build_rule_error(call, "instance-full", "InstanceName")
    _store_image(
        world,
        StoredImage(
            key=place,
            image=picture,
            thumbnail=look,
            category=category,
            content=call.values.get("CustomContent"),
            attributes=_parse_attributes(call),
            replaced_image=find_by_names(world.catalogue, where.images_per_product, place.product, place.name),
        ),
    )
    main, _ = describe_regions(call, picture, box, world.catalogue.size)
    made = derive_response_ids(world.seed, call.parsed.request)
    told = {"RequestId": made.request_id, "Success": True, "Code": 0, "Message": "success"}
    return build_response(call, told | {"PicInfo": {"CategoryId": category, "Region": main}})


def _parse_image_key(call: RequestContext, where: Instance) -> ImageKey:
    """Under which names it is kept. Raises Refused for one that is too long."""
    most = call.service.api.root.data["names"][call.service.variants["name-limit"]]
    for rule, name in (("product-length", "ProductId"), ("name-length", "PicName")):
        if len(call.values[name]) > most:
            raise build_rule_error(call, rule, name)
    return ImageKey(where.name, call.values["ProductId"], call.values["PicName"])


def _parse_attributes(call: RequestContext) -> dict[str, int | str]:
    """What was given to filter by, under the names that filters use."""
    given = {name: call.values.get(name.title().replace("_", "")) for name in ATTRIBUTES}
    return {name: value for name, value in given.items() if value is not None}


def _store_image(world: SandboxState, added: StoredImage) -> None:
    for gone in world.image_store.images.put(added.key, added, added.size):
        text = f"picture {gone.name} of product {gone.product} in {gone.instance} went, as the oldest of too many"
        world.journal.add_note(text, world.clock())


def handle_delete_image(world: SandboxState, call: RequestContext) -> Response:
    """The names of the pictures that are gone. It is a success where there was nothing to delete."""
    where = resolve_instance(world, call, "delete")
    gone = _select_images(call, world.image_store.list_images(where.name))
    for each in gone:
        world.image_store.images.pop(each.key)
    made = derive_response_ids(world.seed, call.parsed.request)
    told: dict[str, Any] = {"RequestId": made.request_id, "Success": True, "Code": 0, "Message": "success"}
    if "Data" in call.endpoint.operation.response_schema["oneOf"][0]["properties"]:
        told["Data"] = {"PicNames": [each.key.name for each in gone]}
    return build_response(call, told)


def _select_images(call: RequestContext, added: list[StoredImage]) -> list[StoredImage]:
    """The pictures that are to go: those of a filter, else one by its names or all of a product. Raises Refused."""
    if call.values.get("IsDeleteByFilter"):
        return _select_by_filter(call, added)
    product = call.values.get("ProductId")
    name = call.values.get("PicName")
    if product is None:
        raise build_rule_error(call, "product-missing", "ProductId")
    return [each for each in added if each.key.product == product and name in (None, each.key.name)]


def _select_by_filter(call: RequestContext, added: list[StoredImage]) -> list[StoredImage]:
    if "Filter" not in call.values:
        raise build_rule_error(call, "filter-missing", "Filter")
    condition = parse_filter(call)
    if condition is None:  # a magic one, which names a situation and no pictures
        return []
    return [each for each in added if evaluate_condition(condition, each.attributes.get)]
