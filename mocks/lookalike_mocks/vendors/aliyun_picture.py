"""The picture that a call of Alibaba Cloud shows, and what is to be seen on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from .. import likeness, pictures
from ..call import Call
from ..catalogue import Picture, picture
from ..catalogue.identicon import jpeg
from ..catalogue.subject import Box, subjects
from ..world import World
from .aliyun_instance import Instance
from .aliyun_rules import refused

# nine digits are more than any picture's side has, and fewer than int() minds
DIGITS = 9
WEB = ("http://", "https://")


class Shown(msgspec.Struct, frozen=True):
    """Which picture it is, and how to find out what it looks like, which is seldom needed."""

    picture: Picture
    look: Callable[[], likeness.Look]


def sent(world: World, call: Call, instance: Instance) -> Shown:
    """The picture that was sent, as Base64 or as the address where it lies. Raises Refused."""
    text = call.values["PicContent"]
    data = world.gallery.objects.get(object_key(text)) if text.startswith(WEB) else _decoded(call, text)
    if data is None:
        return of_catalogue(_fetched(call, text, world.catalogue.size))
    rules = call.service.api.root.data["picture"]
    try:
        found = pictures.look(data, pictures.Limits(tuple(rules["formats"]), rules["bytes"], *instance.sides))
    except pictures.BadPicture as bad:
        raise refused(call, f"picture-{bad.fault}", "PicContent") from bad
    return Shown(found, partial(likeness.look, data))


def of_catalogue(found: Picture) -> Shown:
    """A picture of the catalogue, whose number is its product's."""
    return Shown(found, lambda: likeness.look(jpeg(found.number)))


def object_key(url: str) -> str:
    """The key of the uploaded object at an address, in which `http://` may stand twice."""
    return url.rpartition("//")[2].partition("/")[2]


def _decoded(call: Call, text: str) -> bytes:
    most = call.service.api.root.data["picture"]["bytes"]
    if call.service.variants["picture-limit"] == "base64" and len(text) > most:
        raise refused(call, "picture-bytes", "PicContent")
    try:
        return pictures.decoded(text)
    except pictures.BadPicture as bad:
        raise refused(call, f"picture-{bad.fault}", "PicContent") from bad


def _fetched(call: Call, url: str, size: int) -> Picture:
    """The catalogue's picture at an address, where addresses are followed at all."""
    found = picture.of_url(url)
    if call.service.variants["picture-url"] != "fetched" or found.product is None or found.product >= size:
        raise refused(call, "picture-url", "PicContent")
    return found


def region(call: Call, shown: Picture) -> Box | None:
    """`Region`, as left, top, right, bottom. Raises Refused for one that is none, or that leaves the picture."""
    if "Region" not in call.values:
        return None
    texts = call.values["Region"].split(",")
    if any(len(text) > DIGITS for text in texts):
        raise refused(call, "region-outside", "Region")
    left, right, top, bottom = map(int, texts)
    if left >= right or top >= bottom:
        raise refused(call, "region-order", "Region")
    if right > shown.width or bottom > shown.height:
        raise refused(call, "region-outside", "Region")
    return left, top, right, bottom


def seen(call: Call, shown: Picture, box: Box | None, size: int) -> tuple[str, list[dict[str, Any]]]:
    """The main subject's region, where the caller's own wins, and the regions of all subjects."""
    found = [_text(subject.box) for subject in subjects(shown, size)] if call.values.get("Crop", True) else []
    whole = _text((0, 0, shown.width, shown.height))
    main = call.values["Region"] if box else next(iter(found), whole)
    return main, [{"Region": each} for each in found]


def _text(box: Box) -> str:
    """`x1,x2,y1,y2`."""
    left, top, right, bottom = box
    return f"{left},{right},{top},{bottom}"
