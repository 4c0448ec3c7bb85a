"""Pictures to ask with: of a format, a size in pixels, and just so many bytes."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any, Final

from PIL import Image, PngImagePlugin

# Pillow's names for what documents call otherwise
PILLOW_FORMATS: Final = {"JPG": "JPEG", "TIF": "TIFF"}
EXIF_ORIENTATION: Final = 0x0112
# length, name and checksum of a chunk
CHUNK_OVERHEAD: Final = 12


def draw_image(width: int, height: int, form: str = "PNG", *, orientation: int = 0) -> bytes:
    """A picture, half dark and half light."""
    image = Image.new("1" if form == "PNG" else "RGB", (width, height))
    image.paste(_light_color(image.mode), (width // 2, 0, width, height))
    more: dict[str, Any] = {}
    if orientation:
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = orientation
        more = {"exif": exif.tobytes()}
    return _encode_image(image, PILLOW_FORMATS.get(form, form), **more)


def draw_image_of_size(size: int, side: int) -> bytes:
    """A square PNG of just so many bytes."""
    bare = draw_image(side, side)
    filling = PngImagePlugin.PngInfo()
    filling.add(b"fiLl", bytes(size - len(bare) - CHUNK_OVERHEAD))
    with Image.open(BytesIO(bare)) as image:
        image.load()
        return _encode_image(image, "PNG", pnginfo=filling)


def encode_base64(picture: bytes) -> str:
    """The text that it travels as."""
    return b64encode(picture).decode()


def _light_color(mode: str) -> Any:
    return 1 if mode == "1" else (240, 200, 160)


def _encode_image(image: Image.Image, form: str, **more: Any) -> bytes:
    written = BytesIO()
    image.save(written, form, **more)
    return written.getvalue()
