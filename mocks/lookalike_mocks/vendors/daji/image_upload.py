"""Daji's upload: the id that it hands out carries what a search has to know of the image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lookalike_specs.messages import Response

from ... import images
from ...catalogue import ImageIdentity
from ...catalogue.ids import encode_image_id
from ...catalogue.image import identify_by_url
from ...context import RequestContext, derive_response_ids
from ...exceptions import VendorError
from ...sandbox.state import SandboxState
from .envelope import build_envelope

IMAGE_ERRORS: Final[Mapping[images.ImageDefect, str]] = {
    "bytes": "image-too-large",
    "format": "image-unreadable",
    "orientation": "image-unreadable",
    "pixels": "image-unreadable",
}
URL_PATTERN = re.compile(r"https?://.+")
DATA_URL_PREFIX = re.compile(r"data:[\w.+/-]{0,100};base64,")


def handle_upload(state: SandboxState, context: RequestContext) -> Response:
    """Return the id of what was sent: the same for the same image, so that nothing has to be kept."""
    image_id = encode_image_id(_identify_image(context).number)
    return build_envelope(
        derive_response_ids(state.seed, context.parsed.request, state.clock.chosen_time), {"imageId": image_id}
    )


def _identify_image(context: RequestContext) -> ImageIdentity:
    """Return the image that was sent, else the one at the address that was. Raise VendorError for what is none."""
    text = context.values.get("image_base64")
    if text is None:
        return _identify_by_url(context.values["pic_url"])
    try:
        return _identify_by_base64(context, text)
    except images.BadImage as error:
        facts = {"rule": error.defect, "parameter": "image_base64"}
        raise VendorError(IMAGE_ERRORS[error.defect], facts) from error


def _identify_by_url(url: str) -> ImageIdentity:
    if URL_PATTERN.match(url) is None:
        raise VendorError("image-unreadable", {"rule": "pattern", "parameter": "pic_url", "value": url})
    return identify_by_url(url)


def _identify_by_base64(context: RequestContext, text: str) -> ImageIdentity:
    """Return which image a text in Base64 is. Raise BadImage."""
    rules = context.service.api.root.data["image"]
    variants = context.service.variants
    prefix = DATA_URL_PREFIX.match(text)
    # browsers put "data:image/png;base64," before what they encode; whether it may stay is not documented
    if prefix and variants["base64-prefix"] == "accepted":
        text = text[prefix.end() :]
    if variants["image-limit"] == "base64" and len(text) > rules["bytes"]:
        raise images.BadImage("bytes")
    min_side, max_side = rules["sides"]
    limits = images.ImageLimits(tuple(rules["formats"]), rules["bytes"], min_side, max_side, requires_upright=False)
    return images.identify_image(images.decode_base64(text), limits)
