"""Alibaba Cloud Image Search: pictures that were added are deleted."""

from __future__ import annotations

from typing import Any

from lookalike_specs.wire import Response

from ..call import RequestContext
from ..gallery import StoredImage
from ..stamp import derive_response_ids
from ..world import SandboxState
from .aliyun_filter import parse_filter
from .aliyun_format import build_response
from .aliyun_instance import resolve_instance
from .aliyun_rules import build_rule_error
from .condition import evaluate_condition


def handle_delete_image(world: SandboxState, call: RequestContext) -> Response:
    """The names of the pictures that are gone. It is a success where there was nothing to delete."""
    where = resolve_instance(world, call, "delete")
    gone = _select_images(call, world.image_store.list_images(where.name))
    for each in gone:
        world.image_store.images.pop(each.key)
    made = derive_response_ids(world.seed, call.request)
    told: dict[str, Any] = {"RequestId": made.request_id, "Success": True, "Code": 0, "Message": "success"}
    if "Data" in call.endpoint.operation.response_schema["oneOf"][0]["properties"]:
        told["Data"] = {"PicNames": [each.key.name for each in gone]}
    return build_response(call, told)


def _select_images(call: RequestContext, added: list[StoredImage]) -> list[StoredImage]:
    """The pictures that are to go: those of a filter, else one by its names or all of a product. Raises Refused."""
    if call.values.get("IsDeleteByFilter"):
        return _select_by_filter(call, added)
    product, name = call.values.get("ProductId"), call.values.get("PicName")
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
