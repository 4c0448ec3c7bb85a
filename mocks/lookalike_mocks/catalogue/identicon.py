"""A picture for every product, drawn so that its number can be read off it again."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from io import BytesIO

from PIL import Image, ImageDraw

SIDE, CELLS = 800, 8
NUMBER_COUNT, CHECK_COUNT = 2**40, 2**24
DARK_SHADE, LIGHT_SHADE = 70, 190


@lru_cache(maxsize=64)
def render_jpeg(number: int) -> bytes:
    """The picture of product `number` as JPEG, 800 by 800 pixels."""
    drawn, out = draw_identicon(number), BytesIO()
    drawn.save(out, "JPEG", quality=85)
    return out.getvalue()


def draw_identicon(number: int, side: int = SIDE) -> Image.Image:
    """64 tiles, light or dark: 40 bits of the number, 24 that prove it; in two shades of its own colour."""
    colour = blake2b(b"%d" % number, digest_size=3, person=b"colour").digest()
    picture = Image.new("RGB", (side, side))
    pen, step = ImageDraw.Draw(picture), side / CELLS
    for place, bit in enumerate(_encode_bits(number)):
        left, top = place % CELLS * step, place // CELLS * step
        shade = LIGHT_SHADE if bit else DARK_SHADE
        pen.rectangle((left, top, left + step, top + step), fill=tuple(shade + part % 60 for part in colour))
    return picture


def decode_identicon(picture: Image.Image) -> int | None:
    """The number of the product that a picture shows, resized and recompressed ones too; None for any other picture."""
    bits = compute_fingerprint(picture)
    number = bits // CHECK_COUNT
    return number if bits == _encode_number(number) else None


def compute_fingerprint(picture: Image.Image) -> int:
    """64 bits: which tiles of the picture are lighter than the middle of its range."""
    tiles = drop_palette(picture).convert("L").resize((CELLS, CELLS), Image.Resampling.BOX).tobytes()
    middle = (min(tiles) + max(tiles)) / 2
    return int("".join("1" if tile > middle else "0" for tile in tiles), 2)


def drop_palette(picture: Image.Image) -> Image.Image:
    """The picture without a palette, if that says what shines through: Pillow warns of whoever loses it."""
    return picture.convert("RGBA") if "transparency" in picture.info else picture


def _encode_bits(number: int) -> list[int]:
    return [int(bit) for bit in f"{_encode_number(number):0{CELLS * CELLS}b}"]


def _encode_number(number: int) -> int:
    proof = blake2b(b"%d" % number, digest_size=3, person=b"identicon").digest()
    return number % NUMBER_COUNT * CHECK_COUNT + int.from_bytes(proof, "big")
