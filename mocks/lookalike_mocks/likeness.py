"""How alike two pictures are, whatever they show: from small copies of them, so that size and compression count little.

Pictures that differ are far apart by shape (how light and colour are spread) or by colour (the shades themselves).
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from math import sqrt
from operator import mul, sub

from PIL import Image

from .catalogue.identicon import drop_palette

# the shades of a small copy, red, green and blue of each tile
Thumbnail = bytes
THUMBNAIL_SIDE = 8
THUMBNAIL_DRAFT_SIZE = (128, 128)
CHANNELS = 3
# how far shades may lie around their middle, in the mean, before that is a shape
FLAT_SPREAD = 1.5 * sqrt(CHANNELS * THUMBNAIL_SIDE * THUMBNAIL_SIDE)


def load_thumbnail(data: bytes) -> Thumbnail:
    """The look of a picture that is known to be one."""
    with Image.open(BytesIO(data)) as image:
        image.draft("RGB", THUMBNAIL_DRAFT_SIZE)
        return make_thumbnail(image)


def make_thumbnail(image: Image.Image) -> Thumbnail:
    """The look of a picture that is open; what shines through does not count."""
    return drop_palette(image).convert("RGB").resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX).tobytes()


def compute_similarity(one: Thumbnail, other: Thumbnail) -> float:
    """1 for the same look; 0.9 and more for a copy that was resized or recompressed, less for others, at least 0."""
    if one == other:
        return 1.0
    apart: float = sum(map(abs, map(sub, one, other))) / len(one) / 255
    shape = _correlate_shapes(one, other)
    return max(0.0, 1 - 3 * apart) * shape * shape * shape


def _correlate_shapes(one: Thumbnail, other: Thumbnail) -> float:
    """The correlation of the shades, 0 to 1. Pictures of nearly one shade have no shape, and have that in common."""
    (mine, my_spread), (yours, your_spread) = _centre_shades(one), _centre_shades(other)
    return max(0.0, sum(map(mul, mine, yours), FLAT_SPREAD**2) / (my_spread * your_spread))


@lru_cache(maxsize=4096)
def _centre_shades(shades: Thumbnail) -> tuple[list[float], float]:
    """The shades around the middle one of their colour, and how far they spread."""
    middles = [sum(shades[colour::CHANNELS]) / (THUMBNAIL_SIDE * THUMBNAIL_SIDE) for colour in range(CHANNELS)]
    found = list(map(sub, shades, middles * (THUMBNAIL_SIDE * THUMBNAIL_SIDE)))
    return found, sqrt(sum(map(mul, found, found), FLAT_SPREAD**2))
