"""Daji's uploads: the id of a picture, which carries what a search has to know of it."""

from __future__ import annotations

import re

from lookalike_specs.messages import Response

from ... import images
from ...catalogue import ImageIdentity, image
from ...catalogue.ids import encode_image_id
from ...context import RequestContext
from ...exceptions import VendorError
from ...response_ids import derive_response_ids
from ...sandbox.state import SandboxState
from . import envelope

IMAGE_ERRORS: dict[images.ImageDefect, str] = {"bytes": "image-too-large"}
URL_PATTERN = re.compile(r"https?://.+")
DATA_URL_PREFIX = re.compile(r"data:[\w.+/-]{0,100};base64,")


def handle_upload(world: SandboxState, call: RequestContext) -> Response:
    """The id of what was sent: the same for the same picture, so that nothing has to be kept."""
    return envelope.build_envelope(
        derive_response_ids(world.seed, call.request), {"imageId": encode_image_id(_identify_image(call).number)}
    )


def _identify_image(call: RequestContext) -> ImageIdentity:
    """The picture that was sent, else the one at the address that was. Raises Refused."""
    if (text := call.values.get("image_base64")) is None:
        return _identify_by_url(call.values["pic_url"])
    try:
        return _identify_by_base64(call, text)
    except images.BadImage as bad:
        error = IMAGE_ERRORS.get(bad.defect, "image-unreadable")
        raise VendorError(error, {"rule": bad.defect, "parameter": "image_base64"}) from bad


def _identify_by_url(url: str) -> ImageIdentity:
    if URL_PATTERN.match(url) is None:
        raise VendorError("image-unreadable", {"rule": "pattern", "parameter": "pic_url", "value": url})
    return image.identify_by_url(url)


def _identify_by_base64(call: RequestContext, text: str) -> ImageIdentity:
    """Which picture a text in Base64 is. Raises BadPicture."""
    rules = call.service.api.root.data["image"]
    switches = call.service.variants
    if switches["base64-prefix"] == "accepted" and (prefix := DATA_URL_PREFIX.match(text)):
        text = text[prefix.end() :]
    if switches["image-limit"] == "base64" and len(text) > rules["bytes"]:
        raise images.BadImage("bytes")
    least, most = rules["sides"]
    limits = images.ImageLimits(tuple(rules["formats"]), rules["bytes"], least, most, requires_upright=False)
    return images.identify_image(images.decode_base64(text), limits)
