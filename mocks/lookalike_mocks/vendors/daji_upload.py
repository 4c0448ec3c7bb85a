"""Daji's uploads: the id of a picture, which carries what a search has to know of it."""

from __future__ import annotations

import re

from lookalike_specs.wire import Reply

from .. import pictures
from ..call import Call
from ..catalogue import Picture, picture
from ..catalogue.names import image_id
from ..errors import Refused
from ..stamp import stamp
from ..world import World
from . import daji

ERRORS: dict[pictures.Fault, str] = {"bytes": "picture-too-large"}
ADDRESS = re.compile(r"https?://.+")
PREFIX = re.compile(r"data:[\w.+/-]{0,100};base64,")


def page(world: World, call: Call) -> Reply:
    """The id of what was sent: the same for the same picture, so that nothing has to be kept."""
    return daji.envelope(stamp(world.seed, call.request), {"imageId": image_id(_picture(call).number)})


def _picture(call: Call) -> Picture:
    """The picture that was sent, else the one at the address that was. Raises Refused."""
    if (text := call.values.get("image_base64")) is None:
        return _at(call.values["pic_url"])
    try:
        return _look(call, text)
    except pictures.BadPicture as bad:
        error = ERRORS.get(bad.fault, "picture-unreadable")
        raise Refused(error, {"rule": bad.fault, "parameter": "image_base64"}) from bad


def _at(url: str) -> Picture:
    if ADDRESS.match(url) is None:
        raise Refused("picture-unreadable", {"rule": "pattern", "parameter": "pic_url", "value": url})
    return picture.of_url(url)


def _look(call: Call, text: str) -> Picture:
    """Which picture a text in Base64 is. Raises BadPicture."""
    rules, switches = call.service.api.root.data["picture"], call.service.variants
    if switches["base64-prefix"] == "accepted" and (prefix := PREFIX.match(text)):
        text = text[prefix.end() :]
    if switches["picture-limit"] == "base64" and len(text) > rules["bytes"]:
        raise pictures.BadPicture("bytes")
    least, most = rules["sides"]
    limits = pictures.Limits(tuple(rules["formats"]), rules["bytes"], least, most, upright=False)
    return pictures.look(pictures.decoded(text), limits)
