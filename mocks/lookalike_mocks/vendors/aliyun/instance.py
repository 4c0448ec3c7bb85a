"""Rules of Alibaba Cloud that only code can check, and the errors that the spec's data gives for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ...catalogue import ImageIdentity, load_kinds
from ...catalogue.subjects import Box, select_subject
from ...context import RequestContext
from ...exceptions import VendorError
from ...sandbox.state import SandboxState


def build_rule_error(call: RequestContext, rule: str, parameter: str, **facts: Any) -> VendorError:
    """The error for a broken rule."""
    reaction: str | dict[str, str] = call.service.api.root.data["reactions"][rule]
    error = reaction if isinstance(reaction, str) else reaction[call.service.variants[reaction["variant"]]]
    return VendorError(error, {"rule": rule, "parameter": parameter, **facts})


class Instance(msgspec.Struct, frozen=True):
    """One instance, with so many `pictures` of each product of the catalogue, and room (`capacity`) for added ones.

    `sides` are the pixels that a picture's side may have, ends included. `categories`: whether it has any but `other`.
    """

    name: str
    images_per_product: int
    capacity: int | None
    side_limits: tuple[int, int]
    has_categories: bool
    other_category: int

    def choose_category(self, call: RequestContext, predicted: int) -> int:
        """The category that counts: the caller's, else the predicted one; some services know only one."""
        found: int = call.values.get("CategoryId", predicted)
        return found if self.has_categories else self.other_category


def resolve_instance(world: SandboxState, call: RequestContext, deed: str) -> Instance:
    """The instance that is meant.

    Raises Refused: none of that name, one that is stopped, too many such deeds (`search`, `add`, `delete`) a second.
    """
    data = call.service.api.root.data
    name = call.values["InstanceName"]
    found: Mapping[str, Any] | None = data["instances"]["known"].get(name)
    if found is None:
        raise build_rule_error(call, "unknown-instance", "InstanceName")
    if "error" in found:
        raise VendorError(found["error"])
    most = found.get("qps", {}).get(deed)
    if most is not None and not world.rate_limiter.try_acquire(
        f"{call.service.api.id}/{name}/{deed}", most, world.clock()
    ):
        raise build_rule_error(call, "instance-flow", "InstanceName")
    service = data["services"][found["service"]]
    return Instance(
        name=f"{call.service.api.id}/{name}",
        images_per_product=found["images"],
        capacity=found.get("capacity"),
        side_limits=tuple(service["sides"]),
        has_categories=service["categories"],
        other_category=data["category-other"],
    )


def predict_category(world: SandboxState, shown: ImageIdentity, box: Box | None) -> int:
    """The category of what is to be seen on a picture, or in a box of it."""
    return load_kinds()[select_subject(shown, world.catalogue.size, box).product_index % len(load_kinds())].aliyun
