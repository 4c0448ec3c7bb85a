"""TMAPI: what it finds, how it words it, and how it refuses."""

import json
import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from lookalike_mocks import Mock
from lookalike_mocks.catalogue.ids import decode_offer_id
from lookalike_mocks.catalogue.vocabulary import load_localities
from lookalike_mocks.vendors import tmapi
from lookalike_specs import load_api
from lookalike_specs.extensions import ErrorCode
from lookalike_specs.messages import Request, Response
from lookalike_specs.references import resolve_refs
from lookalike_specs.signing import daji

from .documented import create_validators, load_operation

API = load_api("tmapi")
OPERATION = API.operations[0]
PATH, CONVERT = "/1688/global/search/image", "/1688/tools/image/convert_url"
TOKEN = "lookalike-demo-token"
IMAGE = "https://cbu01.alicdn.com/img/ibank/O1CN01Lnbnos2LkORtHhOVp_!!3367999730-0-cib.jpg"
IMAGES = [IMAGE, "https://img.alicdn.com/a.jpg", "//gw.alicdn.com/b.png?x=1", "/search/imgextra/O1CN01-abc.jpg"]
LANGUAGES = ["en", "zh", "ru", "th", "pt", "es", "tr", "vi", "ja", "ko"]
FILTERS = ["support_dropshipping", "is_factory", "verified_supplier", "free_shipping", "new_arrival"]
RESPONSES: dict[str, Any] = load_operation("tmapi", PATH)["responses"]
SCHEMAS, CONVERSIONS = create_validators("tmapi", PATH), create_validators("tmapi", CONVERT, "post")
ANSWER = OAS31Validator(resolve_refs(dict(API.document), API.document["components"]["schemas"]["Answer"]))
SAMPLE: dict[str, Any] = API.document["components"]["examples"]["vendor"]["value"]

# what brings each error that nature can bring, as the catalogue's `reproduce` says: variants, headers, query, method, path
NATURAL: dict[str, dict[str, Any]] = {
    "417": {"method": "POST", "path": CONVERT, "body": {"url": "https://shop.invalid/shoe.jpg"}},
    "422": {"query": {"img_url": None}},
    "foreign-image": {"query": {"img_url": "https://example.com/shoe.jpg"}},
    "439": {"query": {"apiToken": "lookalike-expired-token"}},
    "503": {"query": {"apiToken": "lookalike-crowded-token"}},
    "no-api-key": {"query": {"apiToken": None}},
    "no-api-key-4011": {"variants": {"auth": "apikey"}, "query": {"apiToken": None}},
    "token-refused": {"query": {"apiToken": "nobody's"}},
    "insufficient-balance": {"query": {"apiToken": "lookalike-unpaid-token"}},
    "no-route": {"path": "/1688/global/search/picture"},
    "method-not-allowed": {"variants": {"wrong-method": "method-not-allowed"}, "method": "POST"},
}
ON_HOST = {"query": {"img_url": "https://cbu01.alicdn.com/search/imgextra/1692942898123_q7ftzxs9.jpg"}}
# a request that each value of a variant answers otherwise than the default's
PROBES: dict[tuple[str, str], dict[str, Any]] = {
    ("error-format", "http-200"): {"query": {"page": "0"}},
    ("error-format", "gateway"): {"query": {"page": "0"}},
    ("error-format", "gateway-code"): {"query": {"page": "0"}},
    ("auth", "apikey"): {},
    ("auth", "apiToken"): {"query": {"apiToken": None}, "headers": ((b"apikey", TOKEN.encode()),)},
    ("page-size-over-limit", "clamp"): {"query": {"page_size": "21"}},
    ("unknown-value", "default"): {"query": {"language": "tlh"}},
    ("booleans", "strict"): {"query": {"is_factory": "True"}},
    ("has-next-page", "present"): {},
    ("foreign-image", "answered"): {"query": {"img_url": "https://example.com/shoe.jpg"}},
    ("unknown-conversion", "refused"): {"query": {"img_url": "/search/imgextra/O1CN01-abc.jpg"}},
    ("wrong-method", "method-not-allowed"): {"method": "POST"},
    ("unreachable-image", "422"): ON_HOST,
    ("unreachable-image", "empty"): ON_HOST,
    ("unreachable-image", "answered"): ON_HOST,
    ("unreachable-source", "empty"): NATURAL["417"],
    ("unreachable-source", "422"): NATURAL["417"],
    ("unreachable-source", "unchanged"): NATURAL["417"],
}


@cache
def mock(**variants: str) -> Mock:
    return Mock("tmapi", variants={key.replace("_", "-"): value for key, value in variants.items()})


def send(
    variants: dict[str, str] | None = None,
    query: Mapping[str, str | None] | None = None,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    *,
    method: str = "GET",
    path: str = PATH,
    body: Mapping[str, Any] | None = None,
) -> Response:
    """A good search of the demo account, but for what is said otherwise."""
    sent = {"apiToken": TOKEN, "img_url": IMAGE, **(query or {})}
    text = urlencode({name: value for name, value in sent.items() if value is not None})
    told = b"" if body is None else json.dumps(body).encode()
    request = Request(method=method, path=path, query=text.encode(), headers=headers, body=told)
    return mock(**(variants or {})).respond(request)


def page(**query: str | None) -> dict[str, Any]:
    """The page that a good request brings, valid against the spec."""
    reply = send(query=query)
    body = json.loads(reply.body)
    assert reply.status == 200, body
    ANSWER.validate(body)
    return dict(body["data"])


def everything(**query: str) -> list[dict[str, Any]]:
    """The items of all pages."""
    first = page(page_size="20", **query)
    items, number = first["items"], 1
    while len(items) < first["total_count"]:
        number += 1
        more = page(page_size="20", page=str(number), **query)
        assert more["items"]
        assert more["total_count"] == first["total_count"]
        items += more["items"]
    return list(items)


def ids(items: list[dict[str, Any]]) -> list[int]:
    return [item["item_id"] for item in items]


# --- requests and answers of the vendor's page


@pytest.mark.parametrize(
    "spelling",
    [
        "https%3A%2F%2Fcbu01.alicdn.com%2Fimg%2Fibank%2FO1CN01Lnbnos2LkORtHhOVp_%21%213367999730-0-cib.jpg",
        "https%3A%2F%2Fcbu01.alicdn.com%2Fimg%2Fibank%2FO1CN01Lnbnos2LkORtHhOVp_!!3367999730-0-cib.jpg",
        "https://cbu01.alicdn.com/img/ibank/O1CN01Lnbnos2LkORtHhOVp_!!3367999730-0-cib.jpg",
    ],
)
def test_the_vendors_sample_request_is_answered_in_every_spelling(spelling: str) -> None:
    query = f"apiToken={TOKEN}&img_url={spelling}&page=1&page_size=20&language=en&sort=default"
    host = ((b"host", b"api.tmapi.top"),)
    body = json.loads(mock().respond(Request(method="GET", path=PATH, query=query.encode(), headers=host)).body)
    ANSWER.validate(body)
    assert (body["code"], body["msg"]) == (200, "success")
    assert list(body["data"]) == list(SAMPLE["data"])
    assert body["data"] == page()
    assert len(body["data"]["items"]) == 20


def test_the_vendors_sample_answer_is_valid() -> None:
    ANSWER.validate(SAMPLE)
    assert len(SAMPLE["data"]["items"]) == SAMPLE["data"]["page_size"] == 2


@pytest.mark.parametrize(
    ("status", "name"),
    [(int(at), name) for at in RESPONSES for name in RESPONSES[at]["content"]["application/json"]["examples"]],
)
def test_every_example_of_the_spec_is_valid(status: int, name: str) -> None:
    SCHEMAS[status].validate(RESPONSES[str(status)]["content"]["application/json"]["examples"][name]["value"])


def shape(value: Any) -> Any:
    """Keys in their order, and JSON's types."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return "list"
    return {"float": "number", "int": "number"}.get(type(value).__name__, type(value).__name__)


def test_items_have_the_samples_keys_in_its_order_and_its_types() -> None:
    wanted = shape(SAMPLE["data"]["items"][0])
    assert all(shape(item) == wanted for item in page()["items"])


WHOLE = ["item_id", "quantity_begin", "goods_score", "image_dsm_score", "primary_rank_score"]


def test_items_have_the_vendors_oddities() -> None:
    items = everything()
    for item in items:
        shop, sales, delivery = item["shop_info"], item["sale_info"], item["delivery_info"]
        assert all(type(item[name]) is int for name in WHOLE)
        assert item["product_url"] == f"https://detail.1688.com/offer/{item['item_id']}.html"
        assert re.fullmatch(r"https://cbu01\.alicdn\.com/O1CN01\w{17}_!!\d+-0-cib\.jpg", item["img"])
        assert item["category_path"] == [str(at) for at in reversed(product(item).kind.ali1688)]
        assert re.fullmatch(r"\d+(\.\d+)?", item["item_repurchase_rate"])
        assert re.fullmatch(r"\d+\.\d%", shop["shop_repurchase_rate"])
        assert re.fullmatch(r"\d+\+", sales["gmv_fuzzy"])
        assert sales["gmv_30days"] == sales["gmv_30days_cb"] == 0
        assert shop["login_id"] is None
        assert re.fullmatch(r"http://\w+\.1688\.com", shop["shop_url"])
        assert re.fullmatch(r"b2b-\d{13}([0-9a-f]{5})?", shop["member_id"])
        assert item["type"] == "normal"
        assert 0 <= delivery["suttle_weight"] <= delivery["weight"]
        assert delivery["area_from"] == shop["location"]
        assert len(shop["location"]) == 2
    assert {len(item["shop_info"]["member_id"]) for item in items} == {17, 22}
    for name in ("title_tags", "quantity_prices"):
        assert {bool(item[name]) for item in items} == {True, False}
    assert {bool(item["shop_info"]["service_tags"]) for item in items} == {True, False}
    assert "中性" in {item["brand"] for item in items}


def product(item: dict[str, Any]) -> Any:
    return mock().demo_state.catalogue.get_product(decode_offer_id(item["item_id"]))


@pytest.mark.parametrize(
    ("pieces", "price", "fuzzy"), [(3, 1900, "50+"), (2, 2000, "40+"), (0, 100, "0+"), (99, 1250, "1000+")]
)
def test_the_turnover_is_rounded_as_in_the_sample(pieces: int, price: int, fuzzy: str) -> None:
    assert tmapi.format_fuzzy(pieces * price // 100) == fuzzy


def test_prices_mean_what_their_names_say() -> None:
    items = everything()
    for item in items:
        prices, steps = item["price_info"], item["quantity_prices"]
        texts = [item["price"], *prices.values(), *(step["price"] for step in steps)]
        assert all(re.fullmatch(r"\d+\.\d\d", text) for text in texts)
        assert item["price"] == prices["wholesale_price"]
        assert float(prices["origin_price"]) >= float(item["price"])
        assert float(prices["drop_ship_price"]) >= float(item["price"])
        assert [int(step["end_num"]) + 1 for step in steps[:-1]] == [int(step["begin_num"]) for step in steps[1:]]
        assert [step["end_num"] for step in steps[-1:]] == [""] * bool(steps)
        assert all(float(one["price"]) > float(next_["price"]) for one, next_ in pairwise(steps))
        if steps:
            assert (int(steps[0]["begin_num"]), steps[0]["price"]) == (item["quantity_begin"], item["price"])
    assert {len(item["quantity_prices"]) for item in items} == {0, 1, 2, 3}


# --- what is found


BROAD = [
    {},
    {"page": "2"},
    {"page": "999999999999999"},
    {"page": "007"},
    {"page_size": "1"},
    {"page": "", "page_size": "", "language": "", "sort": "", "is_factory": ""},
    {"unknown": "x", "price_start": "1", "": "y"},
    *({"language": language} for language in LANGUAGES),
    *({"sort": sort} for sort in ("default", "sales", "price_up", "price_down")),
    *({name: "true", "sort": "sales"} for name in FILTERS),
    dict.fromkeys(FILTERS, "true"),
    *({"img_url": url} for url in IMAGES),
    *({"img_url": f"https://cbu01.alicdn.com/situation/{name}.jpg"} for name in API.root.situations),
]


@pytest.mark.exhaustive(12)
@pytest.mark.parametrize("query", BROAD, ids=str)
def test_every_good_request_is_answered_as_the_spec_says(query: dict[str, str]) -> None:
    found = page(**query)
    wanted = {"page": int(query.get("page") or 1), "page_size": int(query.get("page_size") or 20), "filters": {}}
    assert {name: found[name] for name in wanted} == wanted
    assert found["sort"] == (query.get("sort") or "default")
    assert len(found["items"]) <= found["page_size"]


@pytest.mark.slow
@pytest.mark.parametrize("url", IMAGES)
@pytest.mark.parametrize(
    "query", [{}, {"sort": "price_up"}, {"is_factory": "true"}, {"free_shipping": "1", "sort": "sales"}]
)
def test_pages_hold_every_item_once_and_the_total_says_how_many(url: str, query: dict[str, str]) -> None:
    items = everything(img_url=url, **query)
    total = page(img_url=url, **query)["total_count"]
    assert len(set(ids(items))) == len(items) == total > 0
    assert page(img_url=url, page=str(total // 20 + 2), **query)["items"] == []


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("size", [1, 7, 20])
def test_pages_of_any_size_hold_the_same_items_in_the_same_order(size: int) -> None:
    wanted = ids(everything())[:21]
    found = [page(page=str(number), page_size=str(size)) for number in range(1, 21 // size + 2)]
    assert [at for each in found for at in ids(each["items"])][:21] == wanted


SORTED: dict[str, Any] = {
    "sales": lambda item: -item["sale_info"]["sale_quantity_month"],
    "price_up": lambda item: float(item["price"]),
    "price_down": lambda item: -float(item["price"]),
}


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("sort", SORTED)
def test_a_sort_orders_the_same_items(sort: str) -> None:
    items, plain = everything(sort=sort), everything()
    assert [SORTED[sort](item) for item in items] == sorted(SORTED[sort](item) for item in plain)
    assert sorted(ids(items)) == sorted(ids(plain))
    assert ids(items) != ids(plain)


TELLS: dict[str, Any] = {
    "support_dropshipping": lambda item: "isOnePsale" in product(item).labels,
    "is_factory": lambda item: item["shop_info"]["is_factory"],
    "verified_supplier": lambda item: item["shop_info"]["factory_inspection"],
    "free_shipping": lambda item: item["delivery_info"]["free_postage"],
    "new_arrival": lambda item: item["super_new_product"],
}


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize("names", [*([name] for name in FILTERS), ["is_factory", "free_shipping"]], ids="+".join)
def test_a_filter_leaves_what_it_names(names: list[str]) -> None:
    plain = everything()
    wanted = [item for item in plain if all(TELLS[name](item) for name in names)]
    assert everything(**dict.fromkeys(names, "true")) == wanted
    assert 0 < len(wanted) < len(plain)
    assert everything(**dict.fromkeys(names, "false")) == plain


def test_the_specs_table_of_filters_names_the_fields_that_tell() -> None:
    for name, path in API.root.data["filters"].items():
        for item in page(**{name: "true"})["items"] if path else ():
            told: Any = item
            for key in path.split("."):
                told = told[key]
            assert told is True


@pytest.mark.exhaustive(4)
@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_and_places_are_translated_and_nothing_else(language: str) -> None:
    for item, chinese in zip(page(language=language)["items"], page(language="zh")["items"], strict=True):
        assert item["title"] == product(item).get_title(language)
        assert item["title_origin"] == product(item).get_title("zh") == chinese["title"]
        place = product(item).shop.locality
        province, town = item["shop_info"]["location"]
        assert province == place.province[language]
        assert place.city[language] in town
        assert place.district[language] in town
        for each in (item, chinese):
            del each["title"], each["delivery_info"]["area_from"], each["shop_info"]["location"]
        assert item == chinese
    assert language == "zh" or place.province[language] != place.province["zh"]


@pytest.mark.parametrize(
    ("language", "town"),
    [("en", "Futian District, Shenzhen"), ("zh", "深圳市福田区"), ("ja", "深セン市福田区"), ("ko", "선전시 푸톈구")],
)
def test_a_town_is_written_as_in_the_sample(language: str, town: str) -> None:
    futian = next(place for place in load_localities() if place.district["zh"] == "福田区")
    assert tmapi.format_area(futian, language)[1] == town


def test_titles_are_english_without_a_language() -> None:
    assert page() == page(language="en") != page(language="zh")


@pytest.mark.parametrize("index", [0, 17, 4711, 9_999])
def test_the_image_of_a_product_finds_it_first(index: int) -> None:
    url = f"https://cbu01.alicdn.com/O1CN01{mock().demo_state.catalogue.get_product(index).image_code}_!!1-0-cib.jpg"
    assert decode_offer_id(page(img_url=url)["items"][0]["item_id"]) == index


def test_the_same_image_finds_the_same_goods_at_the_other_shops() -> None:
    everywhere = Mock("tmapi", "hiobuy", "daji-1688", variants={"page-length": "20"})
    for url in IMAGES[:2]:
        wanted = ids(page(img_url=url)["items"])
        pairs = [("appKey", "lookalike-demo-key"), ("timestamp", "1")]
        pairs += [("imageAddress", url), ("beginPage", "1"), ("pageSize", "20"), ("country", "en")]
        query = urlencode([*pairs, ("sign", daji.compute_signature(tuple(pairs), "lookalike-demo-secret"))])
        reply = everywhere.respond(Request(method="GET", path="/alibaba/product/imageQuery", query=query.encode()))
        assert [offer["offerId"] for offer in json.loads(reply.body)["data"]["data"]] == wanted
        reply = everywhere.respond(
            Request(
                method="POST",
                path="/api/client/third-purchase/image/query",
                headers=((b"x-uuid", b"6f1c3a52-0000-4000-8000-0000000000d0"),),
                body=json.dumps({"img": url, "platform": "1688"}).encode(),
            )
        )
        assert [item["num_iid"] for item in json.loads(reply.body)["data"]["items"]["item"]] == wanted


# --- errors


ENVELOPES: dict[str, Any] = {
    "http-status": lambda error: (error.status, {"code": error.code, "msg": error.message, "data": None}),
    "http-200": lambda error: (200, {"code": error.code, "msg": error.message, "data": None}),
    "gateway": lambda error: (error.status, {"message": error.message}),
    "gateway-code": lambda error: (error.status, {"code": error.code, "message": error.message}),
}


def is_error(reply: Response, error: ErrorCode, transport: str = "http-status") -> None:
    """The reply is that error, whole, and the spec says so too."""
    body = json.loads(reply.body)
    assert (reply.status, body) == ENVELOPES[error.error_format or transport](error)
    headers = {name.lower(): value.replace("{allow}", "GET") for name, value in error.headers.items()}
    assert dict(reply.headers) == {name.encode(): value.encode() for name, value in headers.items()}
    SCHEMAS[reply.status].validate(body)


def test_refusals_of_the_gateway_have_its_headers() -> None:
    assert send({"wrong-method": "method-not-allowed"}, method="POST").headers == ((b"allow", b"GET"),)
    assert send(query={"apiToken": None}).headers == ((b"www-authenticate", b"Key"),)


def test_a_wrong_method_is_no_route_as_at_stock_kong() -> None:
    is_error(send(method="POST"), API.root.errors["no-route"])


def test_every_natural_error_has_its_request() -> None:
    assert set(NATURAL) == {name for name, error in API.root.errors.items() if error.reproduce}


@pytest.mark.parametrize("name", NATURAL)
def test_an_error_comes_the_natural_way(name: str) -> None:
    is_error(send(**NATURAL[name]), API.root.errors[name])


MAGIC: dict[str, Any] = {
    "apiToken": lambda name: {"query": {"apiToken": f"situation-{name}"}},
    "apikey": lambda name: {
        "variants": {"auth": "either"},
        "query": {"apiToken": None},
        "headers": ((b"apikey", f"situation-{name}".encode()),),
    },
    "img_url": lambda name: {"query": {"img_url": f"https://cbu01.alicdn.com/situation/{name}.jpg"}},
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
    reply = send({"error_format": transport}, **MAGIC["img_url"](name))
    is_error(reply, API.root.errors[name], transport)


@pytest.mark.parametrize(
    "query",
    [
        {"img_url": ""},
        {"img_url": "cbu01.alicdn.com/x.jpg"},
        {"img_url": "ftp://cbu01.alicdn.com/x.jpg"},
        {"img_url": "https://cbu01.alicdn.com/a b.jpg"},
        *({"page": wrong} for wrong in ("0", "-1", "1.0", "x", "1" * 30, "٣", "1e3", " 1")),
        *({"page_size": wrong} for wrong in ("0", "-1", "21", "2147483648", "9" * 40, "x")),
        *({"language": wrong} for wrong in ("EN", "en_US", "fr", "\x00")),
        *({"sort": wrong} for wrong in ("price", "SALES", "default ")),
        *({name: wrong} for name in FILTERS for wrong in ("yes", "2", "on", "truth")),
    ],
    ids=str,
)
def test_a_broken_parameter_is_422(query: dict[str, str]) -> None:
    is_error(send(query=query), API.root.errors["422"])


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize("text", ["true", "True", "TRUE", "1"])
def test_lenient_booleans(text: str) -> None:
    assert page(is_factory=text) == page(is_factory="true") != page()


@pytest.mark.parametrize(("text", "status"), [("true", 200), ("false", 200), ("True", 422), ("1", 422), ("0", 422)])
def test_strict_booleans(text: str, status: int) -> None:
    assert send({"booleans": "strict"}, {"is_factory": text}).status == status


@pytest.mark.parametrize(
    ("url", "known"),
    [
        *((url, True) for url in IMAGES),
        ("https://CBU01.ALICDN.COM/x.jpg", True),
        ("https://alicdn.com:443/x.jpg", True),
        ("https://me:secret@img.alicdn.com/x.jpg", True),
        ("https://detail.1688.com?x", True),
        ("https://ae01.aliexpress-media.com/x.jpg", True),
        ("https://example.com/x.jpg", False),
        ("https://notalicdn.com/x.jpg", False),
        ("https://alicdn.com.example.com/x.jpg", False),
        ("https://alicdn.com:x@example.com/x.jpg", False),
        ("https://example.com/alicdn.com", False),
        ("//example.com/search/imgextra/x.jpg", False),
        ("https://[::1]/x.jpg", False),
        ("https://", False),
        ("/search/other/x.jpg", False),
    ],
)
def test_only_alibabas_images_and_converted_ones_are_searched_by(url: str, known: bool) -> None:
    reply = send(query={"img_url": url})
    if known:
        assert reply.status == 200
    elif url == "https://":
        is_error(reply, API.root.errors["422"])
    else:
        is_error(reply, API.root.errors["foreign-image"])
        assert send({"foreign_image": "answered"}, {"img_url": url}).status == 200


def test_the_first_of_doubled_parameters_counts() -> None:
    query = f"apiToken={TOKEN}&apiToken=x&img_url={IMAGE}&img_url=x&page=2&page=&page=x&page_size=&page_size=3"
    body = json.loads(mock().respond(Request(method="GET", path=PATH, query=query.encode())).body)
    assert body["data"] == page(page="2", page_size="3")


# --- variants


def test_every_variant_has_a_probe() -> None:
    variants = API.root.variants.items()
    assert set(PROBES) == {(name, at) for name, found in variants for at in found.values if at != found.default}


@pytest.mark.parametrize(("name", "value"), PROBES)
def test_every_variant_does_something(name: str, value: str) -> None:
    asked = PROBES[name, value]
    usual, changed = send(**asked), send({name.replace("-", "_"): value}, **asked)
    assert (usual.status, usual.body) != (changed.status, changed.body)
    (CONVERSIONS if "path" in asked else SCHEMAS)[changed.status].validate(json.loads(changed.body))


@pytest.mark.parametrize(
    ("auth", "sent", "refused"),
    [
        ("apiToken", "query", ""),
        ("apiToken", "header", "no-api-key"),
        ("apiToken", "none", "no-api-key"),
        ("apikey", "query", "no-api-key-4011"),
        ("apikey", "header", ""),
        ("apikey", "none", "no-api-key-4011"),
        ("either", "query", ""),
        ("either", "header", ""),
        ("either", "none", "no-api-key"),
    ],
)
def test_which_credential_counts(auth: str, sent: str, refused: str) -> None:
    headers = ((b"apikey", TOKEN.encode()),) if sent == "header" else ()
    reply = send({"auth": auth}, {"apiToken": TOKEN if sent == "query" else None}, headers)
    if refused:
        is_error(reply, API.root.errors[refused])
    else:
        assert reply.status == 200


@pytest.mark.parametrize("name", ["language", "sort"])
def test_an_unknown_value_may_count_as_none(name: str) -> None:
    reply = send({"unknown_value": "default"}, {name: "zzz"})
    assert json.loads(reply.body)["data"] == page()


def test_a_page_size_over_the_limit_may_be_clamped() -> None:
    reply = send({"page_size_over_limit": "clamp"}, {"page_size": "500"})
    assert json.loads(reply.body)["data"] == page(page_size="20")
    assert send({"page_size_over_limit": "clamp"}, {"page_size": "0"}).status == 422


def test_the_next_page_may_be_announced() -> None:
    total = page()["total_count"]
    for number in (1, total - 1, total, total + 1):
        query: dict[str, str | None] = {"page": str(number), "page_size": "1"}
        data = json.loads(send({"has_next_page": "present"}, query).body)["data"]
        assert data.pop("has_next_page") is (number < total)
        assert data == page(**query)


# --- situations


SIGNS: dict[str, Any] = {
    "full-page": lambda items, total: len(items) == 20 < total,
    "last-page": lambda items, total: 0 < len(items) == total < 20,
    "empty": lambda items, total: not items and not total,
    "nulls": lambda items, total: items[0]["brand"] is None and items[0]["title"],
    "extremes": lambda items, total: len(items[0]["title"]) > 200 and items[0]["title_tags"] == [],
    "extremes-ids": lambda items, total: items[0]["item_id"] > 2**62,
}


def test_every_situation_of_the_spec_is_tried() -> None:
    assert set(SIGNS) == set(API.root.situations)


@pytest.mark.parametrize("magic", MAGIC)
@pytest.mark.parametrize("name", SIGNS)
def test_a_situation_comes_by_magic(name: str, magic: str) -> None:
    body = json.loads(send(**MAGIC[magic](name)).body)
    ANSWER.validate(body)
    assert SIGNS[name](body["data"]["items"], body["data"]["total_count"])


def test_a_full_page_is_full_whatever_narrows_it() -> None:
    narrow = {**dict.fromkeys(FILTERS, "true"), "page": "9"}
    data = page(apiToken="situation-full-page", **narrow)
    assert len(data["items"]) == 20
    assert data["total_count"] >= 180
    assert page(**narrow)["items"] == []


@pytest.mark.parametrize("name", API.root.situations)
def test_a_situation_on_a_page_far_away(name: str) -> None:
    data = page(apiToken=f"situation-{name}", page="9" * 18)
    assert bool(data["items"]) is (name == "full-page")
    assert data["total_count"] < 2**31


def test_the_last_page_comes_after_the_others() -> None:
    data = page(apiToken="situation-last-page", page="3")
    assert (len(data["items"]), data["total_count"]) == (10, 50)


def test_full_last_and_empty_pages_come_naturally() -> None:
    total = page()["total_count"]
    last, rest = divmod(total - 1, 20)
    assert len(page()["items"]) == 20
    assert len(page(page=str(last + 1))["items"]) == rest + 1
    assert page(page=str(last + 2))["items"] == []


def test_nulls_are_everywhere_where_the_schema_allows_them_and_nowhere_else() -> None:
    for item, usual in zip(page(apiToken="situation-nulls")["items"], page()["items"], strict=True):
        usual["brand"] = usual["shop_info"]["service_tags"] = None
        assert item == usual


def test_extremes_go_to_the_end() -> None:
    items = page(apiToken="situation-extremes")["items"]
    item = items[0]
    assert len(item["title"]) > 200
    assert item["quantity_begin"] == 2**31 - 1
    assert item["price"] == item["price_info"]["wholesale_price"] == "99999999.9"
    assert item["sale_info"]["gmv_fuzzy"] == "36K+"
    assert (item["item_repurchase_rate"], item["shop_info"]["shop_repurchase_rate"]) == ("1", "100%")
    assert item["shop_info"]["location"] == item["quantity_prices"] == item["category_path"] == []


# --- anything at all


ODD = st.sampled_from(
    ["", "0", "-1", "1", "20", "21", "9" * 18, "9" * 400, "1.5", "NaN", "true", "\x00", "é", "%", "%zz", "%ff", "+", "&",
     "=", "en", "sales", IMAGE, "https://[", "//", "/", "http://@:/", "situation-nulls", "situation-", "situation-422",
     "https://cbu01.alicdn.com/situation/extremes.jpg", "https://cbu01.alicdn.com/situation/499.jpg"]
) | st.text(max_size=20)  # fmt: skip
NAMES = st.sampled_from([*(field.name for field in OPERATION.fields), "apiToken", "apikey", "IMG_URL", ""]) | st.text(
    max_size=5
)
PAIRS = st.lists(st.tuples(NAMES, ODD), max_size=8)
MOCKS = [{}, {name.replace("-", "_"): list(found.values)[-1] for name, found in API.root.variants.items()}]


@st.composite
def requests(draw: st.DrawFn) -> Request:
    pairs = draw(st.just([("apiToken", TOKEN), ("img_url", IMAGE)]) | st.just([("apiToken", TOKEN)]) | st.just([]))
    pairs = [*pairs, *draw(PAIRS)] if draw(st.booleans()) else [*draw(PAIRS), *pairs]
    text = urlencode(pairs, errors="replace") if draw(st.booleans()) else "&".join(f"{n}={v}" for n, v in pairs)
    return Request(
        method=draw(st.sampled_from(["GET", "GET", "GET", "POST", "HEAD", "get", "", "*"])),
        path=draw(st.sampled_from([PATH, PATH, PATH, PATH + "/", PATH.upper(), "/", ""]) | st.text(max_size=10)),
        query=text.encode("utf-8", "replace") + draw(st.binary(max_size=5)),
        headers=((b"host", b"api.tmapi.top"), (b"apikey", draw(st.binary(max_size=10) | st.just(TOKEN.encode())))),
        body=draw(st.binary(max_size=10)),
        broken_rule=draw(st.sampled_from(["", "", "body-too-large", "body-timeout"])),
    )


@pytest.mark.slow
@settings(max_examples=5 * settings().max_examples)
@given(request=requests(), variants=st.sampled_from(MOCKS))
def test_any_request_gets_an_answer_that_the_spec_describes(request: Request, variants: dict[str, str]) -> None:
    reply = mock(**variants).respond(request)
    SCHEMAS[reply.status].validate(json.loads(reply.body))
    assert reply.media_type == "application/json"
