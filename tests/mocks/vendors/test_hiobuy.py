"""HioBuy: what it finds on both marketplaces, in its own words and in 1688's, and how it refuses."""

import json
import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from lookalike_mocks import Mock
from lookalike_mocks.catalogue import image
from lookalike_mocks.catalogue.ids import decode_offer_id
from lookalike_mocks.catalogue.subjects import detect_subjects
from lookalike_mocks.vendors.hiobuy import TAOBAO_SHIFT
from lookalike_specs import load_api
from lookalike_specs.extensions import ErrorCode
from lookalike_specs.messages import Request, Response
from lookalike_specs.references import resolve_refs

from .documented import create_validators, load_operation

API = load_api("hiobuy")
PATH = "/api/client/third-purchase/image/query"
UUID = "6f1c3a52-0000-4000-8000-0000000000d0"
IMAGE = "https://example.com/sample-product.jpg"
IMAGES = [IMAGE, "http://shop.example/b.png?v=2", "https://cbu01.alicdn.com/img/ibank/O1CN01Lnb_!!336-0-cib.jpg"]
LOCALES: dict[str, dict[str, str]] = API.root.data["locales"]
FILTERS: list[str] = API.root.data["filters"]
RESPONSES: dict[str, Any] = load_operation("hiobuy", PATH, "post")["responses"]
SCHEMAS = create_validators("hiobuy", PATH, "post")
PARTS = {
    name: OAS31Validator(resolve_refs(dict(API.document), schema))
    for name, schema in API.document["components"]["schemas"].items()
}
SAMPLE: dict[str, Any] = API.document["components"]["examples"]["vendor"]["value"]
NATIVE_SAMPLE: dict[str, Any] = API.document["components"]["examples"]["native"]["value"]

# what brings each error that nature can bring, as the catalogue's `reproduce` says
NATURAL: dict[str, dict[str, Any]] = {
    "missing-uuid": {"uuid": None},
    "unknown-uuid": {"uuid": "6f1c3a52-ffff-4000-8000-0000000000d0"},
    "merchant-disabled": {"uuid": "6f1c3a52-0000-4000-8000-0000000000d1"},
    "parameter-error": {"body": {"img": None}},
    "malformed-body": {"raw": b'{"img": '},
    "unsupported-locale": {
        "variants": {"unsupported-locale": "error"},
        "language": "ko_KR",
        "body": {"platform": "taobao"},
    },
    "unreadable-image": {"body": {"img": "ftp://example.com/shoe.jpg"}},
    "too-frequent": {"uuid": "6f1c3a52-0000-4000-8000-0000000000d2"},
    "not-found": {"path": "/api/client/third-purchase/picture/query"},
    "method-not-allowed": {"method": "GET"},
    "body-too-large": {"raw": b" " * 65_537},
}
# a request that each value of a variant answers otherwise than the default's
PROBES: dict[tuple[str, str], dict[str, Any]] = {
    ("error-format", "http-200-code"): {"uuid": None},
    ("error-format", "http-status"): {"uuid": None},
    ("api-type", "platform"): {},
    ("locales", "strict"): {"language": "ja_JP"},
    ("unsupported-locale", "error"): {"language": "ko_KR", "body": {"platform": "taobao"}},
    ("default-language", "en_US"): {},
    ("page-length", "1"): {},
    ("page-length", "10"): {},
    ("page-length", "50"): {},
    ("native-mode", "ignored"): {"body": {"use_platform": "1"}},
    ("tags-and-quantity", "present"): {},
    ("sales", "month"): {},
    ("seller-nick", "shop"): {},
}


@cache
def mock(variants: tuple[tuple[str, str], ...] = ()) -> Mock:
    return Mock("hiobuy", variants=dict(variants))


def send(
    variants: dict[str, str] | None = None,
    *,
    body: dict[str, Any] | None = None,
    raw: bytes | None = None,
    uuid: str | None = UUID,
    language: str | None = None,
    method: str = "POST",
    path: str = PATH,
) -> Response:
    """A good request of the demo account, but for what is said otherwise; None leaves a key out."""
    sent = {"img": IMAGE, "platform": "1688", **(body or {})}
    text = json.dumps({key: value for key, value in sent.items() if value is not None}).encode()
    headers = [(b"content-type", b"application/json"), (b"host", b"open.hiobuy.com")]
    headers += [(b"x-uuid", uuid.encode())] if uuid is not None else []
    headers += [(b"language", language.encode())] if language is not None else []
    request = Request(method=method, path=path, headers=tuple(headers), body=text if raw is None else raw)
    return mock(tuple((variants or {}).items())).respond(request)


def answer(part: str = "Answer", **asked: Any) -> Any:
    """The data that a good request brings, valid against the spec."""
    reply = send(**asked)
    body = json.loads(reply.body)
    assert reply.status == 200
    PARTS[part].validate(body)
    SCHEMAS[200].validate(body)
    return body["data"]


def items(**asked: Any) -> list[dict[str, Any]]:
    return list(answer(**asked)["items"]["item"])


def native(**asked: Any) -> dict[str, Any]:
    return dict(answer("NativeAnswer", body={"use_platform": "1", **asked.pop("body", {})}, **asked)["result"])


def index(item: dict[str, Any], platform: str = "1688") -> int:
    return decode_offer_id(item["num_iid"] + (TAOBAO_SHIFT if platform == "taobao" else 0))


def product(item: dict[str, Any], platform: str = "1688") -> Any:
    return mock().demo_state.catalogue.get_product(index(item, platform))


# --- requests and answers of the vendor's page


def test_the_vendors_example_request_is_answered() -> None:
    body = b'{\n  "img": "https://example.com/sample-product.jpg",\n  "platform": "1688"\n}'
    headers = ((b"host", b"open.hiobuy.com"), (b"x-uuid", UUID.encode()))
    reply = mock().respond(Request(method="POST", path=PATH, headers=headers, body=body))
    found = json.loads(reply.body)
    PARTS["Answer"].validate(found)
    assert (reply.status, found["ret"], found["msg"], found["data"]["api_type"]) == (200, 1, "success", "taobao")
    assert len(found["data"]["items"]["item"]) == 20 < found["data"]["items"]["total_results"]


@pytest.mark.parametrize(("part", "sample"), [("Answer", SAMPLE), ("NativeAnswer", NATIVE_SAMPLE)])
def test_the_sample_answers_are_valid_as_one_thing_only(part: str, sample: dict[str, Any]) -> None:
    SCHEMAS[200].validate(sample)
    assert [name for name in ("Answer", "NativeAnswer", "Failure") if PARTS[name].is_valid(sample)] == [part]


@pytest.mark.parametrize(
    ("status", "name"),
    [(int(at), name) for at in RESPONSES for name in RESPONSES[at]["content"]["application/json"]["examples"]],
)
def test_every_example_of_the_spec_is_valid(status: int, name: str) -> None:
    SCHEMAS[status].validate(RESPONSES[str(status)]["content"]["application/json"]["examples"][name]["value"])


def kinds(value: Any) -> Any:
    """Keys in their order, and JSON's types."""
    if isinstance(value, dict):
        return [(key, kinds(inner)) for key, inner in value.items()]
    return type(value).__name__


@pytest.mark.parametrize("platform", LOCALES)
def test_items_have_the_samples_keys_in_its_order_and_its_types(platform: str) -> None:
    wanted = kinds(SAMPLE["data"]["items"]["item"][0])
    assert all(kinds(item) == wanted for item in items(body={"platform": platform}))


@pytest.mark.parametrize(
    ("platform", "page", "image_url"),
    [
        ("1688", "https://detail.1688.com/offer/{}.html", r"https://cbu01\.alicdn\.com/O1CN01\w{17}_!!\d+-0-cib\.jpg"),
        (
            "taobao",
            "https://item.taobao.com/item.htm?id={}",
            r"https://img\.alicdn\.com/i[1-4]/\d+/O1CN01\w{17}_!!0-item_pic\.jpg",
        ),
    ],
)
def test_items_have_the_vendors_oddities(platform: str, page: str, image_url: str) -> None:
    for item in items(body={"platform": platform}):
        assert item["detail_url"] == page.format(item["num_iid"])
        assert re.fullmatch(image_url, item["pic_url"])
        assert re.fullmatch(r"\d+\.\d\d", item["price"])
        assert re.fullmatch(r"\d+%", item["tag_percent"])
        assert item["seller_nick"] == item["trace_info"]
        assert re.fullmatch(
            rf"object_id%40{item['num_iid']}%5Eobject_type%40\w+%5Etrace%40[0-9a-f]{{32}}", item["trace_info"]
        )
        assert "{" not in json.dumps(item)[1:]


def test_facts_of_a_product_are_the_same_in_both_words() -> None:
    monthly = items(variants={"sales": "month"}, language="en_US")
    for own, at_1688 in zip(monthly, native(language="en_US")["data"], strict=True):
        pairs = {
            "num_iid": "offerId", "title_cn": "subject", "title": "subjectTrans", "pic_url": "imageUrl",
            "sales": "monthSold", "tag_percent": "repurchaseRate", "top_category_id": "topCategoryId",
            "category_id": "thirdCategoryId",
        }  # fmt: skip
        assert {name: own[name] for name in pairs} == {name: at_1688[other] for name, other in pairs.items()}
        assert own["price"] == at_1688["priceInfo"]["price"]


def test_the_native_answer_is_1688s() -> None:
    data = answer("NativeAnswer", body={"use_platform": "1"})
    page, plain = data["result"], answer()["items"]
    assert (data["success"], data["code"], data["message"]) == ("true", "200", "success")
    assert (page["totalRecords"], page["pageSize"], page["currentPage"]) == (plain["total_results"], 20, 1)
    assert page["totalPage"] == -(-plain["total_results"] // 20)
    assert set(NATIVE_SAMPLE["data"]["result"]) == set(page)
    assert set(NATIVE_SAMPLE["data"]["result"]["data"][0]) <= set(page["data"][0])


@pytest.mark.parametrize("url", IMAGES)
def test_regions_are_left_right_top_bottom_as_at_1688(url: str) -> None:
    told = native(body={"img": url})["picRegionInfo"]
    boxes = [subject.box for subject in detect_subjects(image.identify_by_url(url), mock().demo_state.catalogue.size)]
    regions = [f"{left},{right},{top},{bottom}" for left, top, right, bottom in boxes]
    assert told == {"currentRegion": regions[0], "yoloCropRegion": ";".join(regions)}


def test_native_mode_is_for_1688_only() -> None:
    taobao = {"platform": "taobao"}
    assert keys(items(body={**taobao, "use_platform": "1"})) == keys(items(body=taobao))
    assert keys(items(body={"use_platform": "0"})) == keys(items())


def keys(found: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """What an answer holds, without the traces that differ from request to request."""
    return [(item["num_iid"], item["title"]) for item in found]


# --- what is found


BROAD: list[dict[str, Any]] = [
    *({"body": {"img": url, "platform": platform}} for url in IMAGES for platform in LOCALES),
    *({"language": locale, "body": {"platform": platform}} for platform in LOCALES for locale in LOCALES[platform]),
    *({"body": {"filter": [token]}} for token in FILTERS),
    {"body": {"filter": []}},
    {"body": {"filter": ["shipIn48Hours", "isOnePsale", "isOnePsale"]}},
    {"body": {"use_platform": "0"}},
    {"body": {"page": "2", "unknown": {"x": [1]}, "Language": 5, "X-Uuid": None}},
    {"language": ""},
    {"language": "ko_KR", "body": {"platform": "taobao"}},
    *({"uuid": f"situation-{name}"} for name in API.root.situations),
    *({"variants": {"page-length": value}} for value in API.root.variants["page-length"].values),
    {"variants": {"tags-and-quantity": "present"}},
]


@pytest.mark.exhaustive(12)
@pytest.mark.parametrize("asked", BROAD, ids=str)
def test_every_good_request_is_answered_as_the_spec_says(asked: dict[str, Any]) -> None:
    length = int(asked.get("variants", {}).get("page-length", 20))
    found = answer(**asked)["items"]
    assert len(found["item"]) <= min(length, found["total_results"])
    if asked.get("body", {}).get("platform") != "taobao":
        narrowed = {**asked, "body": {**asked.get("body", {}), "use_platform": "1"}}
        page = answer("NativeAnswer", **narrowed)["result"]
        assert page["totalRecords"] == found["total_results"]
        assert len(page["data"]) == len(found["item"])


@pytest.mark.parametrize("length", API.root.variants["page-length"].values)
def test_an_answer_holds_as_many_items_as_the_variant_says(length: str) -> None:
    asked = {"variants": {"page-length": length}}
    assert len(items(**asked)) == native(**asked)["pageSize"] == int(length)
    assert keys(items(variants={"page-length": "50"}))[: int(length)] == keys(items(**asked))


@pytest.mark.parametrize("length", ["1", "10"])
def test_the_total_is_what_the_marketplace_has(length: str) -> None:
    assert answer(variants={"page-length": length})["items"]["total_results"] == answer()["items"]["total_results"]


@pytest.mark.parametrize("tokens", [*([token] for token in FILTERS), ["shipIn48Hours", "isOnePsale"]], ids="+".join)
def test_a_filter_leaves_what_it_names(tokens: list[str]) -> None:
    data = answer(body={"filter": tokens})["items"]
    plain = answer()["items"]
    assert data["item"]
    assert all(set(tokens) <= product(item).labels for item in data["item"])
    assert data["total_results"] < plain["total_results"]
    fitting = [at for at in keys(plain["item"]) if set(tokens) <= product({"num_iid": at[0]}).labels]
    assert keys(data["item"])[: len(fitting)] == fitting


def test_a_filter_of_a_kind_that_native_items_tell_of() -> None:
    assert all(item["isOnePsale"] for item in native(body={"filter": ["isOnePsale"]})["data"])
    assert all(item["isJxhy"] for item in native(body={"filter": ["jxhy"]})["data"])


@pytest.mark.parametrize(
    "body",
    [
        {"filter": ["nobody's"]},
        {"filter": ["shipIn48Hours,isOnePsale"]},
        {"filter": []},
        {"platform": "taobao", "filter": ["isOnePsale"]},
    ],
    ids=str,
)
def test_a_filter_that_narrows_nothing(body: dict[str, Any]) -> None:
    assert keys(items(body=body)) == keys(items(body={**body, "filter": None}))


@pytest.mark.parametrize(("platform", "locale"), [(at, locale) for at in LOCALES for locale in LOCALES[at]])
def test_titles_are_in_the_language_of_the_header(platform: str, locale: str) -> None:
    for item in items(language=locale, body={"platform": platform}):
        assert item["title"] == product(item, platform).get_title(LOCALES[platform][locale])
        assert item["title_cn"] == product(item, platform).get_title("zh")


SPELLINGS = [
    ("ja", "ja"),
    ("ja_JP", "ja"),
    ("JA-jp", "ja"),
    ("ko", "ko_KR"),
    ("EN-us", "en_US"),
    ("en_GB", "en_US"),
    ("ar_SA", "ar"),
]


@pytest.mark.parametrize(("spelling", "locale"), SPELLINGS)
def test_a_locale_may_be_spelled_otherwise(spelling: str, locale: str) -> None:
    assert keys(items(language=spelling)) == keys(items(language=locale)) != keys(items())
    if spelling != locale:
        strict = {"locales": "strict"}
        assert keys(items(variants=strict, language=spelling)) == keys(items())
        refused = send({**strict, "unsupported-locale": "error"}, language=spelling)
        is_error(refused, API.root.errors["unsupported-locale"])


@pytest.mark.parametrize(
    ("platform", "language"),
    [("taobao", "ko_KR"), ("taobao", "ja"), ("1688", "fr_FR"), ("1688", "zh-Hans-CN"), ("1688", "*"), ("1688", "x")],
)
@pytest.mark.parametrize("default", ["zh_CN", "en_US"])
def test_a_language_that_is_not_offered(platform: str, language: str, default: str) -> None:
    body = {"platform": platform}
    found = items(variants={"default-language": default}, language=language, body=body)
    assert keys(found) == keys(items(language=default, body=body))
    refused = send({"unsupported-locale": "error"}, language=language, body=body)
    is_error(refused, API.root.errors["unsupported-locale"])


def test_without_a_header_no_language_is_refused() -> None:
    assert keys(items(variants={"unsupported-locale": "error"})) == keys(items(language="zh_CN"))


@pytest.mark.parametrize("number", [0, 17, 4711, 9_999])
@pytest.mark.parametrize("platform", LOCALES)
def test_the_image_of_a_product_finds_it_first(platform: str, number: int) -> None:
    at_1688 = (
        f"https://cbu01.alicdn.com/O1CN01{mock().demo_state.catalogue.get_product(number).image_code}_!!1-0-cib.jpg"
    )
    first = items(body={"img": at_1688, "platform": platform})[0]
    assert index(first, platform) == number
    assert index(items(body={"img": first["pic_url"], "platform": platform})[0], platform) == number


def test_the_marketplaces_sell_the_same_goods_under_numbers_of_their_own() -> None:
    one, other = items(), items(body={"platform": "taobao"})
    assert [index(item) for item in one] == [index(item, "taobao") for item in other]
    assert not {item["num_iid"] for item in one} & {item["num_iid"] for item in other}
    for item in other:
        taobao = product(item, "taobao").kind.taobao
        assert (item["top_category_id"], item["category_id"]) == (taobao.root_id, taobao.leaf_id)
    for item in one:
        root, _, leaf = product(item).kind.ali1688
        assert (item["top_category_id"], item["category_id"]) == (root, leaf)


# --- errors


ENVELOPES: dict[str, Any] = {
    "http-200": lambda error: (200, {"ret": 0, "msg": error.message, "data": None}),
    "http-200-code": lambda error: (200, {"ret": error.code, "msg": error.message, "data": None}),
    "http-status": lambda error: (error.status, {"ret": 0, "msg": error.message, "data": None}),
}


def is_error(reply: Response, error: ErrorCode, transport: str = "http-200") -> None:
    """The reply is that error, whole, and the spec says so too."""
    body = json.loads(reply.body)
    assert (reply.status, body) == ENVELOPES[error.error_format or transport](error)
    assert dict(reply.headers) == {name.lower().encode(): value.encode() for name, value in error.headers.items()}
    SCHEMAS[reply.status].validate(body)
    PARTS["Failure"].validate(body)


def test_every_natural_error_has_its_request() -> None:
    assert set(NATURAL) == {name for name, error in API.root.errors.items() if error.reproduce}


@pytest.mark.parametrize("name", NATURAL)
def test_an_error_comes_the_natural_way(name: str) -> None:
    is_error(send(**NATURAL[name]), API.root.errors[name])


MAGIC: dict[str, Any] = {
    "X-Uuid": lambda name: {"uuid": f"situation-{name}"},
    "img": lambda name: {"body": {"img": f"https://example.com/situation/{name}.jpg"}},
}


def test_every_magic_input_of_the_spec_is_tried() -> None:
    assert set(MAGIC) == {found.credential or found.parameter for found in API.root.triggers}


@pytest.mark.parametrize("magic", MAGIC)
@pytest.mark.parametrize("name", API.root.errors)
def test_an_error_comes_by_magic(name: str, magic: str) -> None:
    is_error(send(**MAGIC[magic](name)), API.root.errors[name])


@pytest.mark.parametrize("transport", API.root.variants["error-format"].values)
@pytest.mark.parametrize("name", API.root.errors)
def test_an_error_travels_as_the_variant_says(name: str, transport: str) -> None:
    is_error(send({"error-format": transport}, **MAGIC["img"](name)), API.root.errors[name], transport)


# property and the error of its broken rules -> values that break them
BROKEN: dict[tuple[str, str], list[Any]] = {
    ("img", "parameter-error"): [5, [], {}, True],
    ("img", "unreadable-image"): ["x", "//a.b/c", "https://", "https://a b", "http:/a", "\x00"],
    ("platform", "parameter-error"): [None, "", "weidian", "TAOBAO", 1688, ["1688"]],
    ("use_platform", "parameter-error"): [1, "2", "", True, ["1"]],
    ("filter", "parameter-error"): ["isOnePsale", {}, 1, [1], [None], ["x", []]],
}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        *(({name: value}, error) for (name, error), values in BROKEN.items() for value in values),
        *(({"platform": "taobao", "use_platform": value}, "parameter-error") for value in (1, "2")),
        *(({"platform": "taobao", "filter": value}, "parameter-error") for value in ("isOnePsale", [1])),
    ],
    ids=str,
)
def test_a_broken_property_is_refused(body: dict[str, Any], error: str) -> None:
    is_error(send(body=body), API.root.errors[error])


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"null", b'"x"', b"1", b"{", b'{"img": "\xff"}', b'{"img": NaN}', b'{"img": "\\ud800"}', b"{'img': 1}",
        b'{"img": 1e999}', b'{"a":' * 5000, b"[" * 60_000, b'{"img": "a"} x', b"\xef\xbb\xbf{}", b"img=x&platform=1688",
        b'{"filter": ' + b"[" * 300 + b"]" * 300 + b"}", b'{"x": ' + b'{"x": ' * 120 + b"1" + b"}" * 121,
    ],
    ids=lambda raw: str(raw[:20]),
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_malformed(raw: bytes) -> None:
    is_error(send(raw=raw), API.root.errors["malformed-body"])


@pytest.mark.parametrize("size", [65_535, 65_536])
def test_a_body_up_to_the_limit_is_read(size: int) -> None:
    text = json.dumps({"img": IMAGE, "platform": "1688"}).encode()
    assert json.loads(send(raw=text.ljust(size)).body)["ret"] == 1


# --- variants


def test_every_variant_has_a_probe() -> None:
    variants = API.root.variants.items()
    assert set(PROBES) == {(name, at) for name, found in variants for at in found.values if at != found.default}


@pytest.mark.parametrize(("name", "value"), PROBES)
def test_every_variant_does_something(name: str, value: str) -> None:
    usual, changed = send(**PROBES[name, value]), send({name: value}, **PROBES[name, value])
    assert (usual.status, usual.body) != (changed.status, changed.body)
    SCHEMAS[changed.status].validate(json.loads(changed.body))


@pytest.mark.parametrize("platform", LOCALES)
def test_api_type_is_constant_or_the_marketplace(platform: str) -> None:
    body = {"platform": platform}
    assert answer(body=body)["api_type"] == "taobao"
    assert answer(variants={"api-type": "platform"}, body=body)["api_type"] == platform


def test_the_default_language_is_not_what_a_header_says() -> None:
    english = {"default-language": "en_US"}
    assert keys(items(variants=english)) == keys(items(language="en_US")) != keys(items(language="zh_CN"))
    assert keys(items(variants=english, language="zh_CN")) == keys(items(language="zh_CN")) == keys(items())


def test_native_mode_may_do_nothing() -> None:
    assert keys(items(variants={"native-mode": "ignored"}, body={"use_platform": "1"})) == keys(items())


def test_sales_are_those_of_all_time_as_the_page_says() -> None:
    assert all(item["sales"] == product(item).sales_total for item in items())


def test_the_seller_may_be_a_shop() -> None:
    assert all(item["seller_nick"] == product(item).shop.name for item in items(variants={"seller-nick": "shop"}))


def test_tags_and_quantity_may_be_there() -> None:
    found = items(variants={"tags-and-quantity": "present"})
    assert all(list(item)[-2:] == ["tags", "quantity"] for item in found)
    assert {bool(item["tags"]) for item in found} == {True, False}
    assert all(item["quantity"] == product(item).stock for item in found)


# --- situations


SIGNS: dict[str, Any] = {
    "full-page": lambda found, total: len(found) == 20 < total,
    "last-page": lambda found, total: 0 < len(found) == total < 20,
    "empty": lambda found, total: not found and not total,
    "nulls": lambda found, total: found[0]["tag_percent"] is None and found[0]["title"],
    "extremes": lambda found, total: len(found[0]["title"]) > 200,
    "extremes-ids": lambda found, total: found[0]["num_iid"] > 2**62,
}


def test_every_situation_of_the_spec_is_tried() -> None:
    assert set(SIGNS) == set(API.root.situations)


@pytest.mark.parametrize("platform", LOCALES)
@pytest.mark.parametrize("magic", MAGIC)
@pytest.mark.parametrize("name", SIGNS)
def test_a_situation_comes_by_magic(name: str, magic: str, platform: str) -> None:
    asked = MAGIC[magic](name)
    data = answer(**{**asked, "body": {**asked.get("body", {}), "platform": platform}})["items"]
    assert SIGNS[name](data["item"], data["total_results"])


def test_nulls_are_everywhere_where_the_schema_allows_them_and_nowhere_else() -> None:
    item = items(uuid="situation-nulls")[0]
    assert {name for name in item if item[name] is None} == {
        "tag_percent", "trace_info", "top_category_id", "category_id",
    }  # fmt: skip
    offer = native(uuid="situation-nulls")["data"][0]
    assert {name for name in offer if offer[name] is None} == {
        "tradeScore", "topCategoryId", "secondCategoryId", "thirdCategoryId", "minOrderQuantity",
    }  # fmt: skip
    assert {name for name, price in offer["priceInfo"].items() if price is not None} == {"price"}


def test_extremes_go_to_the_end() -> None:
    item = items(uuid="situation-extremes")[0]
    assert (item["num_iid"] > 2**52, item["sales"]) == (True, 2**31 - 1)
    assert (item["price"], item["tag_percent"]) == ("99999999.9", "100%")
    offer = native(uuid="situation-extremes")["data"][0]
    assert (offer["offerId"] > 2**52, offer["monthSold"], offer["sellerIdentities"]) == (True, 2**31 - 1, [])
    assert offer["priceInfo"]["jxhyPrice"] == "99999999.9"


# --- anything at all


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.integers(10**30, 10**40) | st.floats(allow_nan=False)
    | st.text(max_size=20) | st.sampled_from(["1688", "taobao", "0", "1", IMAGE, "https://", "isOnePsale", "\x00", "\ud800",
      "https://example.com/situation/nulls.jpg", "https://example.com/situation/server-error.jpg"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(["img", "platform", "use_platform", "filter", "Language", "X-Uuid"]) | st.text(max_size=4)
GOOD = {"img": IMAGE, "platform": "1688"}
RAW = st.sampled_from(
    [b"[" * 3000, b'{"filter":' + b"[" * 280 + b"]" * 280 + b"}", b'{"img":' + b"9" * 5000 + b"}", b"", b"\xff"]
)
MOCKS = [(), tuple((name, list(found.values)[-1]) for name, found in API.root.variants.items())]


@st.composite
def requests(draw: st.DrawFn) -> Request:
    document = draw(st.dictionaries(NAMES, VALUES, max_size=5).map(lambda found: {**GOOD, **found}) | VALUES)
    text = json.dumps(document, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    broken = text[: draw(st.integers(0, 60))] + draw(st.binary(max_size=5))
    return Request(
        method=draw(st.sampled_from(["POST", "POST", "POST", "POST", "GET", "PUT", "post", ""])),
        path=draw(st.sampled_from([PATH, PATH, PATH, PATH, PATH + "/", "/"]) | st.text(max_size=10)),
        query=draw(st.sampled_from([b"", b"img=x&platform=taobao", b"%zz=%ff&&=&a"])),
        headers=(
            (b"host", b"open.hiobuy.com"),
            (
                b"content-type",
                draw(st.sampled_from([b"application/json", b"application/x-www-form-urlencoded", b"\xff"])),
            ),
            (
                b"x-uuid",
                draw(st.sampled_from([UUID.encode()] * 4 + [b"situation-extremes", b""]) | st.binary(max_size=5)),
            ),
            (b"language", draw(st.sampled_from([b"", b"ja", b"ko_KR", b"zz"]) | st.binary(max_size=6))),
        ),
        body=draw(st.sampled_from([text, text, text, broken]) | RAW),
        broken_rule=draw(st.sampled_from(["", "", "", "body-too-large", "body-timeout"])),
    )


@pytest.mark.slow
@settings(max_examples=5 * settings().max_examples)
@given(request=requests(), variants=st.sampled_from(MOCKS))
def test_any_request_gets_an_answer_that_the_spec_describes(
    request: Request, variants: tuple[tuple[str, str], ...]
) -> None:
    reply = mock(variants).respond(request)
    SCHEMAS[reply.status].validate(json.loads(reply.body))
    assert reply.media_type == "application/json"
