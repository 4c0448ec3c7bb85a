"""Images to ask with: of a format, a size in pixels, and just so many bytes."""

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
LIGHT_COLORS: Final[dict[str, Any]] = {"1": 1, "RGB": (240, 200, 160)}


def draw_image(width: int, height: int, image_format: str = "PNG", *, orientation: int = 0) -> bytes:
    """Return an image, half dark and half light; `orientation` is EXIF's, 0 for none."""
    # one bit a pixel: a PNG at the edge of what a vendor takes in pixels stays small in bytes
    mode = "1" if image_format == "PNG" else "RGB"
    image = Image.new(mode, (width, height))
    image.paste(LIGHT_COLORS[mode], (width // 2, 0, width, height))
    options: dict[str, Any] = {}
    if orientation:
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = orientation
        options["exif"] = exif.tobytes()
    return _encode_image(image, PILLOW_FORMATS.get(image_format, image_format), **options)


def draw_image_of_size(size: int, side: int) -> bytes:
    """Return a square PNG of just so many bytes."""
    bare = draw_image(side, side)
    padding = PngImagePlugin.PngInfo()
    # readers skip a chunk whose name begins with a small letter and that they do not know
    padding.add(b"fiLl", bytes(size - len(bare) - CHUNK_OVERHEAD))
    with Image.open(BytesIO(bare)) as image:
        image.load()
        return _encode_image(image, "PNG", pnginfo=padding)


def encode_base64(image: bytes) -> str:
    """Return the text that an image travels as in a form or in JSON."""
    return b64encode(image).decode()


def _encode_image(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()
