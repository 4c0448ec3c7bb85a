"""Alibaba Cloud Image Search: a picture is added to an instance."""

from __future__ import annotations

from lookalike_specs.wire import Reply

from ..call import Call
from ..gallery import Added, Place
from ..stamp import stamp
from ..world import World
from . import aliyun_added
from .aliyun import recognised
from .aliyun_format import reply
from .aliyun_hits import ATTRIBUTES, names
from .aliyun_instance import Instance, instance, predicted
from .aliyun_picture import region, seen, sent
from .aliyun_rules import refused


def page(world: World, call: Call) -> Reply:
    """What was seen in the picture that is kept from now on."""
    where = instance(world, call, "add")
    place = _place(call, where)
    shown = sent(world, call, where)
    box, there = region(call, shown.picture), world.gallery.of(where.name)
    look = shown.look()
    picture, known = recognised(shown, aliyun_added.rated(there, look))
    category = where.category(call, predicted(world, picture, box) if known is None else known)
    if where.capacity is not None and len({*(each.place for each in there), place}) > where.capacity:
        raise refused(call, "instance-full", "InstanceName")
    _keep(
        world,
        Added(
            place=place,
            picture=picture,
            look=look,
            category=category,
            content=call.values.get("CustomContent"),
            attributes=_attributes(call),
            replaces=names(world.catalogue, where.pictures, place.product, place.name),
        ),
    )
    main, _ = seen(call, picture, box, world.catalogue.size)
    made = stamp(world.seed, call.request)
    told = {"RequestId": made.request_id, "Success": True, "Code": 0, "Message": "success"}
    return reply(call, told | {"PicInfo": {"CategoryId": category, "Region": main}})


def _place(call: Call, where: Instance) -> Place:
    """Under which names it is kept. Raises Refused for one that is too long."""
    most = call.service.api.root.data["names"][call.service.variants["name-limit"]]
    for rule, name in (("product-length", "ProductId"), ("name-length", "PicName")):
        if len(call.values[name]) > most:
            raise refused(call, rule, name)
    return Place(where.name, call.values["ProductId"], call.values["PicName"])


def _attributes(call: Call) -> dict[str, int | str]:
    """What was given to filter by, under the names that filters use."""
    given = {name: call.values.get(name.title().replace("_", "")) for name in ATTRIBUTES}
    return {name: value for name, value in given.items() if value is not None}


def _keep(world: World, added: Added) -> None:
    for gone in world.gallery.pictures.put(added.place, added, added.size):
        text = f"picture {gone.name} of product {gone.product} in {gone.instance} went, as the oldest of too many"
        world.journal.note(text, world.clock())
