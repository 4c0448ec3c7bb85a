"""Daji's Taobao and Tmall image search, from the request to the goods."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from lookalike_mocks import Mock
from lookalike_mocks.catalogue import image
from lookalike_mocks.catalogue.ids import (
    decode_image_code,
    decode_offer_id,
    encode_image_code,
    encode_image_id,
    encode_opaque_id,
)
from lookalike_mocks.catalogue.subjects import detect_subjects
from lookalike_mocks.catalogue.vocabulary import load_kinds
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.signing import daji

from .daji_client import HOST_HEADER, UPLOAD_VARIANTS, Body, DajiClient
from .documented import load_operation

API, PATH = "daji-taobao", "/taobao/image-search/url"
ROOT = load_api(API).root
OPERATION = load_operation(API, PATH)
SAMPLE = "https://img.alicdn.com/bao/uploaded/i3/684174095/O1CN019WLF1n1g7YYWtonEu_!!0-item_pic.jpg"
SECRET = ROOT.accounts["demo"]["appSecret"]
MOCK = Mock(API, "daji-1688")
CLIENT = DajiClient(API, PATH, {"picUrl": SAMPLE}, MOCK)
request, checked, ask, error_of = CLIENT.build_get, CLIENT.decode_body, CLIENT.fetch_data, CLIENT.identify_error


def ids(data: Body) -> list[str]:
    return [item["itemId"] for item in data["data"]]


def indexes(data: Body) -> list[int]:
    """The products behind the goods, as their images tell."""
    found = [decode_image_code(item["picUrl"]) for item in data["data"]]
    assert [encode_opaque_id(index) for index in found if index is not None] == ids(data)
    return [index for index in found if index is not None]


def every(mock: Mock = MOCK, /, **sent: Any) -> list[Body]:
    """All goods, as a client goes on: by `pageSize`, up to a page that is not full."""
    found: list[Body] = []
    for start in range(0, 500, 20):
        data = msgspec.json.decode(mock.respond(request(pageNo=start, pageSize=20, **sent)).body)["data"]
        found += data["data"]
        if len(data["data"]) < 20:
            break
    return found


# ---------------------------------------------------------------- errors

OTHERS = [
    *(("bad-parameter", {name: value}) for name in ("pageNo", "pageSize") for value in ("x", "-1", "1.0", "1e1", "１", "9" * 30)),
    ("bad-parameter", {"pageNo": 500}), ("bad-parameter", {"pageSize": 21}),
    *(("bad-parameter", {"categoryId": value}) for value in ("10", "-1", "00", "x", "0,1", "88888889")),
    *(("bad-parameter", {"crop": value}) for value in ("yes", "2", "null")),
    *(("bad-parameter", {"region": value}) for value in ("1,2,3", "a,b,c,d", "0,0,0,0", "361,222,34,376", f"0,{'9' * 5000},0,9", "0,1,0,-1")),
    ("bad-parameter", {"crop": "false", "region": "9,1,0,9"}),
    ("image-required", {"picUrl": ""}),
    *(("image-unreadable", {"picUrl": value}) for value in ("//img.alicdn.com/a.jpg", "img.alicdn.com", "x", "http://", " http://a", "HTTP//a")),
]  # fmt: skip


@pytest.mark.parametrize(("error", "sent"), OTHERS, ids=str)
def test_other_errors(error: str, sent: Body) -> None:
    assert error_of(MOCK.respond(request(**sent))) == error


MAGIC: dict[str, Callable[[str], Request]] = {
    "appKey": lambda situation: request(f"situation-{situation}"),
    "picUrl": lambda situation: request(picUrl=f"https://cbu01.alicdn.com/situation/{situation}.jpg"),
}


def test_every_magic_input_is_tried() -> None:
    assert {magic.credential or magic.parameter for magic in ROOT.triggers} == set(MAGIC)


@pytest.mark.parametrize("way", MAGIC)
@pytest.mark.parametrize("error", [name for name, error in ROOT.errors.items() if error.applies_to("imageSearchByUrl")])
def test_errors_come_by_magic(error: str, way: str) -> None:
    assert error_of(MOCK.respond(MAGIC[way](error))) == error


# ---------------------------------------------------------------- situations

NULLABLE = ("categoryName", "couponAmount", "couponstartFee", "levelOneCategoryName", "provcity", "sellerId", "shopTitle", "userType", "volume")  # fmt: skip
SITUATIONS: dict[str, Callable[[Body], bool]] = {
    "full-page": lambda data: len(data["data"]) == 10,
    "last-page": lambda data: 0 < len(data["data"]) < 10,
    "empty": lambda data: data["data"] == [],
    "nulls": lambda data: (
        len(data["data"]) == 10
        and all((item[name] is None) == (name in NULLABLE) for item in data["data"] for name in item)
    ),
    "extremes": lambda data: (
        {item["volume"] for item in data["data"]} == {2**31 - 1}
        and max(len(item["title"]) for item in data["data"]) > 200
        and len(set(ids(data))) == 10
    ),
}


@pytest.mark.parametrize("way", MAGIC)
@pytest.mark.parametrize("situation", ROOT.situations)
def test_situations(situation: str, way: str) -> None:
    data = checked(MOCK.respond(MAGIC[way](situation)))["data"]
    assert SITUATIONS[situation](data)
    assert data["pageSize"] == len(data["data"])


def test_a_plain_page_is_full_and_in_no_other_situation() -> None:
    assert [name for name, fits in SITUATIONS.items() if fits(ask())] == ["full-page"]


@pytest.mark.parametrize("situation", ROOT.situations)
@pytest.mark.parametrize("sent", [{"pageNo": 499, "pageSize": 20}, {"categoryId": "8"}, {"pageSize": 1}], ids=str)
def test_situations_on_odd_pages_stay_valid(situation: str, sent: Body) -> None:
    data = ask(MOCK, f"situation-{situation}", **sent)
    assert situation != "full-page" or len(data["data"]) == sent.get("pageSize", 10)


def with_few() -> str:
    """The address of an image that finds fewer goods than may be asked for."""
    return next(url for url in (f"https://a/{number}.jpg" for number in range(99)) if len(every(picUrl=url)) < 480)


def test_the_end_shows_as_a_short_page_and_then_empty_ones() -> None:
    few = with_few()
    total = len(every(picUrl=few))
    assert len(ask(picUrl=few, pageNo=total - 3, pageSize=20)["data"]) == 3
    behind = ask(picUrl=few, pageNo=total, pageSize=20)
    assert (behind["data"], behind["pageNo"], behind["pageSize"]) == ([], total, 0)


# ---------------------------------------------------------------- the vendor's own sample

# as the vendor's page has it, its credentials without a value
VENDORS = f"appKey&appSecret&sign&picUrl={SAMPLE}&categoryId&crop=true&region=&pageNo=0&pageSize=10"


def test_the_sample_request_is_accepted() -> None:
    empty = tuple(parse_qsl(VENDORS, keep_blank_values=True))
    pairs = tuple((name, "lookalike-demo-key" if name == "appKey" else value) for name, value in empty)
    query = VENDORS.replace("appKey&", "appKey=lookalike-demo-key&").replace(
        "&sign&", f"&sign={daji.compute_signature(pairs, SECRET)}&"
    )
    data = checked(MOCK.respond(Request(method="GET", path=PATH, query=query.encode())))["data"]
    assert ids(data) == ids(ask())
    assert len(data["data"]) == 10
    bare = MOCK.respond(Request(method="GET", path=PATH, query=VENDORS.encode()))
    assert error_of(bare) == "bad-sign"


def test_the_sample_answer_is_valid() -> None:
    content = OPERATION["responses"]["200"]["content"]["application/json"]
    assert not list(OAS31Validator(content["schema"]).iter_errors(content["example"]))
    ours, sample = ask(), content["example"]["data"]
    assert list(ours) == list(sample)
    assert list(ours["data"][0]) == list(sample["data"][0])
    assert len(ours["data"][0]) == 15
    assert [ours["picInfo"].keys(), ours["picInfo"]["mainRegion"].keys()] == [
        sample["picInfo"].keys(),
        sample["picInfo"]["mainRegion"].keys(),
    ]


REQUESTS = [
    {}, {"pageSize": 1}, {"pageNo": 499, "pageSize": 20}, {"crop": "false"}, {"crop": "TRUE"}, {"crop": "0"}, {"crop": ""},
    *({"categoryId": code} for code in ("", *ROOT.data["categories"])),
    *({"picUrl": url} for url in ("http://a", "https://a/中?x#y", "http://\x00", "http://%zz%00//", "http://" + "a" * 5000)),
    {"region": "0,799,0,799"}, {"region": "999999998,999999999,0,1"}, {"region": "", "pageNo": "", "pageSize": ""},
    {"nonsense": "1", "": "2", "language": "ru"},
]  # fmt: skip


@pytest.mark.parametrize("sent", REQUESTS, ids=range(len(REQUESTS)))
def test_answers_are_valid(sent: Body) -> None:
    ask(**sent)


# ---------------------------------------------------------------- what each parameter does


def test_defaults() -> None:
    assert MOCK.respond(request()).status == 200
    data = ask()
    assert (data["pageNo"], data["pageSize"], len(data["data"])) == (0, 10, 10)
    assert ids(data) == ids(ask(pageNo=0, pageSize=10, crop="true"))


def test_page_no_counts_goods() -> None:
    whole = [item["itemId"] for item in every()]
    assert len(whole) == len(set(whole)) > 100
    for start, size in ((0, 1), (1, 1), (1, 20), (7, 13), (90, 20)):
        data = ask(pageNo=start, pageSize=size)
        assert ids(data) == whole[start : start + size]
        assert (data["pageNo"], data["pageSize"]) == (start, size)


def test_nothing_comes_behind_the_deepest() -> None:
    """An image that finds more than can be asked for: the last page begins at 499."""
    many = next(url for url in (f"https://b/{number}.jpg" for number in range(99)) if len(every(picUrl=url)) == 500)
    assert len(ask(picUrl=many, pageNo=499, pageSize=20)["data"]) == 20
    pages = Mock(API, variants={"page-no": "page-number"})
    assert len(ask(pages, picUrl=many, pageNo=25, pageSize=20)["data"]) == 19
    assert ask(pages, picUrl=many, pageNo=26, pageSize=20)["data"] == []
    assert ask(pages, picUrl=many, pageNo=499, pageSize=20)["data"] == []


@pytest.mark.exhaustive(5)
@pytest.mark.parametrize("code", ROOT.data["categories"])
def test_every_category_finds_only_its_own(code: str) -> None:
    found = every(categoryId=code)
    product = MOCK.demo_state.catalogue.get_product
    assert {product(decode_image_code(item["picUrl"]) or 0).kind.aliyun for item in found} == {int(code)}


def test_a_category_need_not_be_the_images_own() -> None:
    own = ask()["picInfo"]["mainRegion"]["multiCategoryId"][0]["categoryId"]
    assert ids(ask(categoryId=own)) == ids(ask())
    assert all(ids(ask(categoryId=code)) != ids(ask()) for code in ROOT.data["categories"] if int(code) != own)


def test_the_guesses() -> None:
    """Four categories of the vendor's list, the likeliest first, and that is what is found first."""
    for number in range(60):
        data = ask(picUrl=f"https://a/{number}.jpg", pageSize=1)
        guesses = data["picInfo"]["mainRegion"]["multiCategoryId"]
        codes, scores = [guess["categoryId"] for guess in guesses], [guess["score"] for guess in guesses]
        assert len(set(codes)) == 4
        assert {str(code) for code in codes} <= set(ROOT.data["categories"])
        assert scores == sorted(scores, reverse=True)
        assert len(set(scores)) == 4
        assert sum(scores) <= 1
        assert MOCK.demo_state.catalogue.get_product(indexes(data)[0]).kind.aliyun == codes[0]


def crowded() -> tuple[str, list[tuple[int, int, int, int]]]:
    """The address of an image whose main thing is not the largest, and the boxes of all things on it."""
    for url in (f"https://a/{number}.jpg" for number in range(500)):
        seen = detect_subjects(image.identify_by_url(url), MOCK.demo_state.size)
        areas = [(right - left) * (bottom - top) for left, top, right, bottom in (subject.box for subject in seen)]
        if max(areas) > areas[0] and len({subject.product_index % len(load_kinds()) for subject in seen}) == len(seen):
            return url, [subject.box for subject in seen]
    raise AssertionError("none")


URL, BOXES = crowded()
TEXTS = [f"{left},{right},{top},{bottom}" for left, top, right, bottom in BOXES]


def test_a_region_chooses_what_is_searched_for() -> None:
    plain = ask(picUrl=URL)
    assert plain["picInfo"]["mainRegion"]["region"] == TEXTS[0]
    assert [each["region"] for each in plain["picInfo"]["multiRegion"]] == TEXTS
    assert ids(ask(picUrl=URL, region=TEXTS[0])) == ids(plain)
    other = ask(picUrl=URL, region=TEXTS[1])
    assert ids(other) != ids(plain)
    assert other["picInfo"]["mainRegion"]["region"] == TEXTS[1]
    assert other["picInfo"]["mainRegion"]["multiCategoryId"] != plain["picInfo"]["mainRegion"]["multiCategoryId"]


def test_without_crop_the_image_is_taken_whole() -> None:
    data, whole = ask(picUrl=URL, crop="false"), "0,799,0,799"
    assert data["picInfo"]["mainRegion"]["region"] == whole
    assert data["picInfo"]["multiRegion"] == [{"region": whole}]
    assert ids(data) == ids(ask(picUrl=URL, region=whole)) != ids(ask(picUrl=URL))


def test_a_region_overrules_crop() -> None:
    found = [ask(picUrl=URL, region=TEXTS[1], crop=crop) for crop in ("false", "true")]
    assert ids(found[0]) == ids(found[1])
    assert found[0]["picInfo"] == found[1]["picInfo"]


def test_the_goods_are_written_as_the_vendor_writes_them() -> None:
    found = every()
    for item in found:
        assert re.fullmatch(r"//img\.alicdn\.com/i[1-4]/\d+/O1CN01[0-9A-Za-z]{17}_!!0-item_pic\.jpg", item["picUrl"])
        assert item["url"].startswith("//s.click.taobao.com/t?e=m%3D2%26s%3D")
        assert list(parse_qs(urlsplit(item["url"]).query)) == ["e", "union_lens"]
        assert re.fullmatch(r"[0-9A-Za-z_-]{45}", item["itemId"])
        assert re.fullmatch(r"[1-9]\d*(\.\d?[1-9])?", item["zkFinalPrice"])
        assert re.fullmatch(r"[1-9]\d*(\.\d?[1-9])?", item["reservePrice"])
        assert float(item["zkFinalPrice"]) <= float(item["reservePrice"])
        assert re.fullmatch(r"\d+", item["sellerId"])
        assert item["provcity"].count(" ") == (item["provcity"] not in ("上海", "北京"))
        assert (item["couponAmount"] is None) == (item["couponstartFee"] is None)
        if item["couponAmount"] is not None:
            assert 0 < item["couponAmount"] < float(item["couponstartFee"]) <= float(item["zkFinalPrice"])
            assert (type(item["couponAmount"]), type(item["couponstartFee"])) == (int, str)
    assert {0, 1} <= {item["userType"] for item in found}
    assert {None, 1} <= {item["couponAmount"] for item in found}
    assert {"上海", "四川 成都"} <= {item["provcity"] for item in found}
    assert any("." in item["zkFinalPrice"] for item in found)
    assert any("." not in item["zkFinalPrice"] for item in found)
    assert len({item["url"] for item in found}) == len(found)


def test_links_carry_the_call() -> None:
    """Goods keep their token, the lens is the answer's own."""
    one, two = ask(), ask(nonsense=1)
    assert [item["url"].split("&")[0] for item in one["data"]] == [item["url"].split("&")[0] for item in two["data"]]
    assert not {item["url"] for item in one["data"]} & {item["url"] for item in two["data"]}
    assert "\x7f" not in MOCK.respond(request()).body.decode()


# ---------------------------------------------------------------- one catalogue behind both

ADDRESSES = [
    "https://cbu01.alicdn.com/O1CN01{code}_!!2200710277292-0-cib.jpg",
    "http://cbu01.alicdn.com/img/ibank/O1CN01{code}_!!1-0-cib.jpg?x=1#y",
    "https://img.alicdn.com/i2/2127922298/O1CN01{code}_!!0-item_pic.jpg",
    "http://127.0.0.1:8000/_lookalike/images/O1CN01{code}_.jpg",
]


def at_1688(**sent: Any) -> list[int]:
    """The products that the 1688 search finds, twenty of them."""
    pairs = (("appKey", "lookalike-demo-key"), ("beginPage", "1"), ("pageSize", "20"), ("country", "en"), *sent.items())
    query = urlencode((*pairs, ("sign", daji.compute_signature(pairs, SECRET)))).encode()
    reply = MOCK.respond(Request(method="GET", path="/alibaba/product/imageQuery", query=query))
    return [decode_offer_id(offer["offerId"]) for offer in msgspec.json.decode(reply.body)["data"]["data"]]


@pytest.mark.parametrize("index", [0, 1, 47, 48, 4711, 9_999])
def test_the_image_of_a_product_finds_it_first(index: int) -> None:
    addresses = [address.format(code=encode_image_code(index)) for address in ADDRESSES]
    found = [indexes(ask(picUrl=address, pageSize=20)) for address in addresses]
    assert found[0][0] == index
    assert all(each == found[0] for each in found)
    assert all(at_1688(imageAddress=address) == found[0] for address in addresses)
    assert at_1688(imageId=encode_image_id(index)) == found[0]


@pytest.mark.parametrize(
    "path", ["a.jpg", "img/ibank/中文.jpg", "O1CN01n1LVNC23jmxwE47az_!!2200710277292-0-cib.jpg", ""]
)
def test_any_image_finds_the_same_at_both(path: str) -> None:
    hosts = ("https://cbu01.alicdn.com/", "http://img.alicdn.com/", "http://localhost:1/")
    found = [indexes(ask(picUrl=f"{host}{path}", pageSize=20)) for host in hosts]
    found += [at_1688(**{name: f"{host}{path}"}) for host in hosts for name in ("imageUrl", "imageAddress")]
    assert all(each == found[0] for each in found)
    assert len(found[0]) == 20


def test_images_of_the_answer_can_be_searched_for() -> None:
    """They have no scheme, and a search needs one."""
    for item, index in zip(ask()["data"], indexes(ask()), strict=True):
        assert image.identify_by_url(item["picUrl"]) == image.identify_by_product(index)
        assert error_of(MOCK.respond(request(picUrl=item["picUrl"]))) == "image-unreadable"
        for scheme in ("http:", "https:"):
            assert indexes(ask(picUrl=scheme + item["picUrl"]))[0] == index
            assert at_1688(imageUrl=scheme + item["picUrl"])[0] == index


def test_same_seed_same_bytes_other_seed_other_bytes() -> None:
    one = MOCK.respond(request()).body
    assert Mock(API).respond(request()).body == one == MOCK.respond(request()).body
    other = ask(Mock(API, seed=1))
    assert [item["title"] for item in ask()["data"]] != [item["title"] for item in other["data"]]


# ---------------------------------------------------------------- variants

PLAIN = (("appKey", "lookalike-demo-key"), ("picUrl", SAMPLE), ("pageSize", "3"))


def plainly(**sent: Any) -> Callable[[Mock], Response]:
    return lambda mock: mock.respond(request(**sent))


def exactly(*pairs: tuple[str, str], sign: str = "") -> Callable[[Mock], Response]:
    """These pairs, with that sign or the right one."""
    query = urlencode((*pairs, ("sign", sign or daji.compute_signature(pairs, SECRET)))).encode()
    return lambda mock: mock.respond(Request(method="GET", path=PATH, query=query))


def listed(values: str) -> Callable[[Mock], Response]:
    """Two values of one name, signed as if they were that one text."""
    return exactly(*PLAIN, ("x", "1"), ("x", "2"), sign=daji.compute_signature((*PLAIN, ("x", values)), SECRET))


def answers(fits: Callable[[Body], bool] = lambda data: bool(data["data"])) -> Callable[[Response, Body], bool]:
    return lambda reply, body: reply.status == 200 and body["code"] == 200 and fits(body["data"])


NOTHING = {"mainRegion": {"multiCategoryId": [], "region": ""}, "multiRegion": []}
# variant, value, the request, what its answer is and the default's is not
VARIANTS = [
    ("error-format", "envelope-200", plainly(pageSize=0), lambda r, b: (r.status, b["code"], b["data"]) == (200, 400, None)),
    ("error-format", "spring", plainly(pageSize=0), lambda r, b: (r.status, b.get("error"), b.get("path")) == (400, "Bad Request", PATH)),
    ("error-format", "detail", plainly(pageSize=0), lambda r, b: r.status == 400 and b == {"detail": "参数错误"}),
    ("page-no", "page-number", plainly(pageNo=2, pageSize=5), answers(lambda data: (ids(data), data["pageNo"]) == (ids(ask(pageNo=10, pageSize=5)), 2))),
    ("image-required", "optional", plainly(picUrl=None), answers(lambda data: (data["data"], data["picInfo"], data["pageSize"]) == ([], NOTHING, 0))),
    ("page-size-over-limit", "clamp", plainly(pageSize=21), answers(lambda data: len(data["data"]) == 20)),
    ("lower-case-sign", "accepted", exactly(*PLAIN, sign=daji.compute_signature(PLAIN, SECRET).lower()), answers()),
    ("sign-with-secret", "ignored", exactly(*PLAIN, ("appSecret", SECRET), sign="X"), answers()),
    ("array-parameters", "java-list", listed("[1, 2]"), answers()),
    ("array-parameters", "joined", listed("1,2"), answers()),
    ("duplicate-parameter", "last", exactly(*PLAIN, ("pageSize", "4")), answers(lambda data: len(data["data"]) == 4)),
]  # fmt: skip


@pytest.mark.parametrize(("variant", "value", "send", "fits"), VARIANTS, ids=[f"{v[0]}-{v[1]}" for v in VARIANTS])
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
VALUES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["", "0", "1", "-1", "20", "21", "499", "500", "1.5", "1e9", "9" * 25, "9" * 5000, "NaN", "\x00", "null"]),
    st.sampled_from(["true", "FALSE", "0,799,0,799", "1,2,3", "http://a", "//a", "88888888", SAMPLE]),
    st.sampled_from(["lookalike-demo-key", SECRET, "situation-empty", "situation-", "https://cbu01.alicdn.com/situation/nulls.jpg"]),
)  # fmt: skip
SENT = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=4)), VALUES), max_size=12)
RAW = st.one_of(st.binary(max_size=60), st.sampled_from([b"%", b"%zz=%", b"&&==&", b"a=%ff%fe&%00=%00", b"=&" * 2000]))


@st.composite
def signed_queries(draw: st.DrawFn) -> bytes:
    """Any parameters and an image, signed as the vendor says, so that they come past the door."""
    sent = draw(SENT)
    names = {name for name, _ in sent}
    pairs = (("appKey", "lookalike-demo-key"), *(pair for pair in PLAIN[1:] if pair[0] not in names), *sent)
    pairs = tuple(pair for pair in pairs if pair[0] != "sign")
    clean = tuple((n.encode("utf-8", "replace").decode(), v.encode("utf-8", "replace").decode()) for n, v in pairs)
    return urlencode((*clean, ("sign", daji.compute_signature(clean, SECRET)))).encode()


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
