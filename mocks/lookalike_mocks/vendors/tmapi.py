"""TMAPI's search on 1688: the page of items."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue import Query, picture
from ..errors import Refused
from ..world import World
from . import shape, tmapi_item

SORTS: Final = {"default": "", "sales": "-sales", "price_up": "price", "price_down": "-price"}
LABELS: Final = {"support_dropshipping": "isOnePsale", "new_arrival": tmapi_item.NEW}
TRAITS: Final = {"is_factory": "factory", "verified_supplier": "inspected", "free_shipping": "free-postage"}
HOST = re.compile(r"(?:https?:)?//(?:[^/?#]*@)?([^/?#:]+)")


def page(world: World, call: Call) -> Reply:
    """One page of what the picture finds."""
    values = call.values
    number, size = values["page"], values["page_size"]
    found, total = shape.results(world.catalogue, _query(call), (number - 1) * size, size, call.situation)
    more = {"has_next_page": number * size < total} if call.service.variants["has-next-page"] == "present" else {}
    items = shape.items(tmapi_item.encoded, world.catalogue, found, values["language"], call)
    data = {
        "page": number,
        "page_size": size,
        "total_count": total,
        **more,
        "sort": values["sort"],
        "filters": {},
        "items": msgspec.Raw(items),
    }
    return shape.reply({"code": 200, "msg": "success", "data": data})


def _query(call: Call) -> Query:
    values, url = call.values, call.values["img_url"]
    if call.service.variants["foreign-picture"] == "error" and not _is_known(url, call.service.api.root.data):
        raise Refused("foreign-picture", {"rule": "host", "parameter": "img_url", "value": url})
    return Query(
        picture=picture.of_url(url),
        labels=frozenset(label for name, label in LABELS.items() if values[name]),
        traits=frozenset(trait for name, trait in TRAITS.items() if values[name]),
        sort=SORTS[values["sort"]],
    )


def _is_known(url: str, data: Mapping[str, Any]) -> bool:
    """Whether a picture lies on a host that can be searched by, or has been converted."""
    if (found := HOST.match(url)) is None:
        return url.startswith(tuple(data["converted-paths"]))
    return f".{found[1].lower()}".endswith(tuple(f".{host}" for host in data["picture-hosts"]))
