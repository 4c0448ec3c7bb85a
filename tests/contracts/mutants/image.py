"""Mutants that check images otherwise than documented."""

from base64 import b64decode
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from lookalike_contracts.generation.images import draw_image, encode_base64

from .mutant import Mutant
from .mutations import Mutation, Values, change_request

UPLOAD = "daji-1688/uploadImage"
TAOBAO = "daji-taobao/uploadImage"
BY_PIC = "aliyun/SearchImageByPic"
ADD_IMAGE = "aliyun/AddImage"
IMAGE_PARAMETERS = ("image_base64", "PicContent")
GOOD_IMAGE = encode_base64(draw_image(100, 100))
BAD_IMAGE = encode_base64(b"no picture at all")
ORIENTATION = 0x0112


def replace_image(operation: str, is_meant: Callable[[bytes], bool], other: str) -> Mutation:
    """Mutate a server so that it takes some images for another one."""

    def change(values: Values) -> Values:
        for name in IMAGE_PARAMETERS:
            try:
                data = b64decode(values.get(name, ""), validate=True)
            except ValueError:
                continue
            if data and is_meant(data):
                return values | {name: other}
        return values

    return change_request(operation, change)


def _open_image(data: bytes) -> Image.Image | None:
    try:
        return Image.open(BytesIO(data))
    except OSError:
        return None


def _has_format(form: str) -> Callable[[bytes], bool]:
    def is_meant(data: bytes) -> bool:
        image = _open_image(data)
        return image is not None and image.format == form

    return is_meant


def _has_side(side: int) -> Callable[[bytes], bool]:
    def is_meant(data: bytes) -> bool:
        image = _open_image(data)
        return image is not None and side in image.size

    return is_meant


def _is_rotated(data: bytes) -> bool:
    image = _open_image(data)
    return image is not None and image.getexif().get(ORIENTATION, 1) != 1


IMAGE_MUTANTS = (
    Mutant("any-format", "image/format", UPLOAD, replace_image(UPLOAD, _has_format("GIF"), GOOD_IMAGE)),
    Mutant("format-refused", "image/format", TAOBAO, replace_image(TAOBAO, _has_format("WEBP"), BAD_IMAGE)),
    Mutant(
        "words-taken",
        "image/format",
        ADD_IMAGE,
        replace_image(ADD_IMAGE, lambda data: data == b"no picture at all", GOOD_IMAGE),
    ),
    Mutant("any-weight", "image/bytes", TAOBAO, replace_image(TAOBAO, lambda data: len(data) > 3145728, GOOD_IMAGE)),
    Mutant(
        "three-million",
        "image/bytes",
        UPLOAD,
        replace_image(UPLOAD, lambda data: len(data) > 3_000_000, encode_base64(bytes(3145729))),
    ),
    Mutant(
        "greatest-side-refused",
        "image/sides",
        BY_PIC,
        replace_image(BY_PIC, _has_side(4096), encode_base64(draw_image(4097, 100))),
    ),
    Mutant("too-small-taken", "image/sides", ADD_IMAGE, replace_image(ADD_IMAGE, _has_side(99), GOOD_IMAGE)),
    Mutant("too-great-taken", "image/sides", UPLOAD, replace_image(UPLOAD, _has_side(4097), GOOD_IMAGE)),
    Mutant("turned-taken", "image/orientation", BY_PIC, replace_image(BY_PIC, _is_rotated, GOOD_IMAGE)),
)
