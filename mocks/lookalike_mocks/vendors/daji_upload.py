"""Daji's uploads: the id of a picture, which carries what a search has to know of it."""

from __future__ import annotations

import re

from lookalike_specs.wire import Response

from .. import pictures
from ..call import RequestContext
from ..catalogue import ImageIdentity, picture
from ..catalogue.names import encode_image_id
from ..errors import VendorError
from ..stamp import derive_response_ids
from ..world import SandboxState
from . import daji

IMAGE_ERRORS: dict[pictures.ImageDefect, str] = {"bytes": "picture-too-large"}
URL_PATTERN = re.compile(r"https?://.+")
DATA_URL_PREFIX = re.compile(r"data:[\w.+/-]{0,100};base64,")


def handle_upload(world: SandboxState, call: RequestContext) -> Response:
    """The id of what was sent: the same for the same picture, so that nothing has to be kept."""
    return daji.build_envelope(derive_response_ids(world.seed, call.request), {"imageId": encode_image_id(_identify_image(call).number)})


def _identify_image(call: RequestContext) -> ImageIdentity:
    """The picture that was sent, else the one at the address that was. Raises Refused."""
    if (text := call.values.get("image_base64")) is None:
        return _identify_by_url(call.values["pic_url"])
    try:
        return _identify_by_base64(call, text)
    except pictures.BadImage as bad:
        error = IMAGE_ERRORS.get(bad.defect, "picture-unreadable")
        raise VendorError(error, {"rule": bad.defect, "parameter": "image_base64"}) from bad


def _identify_by_url(url: str) -> ImageIdentity:
    if URL_PATTERN.match(url) is None:
        raise VendorError("picture-unreadable", {"rule": "pattern", "parameter": "pic_url", "value": url})
    return picture.identify_by_url(url)


def _identify_by_base64(call: RequestContext, text: str) -> ImageIdentity:
    """Which picture a text in Base64 is. Raises BadPicture."""
    rules, switches = call.service.api.root.data["picture"], call.service.variants
    if switches["base64-prefix"] == "accepted" and (prefix := DATA_URL_PREFIX.match(text)):
        text = text[prefix.end() :]
    if switches["picture-limit"] == "base64" and len(text) > rules["bytes"]:
        raise pictures.BadImage("bytes")
    least, most = rules["sides"]
    limits = pictures.ImageLimits(tuple(rules["formats"]), rules["bytes"], least, most, requires_upright=False)
    return pictures.identify_image(pictures.decode_base64(text), limits)
