"""TMAPI's conversion: the address of any picture becomes a path that the search takes."""

from __future__ import annotations

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue import picture
from ..catalogue.names import converted_name
from ..errors import Refused
from ..world import World
from . import shape, tmapi


def page(world: World, call: Call) -> Reply:
    """The picture's path: another one each time, as it holds a number that the world counts on."""
    url = call.values["url"]
    if tmapi.lies_on(url, call.service.api.root.data["unreachable-hosts"]):
        return _unreachable(call, url)
    world.named += 1
    name = converted_name(picture.of_url(url).number, world.named)
    return _converted(f"{call.service.api.root.data['converted-paths'][0]}{name}.jpg")


def _unreachable(call: Call, url: str) -> Reply:
    """What comes of a picture that cannot be fetched. Raises Refused, where the variant names an error."""
    way = call.service.variants["unreachable-source"]
    if way != "unchanged":
        raise Refused(way, {"rule": "unreachable", "parameter": "url", "value": url})
    return _converted(url)


def _converted(path: str) -> Reply:
    return shape.reply({"code": 200, "msg": "success", "data": {"image_url": path}})
