"""Alibaba Cloud Image Search in the ROA style, version 2019-03-25: one search, by picture or by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from lookalike_specs.wire import Reply

from ..call import Call
from ..world import World
from . import aliyun, aliyun_name
from .aliyun_rules import refused

LATER: Final = frozenset(f"{kind}Attr{which}" for kind in ("Int", "Str") for which in "234")


def page(world: World, call: Call) -> Reply:
    """One page of what is found, as `Type` says."""
    return _earlier(SEARCHES[call.values["Type"]](world, call))


def _by_picture(world: World, call: Call) -> Reply:
    if "PicContent" not in call.values:
        raise refused(call, "picture-missing", "PicContent")
    return aliyun.page(world, call)


def _by_name(world: World, call: Call) -> Reply:
    for rule, name in (("product-missing", "ProductId"), ("name-missing", "PicName")):
        if name not in call.values:
            raise refused(call, rule, name)
    return aliyun_name.page(world, call)


SEARCHES: Final[Mapping[str, Callable[[World, Call], Reply]]] = {
    "SearchByPic": _by_picture,
    "SearchByName": _by_name,
}


def _earlier(reply: Reply) -> Reply:
    """The answer without the attributes that came after this version."""
    body = msgspec.json.decode(reply.body)
    body["Auctions"] = [{key: value for key, value in item.items() if key not in LATER} for item in body["Auctions"]]
    return msgspec.structs.replace(reply, body=msgspec.json.encode(body))
