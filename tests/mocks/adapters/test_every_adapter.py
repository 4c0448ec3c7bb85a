"""One table of exchanges goes through every adapter; all of them give the same answer."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
import respx

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.httpx_transport import HttpxTransport
from lookalike_mocks.adapters.respx_router import create_respx_router
from lookalike_mocks.adapters.server import Server
from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.signing import daji

Ask = Callable[[httpx.Request], httpx.Response]
DAJI, TMAPI, HIOBUY = (load_api(api) for api in ("daji-1688", "tmapi", "hiobuy"))
PICTURE = "https://cbu01.alicdn.com/img/ibank/O1CN01Lnbnos2LkORtHhOVp_!!3367999730-0-cib.jpg"


def signed() -> httpx.Request:
    query = b"imageId=1048608196202797156&beginPage=1&pageSize=5&country=en"
    plain = Request(method="GET", path=DAJI.operations[0].path, query=query)
    request = daji.sign_request(plain, DAJI.account["appKey"], DAJI.account["appSecret"])
    return httpx.Request("GET", f"https://openapi.dajisaas.com{request.path}?{request.query.decode()}")


REQUESTS = {
    "signed": signed,
    "wrong sign": lambda: httpx.Request("GET", f"{signed().url}0"),
    "query": lambda: httpx.Request(
        "GET",
        "http://api.tmapi.top/1688/global/search/image",
        params={"apiToken": TMAPI.account["apiToken"], "img_url": PICTURE},
    ),
    "no key": lambda: httpx.Request("GET", "http://api.tmapi.top/1688/global/search/image"),
    "JSON body": lambda: httpx.Request(
        "POST",
        "https://open.hiobuy.com/api/client/third-purchase/image/query",
        headers={"X-Uuid": HIOBUY.account["X-Uuid"]},
        json={"img": PICTURE, "platform": "1688"},
    ),
    "no path": lambda: httpx.Request("GET", "https://open.hiobuy.com/nowhere"),
    "body over the limit": lambda: httpx.Request(
        "POST", "https://open.hiobuy.com/api/client/third-purchase/image/query", content=b" " * 200_000
    ),
}


def by_transport(mock: Mock, request: httpx.Request) -> httpx.Response:
    with httpx.Client(transport=HttpxTransport(mock)) as client:
        return client.send(request)


def by_async_transport(mock: Mock, request: httpx.Request) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=HttpxTransport(mock)) as client:
            return await client.send(request)

    return asyncio.run(send())


def by_respx(mock: Mock, request: httpx.Request) -> httpx.Response:
    with create_respx_router(mock), httpx.Client() as client:
        return client.send(request)


def by_asgi(mock: Mock, request: httpx.Request) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(MockApp(mock))) as client:
            return await client.send(request)

    return asyncio.run(send())


def by_socket(mock: Mock, request: httpx.Request) -> httpx.Response:
    with Server(MockApp(mock)) as server, httpx.Client(trust_env=False) as client:
        url = httpx.URL(server.url).copy_with(raw_path=request.url.raw_path)
        return client.send(httpx.Request(request.method, url, headers=request.headers, content=request.read()))


ADAPTERS = (by_transport, by_async_transport, by_respx, by_asgi, by_socket)


@pytest.mark.exhaustive(10)
@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("adapter", ADAPTERS[1:], ids=lambda adapter: adapter.__name__)
def test_every_adapter_gives_the_same_answer(
    mock: Mock, adapter: Callable[[Mock, httpx.Request], httpx.Response], name: str
) -> None:
    expected = by_transport(mock, REQUESTS[name]())
    found = adapter(mock, REQUESTS[name]())
    assert (found.status_code, found.headers["content-type"]) == (
        expected.status_code,
        expected.headers["content-type"],
    )
    assert found.content == expected.content


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("signed", {200}),
        ("wrong sign", {400}),
        ("query", {200}),
        ("no key", {401}),
        ("JSON body", {200}),
        ("no path", {404}),
    ],
)
def test_the_answers_are_what_they_should_be(mock: Mock, name: str, statuses: set[int]) -> None:
    assert by_transport(mock, REQUESTS[name]()).status_code in statuses


def test_respx_knows_every_host_of_the_vendors(mock: Mock) -> None:
    with create_respx_router(mock), httpx.Client() as client:
        for api in mock.services.values():
            for host in api.api.hosts:
                assert client.get(f"https://{host}/nowhere").status_code >= 400


def test_respx_lets_no_other_host_through(mock: Mock) -> None:
    with create_respx_router(mock), httpx.Client() as client, pytest.raises(respx.models.AllMockedAssertionError):
        client.get("https://example.org/")


def test_a_picture_of_the_catalogue_is_served(server: Server, mock: Mock) -> None:
    product = mock.demo_state.catalogue.get_product(5)
    with httpx.Client(trust_env=False) as client:
        name = f"O1CN01{product.image_code}_!!1-0-cib.jpg"
        answer = client.get(f"{server.url}/_lookalike/images/{name}")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content.startswith(b"\xff\xd8")
        assert client.get(f"{server.url}/_lookalike/images/nobody.jpg").status_code == 404


def test_a_path_of_ours_that_is_not_there_is_told_to_nobody(server: Server) -> None:
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{server.url}/_lookalike/nowhere").status_code == 401
