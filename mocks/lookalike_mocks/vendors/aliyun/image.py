"""The picture that a call of Alibaba Cloud shows, and what is to be seen on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from ... import images
from ...catalogue import ImageIdentity
from ...catalogue.identicon import render_jpeg
from ...catalogue.image import identify_by_url
from ...catalogue.subjects import Box, detect_subjects
from ...context import RequestContext
from ...sandbox.state import SandboxState
from .instance import Instance, build_rule_error

# nine digits are more than any picture's side has, and fewer than int() minds
MAX_DIGITS = 9
URL_PREFIXES = ("http://", "https://")


class QueryImage(msgspec.Struct, frozen=True):
    """Which picture it is, and how to find out what it looks like, which is seldom needed."""

    image: ImageIdentity
    load_thumbnail: Callable[[], images.Thumbnail]


def parse_image(world: SandboxState, call: RequestContext, instance: Instance) -> QueryImage:
    """The picture that was sent, as Base64 or as the address where it lies. Raises Refused."""
    text = call.values["PicContent"]
    data = (
        world.image_store.objects.get(parse_object_key(text))
        if text.startswith(URL_PREFIXES)
        else _decode_base64(call, text)
    )
    if data is None:
        return wrap_catalogue_image(_find_by_url(call, text, world.catalogue.size))
    rules = call.service.api.root.data["image"]
    try:
        found = images.identify_image(
            data, images.ImageLimits(tuple(rules["formats"]), rules["bytes"], *instance.side_limits)
        )
    except images.BadImage as bad:
        raise build_rule_error(call, f"image-{bad.defect}", "PicContent") from bad
    return QueryImage(found, partial(images.load_thumbnail, data))


def wrap_catalogue_image(found: ImageIdentity) -> QueryImage:
    """A picture of the catalogue, whose number is its product's."""
    return QueryImage(found, lambda: images.load_thumbnail(render_jpeg(found.number)))


def parse_object_key(url: str) -> str:
    """The key of the uploaded object at an address, in which `http://` may stand twice."""
    return url.rpartition("//")[2].partition("/")[2]


def _decode_base64(call: RequestContext, text: str) -> bytes:
    most = call.service.api.root.data["image"]["bytes"]
    if call.service.variants["image-limit"] == "base64" and len(text) > most:
        raise build_rule_error(call, "image-bytes", "PicContent")
    try:
        return images.decode_base64(text)
    except images.BadImage as bad:
        raise build_rule_error(call, f"image-{bad.defect}", "PicContent") from bad


def _find_by_url(call: RequestContext, url: str, size: int) -> ImageIdentity:
    """The catalogue's picture at an address, where addresses are followed at all."""
    found = identify_by_url(url)
    if call.service.variants["image-url"] != "fetched" or found.product_index is None or found.product_index >= size:
        raise build_rule_error(call, "image-url", "PicContent")
    return found


def parse_region(call: RequestContext, shown: ImageIdentity) -> Box | None:
    """`Region`, as left, top, right, bottom. Raises Refused for one that is none, or that leaves the picture."""
    if "Region" not in call.values:
        return None
    texts = call.values["Region"].split(",")
    if any(len(text) > MAX_DIGITS for text in texts):
        raise build_rule_error(call, "region-outside", "Region")
    left, right, top, bottom = map(int, texts)
    if left >= right or top >= bottom:
        raise build_rule_error(call, "region-order", "Region")
    if right > shown.width or bottom > shown.height:
        raise build_rule_error(call, "region-outside", "Region")
    return left, top, right, bottom


def describe_regions(
    call: RequestContext, shown: ImageIdentity, box: Box | None, size: int
) -> tuple[str, list[dict[str, Any]]]:
    """The main subject's region, where the caller's own wins, and the regions of all subjects."""
    found = (
        [_format_box(subject.box) for subject in detect_subjects(shown, size)] if call.values.get("Crop", True) else []
    )
    whole = _format_box((0, 0, shown.width, shown.height))
    main = call.values["Region"] if box else next(iter(found), whole)
    return main, [{"Region": each} for each in found]


def _format_box(box: Box) -> str:
    """`x1,x2,y1,y2`."""
    left, top, right, bottom = box
    return f"{left},{right},{top},{bottom}"
