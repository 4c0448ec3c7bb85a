"""How alike two pictures are, whatever they show: from small copies of them, so that size and compression count little.

Pictures that differ are far apart by shape (how light and colour are spread) or by colour (the shades themselves).
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from math import sqrt
from operator import mul, sub

from PIL import Image

from .catalogue.identicon import plain

# the shades of a small copy, red, green and blue of each tile
Look = bytes
SIDE = 8
DRAFT = (128, 128)
COLOURS = 3
# how far shades may lie around their middle, in the mean, before that is a shape
FLAT = 1.5 * sqrt(COLOURS * SIDE * SIDE)


def look(data: bytes) -> Look:
    """The look of a picture that is known to be one."""
    with Image.open(BytesIO(data)) as image:
        image.draft("RGB", DRAFT)
        return of_image(image)


def of_image(image: Image.Image) -> Look:
    """The look of a picture that is open; what shines through does not count."""
    return plain(image).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()


def likeness(one: Look, other: Look) -> float:
    """1 for the same look; 0.9 and more for a copy that was resized or recompressed, less for others, at least 0."""
    if one == other:
        return 1.0
    apart: float = sum(map(abs, map(sub, one, other))) / len(one) / 255
    shape = _shape(one, other)
    return max(0.0, 1 - 3 * apart) * shape * shape * shape


def _shape(one: Look, other: Look) -> float:
    """The correlation of the shades, 0 to 1. Pictures of nearly one shade have no shape, and have that in common."""
    (mine, my_spread), (yours, your_spread) = _centred(one), _centred(other)
    return max(0.0, sum(map(mul, mine, yours), FLAT**2) / (my_spread * your_spread))


@lru_cache(maxsize=4096)
def _centred(shades: Look) -> tuple[list[float], float]:
    """The shades around the middle one of their colour, and how far they spread."""
    middles = [sum(shades[colour::COLOURS]) / (SIDE * SIDE) for colour in range(COLOURS)]
    found = list(map(sub, shades, middles * (SIDE * SIDE)))
    return found, sqrt(sum(map(mul, found, found), FLAT**2))
