"""TMAPI's search on 1688: the page of items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from lookalike_specs.wire import Reply

from ..call import Call
from ..catalogue import Picture, Query, picture
from ..catalogue.names import converted_number
from ..errors import Refused
from ..world import World
from . import shape, tmapi_item

SORTS: Final = {"default": "", "sales": "-sales", "price_up": "price", "price_down": "-price"}
LABELS: Final = {"support_dropshipping": "isOnePsale", "new_arrival": tmapi_item.NEW}
TRAITS: Final = {"is_factory": "factory", "verified_supplier": "inspected", "free_shipping": "free-postage"}
HOST = re.compile(r"(?:https?:)?//(?:[^/?#]*@)?([^/?#:]+)")
CONVERTED = re.compile(r"([^/]*)\.jpg")


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
    values = call.values
    return Query(
        picture=_picture(call, values["img_url"]),
        labels=frozenset(label for name, label in LABELS.items() if values[name]),
        traits=frozenset(trait for name, trait in TRAITS.items() if values[name]),
        sort=SORTS[values["sort"]],
    )


def _picture(call: Call, url: str) -> Picture:
    """The picture at an address, or the one that a conversion made a path of. Raises Refused for a foreign one."""
    data, switches = call.service.api.root.data, call.service.variants
    if HOST.match(url) is None and url.startswith(tuple(data["converted-paths"])):
        name = CONVERTED.fullmatch(url.rpartition("/")[2])
        number = converted_number(name[1]) if name else None
        known = number is not None or switches["unknown-conversion"] == "answered" or url in data["known-conversions"]
        found = picture.of_url(url) if number is None else picture.of_number(number)
    else:
        known = switches["foreign-picture"] == "answered" or lies_on(url, data["picture-hosts"])
        found = picture.of_url(url)
    if not known:
        raise Refused("foreign-picture", {"rule": "host", "parameter": "img_url", "value": url})
    return found


def lies_on(url: str, hosts: Iterable[str]) -> bool:
    """Whether an address is on one of these hosts, or below one of them."""
    found = HOST.match(url)
    return found is not None and f".{found[1].lower()}".endswith(tuple(f".{host}" for host in hosts))
