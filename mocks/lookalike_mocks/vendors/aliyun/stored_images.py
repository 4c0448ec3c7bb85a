"""Alibaba Cloud Image Search: images are added to an instance, and deleted from it."""

from __future__ import annotations

from typing import Any

from lookalike_specs.messages import Response

from ...context import RequestContext, derive_response_ids
from ...reason import cut_text
from ...sandbox.image_store import ImageKey, StoredImage
from ...sandbox.state import SandboxState
from .filter import AttributeValue, evaluate_condition, parse_filter
from .hits import ATTRIBUTES, find_by_names, get_field_name, rate_images, recognise_image
from .image import describe_regions, parse_image, parse_region
from .instance import Instance, build_rule_error, predict_category, resolve_instance
from .response_format import build_response


def handle_add_image(state: SandboxState, context: RequestContext) -> Response:
    """Keep an image from now on, and return what is to be seen on it."""
    instance = resolve_instance(state, context, "add")
    key = _parse_image_key(context, instance)
    query_image = parse_image(state, context, instance)
    box = parse_region(context, query_image.image)
    added = state.image_store.list_images(instance.name)
    thumbnail = query_image.load_thumbnail()
    image, stored_category = recognise_image(query_image.image, rate_images(added, thumbnail))
    predicted = stored_category
    if predicted is None:
        predicted = predict_category(state, image, box)
    category = instance.choose_category(context, predicted)
    # an image that has these names already makes way, and takes no further room
    keys = {stored_image.key for stored_image in added} | {key}
    if instance.capacity is not None and len(keys) > instance.capacity:
        raise build_rule_error(context, "instance-full", "InstanceName")
    stored_image = StoredImage(
        key=key,
        image=image,
        thumbnail=thumbnail,
        category=category,
        content=context.values.get("CustomContent"),
        attributes=_parse_attributes(context),
        replaced_image=find_by_names(state.catalogue, instance.images_per_product, key.product, key.name),
    )
    _store_image(state, stored_image)
    main_region, _ = describe_regions(context, image, box, state.catalogue.size)
    body = _build_body(state, context)
    body["PicInfo"] = {"CategoryId": category, "Region": main_region}
    return build_response(context, body)


def _parse_image_key(context: RequestContext, instance: Instance) -> ImageKey:
    """Return under which names the image is kept. Raise VendorError for one that is too long."""
    max_length = context.service.api.root.data["names"][context.service.variants["name-limit"]]
    for rule, name in (("product-length", "ProductId"), ("name-length", "PicName")):
        if len(context.values[name]) > max_length:
            raise build_rule_error(context, rule, name)
    return ImageKey(instance.name, context.values["ProductId"], context.values["PicName"])


def _parse_attributes(context: RequestContext) -> dict[str, AttributeValue]:
    """Return what was given to filter by, under the names that filters use."""
    attributes = {}
    for name in ATTRIBUTES:
        value = context.values.get(get_field_name(name))
        if value is not None:
            attributes[name] = value
    return attributes


def _store_image(state: SandboxState, stored_image: StoredImage) -> None:
    for key in state.image_store.images.put(stored_image.key, stored_image, stored_image.size):
        names = [cut_text(name) for name in (key.name, key.product, key.instance)]
        note = "image {} of product {} in {} went, as the oldest of too many".format(*names)
        state.journal.add_note(note, state.clock())


def handle_delete_image(state: SandboxState, context: RequestContext) -> Response:
    """Delete images, and return their names. It is a success where there was nothing to delete."""
    instance = resolve_instance(state, context, "delete")
    deleted = _select_images(context, state.image_store.list_images(instance.name))
    for stored_image in deleted:
        state.image_store.images.pop(stored_image.key)
    body = _build_body(state, context)
    # an older version of the operation answers without the names
    if "Data" in context.endpoint.operation.response_schema["oneOf"][0]["properties"]:
        body["Data"] = {"PicNames": [stored_image.key.name for stored_image in deleted]}
    return build_response(context, body)


def _select_images(context: RequestContext, added: list[StoredImage]) -> list[StoredImage]:
    """Return the images that are to go: those of a filter, else one by its names or all of a product.

    Raise VendorError where neither a filter nor a product is given.
    """
    if context.values.get("IsDeleteByFilter"):
        return _select_by_filter(context, added)
    product = context.values.get("ProductId")
    name = context.values.get("PicName")
    if product is None:
        raise build_rule_error(context, "product-missing", "ProductId")
    return [
        stored_image
        for stored_image in added
        if stored_image.key.product == product and name in (None, stored_image.key.name)
    ]


def _select_by_filter(context: RequestContext, added: list[StoredImage]) -> list[StoredImage]:
    if "Filter" not in context.values:
        raise build_rule_error(context, "filter-missing", "Filter")
    condition = parse_filter(context)
    # a trigger value, which names a situation and no images: nothing may be deleted for it
    if condition is None:
        return []
    return [stored_image for stored_image in added if evaluate_condition(condition, stored_image.attributes.get)]


def _build_body(state: SandboxState, context: RequestContext) -> dict[str, Any]:
    ids = derive_response_ids(state.seed, context.parsed.request)
    return {"RequestId": ids.request_id, "Success": True, "Code": 0, "Message": "success"}
