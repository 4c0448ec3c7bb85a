"""The image of a product: light and dark tiles that carry its number, so that any copy of it can be read."""

from __future__ import annotations

from hashlib import blake2b
from io import BytesIO

from PIL import Image, ImageDraw

from ..memory.caches import cache_result

SIDE = 800
CELLS = 8
# 64 tiles: 40 bits of the number, 24 that prove it
NUMBER_COUNT = 2**40
CHECK_COUNT = 2**24
# far enough apart to survive a JPEG of poor quality
DARK_SHADE = 70
LIGHT_SHADE = 190


@cache_result()
def render_jpeg(number: int) -> bytes:
    """Return the image of product `number` as JPEG, 800 by 800 pixels."""
    buffer = BytesIO()
    draw_identicon(number).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def draw_identicon(number: int, side: int = SIDE) -> Image.Image:
    """Return 8 by 8 tiles, light or dark as the number's bits say, in two shades of the product's own colour."""
    colour = blake2b(b"%d" % number, digest_size=3, person=b"colour").digest()
    image = Image.new("RGB", (side, side))
    canvas = ImageDraw.Draw(image)
    step = side / CELLS
    for position, bit in enumerate(_encode_bits(number)):
        left = position % CELLS * step
        top = position // CELLS * step
        shade = DARK_SHADE
        if bit:
            shade = LIGHT_SHADE
        fill = tuple(shade + channel % 60 for channel in colour)
        canvas.rectangle((left, top, left + step, top + step), fill=fill)
    return image


def decode_identicon(image: Image.Image) -> int | None:
    """Return the product's number from its image, resized and recompressed ones too; None for any other image."""
    bits = compute_fingerprint(image)
    number = bits // CHECK_COUNT
    # a photo's tiles are some number, too, but one in 16 million has the proof that goes with it
    if bits != _encode_number(number):
        return None
    return number


def compute_fingerprint(image: Image.Image) -> int:
    """Return 64 bits: which tiles of the image are lighter than the middle of its range."""
    tiles = drop_palette(image).convert("L").resize((CELLS, CELLS), Image.Resampling.BOX).tobytes()
    middle = (min(tiles) + max(tiles)) / 2
    bits = 0
    for tile in tiles:
        bits = bits * 2 + (tile > middle)
    return bits


def drop_palette(image: Image.Image) -> Image.Image:
    """Return an image without a palette, if that says what shines through: Pillow warns of whoever loses it."""
    if "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _encode_bits(number: int) -> list[int]:
    return [int(bit) for bit in f"{_encode_number(number):0{CELLS * CELLS}b}"]


def _encode_number(number: int) -> int:
    proof = blake2b(b"%d" % number, digest_size=3, person=b"identicon").digest()
    return number % NUMBER_COUNT * CHECK_COUNT + int.from_bytes(proof, "big")
