"""Who minds pictures otherwise than documented."""

from base64 import b64decode
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from lookalike_contracts.requests.drawing import drawn, in_base64

from .saboteur import Saboteur
from .tools import Answer, Values, misheard

UPLOAD, TAOBAO, PICTURE, ADD = (
    "daji-1688/uploadImage",
    "daji-taobao/uploadImage",
    "aliyun/SearchImageByPic",
    "aliyun/AddImage",
)
CARRIERS = ("image_base64", "PicContent")
GOOD, BAD = in_base64(drawn(100, 100)), in_base64(b"no picture at all")
ORIENTATION = 0x0112


def taken(at: str, is_meant: Callable[[bytes], bool], other: str) -> Answer:
    """A server that takes some pictures for another one."""

    def change(values: Values) -> Values:
        for name in CARRIERS:
            try:
                data = b64decode(values.get(name, ""), validate=True)
            except ValueError:
                continue
            if data and is_meant(data):
                return values | {name: other}
        return values

    return misheard(at, change)


def _image(data: bytes) -> Image.Image | None:
    try:
        return Image.open(BytesIO(data))
    except OSError:
        return None


def _is(form: str) -> Callable[[bytes], bool]:
    def is_meant(data: bytes) -> bool:
        image = _image(data)
        return image is not None and image.format == form

    return is_meant


def _has_side(side: int) -> Callable[[bytes], bool]:
    def is_meant(data: bytes) -> bool:
        image = _image(data)
        return image is not None and side in image.size

    return is_meant


def _is_turned(data: bytes) -> bool:
    image = _image(data)
    return image is not None and image.getexif().get(ORIENTATION, 1) != 1


PICTURES = (
    Saboteur("any-format", "picture/format", UPLOAD, taken(UPLOAD, _is("GIF"), GOOD)),
    Saboteur("format-refused", "picture/format", TAOBAO, taken(TAOBAO, _is("WEBP"), BAD)),
    Saboteur("words-taken", "picture/format", ADD, taken(ADD, lambda data: data == b"no picture at all", GOOD)),
    Saboteur("any-weight", "picture/bytes", TAOBAO, taken(TAOBAO, lambda data: len(data) > 3145728, GOOD)),
    Saboteur(
        "three-million",
        "picture/bytes",
        UPLOAD,
        taken(UPLOAD, lambda data: len(data) > 3_000_000, in_base64(bytes(3145729))),
    ),
    Saboteur(
        "greatest-side-refused", "picture/sides", PICTURE, taken(PICTURE, _has_side(4096), in_base64(drawn(4097, 100)))
    ),
    Saboteur("too-small-taken", "picture/sides", ADD, taken(ADD, _has_side(99), GOOD)),
    Saboteur("too-great-taken", "picture/sides", UPLOAD, taken(UPLOAD, _has_side(4097), GOOD)),
    Saboteur("turned-taken", "picture/orientation", PICTURE, taken(PICTURE, _is_turned, GOOD)),
)
