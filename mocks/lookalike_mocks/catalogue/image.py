"""What is to be seen on a picture: a main subject and others, each in a box."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from io import BytesIO
from urllib.parse import unquote

import msgspec
from PIL import Image, ImageDraw

from .ids import decode_image_code, decode_image_id

Box = tuple[int, int, int, int]
MAX_OTHER_SUBJECTS = 4


class Subject(msgspec.Struct, frozen=True):
    """A subject: its box in pixels (left, top, right, bottom), the product most like it, a number to order by."""

    box: Box
    product_index: int
    number: int


def detect_subjects(picture: ImageIdentity, size: int) -> tuple[Subject, ...]:
    """The subjects on a picture, main one first, for a catalogue of that size."""
    drawn = blake2b(b"%d" % picture.number, digest_size=64, person=b"subject").digest()
    others = 0 if drawn[0] % 3 == 0 else drawn[0] % (MAX_OTHER_SUBJECTS + 1)
    found = [_draw_subject(picture, drawn, place, size) for place in range(others + 1)]
    if picture.product_index is not None and picture.product_index < size:
        found[0] = Subject(found[0].box, picture.product_index, found[0].number)
    return tuple(found)


def select_subject(picture: ImageIdentity, size: int, box: Box | None) -> Subject:
    """The subject that a box means: the one that it shares most with; the main one without a box."""
    found = detect_subjects(picture, size)
    return found[0] if box is None else max(found, key=lambda subject: _overlap(subject.box, box))


def _draw_subject(picture: ImageIdentity, drawn: bytes, place: int, size: int) -> Subject:
    start = place * 12
    left = drawn[start] % 40 * picture.width // 100
    top = drawn[start + 1] % 40 * picture.height // 100
    right = min(picture.width - 1, left + (30 + drawn[start + 2] % 60) * picture.width // 100)
    bottom = min(picture.height - 1, top + (30 + drawn[start + 3] % 60) * picture.height // 100)
    number = int.from_bytes(drawn[start + 4 : start + 12], "little")
    return Subject((left, top, right, bottom), number % size, number)


def _overlap(one: Box, other: Box) -> float:
    """Shared area over joined area, 0 to 1."""
    wide = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    joined = _area(one) + _area(other) - wide * high
    return wide * high / joined if joined else 0.0


def _area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


PRODUCT_NUMBER_LIMIT = 10**12
DEFAULT_SIDE = 800


class ImageIdentity(msgspec.Struct, frozen=True):
    """A picture: its number, the product that it shows if it is a catalogue picture, its size in pixels."""

    number: int
    product_index: int | None
    width: int = DEFAULT_SIDE
    height: int = DEFAULT_SIDE


def identify_by_product(index: int) -> ImageIdentity:
    """The picture of one product."""
    return ImageIdentity(index, index)


@lru_cache(maxsize=4096)
def identify_by_url(url: str) -> ImageIdentity:
    """The picture at an address; scheme, host and query do not count, as mirrors serve the same picture."""
    index = decode_image_code(url)
    return ImageIdentity(_hash_number(_url_path(url)), None) if index is None else identify_by_product(index)


@lru_cache(maxsize=4096)
def identify_by_id(image_id: str) -> ImageIdentity:
    """The picture behind an uploaded picture's id; an id that nobody handed out is a picture like any other."""
    number = decode_image_id(image_id)
    if number is None:
        return ImageIdentity(_hash_number(image_id), None)
    return identify_by_number(number)


def identify_by_number(number: int) -> ImageIdentity:
    """The picture with that number; numbers below 10**12 are those of products."""
    return identify_by_product(number) if number < PRODUCT_NUMBER_LIMIT else ImageIdentity(number, None)


def identify_by_fingerprint(fingerprint: int, width: int, height: int) -> ImageIdentity:
    """A picture that shows no product, by its 64 bits of coarse look; copies of another size are the same picture."""
    return ImageIdentity(_hash_number(f"{fingerprint:016x}"), None, width, height)


def _url_path(url: str) -> str:
    """An address without scheme, host and query; protocol-relative ones are addresses too."""
    start = url.find("//")
    return unquote(url if start < 0 else url[start + 2 :].partition("/")[2]).partition("?")[0]


def _hash_number(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8, person=b"picture").digest()
    return PRODUCT_NUMBER_LIMIT + int.from_bytes(digest, "big") % (99 * PRODUCT_NUMBER_LIMIT)


SIDE = 800
CELLS = 8
NUMBER_COUNT = 2**40
CHECK_COUNT = 2**24
DARK_SHADE = 70
LIGHT_SHADE = 190


@lru_cache(maxsize=64)
def render_jpeg(number: int) -> bytes:
    """The picture of product `number` as JPEG, 800 by 800 pixels."""
    drawn = draw_identicon(number)
    out = BytesIO()
    drawn.save(out, "JPEG", quality=85)
    return out.getvalue()


def draw_identicon(number: int, side: int = SIDE) -> Image.Image:
    """64 tiles, light or dark: 40 bits of the number, 24 that prove it; in two shades of its own colour."""
    colour = blake2b(b"%d" % number, digest_size=3, person=b"colour").digest()
    picture = Image.new("RGB", (side, side))
    pen = ImageDraw.Draw(picture)
    step = side / CELLS
    for place, bit in enumerate(_encode_bits(number)):
        left = place % CELLS * step
        top = place // CELLS * step
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
