"""TMAPI's search on 1688: the page of items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from lookalike_specs.wire import Response

from ..call import RequestContext
from ..catalogue import ImageIdentity, Query, picture
from ..catalogue.names import decode_converted_name
from ..errors import VendorError
from ..world import SandboxState
from . import shape, tmapi_item

SORTS: Final = {"default": "", "sales": "-sales", "price_up": "price", "price_down": "-price"}
LABELS: Final = {"support_dropshipping": "isOnePsale", "new_arrival": tmapi_item.NEW_PRODUCT_LABEL}
TRAITS: Final = {"is_factory": "factory", "verified_supplier": "inspected", "free_shipping": "free-postage"}
HOST_PATTERN = re.compile(r"(?:https?:)?//(?:[^/?#]*@)?([^/?#:]+)")
CONVERTED_PATTERN = re.compile(r"([^/]*)\.jpg")


def handle_search(world: SandboxState, call: RequestContext) -> Response:
    """One page of what the picture finds."""
    values = call.values
    number, size = values["page"], values["page_size"]
    found, total = shape.select_page(world.catalogue, _build_query(call), (number - 1) * size, size, call.situation)
    more = {"has_next_page": number * size < total} if call.service.variants["has-next-page"] == "present" else {}
    items = shape.render_items(tmapi_item.render_item, world.catalogue, found, values["language"], call)
    data = {
        "page": number,
        "page_size": size,
        "total_count": total,
        **more,
        "sort": values["sort"],
        "filters": {},
        "items": msgspec.Raw(items),
    }
    return shape.build_json_response({"code": 200, "msg": "success", "data": data})


def _build_query(call: RequestContext) -> Query:
    values = call.values
    return Query(
        image=_identify_image(call, values["img_url"]),
        labels=frozenset(label for name, label in LABELS.items() if values[name]),
        traits=frozenset(trait for name, trait in TRAITS.items() if values[name]),
        sort=SORTS[values["sort"]],
    )


def _identify_image(call: RequestContext, url: str) -> ImageIdentity:
    """The picture at an address, or the one that a conversion made a path of. Raises Refused for a foreign one."""
    data, switches = call.service.api.root.data, call.service.variants
    if HOST_PATTERN.match(url) is None and url.startswith(tuple(data["converted-paths"])):
        name = CONVERTED_PATTERN.fullmatch(url.rpartition("/")[2])
        number = decode_converted_name(name[1]) if name else None
        known = number is not None or switches["unknown-conversion"] == "answered" or url in data["known-conversions"]
        found = picture.identify_by_url(url) if number is None else picture.identify_by_number(number)
    else:
        known = switches["foreign-picture"] == "answered" or is_on_host(url, data["picture-hosts"])
        found = picture.identify_by_url(url)
    if not known:
        raise VendorError("foreign-picture", {"rule": "host", "parameter": "img_url", "value": url})
    return found


def is_on_host(url: str, hosts: Iterable[str]) -> bool:
    """Whether an address is on one of these hosts, or below one of them."""
    found = HOST_PATTERN.match(url)
    return found is not None and f".{found[1].lower()}".endswith(tuple(f".{host}" for host in hosts))
