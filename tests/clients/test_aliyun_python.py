"""Alibaba Cloud's own Python SDKs, unchanged but for the endpoint, against the mock."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from alibabacloud_imagesearch20201214.client import Client
from alibabacloud_imagesearch20201214.models import SearchImageByPicRequest, SearchImageByPicResponse
from alibabacloud_tea_openapi.exceptions import ClientException, ServerException, ThrottlingException
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException as CoreException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest

from lookalike_mocks.adapters.server import Server
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_mocks.catalogue.ids import encode_offer_id
from lookalike_specs import load_api

ACCOUNTS = load_api("aliyun").root.accounts
DEMO = ACCOUNTS["demo"]
PRODUCT = 4711
PICTURE = b64encode(render_jpeg(PRODUCT)).decode()
Search = Callable[[Client, SearchImageByPicRequest], SearchImageByPicResponse]


def search(client: Client, request: SearchImageByPicRequest) -> SearchImageByPicResponse:
    return client.search_image_by_pic(request)


def search_async(client: Client, request: SearchImageByPicRequest) -> SearchImageByPicResponse:
    return asyncio.run(client.search_image_by_pic_async(request))


both = pytest.mark.parametrize("call", [search, search_async])


def tea(server: Server, prefix: str = "", signature: str | None = None, **changed: str) -> Client:
    """The client of generation 4; `changed` are its key, secret or token."""
    keys = {"access_key_id": DEMO["AccessKeyId"], "access_key_secret": DEMO["AccessKeySecret"], **changed}
    endpoint = server.url.removeprefix("http://") + prefix
    return Client(Config(endpoint=endpoint, protocol="http", signature_algorithm=signature, **keys))


def asked(**given: object) -> SearchImageByPicRequest:
    return SearchImageByPicRequest(**{"instance_name": "demoinstance1", "pic_content": PICTURE, **given})


@both
@pytest.mark.parametrize("signature", [None, "v2"], ids=["acs3", "rpc"])
def test_a_search(server: Server, call: Search, signature: str | None) -> None:
    request = asked(num=3, start=0, crop=True, score_threshold="0.35", filter='int_attr>=1 AND str_attr!="a b"')
    found = call(tea(server, signature=signature), request)
    assert found.status_code == 200
    first = found.body.auctions[0]
    assert (first.product_id, first.score, first.int_attr) == (str(encode_offer_id(PRODUCT)), 1.0, first.int_attr)
    assert (found.body.code, found.body.success, found.body.head.docs_found) == (0, True, 3)
    assert found.body.pic_info.all_categories[0].name == "Tops"
    assert found.body.pic_info.multi_region[0].region == found.body.pic_info.region


def test_a_temporary_key(server: Server) -> None:
    sts = ACCOUNTS["sts"]
    client = tea(
        server,
        access_key_id=sts["AccessKeyId"],
        access_key_secret=sts["AccessKeySecret"],
        security_token=sts["SecurityToken"],
    )
    assert client.search_image_by_pic(asked()).status_code == 200


def test_behind_a_prefix(server: Server) -> None:
    assert tea(server, prefix="/aliyun").search_image_by_pic(asked()).status_code == 200


@both
def test_an_error_of_image_search(server: Server, call: Search) -> None:
    with pytest.raises(ClientException) as caught:
        call(tea(server), asked(num=101))
    assert (caught.value.code, caught.value.status_code) == ("OverflowMaxReturnNum", 400)
    assert caught.value.request_id
    assert "exceeds the maximum of 100" in caught.value.message


@both
def test_an_error_of_the_server(server: Server, call: Search) -> None:
    with pytest.raises(ServerException) as caught:
        call(tea(server, access_key_id="situation-AccessEngineFailed"), asked())
    assert (caught.value.code, caught.value.status_code) == ("AccessEngineFailed", 500)


def test_throttled(server: Server) -> None:
    with pytest.raises(ThrottlingException) as caught:
        tea(server, access_key_id="situation-Throttling.User.RetryAfter").search_image_by_pic(asked())
    assert (caught.value.code, caught.value.retry_after) == ("Throttling.User", 1000)


@both
@pytest.mark.parametrize("signature", [None, "v2"], ids=["acs3", "rpc"])
def test_a_wrong_secret(server: Server, call: Search, signature: str | None) -> None:
    with pytest.raises(ClientException) as caught:
        call(tea(server, signature=signature, access_key_secret="wrong"), asked(pic_content="aGVsbG8="))
    assert (caught.value.code, caught.value.status_code) == ("SignatureDoesNotMatch", 400)


def test_nobodys_key(server: Server) -> None:
    with pytest.raises(ClientException) as caught:
        tea(server, access_key_id="LTAI-nobody").search_image_by_pic(asked())
    assert (caught.value.code, caught.value.status_code) == ("InvalidAccessKeyId.NotFound", 404)


def core(server: Server, secret: str = DEMO["AccessKeySecret"]) -> AcsClient:
    return AcsClient(DEMO["AccessKeyId"], secret, "cn-shanghai", port=urlsplit(server.url).port)


def common(server: Server, add: str, **given: str) -> CommonRequest:
    """A request of the older core, its parameters in the form or in the query."""
    request = CommonRequest(domain=urlsplit(server.url).hostname, version="2020-12-14", action_name="SearchImageByPic")
    request.set_protocol_type("http")
    request.set_method("POST")
    for name, value in {"InstanceName": "demoinstance1", "PicContent": PICTURE, **given}.items():
        getattr(request, add)(name, value)
    return request


placements = pytest.mark.parametrize("add", ["add_body_params", "add_query_param"])


@placements
def test_the_core_searches(server: Server, add: str) -> None:
    payload = json.loads(core(server).do_action_with_exception(common(server, add, Num="3")))
    assert [len(payload["Auctions"]), payload["Code"]] == [3, 0]
    assert payload["Auctions"][0]["ProductId"] == str(encode_offer_id(PRODUCT))


@placements
def test_the_core_gets_an_error(server: Server, add: str) -> None:
    with pytest.raises(CoreException) as caught:
        core(server).do_action_with_exception(common(server, add, Num="101"))
    assert caught.value.get_error_code() == "OverflowMaxReturnNum"
    assert caught.value.get_http_status() == 400
    assert caught.value.get_request_id()


@placements
def test_the_core_has_a_wrong_secret(server: Server, add: str) -> None:
    with pytest.raises(CoreException) as caught:
        core(server, "wrong").do_action_with_exception(common(server, add, PicContent="aGVsbG8="))
    assert (caught.value.get_error_code(), caught.value.get_http_status()) == ("SignatureDoesNotMatch", 400)


@placements
def test_the_core_knows_its_own_string_to_sign_in_our_message(server: Server, add: str) -> None:
    # when the two are the same, only the secret can be wrong
    request = RpcRequest("ImageSearch", "2020-12-14", "SearchImageByPic", protocol="http")
    request.set_method("POST")
    request.set_endpoint(urlsplit(server.url).hostname)
    for name, value in {"InstanceName": "demoinstance1", "PicContent": "a+b/c=", "Filter": 'str_attr="红 *~"'}.items():
        getattr(request, add)(name, value)
    with pytest.raises(CoreException) as caught:
        core(server, "wrong").do_action_with_exception(request)
    assert caught.value.get_error_code() == "InvalidAccessKeySecret"


def test_the_core_signs_with_roa(server: Server) -> None:
    request = common(server, "add_body_params", Num="3")
    request.set_uri_pattern("/")
    payload = json.loads(core(server).do_action_with_exception(request))
    assert payload["Auctions"][0]["ProductId"] == str(encode_offer_id(PRODUCT))
    with pytest.raises(CoreException) as caught:
        core(server, "wrong").do_action_with_exception(request)
    assert (caught.value.get_error_code(), caught.value.get_http_status()) == ("SignatureDoesNotMatch", 400)
