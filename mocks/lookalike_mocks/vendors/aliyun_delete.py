"""Alibaba Cloud Image Search: pictures that were added are deleted."""

from __future__ import annotations

from typing import Any

from lookalike_specs.wire import Reply

from ..call import Call
from ..gallery import Added
from ..stamp import stamp
from ..world import World
from .aliyun_filter import condition_of
from .aliyun_format import reply
from .aliyun_instance import instance
from .aliyun_rules import refused
from .condition import holds


def page(world: World, call: Call) -> Reply:
    """The names of the pictures that are gone. It is a success where there was nothing to delete."""
    where = instance(world, call, "delete")
    gone = _meant(call, world.gallery.of(where.name))
    for each in gone:
        world.gallery.pictures.pop(each.place)
    made = stamp(world.seed, call.request)
    told: dict[str, Any] = {"RequestId": made.request_id, "Success": True, "Code": 0, "Message": "success"}
    if "Data" in call.endpoint.operation.answer["oneOf"][0]["properties"]:
        told["Data"] = {"PicNames": [each.place.name for each in gone]}
    return reply(call, told)


def _meant(call: Call, added: list[Added]) -> list[Added]:
    """The pictures that are to go: those of a filter, else one by its names or all of a product. Raises Refused."""
    if call.values.get("IsDeleteByFilter"):
        return _filtered(call, added)
    product, name = call.values.get("ProductId"), call.values.get("PicName")
    if product is None:
        raise refused(call, "product-missing", "ProductId")
    return [each for each in added if each.place.product == product and name in (None, each.place.name)]


def _filtered(call: Call, added: list[Added]) -> list[Added]:
    if "Filter" not in call.values:
        raise refused(call, "filter-missing", "Filter")
    condition = condition_of(call)
    if condition is None:  # a magic one, which names a situation and no pictures
        return []
    return [each for each in added if holds(condition, each.attributes.get)]
