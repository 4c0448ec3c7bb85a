"""Alibaba Cloud Image Search: the pictures of an instance that look like one that it has."""

from __future__ import annotations

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue.picture import of_product
from ..gallery import Place
from ..world import World
from . import aliyun
from .aliyun_hits import names
from .aliyun_instance import Instance, instance
from .aliyun_picture import Shown, of_catalogue
from .aliyun_rules import refused


def page(world: World, call: Call) -> Reply:
    """One page of what the stored picture finds in the instance."""
    where = instance(world, call, "search")
    return aliyun.found(world, call, where, stored(world, call, where))


def stored(world: World, call: Call, where: Instance) -> Shown:
    """The picture that has these names: one that was added, or one of the catalogue. Raises Refused."""
    product, name = call.values["ProductId"], call.values["PicName"]
    added = world.gallery.pictures.get(Place(where.name, product, name))
    if added is not None:
        return Shown(added.picture, lambda: added.look)
    found = names(world.catalogue, where.pictures, product, name)
    if found is None:
        raise refused(call, "picture-name", "PicName")
    return of_catalogue(of_product(found[0]))
