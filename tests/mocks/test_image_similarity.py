"""How alike images are: copies are, others are not, whatever they are images of."""

from io import BytesIO
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from lookalike_mocks.catalogue.identicon import draw_identicon
from lookalike_mocks.images import (
    CHANNELS,
    THUMBNAIL_SIDE,
    Thumbnail,
    compute_similarity,
    load_thumbnail,
    make_thumbnail,
)


def shapes(number: int) -> Image.Image:
    """A soft image of many things."""
    chance = Random(number)  # noqa: S311 - images, not secrets
    found = Image.new("RGB", (640, 480), tuple(chance.randbytes(3)))
    pen = ImageDraw.Draw(found)
    for _ in range(chance.randrange(4, 25)):
        left, top = chance.randrange(600), chance.randrange(440)
        pen.ellipse(
            (left, top, left + chance.randrange(30, 300), top + chance.randrange(30, 300)), tuple(chance.randbytes(3))
        )
    return found.filter(ImageFilter.GaussianBlur(3))


def gradient(number: int) -> Image.Image:
    return Image.linear_gradient("L").rotate(90 * number).resize((400, 300)).convert("RGB")


def plain(number: int) -> Image.Image:
    """One shade, far from those of the other numbers."""
    return Image.new("RGB", (200, 200), [(255, 0, 0), (0, 128, 0), (0, 0, 255), (0, 0, 0), (255, 255, 255)][number])


def noise(number: int) -> Image.Image:
    return Image.frombytes("RGB", (300, 300), Random(number).randbytes(300 * 300 * 3))  # noqa: S311 - as above


def seen(drawn: Image.Image, form: str = "PNG", **options: int) -> Thumbnail:
    out = BytesIO()
    drawn.save(out, form, **options)
    return load_thumbnail(out.getvalue())


IMAGES = {
    "shapes": [shapes(number) for number in range(7)],
    "gradients": [gradient(number) for number in range(4)],
    "of the catalogue": [draw_identicon(number, 320) for number in range(7)],
    "plain": [plain(number) for number in range(5)],
}
COPIES = {
    "smaller": lambda drawn: seen(drawn.resize((drawn.width * 2 // 5, drawn.height * 2 // 5))),
    "larger": lambda drawn: seen(drawn.resize((1000, 1000))),
    "quality 90": lambda drawn: seen(drawn, "JPEG", quality=90),
    "quality 30": lambda drawn: seen(drawn, "JPEG", quality=30),
    "smaller, quality 50": lambda drawn: seen(drawn.resize((200, 150)), "JPEG", quality=50),
    "WebP": lambda drawn: seen(drawn, "WEBP", quality=60),
    "GIF": lambda drawn: seen(drawn, "GIF"),
}


@pytest.mark.exhaustive(8)
@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_is_alike(kind: str, copy: str) -> None:
    assert min(compute_similarity(seen(drawn), COPIES[copy](drawn)) for drawn in IMAGES[kind]) >= 0.9


@pytest.mark.parametrize("kind", IMAGES)
def test_another_image_is_not(kind: str) -> None:
    looks = [seen(drawn) for drawn in IMAGES[kind]]
    assert max(compute_similarity(one, other) for one, other in combinations(looks, 2)) <= 0.5


def test_images_of_one_kind_are_not_those_of_another() -> None:
    looks = [(kind, seen(drawn)) for kind, found in IMAGES.items() for drawn in found]
    pairs = [(one, other) for (a, one), (b, other) in combinations(looks, 2) if a != b]
    assert max(compute_similarity(one, other) for one, other in pairs) <= 0.5


def test_noise_is_told_from_noise() -> None:
    looks = [seen(noise(number)) for number in range(6)]
    assert max(compute_similarity(one, other) for one, other in combinations(looks, 2)) <= 0.5
    assert seen(noise(1).resize((300, 300)), "PNG") == looks[1]


def test_colour_counts_where_the_shape_is_the_same() -> None:
    drawn = shapes(1)
    red, green, blue = drawn.split()
    assert compute_similarity(seen(drawn), seen(Image.merge("RGB", (blue, red, green)))) < 0.7


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "LA", "1", "CMYK", "I;16"])
def test_images_of_every_mode_have_a_look(mode: str) -> None:
    thumbnail = make_thumbnail(
        Image.linear_gradient("L").convert(mode) if mode != "I;16" else Image.new(mode, (300, 300))
    )
    assert len(thumbnail) == THUMBNAIL_SIDE * THUMBNAIL_SIDE * CHANNELS


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP"])
def test_palettes_may_be_transparent(form: str) -> None:
    drawn = shapes(2)
    opaque = seen(drawn)
    drawn.putalpha(Image.radial_gradient("L").resize(drawn.size).point(lambda shade: 255 - shade // 4))
    palette = drawn.quantize(256) if form != "WEBP" else drawn
    assert compute_similarity(seen(palette, form), opaque) >= 0.9


LOOKS = st.binary(
    min_size=THUMBNAIL_SIDE * THUMBNAIL_SIDE * CHANNELS, max_size=THUMBNAIL_SIDE * THUMBNAIL_SIDE * CHANNELS
)


@given(LOOKS, LOOKS)
def test_likeness_is_a_share_and_goes_both_ways(one: Thumbnail, other: Thumbnail) -> None:
    assert 0 <= compute_similarity(one, other) <= 1
    assert compute_similarity(one, other) == pytest.approx(compute_similarity(other, one))
    assert compute_similarity(one, one) == 1
