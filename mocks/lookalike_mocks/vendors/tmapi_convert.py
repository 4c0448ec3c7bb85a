"""TMAPI's conversion: the address of any picture becomes a path that the search takes."""

from __future__ import annotations

from lookalike_specs.wire import Response

from ..call import RequestContext
from ..catalogue import picture
from ..catalogue.names import encode_converted_name
from ..errors import VendorError
from ..world import SandboxState
from . import shape, tmapi


def handle_convert(world: SandboxState, call: RequestContext) -> Response:
    """The picture's path: another one each time, as it holds a number that the world counts on."""
    url = call.values["url"]
    if tmapi.is_on_host(url, call.service.api.root.data["unreachable-hosts"]):
        return _respond_unreachable(call, url)
    world.unique_name_count += 1
    name = encode_converted_name(picture.identify_by_url(url).number, world.unique_name_count)
    return _respond_with_path(f"{call.service.api.root.data['converted-paths'][0]}{name}.jpg")


def _respond_unreachable(call: RequestContext, url: str) -> Response:
    """What comes of a picture that cannot be fetched. Raises Refused, where the variant names an error."""
    way = call.service.variants["unreachable-source"]
    if way != "unchanged":
        raise VendorError(way, {"rule": "unreachable", "parameter": "url", "value": url})
    return _respond_with_path(url)


def _respond_with_path(path: str) -> Response:
    return shape.build_json_response({"code": 200, "msg": "success", "data": {"image_url": path}})
