"""Daji's 1688 image search, from the request to the offers."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlencode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator

from lookalike_mocks import Mock
from lookalike_mocks.catalogue import ids
from lookalike_mocks.catalogue.image import identify_by_id
from lookalike_mocks.catalogue.subjects import detect_subjects
from lookalike_mocks.catalogue.vocabulary import load_kinds
from lookalike_specs import load_api, read_document
from lookalike_specs.messages import Request, Response
from lookalike_specs.signing import daji

from .daji_client import HOST_HEADER, UPLOAD_VARIANTS, Body, DajiClient
from .documented import load_operation

API, PATH = "daji-1688", "/alibaba/product/imageQuery"
ROOT = load_api(API).root
OPERATION = load_operation(API, PATH)
KNOWN = "1048608196202797156"
MOCK = Mock(API)
CLIENT = DajiClient(API, PATH, {"imageId": KNOWN, "beginPage": 1, "pageSize": 20, "country": "en"}, MOCK)
request, checked, ask, error_of = CLIENT.build_get, CLIENT.decode_body, CLIENT.fetch_data, CLIENT.identify_error


def offers(data: Body) -> list[int]:
    return [offer["offerId"] for offer in data["data"]]


def product(offer: Body, mock: Mock = MOCK) -> Any:
    return mock.demo_state.catalogue.get_product(ids.decode_offer_id(offer["offerId"]))


def every(**sent: Any) -> list[Body]:
    """All offers, page by page, up to the page that is empty."""
    found: list[Body] = []
    for page in range(1, 100):
        data = msgspec.json.decode(MOCK.respond(request(beginPage=page, pageSize=50, **sent)).body)["data"]
        if not data["data"]:
            assert len(found) == data["totalRecords"]
            return found
        found += data["data"]
    raise AssertionError("no end")


# ---------------------------------------------------------------- errors

BAD = [
    *({name: value} for name in ("beginPage", "pageSize") for value in ("", "x", "1.0", "1e1", "-1", "0", "１", "9" * 30, None)),
    {"pageSize": 51}, {"beginPage": 2**31}, {"country": None}, {"country": ""},
    *({"region": value} for value in ("1,2,3", "1,2,3,4,5", "a,b,c,d", "-1,2,3,4", "1.5,2,3,4", "0,0,0,0", "9,1,0,9", "1, 2,3,4", f"0,{'9' * 5000},0,9")),
    *({"sort": value} for value in ("price", "{}", "[]", "null", '{"price":"up"}', '{"name":"asc"}', '{"price":"asc","monthSold":"asc"}', '{"price":"asc"', '{\u00a0"price":"asc"}')),
    *({name: value} for name in ("priceStart", "priceEnd") for value in ("-1", "x", "1.", ".5", "1e3", "NaN", "１")),
    *({"categoryId": value} for value in ("-1", "x", "1.0", "9" * 30)),
]  # fmt: skip


@pytest.mark.parametrize("sent", BAD, ids=str)
def test_bad_parameters(sent: Body) -> None:
    assert error_of(MOCK.respond(request(**sent))) == "bad-parameter"


OTHERS = [
    ("image-required", {"imageId": ""}),
    ("image-required", {"imageId": "", "imageAddress": "", "imageUrl": ""}),
    ("unknown-image", {"imageId": "x"}),
    ("unknown-image", {"imageId": "１２３"}),
    ("unknown-image", {"imageId": " 1"}),
    ("unknown-image", {"imageId": "-1"}),
    ("unknown-image", {"imageId": "situation-nonsense"}),
    ("image-unreadable", {"imageUrl": "//cbu01.alicdn.com/a.jpg"}),
    ("image-unreadable", {"imageAddress": "cbu01.alicdn.com/a.jpg", "imageId": None}),
    ("image-unreadable", {"imageAddress": "https://", "imageId": None}),
    ("language-not-enabled", {"country": "EN"}),
    ("language-not-enabled", {"country": "tr"}),
]  # fmt: skip


@pytest.mark.parametrize(("error", "sent"), OTHERS, ids=str)
def test_other_errors(error: str, sent: Body) -> None:
    assert error_of(MOCK.respond(request(**sent))) == error


def build_magic_url(situation: str) -> str:
    return f"https://cbu01.alicdn.com/situation/{situation}.jpg"


MAGIC: dict[str, Callable[[str], Request]] = {
    "appKey": lambda situation: request(f"situation-{situation}"),
    "imageId": lambda situation: request(imageId=f"situation-{situation}"),
    "imageAddress": lambda situation: request(imageId=None, imageAddress=build_magic_url(situation)),
    "imageUrl": lambda situation: request(imageId=None, imageUrl=build_magic_url(situation)),
    "keyword": lambda situation: request(keyword=f"situation-{situation}"),
}


def test_every_magic_input_is_tried() -> None:
    assert {magic.credential or magic.parameter for magic in ROOT.triggers} == set(MAGIC)


@pytest.mark.parametrize("way", MAGIC)
@pytest.mark.parametrize("error", [name for name, error in ROOT.errors.items() if error.applies_to("imageQuery")])
def test_errors_come_by_magic(error: str, way: str) -> None:
    assert error_of(MOCK.respond(MAGIC[way](error))) == error


@pytest.mark.parametrize("sent", [request(), request(pageSize=0)], ids=["page", "error"])
def test_a_clock_that_was_set_is_the_time_of_answers(sent: Request) -> None:
    mock = Mock(API)
    before = json.loads(mock.respond(sent).body)
    # the same request has the same time, so that a run can be repeated
    assert json.loads(mock.respond(sent).body) == before
    mock.sandboxes.demo.clock.set(1_900_000_000, runs=False)
    after = json.loads(mock.respond(sent).body)
    assert after["timestamp"] == 1_900_000_000_000
    assert after["traceId"] == before["traceId"]
    mock.sandboxes.demo.clock.reset()
    assert json.loads(mock.respond(sent).body) == before


# ---------------------------------------------------------------- situations


def is_full(data: Body) -> bool:
    return len(data["data"]) == 20 and data["totalPage"] > data["currentPage"]


SITUATIONS: dict[str, Callable[[Body], bool]] = {
    "full-page": is_full,
    "last-page": lambda data: 0 < len(data["data"]) < 20 and data["totalPage"] == data["currentPage"],
    "empty": lambda data: (data["data"], data["totalRecords"], data["totalPage"]) == ([], 0, 0),
    "nulls": lambda data: (
        is_full(data) and all(price[key] is None for price in prices(data) for key in ("jxhyPrice", "pfJxhyPrice"))
    ),
    "extremes": lambda data: (
        is_full(data)
        and {(offer["monthSold"], len(offer["sellerIdentities"])) for offer in data["data"]} == {(2**31 - 1, 0)}
        and all(2**52 < offer["offerId"] < 2**53 for offer in data["data"])
        and max(len(offer["subject"]) for offer in data["data"]) > 200
    ),
    "extremes-ids": lambda data: is_full(data) and all(2**62 < offer["offerId"] < 2**63 for offer in data["data"]),
}


def prices(data: Body) -> list[Body]:
    return [offer["priceInfo"] for offer in data["data"]]


@pytest.mark.parametrize("way", MAGIC)
@pytest.mark.parametrize("situation", ROOT.situations)
def test_situations(situation: str, way: str) -> None:
    data = checked(MOCK.respond(MAGIC[way](situation)))["data"]
    assert SITUATIONS[situation](data)


def test_a_plain_page_is_full_and_in_no_other_situation() -> None:
    assert [name for name, fits in SITUATIONS.items() if fits(ask())] == ["full-page"]


@pytest.mark.parametrize("situation", ROOT.situations)
@pytest.mark.parametrize(
    "sent", [{"beginPage": 2**31 - 1, "pageSize": 50}, {"priceEnd": 0}, {"pageSize": 1}, {"filter": "new7"}], ids=str
)
def test_situations_on_odd_pages_stay_valid(situation: str, sent: Body) -> None:
    data = ask(MOCK, f"situation-{situation}", **sent)
    if situation == "full-page":
        assert len(data["data"]) == data["pageSize"]


def test_situations_come_the_natural_way() -> None:
    first = ask()
    assert is_full(first)
    last = ask(beginPage=first["totalPage"])
    assert 0 < len(last["data"]) <= 20
    assert ask(beginPage=first["totalPage"] + 1)["data"] == []


# ---------------------------------------------------------------- the vendor's own sample


def test_the_sample_request_is_accepted() -> None:
    vendor = {
        parameter["name"]: parameter.get("example", "")
        for parameter in read_document(API)["paths"][PATH]["get"]["parameters"]
    }
    sample = {name: vendor[name] for name in ("imageId", "filter", "sort", "priceStart", "priceEnd", "country")}
    assert sample["filter"] == "shipInToday,ksCiphertext"
    assert sample["sort"] == '{"price":"asc"}'
    data = ask(**sample, beginPage=vendor["beginPage"], pageSize=vendor["pageSize"], categoryId=vendor["categoryId"])
    assert len(data["data"]) == 20
    empty = dict.fromkeys(("region", "outMemberId", "imageAddress", "keyword", "auxiliaryText"), "")
    assert ask(**sample, **empty)["data"]


def test_the_sample_answer_is_valid() -> None:
    content = OPERATION["responses"]["200"]["content"]["application/json"]
    assert not list(OAS30Validator(content["schema"]).iter_errors(content["example"]))
    ours = ask(MOCK, "situation-full-page")
    sample = content["example"]["data"]
    assert ours.keys() == sample.keys()
    assert list(ours["data"][0]) == list(sample["data"][0])
    assert list(ours["data"][0]["priceInfo"]) == list(sample["data"][0]["priceInfo"])


REQUESTS = [
    {}, {"pageSize": 1}, {"pageSize": 50, "beginPage": 3}, {"beginPage": 2**31 - 1}, {"outMemberId": 'a"\\\x00\x7f😀<&%'},
    *({"country": country} for country in (*ROOT.data["languages"], "zh")),
    *({"imageId": str(number)} for number in (0, 1, 2**53 + 1, "9" * 19, "1" * 400)),
    *({"imageId": None, "imageAddress": address} for address in ("http://a", "https://a/\u4e2d?x#y", "http://\x00", "http://%zz%00//")),
    {"imageUrl": "http://a/1.jpg", "imageAddress": "http://a/2.jpg"},
    {"region": "0,799,0,799"}, {"region": "999999998,999999999,0,1"}, {"filter": ",, ,"}, {"filter": "nonsense,jxhy"},
    {"priceStart": "0"}, {"priceEnd": "9" * 3000}, {"priceStart": "0." + "0" * 3000 + "1", "priceEnd": "5"},
    {"categoryId": 0}, {"categoryId": 10165}, {"categoryId": 10**18 - 1}, {"sort": ' { "monthSold" :\n"desc" } '},
    {"keyword": "\x00"}, {"keyword": "裤 子"}, {"auxiliaryText": "%" * 500}, {"nonsense": "1", "": "2"},
]  # fmt: skip


@pytest.mark.parametrize("sent", REQUESTS, ids=range(len(REQUESTS)))
def test_answers_are_valid(sent: Body) -> None:
    ask(**sent)


# ---------------------------------------------------------------- what each parameter does

QUERIES = [
    {}, {"filter": "isOnePsale,shipIn24Hours"}, {"priceStart": "10", "priceEnd": "50"}, {"sort": '{"monthSold":"desc"}'},
    {"categoryId": load_kinds()[0].ali1688[0]}, {"keyword": "cotton"}, {"auxiliaryText": "cotton"}, {"country": "th"},
    {"filter": "new7", "priceEnd": 3},
]  # fmt: skip


@pytest.mark.exhaustive(4)
@pytest.mark.parametrize("sent", QUERIES, ids=str)
@pytest.mark.parametrize("size", [7, 50])
def test_pages_hold_every_offer_once(sent: Body, size: int) -> None:
    first = ask(pageSize=size, **sent)
    total, last = first["totalRecords"], first["totalPage"]
    pages = [ask(pageSize=size, beginPage=page, **sent) for page in range(1, last + 2)]
    found = [offer for data in pages for offer in offers(data)]
    assert len(found) == len(set(found)) == total
    assert {(data["totalRecords"], data["totalPage"], data["pageSize"]) for data in pages} == {(total, last, size)}
    assert [data["currentPage"] for data in pages] == list(range(1, last + 2))
    assert [len(data["data"]) for data in pages[:-2]] == [size] * (last - 1)
    assert not pages[-1]["data"]


def test_the_size_only_cuts() -> None:
    whole = [offer["offerId"] for offer in every()]
    for size in (1, 20, 50):
        assert offers(ask(pageSize=size, beginPage=2)) == whole[size : 2 * size]


@pytest.mark.exhaustive(8)
@pytest.mark.parametrize("token", [*ROOT.data["filters"], *ROOT.data["unlisted-filters"]])
def test_every_filter_token_filters(token: str) -> None:
    bearing = [offer["offerId"] for offer in every() if token in product(offer).labels]
    assert [offer["offerId"] for offer in every(filter=token)] == bearing
    assert 0 < len(bearing) < ask()["totalRecords"]


def test_filters_that_the_answer_shows() -> None:
    assert {offer["isJxhy"] for offer in every(filter="jxhy")} == {True}
    assert {offer["priceInfo"]["jxhyPrice"] for offer in every() if not offer["isJxhy"]} == {None}
    assert {offer["isOnePsale"] for offer in every(filter="isOnePsale")} == {True}


def test_all_filter_tokens_must_hold() -> None:
    one, other = ({offer["offerId"] for offer in every(filter=token)} for token in ("jxhy", "shipInToday"))
    assert {offer["offerId"] for offer in every(filter=" jxhy ,shipInToday,,jxhy")} == one & other
    assert one & other < one


def test_the_price_range_holds_both_ends() -> None:
    every_price = sorted({float(offer["priceInfo"]["price"]) for offer in every()})
    low, high = every_price[len(every_price) // 4], every_price[len(every_price) // 2]

    def found(**sent: Any) -> tuple[float, float]:
        prices = [float(offer["priceInfo"]["price"]) for offer in every(**sent)]
        return min(prices), max(prices)

    assert found(priceStart=low, priceEnd=high) == (low, high)
    assert found(priceStart=f"{low}000", priceEnd=f"{high}001") == (low, high)
    assert found(priceStart=low) == (low, every_price[-1])
    assert found(priceEnd=high) == (every_price[0], high)
    assert found(priceStart=f"{low:.2f}1")[0] > low
    assert found(priceEnd=f"{high - 0.01:.2f}9")[1] < high
    assert found(priceEnd=f"{high - 0.01:.2f}99999")[1] < high
    assert ask(priceStart=high, priceEnd=low)["totalRecords"] == 0


SORTS = {
    "price": lambda offer: float(offer["priceInfo"]["price"]),
    "rePurchaseRate": lambda offer: int(offer["repurchaseRate"].removesuffix("%")),
    "monthSold": lambda offer: offer["monthSold"],
}


@pytest.mark.parametrize("way", ["asc", "desc"])
@pytest.mark.parametrize("key", SORTS)
def test_sorts(key: str, way: str) -> None:
    found = every(sort=f'{{"{key}":"{way}"}}')
    values = [SORTS[key](offer) for offer in found]
    assert values == sorted(values, reverse=way == "desc")
    assert len(set(values)) > 10
    assert {offer["offerId"] for offer in found} == {offer["offerId"] for offer in every()}


@pytest.mark.parametrize("level", [0, 1, 2])
def test_categories(level: int) -> None:
    category = product(ask()["data"][0]).kind.ali1688[level]
    found = every(categoryId=category)
    assert {product(offer).kind.ali1688[level] for offer in found} == {category}
    assert offers(ask(categoryId=0)) == offers(ask())
    assert ask(categoryId=999999999)["totalRecords"] == 0


@pytest.mark.parametrize("language", [*ROOT.data["languages"], "zh"])
def test_titles_in_every_language(language: str) -> None:
    data = ask(country=language)
    for offer in data["data"]:
        assert offer["subjectTrans"] == product(offer).get_title(language)
        assert offer["subject"] == product(offer).get_title("zh")
    same = {offer["subject"] == offer["subjectTrans"] for offer in data["data"]}
    assert same == {language == "zh"}
    assert offers(data) == offers(ask())


def crowded() -> tuple[str, list[tuple[int, int, int, int]]]:
    """The id of an image with several subjects, and their boxes."""
    for number in range(100):
        seen = detect_subjects(identify_by_id(str(number)), MOCK.demo_state.size)
        if len({subject.product_index % len(load_kinds()) for subject in seen}) > 1:
            return str(number), [subject.box for subject in seen]
    raise AssertionError("none")


def test_a_region_chooses_what_is_searched_for() -> None:
    image, boxes = crowded()
    texts = [f"{left},{right},{top},{bottom}" for left, top, right, bottom in boxes]
    plain = ask(imageId=image)
    assert plain["picRegionInfo"] == {"currentRegion": texts[0], "yoloCropRegion": ";".join(texts)}
    assert offers(ask(imageId=image, region=texts[0])) == offers(plain)
    other = ask(imageId=image, region=texts[1])
    assert offers(other) != offers(plain)
    assert other["picRegionInfo"] == {"currentRegion": texts[1], "yoloCropRegion": ";".join(texts)}


@pytest.mark.parametrize("words", ["cotton", "COTTON", "棉", "men cotton"])
def test_a_keyword_stands_in_every_title(words: str) -> None:
    found = every(keyword=words)
    for offer in found:
        assert all(
            word in f"{offer['subject']} {offer['subjectTrans']}".casefold() for word in words.casefold().split()
        )
    assert 0 < len(found) < ask()["totalRecords"]
    assert ask(keyword="no such thing")["totalRecords"] == 0


def test_a_keyword_counts_in_the_language_asked_for() -> None:
    word = "algodón"
    assert ask(keyword=word, country="es")["totalRecords"] > 0
    assert ask(keyword=word)["totalRecords"] == 0


def test_auxiliary_text_brings_forward_what_it_names() -> None:
    plain, found = every(), every(auxiliaryText="cotton")
    named = ["cotton" in offer["subjectTrans"].casefold() for offer in found]
    assert named == sorted(named, reverse=True)
    assert 0 < sum(named) < len(named)
    assert [o["offerId"] for o in found] != [o["offerId"] for o in plain]
    assert {o["offerId"] for o in found} == {o["offerId"] for o in plain}


@pytest.mark.parametrize("member", ["10001", "null", "a b/ü&=%^@", "会员", None, ""])
def test_the_member_comes_back_in_the_trace(member: str | None) -> None:
    for offer in ask(outMemberId=member)["data"]:
        trace = dict(part.split("@", 1) for part in unquote(offer["traceInfo"]).split("^", 4))
        assert trace["object_id"] == str(offer["offerId"])
        assert trace["outMemberId"] == (member or "null")
        assert quote(unquote(offer["traceInfo"]), safe="") == offer["traceInfo"]


ADDRESSES = [
    "https://cbu01.alicdn.com/O1CN01{code}_!!2200710277292-0-cib.jpg",
    "http://cbu01.alicdn.com/img/ibank/O1CN01{code}_!!1-0-cib.jpg?x=1#y",
    "https://img.alicdn.com/i2/2127922298/O1CN01{code}_!!0-item_pic.jpg",
    "http://127.0.0.1:8000/_lookalike/images/O1CN01{code}_.jpg",
]


@pytest.mark.parametrize("index", [0, 1, 47, 48, 4711, 9_999])
def test_the_image_of_a_product_finds_it_first(index: int) -> None:
    code = ids.encode_image_code(index)
    found = [ask(imageId=None, imageAddress=address.format(code=code)) for address in ADDRESSES]
    found.append(ask(imageId=ids.encode_image_id(index)))
    assert {data["data"][0]["offerId"] for data in found} == {ids.encode_offer_id(index)}
    assert all(offers(data) == offers(found[0]) for data in found)
    assert ask(imageId=None, imageUrl=found[0]["data"][0]["imageUrl"])["data"][0]["offerId"] == ids.encode_offer_id(
        index
    )


def test_an_id_counts_more_than_an_address() -> None:
    address = "https://cbu01.alicdn.com/other.jpg"
    alone = ask(imageId=None, imageUrl=address)
    assert offers(alone) != offers(ask())
    assert offers(ask(imageUrl=address, imageAddress=address)) == offers(ask())
    assert offers(ask(imageId=None, imageUrl=address, imageAddress="http://a/third.jpg")) == offers(alone)


def test_same_seed_same_bytes_other_seed_other_bytes() -> None:
    sent = request(outMemberId="1", filter="isOnePsale")
    one = MOCK.respond(sent).body
    assert Mock(API).respond(sent).body == one == MOCK.respond(sent).body
    assert Mock(API, seed=1).respond(sent).body != one
    ours, theirs = ask(), ask(Mock(API, seed=1))
    assert [offer["subject"] for offer in ours["data"]] != [offer["subject"] for offer in theirs["data"]]


# ---------------------------------------------------------------- variants

PLAIN = (("appKey", "lookalike-demo-key"), ("imageId", KNOWN), ("beginPage", "1"), ("pageSize", "3"), ("country", "en"))
MEMBERS = (("outMemberId", "1"), ("outMemberId", "2"))
SECRET = ROOT.accounts["demo"]["appSecret"]


def exactly(*pairs: tuple[str, str], sign: str = "") -> Callable[[Mock], Response]:
    """These pairs, with that sign or the right one."""
    query = urlencode((*pairs, ("sign", sign or daji.compute_signature(pairs, SECRET)))).encode()
    return lambda mock: mock.respond(Request(method="GET", path=PATH, query=query))


def listed(members: str) -> Callable[[Mock], Response]:
    """Two members, signed as if they were that one text."""
    return exactly(*PLAIN, *MEMBERS, sign=daji.compute_signature((*PLAIN, ("outMemberId", members)), SECRET))


def plainly(**sent: Any) -> Callable[[Mock], Response]:
    return lambda mock: mock.respond(request(**sent))


IMAGE, BOXES = crowded()
A, B = "http://a/one.jpg", "http://a/two.jpg"
ONLY_URL, ONLY_ADDRESS = {"imageId": None, "imageUrl": A}, {"imageId": None, "imageAddress": A}
TWICE = {"imageId": None, "imageUrl": A, "imageAddress": B}


def refused(error: str) -> Callable[[Response, Body], bool]:
    return lambda reply, body: reply.status == 400 and body.get("message") == ROOT.errors[error].message


def answers(fits: Callable[[Body], bool] = lambda data: bool(data["data"])) -> Callable[[Response, Body], bool]:
    return lambda reply, body: reply.status == 200 and body["code"] == 200 and fits(body["data"])


# variant, value, the request, what its answer is and the default's is not
VARIANTS = [
    ("error-format", "envelope-200", plainly(pageSize=0), lambda r, b: (r.status, b["code"], b["data"]) == (200, 400, None)),
    ("error-format", "spring", plainly(pageSize=0), lambda r, b: (r.status, b.get("error"), b.get("path")) == (400, "Bad Request", PATH)),
    ("error-format", "detail", plainly(pageSize=0), lambda r, b: r.status == 400 and b == {"detail": "参数错误"}),
    ("image-parameter", "imageAddress", plainly(**ONLY_URL), refused("image-required")),
    ("image-parameter", "imageAddress", plainly(**TWICE), answers(lambda data: offers(data) == offers(ask(imageId=None, imageUrl=B)))),
    ("image-parameter", "imageAddress", plainly(imageUrl="ftp://a"), answers()),
    ("image-parameter", "imageUrl", plainly(**ONLY_ADDRESS), refused("image-required")),
    ("image-parameter", "imageUrl", plainly(imageAddress="ftp://a"), answers()),
    ("region-order", "x0,y0,x1,y1", plainly(imageId=IMAGE), answers(lambda d: d["picRegionInfo"]["currentRegion"] == ",".join(map(str, BOXES[0])))),
    ("region-order", "x0,y0,x1,y1", plainly(imageId=IMAGE, region="5,1,9,2"), answers(lambda d: d["picRegionInfo"]["currentRegion"] == "5,1,9,2")),
    ("region-order", "x0,y0,x1,y1", plainly(region="0,799,0,799"), refused("bad-parameter")),
    ("total-page", "floor-plus-one", plainly(pageSize=1), answers(lambda data: data["totalPage"] == data["totalRecords"] + 1)),
    ("page-size-over-limit", "clamp", plainly(pageSize=51), answers(lambda d: (len(d["data"]), d["pageSize"]) == (50, 50))),
    ("unknown-filter", "refused", plainly(filter="jxhy,isJxhy"), refused("bad-parameter")),
    ("language-not-enabled", "untranslated", plainly(country="de"), answers(lambda d: all(o["subject"] == o["subjectTrans"] for o in d["data"]))),
    ("foreign-image", "empty", plainly(**ONLY_ADDRESS), answers(lambda data: (data["data"], data["totalRecords"]) == ([], 0))),
    ("foreign-image", "empty", plainly(**ONLY_URL), answers(lambda data: data["data"] == [])),
    ("unknown-image-id", "refused", plainly(imageId="1" * 19), refused("unknown-image")),
    ("lower-case-sign", "accepted", exactly(*PLAIN, sign=daji.compute_signature(PLAIN, SECRET).lower()), answers()),
    ("sign-with-secret", "ignored", exactly(*PLAIN, ("appSecret", SECRET), sign="X"), answers()),
    ("array-parameters", "java-list", listed("[1, 2]"), answers()),
    ("array-parameters", "joined", listed("1,2"), answers()),
    ("duplicate-parameter", "last", exactly(*PLAIN, ("pageSize", "4")), answers(lambda data: data["pageSize"] == 4)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("variant", "value", "send", "fits"), VARIANTS, ids=[f"{v[0]}-{v[1]}-{n}" for n, v in enumerate(VARIANTS)]
)
def test_variants(
    variant: str, value: str, send: Callable[[Mock], Response], fits: Callable[[Response, Body], bool]
) -> None:
    default, changed = send(MOCK), send(Mock(API, variants={variant: value}))
    assert fits(changed, checked(changed))
    assert not fits(default, checked(default))


def test_every_value_of_every_variant_is_tried() -> None:
    tried = {(variant, value) for variant, value, *_ in VARIANTS}
    searches = {name: found for name, found in ROOT.variants.items() if name not in UPLOAD_VARIANTS}
    assert tried == {
        (name, value) for name, found in searches.items() for value in found.values if value != found.default
    }


# ---------------------------------------------------------------- whatever is sent

NAMES = [field["name"] for field in OPERATION["parameters"]]
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["", "0", "1", "-1", "20", "50", "51", "1.5", "1e9", "9" * 25, "9" * 5000, "NaN", "\x00", "null", "true"]),
    st.sampled_from(["en", "0,799,0,799", "1,2,3", '{"price":"asc"}', "{}", "jxhy,x", "http://a", "//a", "situation-nulls", KNOWN]),
    st.sampled_from(["lookalike-demo-key", "lookalike-demo-secret", "situation-empty", "situation-", "situation-x"]),
)  # fmt: skip
SENT = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=4)), TEXTS), max_size=12)
GOOD = (("imageId", KNOWN), ("beginPage", "1"), ("pageSize", "2"), ("country", "en"))
RAW = st.one_of(st.binary(max_size=60), st.sampled_from([b"%", b"%zz=%", b"&&==&", b"a=%ff%fe&%00=%00", b"=&" * 2000]))


@st.composite
def signed_queries(draw: st.DrawFn) -> bytes:
    """Any parameters over good ones, signed as the vendor says, so that they come past the door."""
    sent = draw(SENT)
    names = {name for name, _ in sent}
    pairs = (("appKey", "lookalike-demo-key"), *(pair for pair in GOOD if pair[0] not in names), *sent)
    pairs = tuple(pair for pair in pairs if pair[0] != "sign")
    clean = tuple((n.encode("utf-8", "replace").decode(), v.encode("utf-8", "replace").decode()) for n, v in pairs)
    return urlencode((*clean, ("sign", daji.compute_signature(clean, "lookalike-demo-secret")))).encode()


@settings(max_examples=5 * settings().max_examples)
@given(
    query=st.one_of(signed_queries(), signed_queries(), RAW, SENT.map(lambda s: urlencode(s, errors="replace").encode())),
    method=st.one_of(st.just("GET"), st.just("GET"), st.just("GET"), st.sampled_from(["POST", "HEAD", "", "\ud800"])),
    path=st.one_of(st.just(PATH), st.just(PATH), st.just(PATH), st.text(st.characters(), max_size=5).map(lambda t: f"{PATH}{t}")),
    body=st.binary(max_size=9),
)  # fmt: skip
def test_whatever_is_sent_is_answered_as_documented(query: bytes, method: str, path: str, body: bytes) -> None:
    reply = MOCK.respond(Request(method=method, path=path, query=query, headers=(HOST_HEADER,), body=body))
    assert str(reply.status) in OPERATION["responses"]
    checked(reply)
