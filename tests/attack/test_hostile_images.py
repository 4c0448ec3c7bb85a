"""Images that are small to send and large to decode: they cost whoever sends them, and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from lookalike_mocks import Mock, images
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.catalogue import ImageIdentity
from lookalike_mocks.catalogue.image import identify_by_fingerprint
from lookalike_specs import load_api

from ..mocks.testers import build_signed_request, send_request

LIMITS = images.ImageLimits(("JPEG",), 4_000_000, 100, 4096)
# one colour and 16 million pixels, which take a quarter of a second to decode: a WebP of 36 bytes
PLAIN_IMAGE = "UklGRhwAAABXRUJQVlA4TA8AAAAv/8//AwcQBYz+ByKi/wEA"
JPEG_END = b"\xff\xd9"


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock("aliyun", "daji-taobao", "tmapi")


class SlowDecoder:
    """Takes the place of what decodes an image, and takes as long as the test wants."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def identify(self, data: bytes, limits: images.ImageLimits) -> ImageIdentity:
        self.has_begun.set()
        self.may_end.wait(10)
        return identify_by_fingerprint(1, 4096, 4096)


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDecoder]:
    decoder = SlowDecoder()
    monkeypatch.setattr(images, "identify_image", decoder.identify)
    yield decoder
    decoder.may_end.set()


# API, prefix of the path, which operation and scheme of it, parameter
SENDERS: dict[str, tuple[str, str, int, int, str]] = {
    "signed in headers": ("aliyun", "", 0, 0, "PicContent"),
    "signed in the form": ("aliyun", "", 0, 1, "PicContent"),
    "signed in the query": ("aliyun", "", 0, 2, "PicContent"),
    "uploaded before": ("aliyun", "", 0, 0, "PicContent"),
    "below a prefix": ("aliyun", "/aliyun", 0, 0, "PicContent"),
    "to the earlier version": ("aliyun", "", 6, 0, "PicContent"),
    "to Daji": ("daji-taobao", "", 2, 0, "image_base64"),
}


@pytest.mark.parametrize("name", SENDERS)
def test_an_image_of_few_bytes_and_many_pixels_holds_up_nobody(name: str, decoder: SlowDecoder, mock: Mock) -> None:
    api, prefix, at, scheme, parameter = SENDERS[name]
    values: dict[str, Any] = {parameter: PLAIN_IMAGE}
    if name == "uploaded before":
        mock.demo_state.image_store.objects.put("key", b"an image", 8)
        values[parameter] = "http://bucket.example.com/key"
    request = build_signed_request(api, load_api(api).account, at=at, scheme=scheme, **values)
    assert len(request.body) + len(request.query) < 1024
    statuses: list[int] = []
    with Server(MockApp(mock)) as server, httpx.Client(base_url=server.url + prefix) as sender:
        thread = threading.Thread(target=lambda: statuses.append(send_request(sender, request).status))
        thread.start()
        assert decoder.has_begun.wait(5), "no image was decoded"
        assert httpx.get(f"{server.url}/tmapi/nowhere", timeout=5).status_code == 404
        assert statuses == []
        decoder.may_end.set()
        thread.join()
    assert statuses == [200]


def encode_scans(count: int) -> bytes:
    """Return a progressive JPEG whose last scan stands there so many times more: 33 bytes each, and as long to decode."""
    out = BytesIO()
    Image.new("L", (200, 200), 128).save(out, "JPEG", progressive=True)
    data = out.getvalue().removesuffix(JPEG_END)
    last_scan = data[data.rindex(images.SCAN_MARKER) :]
    return data + last_scan * count + JPEG_END


def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert images.identify_image(encode_scans(20), LIMITS).width == 200
    monkeypatch.setattr(images, "match_catalogue_image", lambda *_: pytest.fail("it is decoded"))
    with pytest.raises(images.BadImage) as error:
        images.identify_image(encode_scans(images.MAX_SCANS), LIMITS)
    assert error.value.defect == "format"
