"""Alibaba Cloud's SearchImageByPic: what it finds, in which form, and what each parameter does."""

import json
import re
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from itertools import count, pairwise
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from openapi_schema_validator import OAS31Validator
from PIL import Image

from lookalike_mocks import Catalogue, Mock
from lookalike_mocks.catalogue import ImageIdentity
from lookalike_mocks.catalogue.identicon import draw_identicon, render_jpeg
from lookalike_mocks.catalogue.ids import decode_offer_id, encode_image_code
from lookalike_mocks.catalogue.subjects import detect_subjects
from lookalike_mocks.vendors.aliyun.hits import ATTRIBUTES, SAME_SCORE, HitQuery, find_hits
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.references import resolve_refs
from lookalike_specs.signing import acs3, acs_rpc, daji

API = load_api("aliyun")
DATA = API.root.data
NOW = 1_795_220_788
STAMP = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
NONCES = (f"nonce-{number}" for number in count())
PRODUCT, MANY_SUBJECTS = 4711, 8
CATEGORIES = {int(number) for number in DATA["categories"]}
RESULT = OAS31Validator(resolve_refs(dict(API.document), API.document["components"]["schemas"]["SearchResult"]))
HEADERS = (
    (b"host", b"127.0.0.1"),
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"x-acs-action", b"SearchImageByPic"),
    (b"x-acs-version", b"2020-12-14"),
)


def encode_base64_image(drawn: Image.Image, form: str = "PNG") -> str:
    out = BytesIO()
    drawn.save(out, form)
    return b64encode(out.getvalue()).decode()


GOODS = b64encode(render_jpeg(PRODUCT)).decode()
FOREIGN = Image.radial_gradient("L").resize((500, 400)).convert("RGB")


@cache
def mock(**variants: str) -> Mock:
    chosen = {f"aliyun.{key.replace('_', '-')}": value for key, value in variants.items()}
    return Mock("aliyun", "daji-1688", variants=chosen, clock=lambda: NOW)


def send(variants: dict[str, str] | None = None, account: str = "", **form: Any) -> Response:
    """A good request of the demo account, signed with ACS3, but for what is said otherwise."""
    return mock(**(variants or {})).respond(request(account, **form))


def request(account: str = "", **form: Any) -> Request:
    body = urlencode({"InstanceName": "demoinstance1", "PicContent": GOODS, **form}).encode()
    made = Request(method="POST", path="/", headers=HEADERS, body=body)
    key = account or API.account["AccessKeyId"]
    return acs3.sign_request(made, key, API.account["AccessKeySecret"], timestamp=STAMP, nonce=next(NONCES))


def page(variants: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
    """The page that a good request brings, valid against the spec."""
    reply = send(variants, **given)
    body: dict[str, Any] = json.loads(reply.body)
    assert (reply.status, reply.media_type) == (200, "application/json;charset=utf-8"), body
    RESULT.validate(body)
    return body


def goods(found: dict[str, Any]) -> list[str]:
    return [item["ProductId"] for item in found["Auctions"]]


def at_1688(product: int, **query: str) -> list[dict[str, Any]]:
    """What daji's 1688 search finds for the address of the product's image."""
    url = f"https://cbu01.alicdn.com/O1CN01{encode_image_code(product)}_!!1-0-cib.jpg"
    text = urlencode({"imageAddress": url, "beginPage": "1", "pageSize": "20", "country": "zh", **query}).encode()
    asked = Request(method="GET", path="/alibaba/product/imageQuery", query=text)
    account = load_api("daji-1688").account
    reply = mock().respond(daji.sign_request(asked, account["appKey"], account["appSecret"]))
    data: list[dict[str, Any]] = json.loads(reply.body)["data"]["data"]
    return data


def test_a_products_image_finds_the_product_first() -> None:
    found = page()
    first = found["Auctions"][0]
    product = mock().demo_state.catalogue.get_product(PRODUCT)
    assert first["ProductId"] == str(product.offer_id)
    assert first["Score"] == 1.0
    assert first["CustomContent"] == product.get_title("zh")
    assert first["CategoryId"] == product.kind.aliyun
    assert len(found["Auctions"]) == 10


def test_the_same_goods_in_the_same_order_as_at_1688() -> None:
    found, offers = page(Num=20), at_1688(PRODUCT)
    assert goods(found) == [str(offer["offerId"]) for offer in offers]
    for item, offer in zip(found["Auctions"], offers, strict=True):
        assert item["CustomContent"] == offer["subject"]
        assert item["IntAttr"] == round(float(offer["priceInfo"]["price"]) * 100)
        assert (item["IntAttr2"], f"{item['IntAttr4']}%") == (offer["monthSold"], offer["repurchaseRate"])
        assert offer["imageUrl"].endswith(item["PicName"])


def test_the_same_goods_in_the_same_region_as_at_1688() -> None:
    content = b64encode(render_jpeg(MANY_SUBJECTS)).decode()
    regions = [subject["Region"] for subject in page(PicContent=content)["PicInfo"]["MultiRegion"]]
    assert len(regions) > 2
    for region in regions:
        offers = at_1688(MANY_SUBJECTS, region=region)
        assert goods(page(PicContent=content, Num=20, Region=region)) == [str(offer["offerId"]) for offer in offers]


def test_the_rest_of_the_attributes() -> None:
    for item in page()["Auctions"]:
        product = mock().demo_state.catalogue.get_product(decode_offer_id(int(item["ProductId"])))
        assert (item["IntAttr3"], item["StrAttr"]) == (product.stock, product.kind.id)
        assert (item["StrAttr2"], item["StrAttr3"]) == (
            product.shop.locality.province["zh"],
            str(product.shop.seller_id),
        )
        assert item["StrAttr4"] == product.shop.biz_type


def test_scores_fall_wherever_the_product_itself_stands() -> None:
    catalogue, within = Catalogue(0, 480), 0
    for index in range(100):
        shown = ImageIdentity(index, index)
        for subject in detect_subjects(shown, catalogue.size)[1:]:
            hits = find_hits(catalogue, HitQuery(shown, subject.box))
            within += index in {hit.product_index for hit in hits[1:]}
            assert all(one.score > other.score for one, other in pairwise(hits))
            assert hits[0].score < SAME_SCORE or hits[0].product_index == index
    assert within


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM"])
def test_a_copy_finds_the_same(form: str) -> None:
    assert goods(page(PicContent=encode_base64_image(draw_identicon(PRODUCT, 400), form))) == goods(page())


def test_another_image_finds_the_same_as_its_copy() -> None:
    found = page(PicContent=encode_base64_image(FOREIGN))
    assert goods(found) == goods(page(PicContent=encode_base64_image(FOREIGN.resize((250, 200)), "JPEG")))
    assert goods(found) != goods(page())
    assert max(item["Score"] for item in found["Auctions"]) < 1


def test_pages_are_parts_of_one_list() -> None:
    whole = goods(page(Num=100))
    assert len(set(whole)) == 100
    assert goods(page(Num=7, Start=0)) + goods(page(Num=7, Start=7)) == whole[:14]
    assert goods(page(Num=1, Start=99)) == whole[99:]


def test_the_list_ends() -> None:
    total = page()["Head"]["DocsReturn"]
    assert 200 <= total < 1000
    if total < 500:
        assert len(page(Num=100, Start=total - 30)["Auctions"]) == 30
    confined = page(Num=100, Start=0, Filter='str_attr2="广东"')
    rest = page(Num=100, Start=confined["Head"]["DocsReturn"] - 3, Filter='str_attr2="广东"')
    assert len(rest["Auctions"]) == 3


def test_scores_fall() -> None:
    items = [item for start in (0, 100) for item in page(Num=100, Start=start)["Auctions"]]
    assert all(one["Score"] > other["Score"] > 0 for one, other in pairwise(items))
    for item in items:
        most = "7.33136443711219e+24" if item["CategoryId"] in (0, 1, 2) else "5.37633353624177e+24"
        worth, zero = item["SortExprValues"].split(";")
        assert zero == "0"
        assert float(worth) == pytest.approx(float(most) * item["Score"], rel=1e-12)
        assert item["Score"] != 1 or worth == most


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_a_category_confines(category: int) -> None:
    found = page(CategoryId=category, Num=100)
    assert {item["CategoryId"] for item in found["Auctions"]} == {category}
    assert found["PicInfo"]["CategoryId"] == category


@pytest.mark.slow
def test_the_category_is_predicted() -> None:
    for product in range(48):
        found = page(PicContent=b64encode(render_jpeg(product)).decode(), Num=100)
        assert {item["CategoryId"] for item in found["Auctions"]} == {found["PicInfo"]["CategoryId"]}
        assert found["Auctions"][0]["Score"] == 1


def test_generic_search_knows_one_category() -> None:
    found = page(InstanceName="demogeneric1", CategoryId=3, Num=100)
    assert {item["CategoryId"] for item in found["Auctions"]} == {found["PicInfo"]["CategoryId"]} == {88888888}
    assert goods(found)[:10] == goods(page())


def test_all_categories() -> None:
    listed = page()["PicInfo"]["AllCategories"]
    sample = resolve_refs(dict(API.document), API.document["components"]["responses"]["Found"])
    example = sample["content"]["application/json"]["examples"]["documented"]["value"]
    assert listed == example["PicInfo"]["AllCategories"]


def test_regions() -> None:
    pic_info = page()["PicInfo"]
    assert pic_info["Region"] == pic_info["MultiRegion"][0]["Region"]
    asked = page(Region="10,90,20,80")["PicInfo"]
    assert asked["Region"] == "10,90,20,80"
    assert asked["MultiRegion"] == pic_info["MultiRegion"]


def test_a_region_names_the_subject() -> None:
    content = encode_base64_image(draw_identicon(MANY_SUBJECTS, 200))
    regions = [subject["Region"] for subject in page(PicContent=content)["PicInfo"]["MultiRegion"]]
    firsts = [goods(page(PicContent=content, Region=region))[0] for region in regions]
    assert len(set(firsts)) == len(regions)
    assert goods(page(PicContent=content, Region=regions[1], Crop="false"))[0] == firsts[1]


def test_without_crop_the_whole_image_is_searched() -> None:
    found = page(Crop="False", PicContent=encode_base64_image(draw_identicon(PRODUCT, 300).resize((300, 200))))
    assert found["PicInfo"]["Region"] == "0,300,0,200"
    assert found["PicInfo"]["MultiRegion"] == []
    assert goods(found) == goods(page())


def test_regions_are_of_the_images_own_size() -> None:
    pic_info = page(PicContent=encode_base64_image(draw_identicon(PRODUCT, 200)))["PicInfo"]
    assert all(int(edge) < 200 for subject in pic_info["MultiRegion"] for edge in subject["Region"].split(","))
    assert (
        page(PicContent=encode_base64_image(draw_identicon(PRODUCT, 200)), Region="0,200,0,200")["PicInfo"]["Region"]
        == "0,200,0,200"
    )


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_filter_on_every_attribute(name: str) -> None:
    key = name.title().replace("_", "")
    everything = page(Num=100)
    value = everything["Auctions"][3][key]
    text = f'{name}="{value}"' if isinstance(value, str) else f"{name}={value}"
    found = page(Num=100, Filter=text)
    assert {item[key] for item in found["Auctions"]} == {value}
    assert everything["Auctions"][3] in found["Auctions"]
    assert found["Head"]["DocsReturn"] <= everything["Head"]["DocsReturn"]


def test_filtered_items_keep_order_and_score() -> None:
    everything = page(Num=100)["Auctions"]
    auctions = page(Num=100, Filter="int_attr>5000 AND int_attr<=20000")["Auctions"]
    expected = [item for item in everything if 5000 < item["IntAttr"] <= 20000]
    assert auctions[: len(expected)] == expected
    assert 0 < len(expected) < 100


def test_the_attributes_are_told_in_the_spec() -> None:
    assert set(DATA["attributes"]) - {"x-provenance"} == set(ATTRIBUTES)
    assert set(ATTRIBUTES) == {*DATA["filter"]["integers"]["fields"], *DATA["filter"]["strings"]["fields"]}


def test_score_threshold() -> None:
    everything = page(Num=100)["Auctions"]
    found = page(Num=100, ScoreThreshold="0.95")
    assert found["Auctions"] == [item for item in everything if item["Score"] >= 0.95]
    assert found["Head"]["DocsReturn"] == len(found["Auctions"]) < 100
    assert goods(page(ScoreThreshold="1")) == goods(page())[:1]


def test_distinct_products() -> None:
    several = page(InstanceName="demopictures3", Num=30)["Auctions"]
    assert len({item["PicName"] for item in several}) == 30
    assert len({item["ProductId"] for item in several}) == 10
    assert all(one["Score"] > other["Score"] for one, other in pairwise(several))
    single = page(InstanceName="demopictures3", DistinctProductId="true")["Auctions"]
    assert [item["ProductId"] for item in single] == goods(page())


def test_head() -> None:
    documented, swapped = page()["Head"], page({"docs_found": "swapped"})["Head"]
    assert documented["DocsFound"] == 10 < documented["DocsReturn"]
    assert (swapped["DocsFound"], swapped["DocsReturn"]) == (documented["DocsReturn"], documented["DocsFound"])


def test_situations() -> None:
    told = {name: page(Filter=f'situation="{name}"') for name in API.root.situations}
    keyed = {name: page(account=f"situation-{name}", Num=10) for name in API.root.situations}
    for found in (told, keyed):
        assert len(found["full-page"]["Auctions"]) == 10
        assert 0 < len(found["last-page"]["Auctions"]) < 10
        assert found["empty"]["Auctions"] == []
        assert found["empty"]["Head"]["DocsReturn"] == 0
        nulls = found["nulls"]["Auctions"]
        assert all(item["CustomContent"] is item["IntAttr"] is item["StrAttr4"] is None for item in nulls)
        assert {item["IntAttr"] for item in found["extremes"]["Auctions"]} == {2**31 - 1}


def test_a_full_page_even_where_there_is_none() -> None:
    assert len(page(account="situation-full-page", Start=499, Num=1, ScoreThreshold="1.00")["Auctions"]) == 1


def by_rpc(body: str, variants: dict[str, str] | None = None) -> Response:
    form = urlencode({"InstanceName": "demoinstance1", "PicContent": GOODS}) + body
    query, account = b"Action=SearchImageByPic&Version=2020-12-14", API.account
    made = Request(method="POST", path="/", query=query, headers=HEADERS[:2], body=form.encode())
    keys = account["AccessKeyId"], account["AccessKeySecret"]
    return mock(**(variants or {})).respond(acs_rpc.sign_request(made, *keys, timestamp=STAMP, nonce=next(NONCES)))


XML, JSON = "text/xml;charset=utf-8", "application/json;charset=utf-8"


@pytest.mark.parametrize(
    ("sent", "variants", "expected"),
    [
        ("", {}, XML),
        ("", {"format_default": "json"}, JSON),
        ("&Format=XML", {"format_default": "json"}, XML),
        ("&Format=xml", {}, XML),
        ("&Format=JSON", {}, JSON),
        ("&Format=json", {}, JSON),
        ("&Format=YAML", {}, XML),
        ("&Format=YAML", {"format_default": "json"}, JSON),
    ],
)
def test_the_form_of_an_answer(sent: str, variants: dict[str, str], expected: str) -> None:
    assert [by_rpc(sent + more, variants).media_type for more in ("", "&Num=0")] == [expected] * 2
    assert [by_rpc(sent + more, variants).status for more in ("", "&Num=0")] == [200, 400]


def test_who_signs_in_a_header_gets_xml_on_demand_only() -> None:
    assert send(Format="XML").media_type == send(Format="XML", Num=0).media_type == XML
    assert send(Num=0).media_type == JSON


def test_xml_says_the_same() -> None:
    body = json.loads(by_rpc("&Format=JSON").body)
    reply = by_rpc("&Format=XML")
    pattern = API.document["components"]["schemas"]["SearchResultXml"]["pattern"]
    assert re.search(pattern, reply.body.decode())
    root = ElementTree.fromstring(reply.body)  # noqa: S314 - our own
    assert root.findtext("Success") == "true"
    assert root.findtext("Head/DocsFound") == "10"
    assert [at.text for at in root.findall("Auctions/ProductId")] == goods(body)
    scores = [float(at.text or "") for at in root.findall("Auctions/Score")]
    assert scores == [item["Score"] for item in body["Auctions"]]
    assert root.findtext("PicInfo/AllCategories/Name") == "Tops"
    assert len(root.findall("PicInfo/AllCategories")) == 14
    empty = ElementTree.fromstring(by_rpc('&Format=XML&Filter=situation%3D"nulls"').body)  # noqa: S314 - our own
    assert empty.findall("Auctions/ProductId")
    assert not empty.findall("Auctions/CustomContent")


def test_errors_in_xml() -> None:
    message = "The specified parameter num is invalid."
    for transport, paths in (("gateway-json", ("Code", "Message")), ("in-body", ("Code", "Msg"))):
        reply = by_rpc("&Num=0", {"error_format": transport})
        root = ElementTree.fromstring(reply.body)  # noqa: S314 - our own
        assert [root.findtext(path) for path in paths] == [
            "InvalidNumParameter" if reply.status == 400 else "400",
            message,
        ]
    pattern = API.document["components"]["schemas"]["GatewayErrorXml"]["pattern"]
    assert re.search(pattern, by_rpc("&Num=0").body.decode())


def test_what_xml_cannot_hold_is_replaced() -> None:
    asked = Request(method="PUT", path="/", query=b"Format=XML", headers=((b"host", b"a\x00<b>&\x1f"),))
    reply = Mock("aliyun").respond(asked)
    assert ElementTree.fromstring(reply.body).findtext("HostId") == "a\ufffd<b>&\ufffd"  # noqa: S314 - our own


def test_one_request_a_second() -> None:
    now = [float(NOW)]
    own = Mock("aliyun", clock=lambda: now[0])

    def once(instance: str) -> int:
        return own.respond(request(InstanceName=instance)).status

    statuses = []
    for at in (0.0, 0.5, 0.9, 1.0):
        now[0] = NOW + at
        statuses.append(once("demoqps1"))
    assert statuses == [200, 403, 403, 200]
    assert [once("demoinstance1") for _ in range(3)] == [200] * 3


def test_urls_of_the_catalogue() -> None:
    url = f"https://cbu01.alicdn.com/{page()['Auctions'][0]['PicName']}"
    found = page({"image_url": "fetched"}, PicContent=url)
    assert goods(found) == goods(page())
    assert found["PicInfo"] == page()["PicInfo"]


def test_the_same_request_gets_the_same_answer() -> None:
    assert send().body == send().body


LONG = " OR ".join(["int_attr=1"] * 30)
BIG = render_jpeg(PRODUCT) + b"\0" * (3_500_000)
# a request that each value of a variant answers otherwise than the default's
PROBES: dict[tuple[str, str], dict[str, Any]] = {
    ("error-format", "in-body"): {"Num": 0},
    ("docs-found", "swapped"): {},
    ("filter-grammar", "later"): {"Filter": LONG},
    ("image-limit", "base64"): {"PicContent": b64encode(BIG).decode()},
    ("image-url", "fetched"): {"PicContent": "http://example.com/a.jpg"},
    ("error-catalogue", "page"): {"Start": 500},
    ("unknown-instance", "answered"): {"InstanceName": "mycompany1"},
}


def test_every_variant_has_its_probe() -> None:
    # only RPC asks for a format, see test_the_form_of_an_answer; two are of other operations: test_aliyun_errors, _upload;
    # one of a signature: test_acs
    every = {(name, value) for name, variant in API.root.variants.items() for value in variant.values}
    defaults = {(name, variant.default) for name, variant in API.root.variants.items()}
    elsewhere = {("format-default", "json"), ("name-limit", "sdk"), ("upload-bucket", "with-scheme")}
    elsewhere.add(("signed-headers", "named"))
    assert every - defaults == {*PROBES, *elsewhere}


@pytest.mark.parametrize(("name", "value"), PROBES)
def test_every_variant_changes_an_answer(name: str, value: str) -> None:
    default, chosen = send(**PROBES[name, value]), send({name.replace("-", "_"): value}, **PROBES[name, value])
    assert (default.status, default.body) != (chosen.status, chosen.body)


def test_later_filters() -> None:
    later = {"filter_grammar": "later"}
    assert page(later, Filter=LONG)["Auctions"] == []
    assert send(later, Filter=" OR ".join(["int_attr=1"] * 400)).status == 400
    auctions = page(later, Filter="int_attr4 in (10, 20, 30)", Num=100)["Auctions"]
    assert {item["IntAttr4"] for item in auctions} == {10, 20, 30}


def test_what_the_limit_is_of() -> None:
    assert page(PicContent=b64encode(BIG).decode())
