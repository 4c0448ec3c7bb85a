"""Alibaba Cloud Image Search: a picture is added to an instance."""

from __future__ import annotations

from lookalike_specs.wire import Response

from ..call import RequestContext
from ..gallery import StoredImage, ImageKey
from ..stamp import derive_response_ids
from ..world import SandboxState
from . import aliyun_added
from .aliyun import recognise_image
from .aliyun_format import build_response
from .aliyun_hits import ATTRIBUTES, find_by_names
from .aliyun_instance import Instance, resolve_instance, predict_category
from .aliyun_picture import parse_region, describe_regions, parse_image
from .aliyun_rules import build_rule_error


def handle_add_image(world: SandboxState, call: RequestContext) -> Response:
    """What was seen in the picture that is kept from now on."""
    where = resolve_instance(world, call, "add")
    place = _parse_image_key(call, where)
    shown = parse_image(world, call, where)
    box, there = parse_region(call, shown.image), world.image_store.list_images(where.name)
    look = shown.load_thumbnail()
    picture, known = recognise_image(shown, aliyun_added.rate_images(there, look))
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
    made = derive_response_ids(world.seed, call.request)
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
