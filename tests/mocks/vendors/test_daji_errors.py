"""The errors that Daji's two searches share: as the vendor brings them about, by a wrong method, and in every format."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_specs import load_api
from lookalike_specs.messages import Request

from .daji_client import HOST_HEADER, DajiClient


@dataclass(frozen=True)
class Search:
    """A search and the upload beside it, with what is wrong about an image in each."""

    client: DajiClient
    upload: DajiClient
    requests: dict[str, Request]
    wrong_path: str

    def list_natural_requests(self) -> dict[str, Request]:
        """Return a request for each error that a client brings about by itself, by the error's name."""
        client = self.client
        query = client.build_get().query[:-1] + b"X"
        return {
            "bad-sign": Request(method="GET", path=client.path, query=query, headers=(HOST_HEADER,)),
            "bad-parameter": client.build_get(pageSize=0),
            "app-not-activated": client.build_get("unactivated"),
            "quota-used-up": client.build_get("used-up"),
            "upload-image-required": self.upload.build_post(),
            "image-too-large": self.upload.build_post(image_base64="A" * 4_194_308),
            "not-found": Request(method="GET", path=self.wrong_path, headers=(HOST_HEADER,)),
            **self.requests,
        }


def create_1688_search() -> Search:
    mock = Mock("daji-1688")
    image = {"imageId": "1048608196202797156", "beginPage": 1, "pageSize": 20, "country": "en"}
    client = DajiClient("daji-1688", "/alibaba/product/imageQuery", image, mock)
    requests = {
        "image-required": client.build_get(imageId=None),
        "unknown-image": client.build_get(imageId="104860819620279715x"),
        "image-unreadable": client.build_get(imageId=None, imageAddress="ftp://cbu01.alicdn.com/a.jpg"),
        "language-not-enabled": client.build_get(country="de"),
    }
    upload = DajiClient("daji-1688", "/alibaba/upload/image", {}, mock, "post")
    return Search(client, upload, requests, "/alibaba/product/imagequery")


def create_taobao_search() -> Search:
    mock = Mock("daji-taobao")
    image = {"picUrl": "https://img.alicdn.com/bao/uploaded/i3/684174095/O1CN019WLF1n1g7YYWtonEu_!!0-item_pic.jpg"}
    client = DajiClient("daji-taobao", "/taobao/image-search/url", image, mock)
    requests = {
        "image-required": client.build_get(picUrl=None),
        "image-unreadable": client.build_get(picUrl="ftp://img.alicdn.com/a.jpg"),
    }
    upload = DajiClient("daji-taobao", "/taobao/upload/image", {}, mock, "post")
    return Search(client, upload, requests, "/TAOBAO/IMAGE-SEARCH/URL")


SEARCHES = {"daji-1688": create_1688_search(), "daji-taobao": create_taobao_search()}
NATURAL = [(api, error) for api, search in SEARCHES.items() for error in search.list_natural_requests()]
FORMATS = [
    (api, error, error_format)
    for api in SEARCHES
    for error in load_api(api).root.errors
    for error_format in load_api(api).root.variants["error-format"].values
]


@pytest.mark.parametrize(("api", "error"), NATURAL)
def test_errors_come_the_natural_way(api: str, error: str) -> None:
    search = SEARCHES[api]
    response = search.client.mock.respond(search.list_natural_requests()[error])
    assert load_api(api).root.errors[error].reproduce
    assert search.client.identify_error(response) == error


@pytest.mark.parametrize("api", SEARCHES)
def test_every_natural_way_is_tried(api: str) -> None:
    reproducible = {name for name, error in load_api(api).root.errors.items() if error.reproduce}
    assert reproducible == {*SEARCHES[api].list_natural_requests(), "method-not-allowed"}


@pytest.mark.parametrize("api", SEARCHES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get", ""])
def test_another_method(api: str, method: str) -> None:
    client = SEARCHES[api].client
    response = client.mock.respond(msgspec.structs.replace(client.build_get(), method=method))
    body = client.decode_body(response)
    assert body["message"] == f"Request method '{method}' not supported"
    assert (response.status, body["error"], body["path"]) == (405, "Method Not Allowed", client.path)
    assert (b"allow", b"GET") in response.headers


@pytest.mark.parametrize(("api", "error", "error_format"), FORMATS)
def test_every_error_travels_every_way(api: str, error: str, error_format: str) -> None:
    client = SEARCHES[api].client
    mock = Mock(api, variants={"error-format": error_format})
    client.decode_body(mock.respond(client.build_get(f"situation-{error}")))
