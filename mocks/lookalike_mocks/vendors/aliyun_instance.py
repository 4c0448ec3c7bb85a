"""The instances of Alibaba Cloud Image Search: what each is for, and whether it answers now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..call import Call
from ..catalogue import Picture, kinds
from ..catalogue.subject import Box, at
from ..errors import Refused
from ..world import World
from .aliyun_rules import refused


class Instance(msgspec.Struct, frozen=True):
    """One instance, with so many `pictures` of each product of the catalogue, and room (`capacity`) for added ones.

    `sides` are the pixels that a picture's side may have, ends included. `categories`: whether it has any but `other`.
    """

    name: str
    pictures: int
    capacity: int | None
    sides: tuple[int, int]
    categories: bool
    other: int

    def category(self, call: Call, predicted: int) -> int:
        """The category that counts: the caller's, else the predicted one; some services know only one."""
        found: int = call.values.get("CategoryId", predicted)
        return found if self.categories else self.other


def instance(world: World, call: Call, deed: str) -> Instance:
    """The instance that is meant.

    Raises Refused: none of that name, one that is stopped, too many such deeds (`search`, `add`, `delete`) a second.
    """
    data, name = call.service.api.root.data, call.values["InstanceName"]
    found: Mapping[str, Any] | None = data["instances"]["known"].get(name)
    if found is None:
        raise refused(call, "unknown-instance", "InstanceName")
    if "error" in found:
        raise Refused(found["error"])
    most = found.get("qps", {}).get(deed)
    if most is not None and not world.rates.use(f"{call.service.api.id}/{name}/{deed}", most, world.clock()):
        raise refused(call, "instance-flow", "InstanceName")
    service = data["services"][found["service"]]
    return Instance(
        name=f"{call.service.api.id}/{name}",
        pictures=found["pictures"],
        capacity=found.get("capacity"),
        sides=tuple(service["sides"]),
        categories=service["categories"],
        other=data["category-other"],
    )


def predicted(world: World, shown: Picture, box: Box | None) -> int:
    """The category of what is to be seen on a picture, or in a box of it."""
    return kinds()[at(shown, world.catalogue.size, box).product % len(kinds())].aliyun
