"""Images from bytes: what is one, and which."""

from base64 import b64encode, encodebytes
from struct import pack
from zlib import compress, crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike_mocks.catalogue.identicon import draw_identicon, render_jpeg
from lookalike_mocks.images import BadImage, ImageDefect, ImageLimits, decode_base64, identify_image

from .image_files import draw_landscape, encode_image

FORMATS = ("PNG", "JPG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
LIMITS = ImageLimits(FORMATS, 4 * 1024 * 1024, 100, 4096)


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[274] = value
    return exif


def huge(width: int, height: int) -> bytes:
    """A PNG that says it is that large, in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))

    head = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", compress(b"\0" * 100)) + chunk(b"IEND", b"")


def fault(data: bytes, limits: ImageLimits = LIMITS) -> ImageDefect | None:
    try:
        identify_image(data, limits)
    except BadImage as bad:
        return bad.defect
    return None


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM"])
@pytest.mark.parametrize("side", [100, 333, 800])
def test_a_product_is_known_in_every_format_and_size(form: str, side: int) -> None:
    found = identify_image(encode_image(draw_identicon(4711, side), form), LIMITS)
    assert (found.number, found.product_index, found.width, found.height) == (4711, 4711, side, side)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1"])
def test_a_product_is_known_in_every_mode(mode: str) -> None:
    assert identify_image(encode_image(draw_identicon(4711).convert(mode), "PNG"), LIMITS).product_index == 4711


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_product_is_known_where_its_palette_is_transparent(form: str) -> None:
    drawn = draw_identicon(4711).convert("RGBA")
    drawn.putalpha(Image.radial_gradient("L").resize(drawn.size).point(lambda shade: 255 - shade // 4))
    assert identify_image(encode_image(drawn.quantize(64), form), LIMITS).product_index == 4711


@pytest.mark.parametrize("quality", [20, 50, 95])
def test_another_image_is_known_by_its_look(quality: int) -> None:
    original = identify_image(encode_image(draw_landscape(), "PNG"), LIMITS)
    copy = identify_image(encode_image(draw_landscape().resize((320, 240)), "JPEG", quality=quality), LIMITS)
    assert original.product_index is None
    assert (copy.number, copy.width, copy.height) == (original.number, 320, 240)
    assert (
        identify_image(encode_image(draw_landscape().transpose(Image.Transpose.ROTATE_180), "PNG"), LIMITS).number
        != original.number
    )


@pytest.mark.parametrize("form", ["PDF", "ICO", "SGI", "TGA", "DDS"])
def test_other_formats(form: str) -> None:
    assert fault(encode_image(draw_landscape(128, 128), form)) == "format"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\xff\xd8\xff", b"GIF89a", b"P6 100 100", b"BM" * 20, b"\x89PNG\r\n\x1a\n"]
)
def test_no_image(data: bytes) -> None:
    assert fault(data) == "format"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM"])
def test_half_an_image(form: str) -> None:
    whole = encode_image(draw_landscape(), form)
    assert fault(whole) is None
    assert fault(whole[: len(whole) // 2]) == "format"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((100, 100), None),
        ((99, 100), "pixels"),
        ((100, 99), "pixels"),
        ((4096, 100), None),
        ((4097, 100), "pixels"),
        ((100, 4097), "pixels"),
    ],
)
def test_pixels(size: tuple[int, int], expected: ImageDefect | None) -> None:
    assert fault(encode_image(Image.new("L", size), "PNG")) == expected


@pytest.mark.parametrize("size", [(10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_bombs_are_not_opened(size: tuple[int, int]) -> None:
    assert fault(huge(*size)) == "pixels"


def test_bytes() -> None:
    data = render_jpeg(5)
    assert fault(data, ImageLimits(FORMATS, len(data), 100, 4096)) is None
    assert fault(data, ImageLimits(FORMATS, len(data) - 1, 100, 4096)) == "bytes"


@pytest.mark.exhaustive(8)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("value", range(10))
def test_orientation(form: str, value: int) -> None:
    data = encode_image(draw_landscape(), form, exif=orientation(value))
    assert fault(data) == (None if value in (0, 1) else "orientation")


def test_base64() -> None:
    assert decode_base64(b64encode(render_jpeg(5)).decode()) == render_jpeg(5)
    assert decode_base64(encodebytes(render_jpeg(5)).decode()) == render_jpeg(5)


@pytest.mark.parametrize("text", ["a", "aGVsbG8", "aGVs bG8=", "aGVsbG8=x", "图片", "data:image/png;base64,aGVsbG8="])
def test_no_base64(text: str) -> None:
    with pytest.raises(BadImage) as caught:
        decode_base64(text)
    assert caught.value.defect == "format"


WHOLE = {
    form: encode_image(draw_landscape(120, 120), form) for form in ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
}


@given(st.sampled_from(sorted(WHOLE)), st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=4))
def test_a_spoiled_image_is_an_image_or_refused(form: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE[form])
    for at, value in changes:
        data[at % len(data)] = value
    assert fault(bytes(data)) in (None, "format", "pixels", "orientation")


@given(st.binary(max_size=200))
def test_anything_is_an_image_or_refused(data: bytes) -> None:
    assert fault(data) in (None, "format", "pixels")
