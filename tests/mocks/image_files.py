"""Images that tests draw: one that shows no product, and any as a file."""

from io import BytesIO
from typing import Any

from PIL import Image


def encode_image(drawn: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    drawn.save(out, form, **options)
    return out.getvalue()


def draw_landscape(width: int = 640, height: int = 480) -> Image.Image:
    """An image that shows no product: light above, dark below, a sun."""
    drawn = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    drawn.paste((255, 240, 200), (width // 8, height // 2, width // 3, height * 3 // 4))
    return drawn
