"""The image that a request of Alibaba Cloud shows, and what is to be seen on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec

from ... import images
from ...catalogue import ImageIdentity
from ...catalogue.identicon import render_jpeg
from ...catalogue.image import identify_by_url
from ...catalogue.subjects import Box, detect_subjects
from ...context import RequestContext
from ...sandbox.state import SandboxState
from .instance import Instance, build_rule_error

# nine digits are more than any image's side has, and fewer than int() minds
MAX_DIGITS: Final = 9
URL_PREFIXES: Final = ("http://", "https://")


class QueryImage(msgspec.Struct, frozen=True):
    """Which image it is, and how to find out what it looks like: only instances with added images need that."""

    image: ImageIdentity
    load_thumbnail: Callable[[], images.Thumbnail]


def parse_image(state: SandboxState, context: RequestContext, instance: Instance) -> QueryImage:
    """Return the image that was sent, as Base64 or as the address where it lies. Raise VendorError for what is none."""
    text = context.values["PicContent"]
    if text.startswith(URL_PREFIXES):
        data = state.image_store.objects.get(parse_object_key(text))
        if data is None:
            return wrap_catalogue_image(_find_catalogue_image(context, text, state.catalogue.size))
    else:
        data = _decode_base64(context, text)
    rules = context.service.api.root.data["image"]
    limits = images.ImageLimits(tuple(rules["formats"]), rules["bytes"], *instance.side_limits)
    try:
        identity = images.identify_image(data, limits)
    except images.BadImage as error:
        raise build_rule_error(context, f"image-{error.defect}", "PicContent") from error
    return QueryImage(identity, partial(images.load_thumbnail, data))


def wrap_catalogue_image(image: ImageIdentity) -> QueryImage:
    """Return an image of the catalogue, whose number is its product's, with a way to draw it."""
    return QueryImage(image, lambda: images.load_thumbnail(render_jpeg(image.number)))


def parse_object_key(url: str) -> str:
    """Return the key of the uploaded object at an address."""
    # an SDK puts "http://" before a bucket that has it already: `http://http://bucket.host/key`
    return url.rpartition("//")[2].partition("/")[2]


def _decode_base64(context: RequestContext, text: str) -> bytes:
    max_length = context.service.api.root.data["image"]["bytes"]
    if context.service.variants["image-limit"] == "base64" and len(text) > max_length:
        raise build_rule_error(context, "image-bytes", "PicContent")
    try:
        return images.decode_base64(text)
    except images.BadImage as error:
        raise build_rule_error(context, f"image-{error.defect}", "PicContent") from error


def _find_catalogue_image(context: RequestContext, url: str, size: int) -> ImageIdentity:
    """Return the catalogue's image at an address, where addresses are followed at all."""
    image = identify_by_url(url)
    is_in_catalogue = image.product_index is not None and image.product_index < size
    if context.service.variants["image-url"] != "fetched" or not is_in_catalogue:
        raise build_rule_error(context, "image-url", "PicContent")
    return image


def parse_region(context: RequestContext, image: ImageIdentity) -> Box | None:
    """Return `Region`, `x1,x2,y1,y2`, as a box. Raise VendorError for one without area, or that leaves the image."""
    if "Region" not in context.values:
        return None
    numbers = context.values["Region"].split(",")
    if any(len(number) > MAX_DIGITS for number in numbers):
        raise build_rule_error(context, "region-outside", "Region")
    left, right, top, bottom = map(int, numbers)
    if left >= right or top >= bottom:
        raise build_rule_error(context, "region-order", "Region")
    if right > image.width or bottom > image.height:
        raise build_rule_error(context, "region-outside", "Region")
    return left, top, right, bottom


def describe_regions(
    context: RequestContext, image: ImageIdentity, box: Box | None, size: int
) -> tuple[str, list[dict[str, Any]]]:
    """Return the region that was searched for, and the regions of all subjects; without `Crop`, there are none."""
    regions = []
    if context.values.get("Crop", True):
        regions = [_format_box(subject.box) for subject in detect_subjects(image, size)]
    # the caller's own region is handed back as it was spelled
    if box:
        main = context.values["Region"]
    elif regions:
        main = regions[0]
    else:
        main = _format_box((0, 0, image.width, image.height))
    return main, [{"Region": region} for region in regions]


def _format_box(box: Box) -> str:
    left, top, right, bottom = box
    return f"{left},{right},{top},{bottom}"
