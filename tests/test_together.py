"""All five over real HTTP: every error of every catalogue, the vendors' own samples, the same goods everywhere."""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest
from PIL import Image

from lookalike_contracts import describe_response_violations
from lookalike_mocks import Mock
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_mocks.catalogue.ids import decode_offer_id, encode_opaque_id
from lookalike_specs import Api, Operation, list_api_ids, load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.references import resolve_refs
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SigningContext
from lookalike_specs.signing.sign import sign

NONCES = count()
ERRORS = [(api, error) for api in list_api_ids() for error in load_api(api).root.errors]
SITUATIONS = [(api, situation) for api in list_api_ids() for situation in load_api(api).root.situations]
# as they stand in the vendors' documents, whatever our specs say of them
SEED_CODES = {
    "tmapi": ["417", "422", "439", "499", "500", "503"],
    "aliyun": [
        "BadRequest", "InvalidInstance", "NoCaretSeperator", "EmptyMeta", "InvalidMetaItem", "NoPicList", "InvalidPicList",
        "InvalidCategory", "OverflowMaxResultNum", "OverflowMaxReturnNum", "InvalidNumParameter", "InvalidIntAttr",
        "UnsupportedPicFormat", "InvalidFilterClause", "InstanceOverQuota", "IncorrectOrientation", "UnsupportedPicPixels",
        "NoPermission", "DeniedRequest", "UnknownException", "NetworkException", "UnsupportedInstanceType",
        "UnsupportedOperationType", "AccessEngineFailed", "InternalOssError", "InternalSwiftError", "InternalTableStoreError",
    ],
}  # fmt: skip
PRODUCT = 4321
PICTURE_FIELDS = ("imageAddress", "picUrl", "img", "img_url")


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False) as opened:
        yield opened


def ask(api: str, values: dict[str, Any], key: str = "", operation_id: str = "") -> Request:
    """A signed request: the spec's examples, other values in their place, another key if one is given."""
    loaded = load_api(api)
    operation = next(candidate for candidate in loaded.operations if operation_id in ("", candidate.id))
    scheme = operation.schemes[0]
    account = dict(loaded.account)
    if key:
        account[scheme.extension.credential or next(iter(account))] = key
    merged = {**needed(loaded, operation), **build_minimal_values(loaded, operation, account), **values}
    unsigned = build_request(
        operation, {name: value for name, value in merged.items() if value is not None}, "http://127.0.0.1"
    )
    return sign(unsigned, scheme, account, SigningContext(datetime.now(UTC), f"together-{next(NONCES)}"))


def needed(loaded: Api, operation: Operation) -> dict[str, Any]:
    examples = collect_examples(loaded, operation)
    return {name: examples[name] for name in ("x-acs-action", "x-acs-version") if name in examples}


def send(client: httpx.Client, request: Request) -> Response:
    url = f"{request.path}?{request.query.decode()}" if request.query else request.path
    headers = [(name.decode(), value.decode("latin-1")) for name, value in request.headers]
    answer = client.request(request.method, url, headers=headers, content=request.body)
    kept = [
        (name, value) for name, value in answer.headers.raw if name not in (b"content-type", b"content-length", b"date")
    ]
    return Response(
        status=answer.status_code, body=answer.content, media_type=answer.headers["content-type"], headers=tuple(kept)
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize(("api", "error"), ERRORS, ids=[f"{api}/{error}" for api, error in ERRORS])
def test_every_error_comes_by_a_magic_key(client: httpx.Client, api: str, error: str) -> None:
    template = next(magic.template for magic in load_api(api).root.triggers if magic.credential)
    meant = load_api(api).get_error(error)
    request = ask(api, {}, template.replace("{situation}", error), next(iter(meant.operations), ""))
    reply = send(client, request)
    assert describe_response_violations(api, request, reply) == ()
    assert reply.status == meant.status or load_api(api).root.variants["error-format"].default.startswith("http-200")
    assert b"Traceback" not in reply.body
    words = [word for word in re.split(r"\{\w+\}", meant.message) if len(word) > 3]
    assert all(word.encode() in reply.body.replace(b"&lt;", b"<") for word in words[:1])


@pytest.mark.parametrize("api", SEED_CODES)
def test_every_code_of_the_vendors_document_is_in_the_catalogue(api: str) -> None:
    assert set(SEED_CODES[api]) <= set(load_api(api).root.errors)


@pytest.mark.parametrize(("api", "situation"), SITUATIONS, ids=[f"{api}/{situation}" for api, situation in SITUATIONS])
def test_every_situation_conforms(client: httpx.Client, api: str, situation: str) -> None:
    template = next(magic.template for magic in load_api(api).root.triggers if magic.credential)
    request = ask(api, {}, template.replace("{situation}", situation))
    reply = send(client, request)
    assert reply.status == 200
    assert describe_response_violations(api, request, reply) == ()


@pytest.mark.parametrize("api", list_api_ids())
def test_the_vendors_sample_request_is_answered(client: httpx.Client, api: str) -> None:
    request = ask(api, {} if api != "aliyun" else {"PicContent": picture_of(PRODUCT)})
    reply = send(client, request)
    assert reply.status == 200
    assert describe_response_violations(api, request, reply) == ()
    assert goods(api, reply)


@pytest.mark.parametrize("api", list_api_ids())
def test_the_vendors_sample_answer_conforms(api: str) -> None:
    loaded = load_api(api)
    operation = loaded.operations[0]
    node = resolve_refs(dict(loaded.document), {"$ref": f"#{operation.pointer}"})
    media = node["responses"]["200"]["content"]["application/json"]
    examples = media.get("examples", {}).values()
    samples = [example["value"] for example in examples if "value" in example] or [media["example"]]
    for sample in samples:
        reply = Response(status=200, body=msgspec.json.encode(sample))
        assert describe_response_violations(api, Request(method=operation.method, path=operation.path), reply) == ()


def test_the_same_picture_finds_the_same_goods_everywhere(client: httpx.Client, mock: Mock) -> None:
    url = f"https://cbu01.alicdn.com/O1CN01{mock.demo_state.catalogue.get_product(PRODUCT).image_code}_!!1-0-cib.jpg"
    goods_by_api = {}
    for api in list_api_ids():
        fields = {field.name for field in load_api(api).operations[0].fields}
        values: dict[str, Any] = {name: url for name in PICTURE_FIELDS if name in fields}
        if "imageId" in fields:
            values["imageId"] = None
        if "PicContent" in fields:
            values["PicContent"] = picture_of(PRODUCT)
        reply = send(client, ask(api, values))
        assert reply.status == 200
        # the first of a page: APIs differ in the size of one
        goods_by_api[api] = goods(api, reply)[:8]
    assert {indexes[0] for indexes in goods_by_api.values()} == {PRODUCT}
    assert len({tuple(indexes) for indexes in goods_by_api.values()}) == 1, goods_by_api


@pytest.mark.parametrize("index", [PRODUCT, None], ids=["product", "other"])
def test_a_picture_that_was_uploaded_finds_the_same_goods_as_its_bytes(client: httpx.Client, index: int | None) -> None:
    picture = landscape()
    if index:
        picture = picture_of(index)
    first_goods = {goods("aliyun", send(client, ask("aliyun", {"PicContent": picture})))[0]}
    for api in ("daji-1688", "daji-taobao"):
        upload = ask(api, {"image_base64": picture, "pic_url": None}, operation_id="uploadImage")
        reply = send(client, upload)
        assert describe_response_violations(api, upload, reply) == ()
        search = ask("daji-1688", {"imageId": msgspec.json.decode(reply.body)["data"]["imageId"]})
        first_goods.add(goods("daji-1688", send(client, search))[0])
    assert len(first_goods) == 1
    assert index in (None, *first_goods)


def test_a_picture_that_was_converted_finds_the_same_goods(client: httpx.Client, mock: Mock) -> None:
    url = f"https://shop.example/O1CN01{mock.demo_state.catalogue.get_product(PRODUCT).image_code}_!!1-0-cib.jpg"
    convert = ask("tmapi", {"url": url}, operation_id="convertImageUrl")
    reply = send(client, convert)
    assert describe_response_violations("tmapi", convert, reply) == ()
    converted_goods = goods(
        "tmapi", send(client, ask("tmapi", {"img_url": msgspec.json.decode(reply.body)["data"]["image_url"]}))
    )
    search = ask("daji-1688", {"imageId": None, "imageAddress": url})
    assert converted_goods[:8] == goods("daji-1688", send(client, search))[:8]


UPLOAD_ERRORS = [name for name, error in load_api("daji-1688").root.errors.items() if error.applies_to("uploadImage")]


@pytest.mark.parametrize("error", UPLOAD_ERRORS)
def test_every_error_of_an_upload_comes_over_http_too(client: httpx.Client, error: str) -> None:
    request = ask("daji-1688", {"image_base64": picture_of(PRODUCT)}, f"situation-{error}", "uploadImage")
    reply = send(client, request)
    assert describe_response_violations("daji-1688", request, reply) == ()
    assert reply.status == load_api("daji-1688").get_error(error).status


def landscape() -> str:
    """A picture that shows no product, in Base64."""
    out = BytesIO()
    Image.linear_gradient("L").rotate(30).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def picture_of(product: int) -> str:
    return base64.b64encode(render_jpeg(product)).decode()


def goods(api: str, reply: Response) -> list[int]:
    """Return the indexes of the products that an answer holds, in its order."""
    body = msgspec.json.decode(reply.body)
    if api == "aliyun":
        offer_ids = [int(re.sub(r"\D.*", "", item["ProductId"])) for item in body["Auctions"]]
    elif api == "hiobuy":
        offer_ids = [item["num_iid"] for item in body["data"]["items"]["item"]]
    elif api == "tmapi":
        offer_ids = [item["item_id"] for item in body["data"]["items"]]
    elif api == "daji-1688":
        offer_ids = [item["offerId"] for item in body["data"]["data"]]
    else:
        # Taobao's ids cannot be read, as the real ones cannot: all that there are, are made to look one up
        indexes_by_id = {encode_opaque_id(index): index for index in range(100_000)}
        return [indexes_by_id[item["itemId"]] for item in body["data"]["data"]]
    return [decode_offer_id(offer_id) for offer_id in offer_ids]
