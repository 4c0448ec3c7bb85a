"""How a request finds its API on a shared port."""

import msgspec
import pytest

from lookalike_mocks import AmbiguousRoute, Mock
from lookalike_mocks.compile import compile_api
from lookalike_mocks.routing import build_router
from lookalike_specs import UnknownApi, UnknownVariant, list_api_ids, load_api
from lookalike_specs.messages import Request

PATHS = {api: load_api(api).operations[0].path for api in list_api_ids()}


@pytest.mark.parametrize("api", list_api_ids())
@pytest.mark.parametrize("form", ["real path", "prefix", "host"])
def test_every_api_is_found_by_path_prefix_and_host(mock: Mock, api: str, form: str) -> None:
    path = f"/{api}{PATHS[api]}" if form == "prefix" else PATHS[api]
    hosts = sorted(load_api(api).hosts) if form == "host" else ["127.0.0.1"]
    for host in hosts:
        way = mock.router.resolve(host, path)
        assert way is not None
        assert (way.service.api.id, way.path) == (api, PATHS[api])


@pytest.mark.parametrize(
    ("host", "path", "api"),
    [
        ("openapi.dajisaas.com", "/nowhere", "daji-1688"),
        ("api.tmapi.top", "/", "tmapi"),
        ("api.tmapi.top:80", "/", "tmapi"),
        ("API.TMAPI.TOP", "/", "tmapi"),
        ("Api.Tmapi.Top:80", "/nowhere", "tmapi"),
        ("127.0.0.1:8765", "/alibaba/nowhere", "daji-1688"),
        ("127.0.0.1", "/taobao/nowhere", "daji-taobao"),
        ("127.0.0.1", "/1688/nowhere", "tmapi"),
        ("127.0.0.1", "/tmapi", "tmapi"),
        ("127.0.0.1", "/aliyun/", "aliyun"),
    ],
)
def test_a_path_that_went_astray_still_belongs_to_somebody(mock: Mock, host: str, path: str, api: str) -> None:
    way = mock.router.resolve(host, path)
    assert way is not None
    assert way.service.api.id == api


def test_a_vendors_host_is_the_same_in_upper_case(mock: Mock) -> None:
    for host in ("api.tmapi.top", "API.TMAPI.TOP"):
        reply = mock.respond(Request(method="GET", path="/nowhere", headers=((b"host", host.encode()),)))
        assert b"no Route matched with those values" in reply.body


def test_a_path_of_nobody_is_told_the_nearest(mock: Mock) -> None:
    reply = mock.respond(Request(method="GET", path="/alibabba/product/imageQuery"))
    told = msgspec.json.decode(reply.body)
    assert reply.status == 404
    assert told["nearest"] == "/alibaba/product/imageQuery"
    assert told["apis"] == list(list_api_ids())


def test_two_apis_on_one_route_do_not_start() -> None:
    one = compile_api("tmapi")
    twin = compile_api("tmapi")
    object.__setattr__(twin, "api", load_api("hiobuy"))
    with pytest.raises(AmbiguousRoute, match="GET /1688/global/search/image belongs to both tmapi and hiobuy"):
        build_router([one, twin])


def test_an_unknown_api_is_named() -> None:
    with pytest.raises(UnknownApi, match="unknown API 'taobao'; known: aliyun, daji-1688"):
        Mock("taobao")


@pytest.mark.parametrize(
    ("variants", "problem"),
    [
        ({"error-format": "smoke-signals"}, "error-format"),
        ({"tmapi.error-format": "smoke-signals"}, "tmapi: error-format is one of .*, not 'smoke-signals'"),
        ({"tmapi.colour": "red"}, "tmapi has no variant 'colour'"),
        ({"nobody.error-format": "x"}, "nobody.error-format: no API is called 'nobody'; known: aliyun, "),
        ({"tmpai.auth": "either"}, "no API is called 'tmpai'; .*; did you mean 'tmapi'?"),
        ({"auth": "ether"}, "^auth is one of apiToken, apikey, either, not 'ether'; did you mean 'either'?"),
    ],
)
def test_an_unknown_variant_is_named(variants: dict[str, str], problem: str) -> None:
    with pytest.raises(UnknownVariant, match=problem):
        Mock(variants=variants)


def test_a_bare_variant_goes_to_every_api_that_has_it() -> None:
    both = Mock(variants={"duplicate-parameter": "last"}).services
    assert both["daji-1688"].variants["duplicate-parameter"] == "last"
    assert both["daji-taobao"].variants["duplicate-parameter"] == "last"


def test_a_named_variant_goes_to_that_api_alone() -> None:
    both = Mock(variants={"daji-taobao.duplicate-parameter": "last"}).services
    assert both["daji-1688"].variants["duplicate-parameter"] == "first"
    assert both["daji-taobao"].variants["duplicate-parameter"] == "last"
