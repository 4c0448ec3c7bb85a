"""A request that comes again is not read again, and is answered as if it had been."""

from __future__ import annotations

import msgspec
import pytest

from lookalike_mocks import Mock
from lookalike_mocks.bounded_cache import BoundedCache
from lookalike_mocks.reading import MAX_READING_BYTES, ReadingCache
from lookalike_specs.messages import Request

PATH = "/1688/global/search/image"
IMAGE = b"img_url=https://cbu01.alicdn.com/img/ibank/x.jpg"


def build_request(mock: Mock, more: bytes = b"") -> Request:
    token = mock.services["tmapi"].api.account["apiToken"].encode()
    return Request(method="GET", path=PATH, query=b"apiToken=%b&%b%b" % (token, IMAGE, more))


@pytest.fixture
def readings() -> ReadingCache:
    return ReadingCache(Mock("tmapi").router)


def test_a_request_that_comes_again_is_not_read_again(readings: ReadingCache) -> None:
    request = build_request(Mock("tmapi"))
    assert readings.read(request) is readings.read(msgspec.structs.replace(request))


@pytest.mark.parametrize(
    "change",
    [
        {"method": "POST"},
        {"path": f"/tmapi{PATH}"},
        {"query": IMAGE},
        {"headers": ((b"prefer", b"code=439"),)},
        {"headers": ((b"prefer", b"code=422"),)},
        {"scheme": "https"},
    ],
)
def test_a_request_that_differs_in_anything_is_read_anew(readings: ReadingCache, change: dict[str, object]) -> None:
    request = build_request(Mock("tmapi"))
    assert readings.read(request) is not readings.read(msgspec.structs.replace(request, **change))


def test_a_mistake_is_found_anew_each_time(readings: ReadingCache) -> None:
    request = build_request(Mock("tmapi"), b"&page=0")
    first = readings.read(request)
    second = readings.read(request)
    assert first.error is not None
    # an exception that is raised twice would gather the frames of both
    assert first.error is not second.error
    assert readings.size == 0


def test_a_request_with_a_body_is_not_remembered(readings: ReadingCache) -> None:
    readings.read(msgspec.structs.replace(build_request(Mock("tmapi")), body=b"x"))
    assert readings.size == 0


@pytest.mark.parametrize(
    "change",
    [
        {"query": b"a" * MAX_READING_BYTES},
        {"query": b"&".join(b"a%d" % number for number in range(200))},
        {"headers": tuple((b"x", b"y") for _ in range(200))},
        {"headers": ((b"x", b"y" * MAX_READING_BYTES),)},
    ],
)
def test_a_long_request_is_not_remembered(readings: ReadingCache, change: dict[str, object]) -> None:
    readings.read(msgspec.structs.replace(build_request(Mock("tmapi")), **change))
    assert readings.size == 0


def test_what_is_remembered_is_bounded(readings: ReadingCache) -> None:
    mock = Mock("tmapi")
    sizes = []
    for number in range(5000):
        readings.read(build_request(mock, b"&x=%d" % number))
        sizes.append(readings.size)
    assert max(sizes) < 16 * 1024 * 1024
    assert sizes[-1] < sizes[4000]


def test_the_same_request_is_answered_by_what_its_sandbox_is_now() -> None:
    mock = Mock("tmapi")
    sandbox = mock.create_sandbox()
    key = sandbox.credentials["tmapi"]["apiToken"].encode()
    request = Request(method="GET", path=PATH, query=b"apiToken=%b&%b" % (key, IMAGE))
    assert mock.respond(request).status == 200
    with sandbox.situation("tmapi/439"):
        assert mock.respond(request).status == 439
    assert mock.respond(request).status == 200
    mock.sandboxes.remove(sandbox.name)
    assert mock.respond(request).status != 200


def test_a_full_cache_begins_anew() -> None:
    cache: BoundedCache[int, str] = BoundedCache(max_count=3, max_bytes=100)
    for number in range(3):
        cache.put(number, "x", 10)
    assert len(cache) == 3
    cache.put(3, "x", 10)
    assert (len(cache), cache.size, cache.get(0), cache.get(3)) == (1, 10, None, "x")
    cache.put(4, "x", 95)
    assert (len(cache), cache.size, cache.get(4)) == (1, 95, "x")
