"""Alibaba Cloud Image Search in the ROA style, version 2019-03-25: one search, by picture or by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from lookalike_specs.wire import Response

from ..call import RequestContext
from ..world import SandboxState
from . import aliyun, aliyun_name
from .aliyun_rules import build_rule_error

LATER_ATTRIBUTES: Final = frozenset(f"{kind}Attr{which}" for kind in ("Int", "Str") for which in "234")


def handle_roa_search(world: SandboxState, call: RequestContext) -> Response:
    """One page of what is found, as `Type` says."""
    return _remove_later_attributes(SEARCH_HANDLERS[call.values["Type"]](world, call))


def _search_by_image(world: SandboxState, call: RequestContext) -> Response:
    if "PicContent" not in call.values:
        raise build_rule_error(call, "picture-missing", "PicContent")
    return aliyun.handle_search_by_image(world, call)


def _search_by_name(world: SandboxState, call: RequestContext) -> Response:
    for rule, name in (("product-missing", "ProductId"), ("name-missing", "PicName")):
        if name not in call.values:
            raise build_rule_error(call, rule, name)
    return aliyun_name.handle_search_by_name(world, call)


SEARCH_HANDLERS: Final[Mapping[str, Callable[[SandboxState, RequestContext], Response]]] = {
    "SearchByPic": _search_by_image,
    "SearchByName": _search_by_name,
}


def _remove_later_attributes(reply: Response) -> Response:
    """The answer without the attributes that came after this version."""
    body = msgspec.json.decode(reply.body)
    body["Auctions"] = [{key: value for key, value in item.items() if key not in LATER_ATTRIBUTES} for item in body["Auctions"]]
    return msgspec.structs.replace(reply, body=msgspec.json.encode(body))
