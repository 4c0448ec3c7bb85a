"""Images that are added to an instance of Alibaba Cloud: found again, by image and by name, and deleted."""

import json
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageEnhance

from lookalike_mocks import Mock
from lookalike_mocks.catalogue.identicon import draw_identicon, render_jpeg
from lookalike_mocks.sandbox.image_store import BoundedStore, ImageStore
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.signing import acs_rpc

from .aliyun_client import (
    API,
    NONCES,
    NOW,
    Body,
    assert_conforming,
    draw_image,
    encode_base64,
    encode_image,
    fetch_body,
    sign_request,
)

PRODUCT = 4711
ATTRIBUTES: Body = {
    **{f"IntAttr{n}": number for n, number in zip(("", "2", "3", "4"), (7, -8, 2**31 - 1, -(2**31)), strict=True)},
    **{f"StrAttr{n}": word for n, word in zip(("", "2", "3", "4"), ("红 色", 'a"b', "x" * 128, "ü"), strict=True)},
}


@pytest.fixture
def mock() -> Mock:
    return Mock("aliyun", clock=lambda: NOW)


def add(mock: Mock, name: str, data: bytes, product: str = "p1", **given: Any) -> Body:
    body = fetch_body(mock, "AddImage", ProductId=product, PicName=name, PicContent=encode_base64(data), **given)
    assert (body["Message"], body["Code"], body["Success"]) == ("success", 0, True)
    return body


def search(mock: Mock, data: bytes, **given: Any) -> list[Body]:
    auctions: list[Body] = fetch_body(
        mock, "SearchImageByPic", PicContent=encode_base64(data), **{"Num": 100, **given}
    )["Auctions"]
    return auctions


def own(found: list[Body]) -> list[tuple[str, str]]:
    """The names of those that were added."""
    return [(item["ProductId"], item["PicName"]) for item in found if item["ProductId"].startswith("p")]


def named(found: list[Body], name: str) -> Body:
    return next(item for item in found if item["PicName"] == name)


def test_what_was_added_comes_back(mock: Mock) -> None:
    data = encode_image(draw_image(1))
    told = add(mock, "a.png", data, CustomContent="自定义 <&>", CategoryId=3, **ATTRIBUTES)
    assert told["PicInfo"]["CategoryId"] == 3
    first = search(mock, data)[0]
    worth = first.pop("SortExprValues")
    assert worth == "5.37633353624177e+24;0".replace("5.37633353624177", f"{5.37633353624177:.14f}")
    names = {"ProductId": "p1", "PicName": "a.png", "CustomContent": "自定义 <&>", "CategoryId": 3, "Score": 1.0}
    assert first == {**names, **ATTRIBUTES}


def test_what_was_not_given_is_not_there(mock: Mock) -> None:
    add(mock, "a.png", encode_image(draw_image(1)))
    assert set(search(mock, encode_image(draw_image(1)))[0]) == {
        "ProductId",
        "PicName",
        "CategoryId",
        "Score",
        "SortExprValues",
    }


def test_what_is_seen_in_it_is_what_a_search_sees(mock: Mock) -> None:
    data = encode_image(draw_image(2))
    sought = fetch_body(mock, "SearchImageByPic", PicContent=encode_base64(data))["PicInfo"]
    assert add(mock, "a.png", data)["PicInfo"] == {name: sought[name] for name in ("CategoryId", "Region")}
    assert add(mock, "a.png", data, Region="1,20,3,40")["PicInfo"]["Region"] == "1,20,3,40"
    assert add(mock, "a.png", data, Crop="false")["PicInfo"]["Region"] == "0,400,0,400"
    assert add(mock, "a.png", data, InstanceName="demogeneric1", CategoryId=3)["PicInfo"]["CategoryId"] == 88888888


COPIES = {
    "smaller": lambda drawn: encode_image(drawn.resize((250, 250))),
    "larger": lambda drawn: encode_image(drawn.resize((999, 999), Image.Resampling.BICUBIC)),
    "another shape": lambda drawn: encode_image(drawn.resize((300, 450))),
    "recompressed": lambda drawn: encode_image(drawn, "JPEG", quality=60),
    "smaller and recompressed": lambda drawn: encode_image(drawn.resize((200, 200)), "JPEG", quality=40),
    "another format": lambda drawn: encode_image(drawn, "WEBP", quality=70),
    "256 colours": lambda drawn: encode_image(drawn, "GIF"),
    "a little darker": lambda drawn: encode_image(ImageEnhance.Brightness(drawn).enhance(0.97)),
}


@pytest.mark.slow
@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("category", [None, 20])
def test_a_changed_copy_scores_high_and_another_image_low(mock: Mock, copy: str, category: int | None) -> None:
    for number in range(1, 9):
        add(mock, f"{number}.png", encode_image(draw_image(number)), product=f"p{number}", CategoryId=category)
    for number in range(1, 9):
        found = search(mock, COPIES[copy](draw_image(number)))
        scores = {item["PicName"]: item["Score"] for item in found if item["PicName"].endswith(".png")}
        assert scores.pop(f"{number}.png") >= 0.9
        assert max(scores.values(), default=0) <= 0.6


@pytest.mark.slow
def test_a_copy_is_the_same_image_to_the_search(mock: Mock) -> None:
    """Its category and its goods are those of the original, although its coarse look may be another's."""
    others = 0
    for number in range(1, 40):
        original, copy = encode_image(draw_image(number)), encode_image(draw_image(number, 397), "JPEG", quality=20)
        before = search(mock, original)
        others += search(mock, copy) != before
        add(mock, "a.png", original, CategoryId=(before[0]["CategoryId"]))
        product_ids = [item["ProductId"] for item in search(mock, copy)]
        product_ids.remove("p1")
        assert product_ids == [item["ProductId"] for item in before[:99]]
        fetch_body(mock, "DeleteImage", ProductId="p1")
    assert others


def test_a_copy_is_added_to_the_category_of_the_original(mock: Mock) -> None:
    add(mock, "a.png", encode_image(draw_image(1)), CategoryId=20)
    copies: list[tuple[str, Body, int]] = [("b.jpg", {}, 20), ("c.jpg", {"CategoryId": 5}, 5), ("d.jpg", {}, 20)]
    for name, given, category in copies:
        told = add(mock, name, encode_image(draw_image(1).resize((300, 300)), "JPEG"), **given)
        assert told["PicInfo"]["CategoryId"] == category


def test_the_same_image_of_the_catalogue(mock: Mock) -> None:
    before = search(mock, render_jpeg(PRODUCT))
    add(mock, "a.jpg", render_jpeg(PRODUCT))
    found = search(mock, render_jpeg(PRODUCT))
    assert [item["Score"] for item in found[:2]] == [1.0, 1.0]
    assert own(found) == [("p1", "a.jpg")]
    assert [item for item in found if item["ProductId"] != "p1"] == before[:99]
    smaller = search(mock, encode_image(draw_identicon(PRODUCT, 200), "JPEG", quality=50))
    assert named(smaller, "a.jpg")["Score"] >= 0.9


def test_they_are_ranked_with_the_catalogues(mock: Mock) -> None:
    place: Body = {"StrAttr2": "广东", "IntAttr": 1000, "CategoryId": 3}
    add(mock, "same.png", encode_image(draw_image(3)), **place)
    add(mock, "other.png", encode_image(draw_image(4)), **place)
    found = search(mock, encode_image(draw_image(3)), Filter='str_attr2="广东" AND int_attr<9000')
    assert own(found) == [("p1", "same.png"), ("p1", "other.png")]
    assert len(found) > 10
    scores = [item["Score"] for item in found]
    assert scores == sorted(scores, reverse=True)
    assert found[0]["PicName"] == "same.png"


def test_a_search_finds_them_in_their_own_instance(mock: Mock) -> None:
    add(mock, "a.png", encode_image(draw_image(1)), InstanceName="demopictures3")
    assert own(search(mock, encode_image(draw_image(1)))) == []
    assert own(search(mock, encode_image(draw_image(1)), InstanceName="demopictures3")) == [("p1", "a.png")]


def test_the_same_names_replace(mock: Mock) -> None:
    add(mock, "a.png", encode_image(draw_image(1)), IntAttr=1)
    add(mock, "a.png", encode_image(draw_image(2)), IntAttr=2)
    first = search(mock, encode_image(draw_image(2)))[0]
    assert (first["PicName"], first["IntAttr"], first["Score"]) == ("a.png", 2, 1.0)
    low = [
        item["Score"]
        for item in search(mock, encode_image(draw_image(1)), Filter="int_attr=2")
        if item["PicName"] == "a.png"
    ]
    assert all(score <= 0.6 for score in low)


def test_an_image_of_the_catalogue_is_replaced_too(mock: Mock) -> None:
    item = search(mock, render_jpeg(PRODUCT))[0]
    add(mock, item["PicName"], render_jpeg(PRODUCT), product=item["ProductId"], CustomContent="mine")
    found = [each for each in search(mock, render_jpeg(PRODUCT)) if each["ProductId"] == item["ProductId"]]
    assert [each["CustomContent"] for each in found] == ["mine"]
    fetch_body(mock, "DeleteImage", ProductId=item["ProductId"])
    assert search(mock, render_jpeg(PRODUCT))[0] == item


def test_filters_categories_and_thresholds(mock: Mock) -> None:
    data = encode_image(draw_image(5))
    for number in range(4):
        add(mock, f"{number}.png", data, IntAttr=number, StrAttr2="abcd"[number], CategoryId=(3, 3, 4, 4)[number])
    add(mock, "bare.png", data, CategoryId=3)
    everything = {"Num": 100, "ScoreThreshold": "1.00"}

    def found(**given: Any) -> list[str]:
        return sorted(item["PicName"] for item in search(mock, data, **everything, **given))

    assert found(CategoryId=3) == ["0.png", "1.png", "bare.png"]
    assert found(CategoryId=4) == ["2.png", "3.png"]
    assert found(CategoryId=3, Filter="int_attr>=1") == ["1.png"]
    assert found(CategoryId=4, Filter='str_attr2!="c" AND int_attr<9') == ["3.png"]
    assert found(CategoryId=3, Filter="int_attr=0 OR int_attr=1") == ["0.png", "1.png"]
    low = search(mock, encode_image(draw_image(6)), CategoryId=3, Filter="int_attr=0")
    assert [item["Score"] < 0.6 for item in low] == [True]
    assert search(mock, encode_image(draw_image(6)), CategoryId=3, Filter="int_attr=0", ScoreThreshold="0.60") == []


def test_products_once(mock: Mock) -> None:
    data = encode_image(draw_image(5))
    for name, product in (("0.png", "p1"), ("1.png", "p1"), ("2.png", "p2")):
        add(
            mock,
            name,
            data if name != "0.png" else encode_image(draw_image(5).resize((333, 333)), "JPEG"),
            product=product,
        )
    assert own(search(mock, data))[:2] == [("p1", "1.png"), ("p2", "2.png")]
    assert own(search(mock, data, DistinctProductId="true")) == [("p1", "1.png"), ("p2", "2.png")]


def test_situations_are_of_added_images_too(mock: Mock) -> None:
    data = encode_image(draw_image(5))
    add(mock, "a.png", data, CustomContent="a", IntAttr=1)
    nulls = search(mock, data, Filter='situation="nulls"')[0]
    assert (nulls["PicName"], nulls["CustomContent"], nulls["IntAttr"]) == ("a.png", None, None)
    assert search(mock, data, Filter='situation="empty"') == []
    extremes = search(mock, data, Filter='situation="extremes"')[0]
    assert extremes["IntAttr"] == 2**31 - 1


def test_an_apps_own_instance_is_like_any_under_its_variant() -> None:
    mock = Mock("aliyun", clock=lambda: NOW, variants={"unknown-instance": "answered"})
    data = encode_base64(encode_image(draw_image(1)))
    names: Body = {"ProductId": "p1", "PicName": "a.png", "PicContent": data}
    assert fetch_body(mock, "AddImage", InstanceName="mycompany1", **names)["Success"] is True
    found = {
        name: own(fetch_body(mock, "SearchImageByPic", InstanceName=name, PicContent=data)["Auctions"])
        for name in ("mycompany1", "mycompany2", "demoinstance1")
    }
    # each has its own pictures
    assert found == {"mycompany1": [("p1", "a.png")], "mycompany2": [], "demoinstance1": []}


def test_each_world_has_its_own(mock: Mock) -> None:
    sandbox = mock.create_sandbox()
    account = dict(sandbox.credentials["aliyun"])
    data = encode_base64(encode_image(draw_image(1)))
    fetch_body(mock, "AddImage", account, ProductId="p1", PicName="a.png", PicContent=data)
    assert own(search(mock, encode_image(draw_image(1)))) == []
    assert own(fetch_body(mock, "SearchImageByPic", account, PicContent=data)["Auctions"]) == [("p1", "a.png")]
    sandbox.state.reset()
    assert own(fetch_body(mock, "SearchImageByPic", account, PicContent=data)["Auctions"]) == []


@pytest.mark.exhaustive(4)
@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"ProductId": "p1", "PicName": "0.png"}, ["1.png", "2.png"]),
        ({"ProductId": "p1"}, ["2.png"]),
        ({"ProductId": "p2", "IsDeleteByFilter": "False"}, ["0.png", "1.png"]),
        ({"ProductId": "p3"}, ["0.png", "1.png", "2.png"]),
        ({"ProductId": "p2", "PicName": "0.png"}, ["0.png", "1.png", "2.png"]),
        ({"IsDeleteByFilter": "True", "Filter": "int_attr>0"}, ["0.png"]),
        ({"IsDeleteByFilter": "true", "Filter": "int_attr>0", "ProductId": "p1"}, ["0.png"]),
        ({"IsDeleteByFilter": "true", "Filter": 'str_attr!="a"'}, ["0.png", "1.png", "2.png"]),
        ({"IsDeleteByFilter": "true", "Filter": 'situation="full-page"'}, ["0.png", "1.png", "2.png"]),
        ({"ProductId": "p1", "InstanceName": "demogeneric1"}, ["0.png", "1.png", "2.png"]),
    ],
)
def test_deleting(mock: Mock, given: Body, left: list[str]) -> None:
    data = encode_image(draw_image(1))
    for number, product in enumerate(("p1", "p1", "p2")):
        add(mock, f"{number}.png", data, product=product, IntAttr=number)
    body = fetch_body(mock, "DeleteImage", **given)
    assert (body["Message"], body["Code"], body["Success"]) == ("success", 0, True)
    assert sorted(body["Data"]["PicNames"] + left) == ["0.png", "1.png", "2.png"]
    assert sorted(name for _, name in own(search(mock, data))) == left


def test_the_catalogue_stays(mock: Mock) -> None:
    first = search(mock, render_jpeg(PRODUCT))[0]
    assert fetch_body(mock, "DeleteImage", ProductId=first["ProductId"])["Data"] == {"PicNames": []}
    assert fetch_body(mock, "DeleteImage", IsDeleteByFilter="true", Filter="int_attr>0")["Data"] == {"PicNames": []}
    assert search(mock, render_jpeg(PRODUCT))[0] == first


def test_by_name_of_what_was_added(mock: Mock) -> None:
    add(mock, "a.png", encode_image(draw_image(1)))
    add(mock, "b.png", encode_image(draw_image(1).resize((200, 200)), "JPEG"), product="p2")
    by_image = fetch_body(mock, "SearchImageByPic", PicContent=encode_base64(encode_image(draw_image(1))), Num=20)
    by_name = fetch_body(mock, "SearchImageByName", ProductId="p1", PicName="a.png", Num=20)
    assert by_name["Auctions"] == by_image["Auctions"]
    assert by_name["PicInfo"] == by_image["PicInfo"]
    assert own(by_name["Auctions"]) == [("p1", "a.png"), ("p2", "b.png")]


def test_by_name_of_the_catalogue(mock: Mock) -> None:
    by_image = fetch_body(mock, "SearchImageByPic", PicContent=encode_base64(render_jpeg(PRODUCT)), Num=20)
    first = by_image["Auctions"][0]
    names = {"ProductId": first["ProductId"], "PicName": first["PicName"]}
    assert fetch_body(mock, "SearchImageByName", **names, Num=20)["Auctions"] == by_image["Auctions"]
    add(mock, "a.jpg", render_jpeg(PRODUCT))
    assert own(fetch_body(mock, "SearchImageByName", **names)["Auctions"]) == [("p1", "a.jpg")]
    given: Body = {"Num": 3, "Start": 2, "CategoryId": 3, "DistinctProductId": "true", "Filter": "int_attr>0"}
    assert len(fetch_body(mock, "SearchImageByName", **names, **given)["Auctions"]) == 3


def test_by_name_of_what_is_beyond_the_catalogue() -> None:
    names = {
        name: search(Mock("aliyun", clock=lambda: NOW), render_jpeg(PRODUCT))[0][name]
        for name in ("ProductId", "PicName")
    }
    for size, status in ((PRODUCT + 1, 200), (PRODUCT, 400)):
        request = sign_request("SearchImageByName", **names)
        small = Mock("aliyun", clock=lambda: NOW, size=size)
        assert assert_conforming(request, small.respond(request)).status == status


@pytest.mark.parametrize("which", [0, 1, 2, 3])
def test_by_name_of_a_products_further_images(mock: Mock, which: int) -> None:
    first = search(mock, render_jpeg(PRODUCT))[0]
    names = {"ProductId": first["ProductId"], "PicName": first["PicName"].replace("-0-", f"-{which}-")}
    request = sign_request("SearchImageByName", InstanceName="demopictures3", **names)
    assert assert_conforming(request, mock.respond(request)).status == (200 if which < 3 else 400)


def test_the_earlier_version_knows_fewer_attributes(mock: Mock) -> None:
    data = encode_base64(encode_image(draw_image(1)))
    names: Body = {"ProductId": "p1", "PicName": "a.png"}
    assert fetch_body(mock, "AddImageRoa", **names, PicContent=data, IntAttr=5, IntAttr2=6)["Message"] == "success"
    searches: list[Body] = [
        {"PicContent": data},
        {"Type": "SearchByPic", "PicContent": data},
        {"Type": "SearchByName", **names},
    ]
    for given in searches:
        found = fetch_body(mock, "SearchImage", **given)
        assert (found["Auctions"][0]["PicName"], found["Auctions"][0]["IntAttr"]) == ("a.png", 5)
        assert not {key for item in found["Auctions"] for key in item if key[-1] in "234"}
        assert found["Msg"] == "success"
    assert "IntAttr2" not in search(mock, encode_image(draw_image(1)))[0]
    body = fetch_body(mock, "DeleteImageRoa", **names)
    assert set(body) == {"RequestId", "Success", "Code", "Message"}
    assert own(search(mock, encode_image(draw_image(1)))) == []


def test_an_instance_is_full(mock: Mock) -> None:
    data = encode_image(draw_image(1))
    for name in ("0.png", "1.png", "1.png"):
        add(mock, name, data, InstanceName="demosmall1")
    request = sign_request(
        "AddImage", InstanceName="demosmall1", ProductId="p1", PicName="2.png", PicContent=encode_base64(data)
    )
    assert json.loads(assert_conforming(request, mock.respond(request)).body)["Code"] == "InstanceOverQuota"
    fetch_body(mock, "DeleteImage", InstanceName="demosmall1", ProductId="p1", PicName="0.png")
    add(mock, "2.png", data, InstanceName="demosmall1")


def test_each_deed_has_its_own_limit(mock: Mock) -> None:
    content = encode_base64(encode_image(draw_image(1)))
    names: Body = {"InstanceName": "demoqps1", "ProductId": "p1", "PicName": "a.png"}

    def statuses(operation: str, times: int, **given: Any) -> list[int]:
        return [mock.respond(sign_request(operation, **names, **given)).status for _ in range(times)]

    assert statuses("AddImage", 2, PicContent=content) == [200, 403]
    assert statuses("SearchImageByPic", 2, PicContent=content) == [200, 403]
    assert statuses("SearchImageByName", 1) == [403]
    assert statuses("DeleteImage", 21) == [200] * 20 + [403]


def test_the_oldest_goes_and_the_journal_says_so(mock: Mock) -> None:
    mock.demo_state.image_store.images = BoundedStore(2, 10**6)
    for number in range(3):
        add(mock, f"{number}.png", encode_image(draw_image(1)))
    assert [name for _, name in own(search(mock, encode_image(draw_image(1))))] == ["1.png", "2.png"]
    (note,) = mock.demo_state.journal.notes
    assert note.text == "image 0.png of product p1 in aliyun/demoinstance1 went, as the oldest of too many"


def test_added_images_take_the_room_of_their_texts() -> None:
    gallery = ImageStore()
    assert len(gallery.images) == len(gallery.objects) == 0
    kept: BoundedStore[int, str] = BoundedStore(3, 10)
    assert [kept.put(number, "x", 4) for number in range(3)] == [[], [], [0]]
    assert kept.put(1, "y", 1) == []
    assert list(kept) == ["x", "y"]
    assert kept.put(9, "z", 11) == [2, 1, 9]
    assert (list(kept), kept.get(9)) == ([], None)
    assert [kept.put(number, "x", 0) for number in range(4)] == [[], [], [], [0]]


def test_documented_limits_are_in_the_spec() -> None:
    fields = {field.name: field.schema for field in next(o for o in API.operations if o.id == "AddImage").fields}
    assert [fields[name]["maxLength"] for name in ("ProductId", "PicName", "CustomContent")] == [512, 512, 4096]
    assert {fields[f"StrAttr{n}"]["maxLength"] for n in ("", "2", "3", "4")} == {128}
    assert load_api("aliyun").root.data["names"] == {"metadata": 512, "sdk": 256}


def by_rpc(mock: Mock, operation: str, **given: Any) -> Response:
    """The answer to a request that is signed with RPC, held to the spec."""
    query = f"Action={operation}&Version=2020-12-14".encode()
    headers = ((b"host", b"127.0.0.1"), (b"content-type", b"application/x-www-form-urlencoded"))
    names = {"InstanceName": "demoinstance1", "ProductId": "p1", "PicName": "a.png"}
    request = Request(method="POST", path="/", query=query, headers=headers, body=urlencode(names | given).encode())
    keys = API.account["AccessKeyId"], API.account["AccessKeySecret"]
    asked = acs_rpc.sign_request(request, *keys, timestamp="2026-11-21T00:26:28Z", nonce=next(NONCES))
    return assert_conforming(asked, mock.respond(asked))


@pytest.mark.parametrize("operation", ["SearchImageByName", "DeleteImage", "AddImage"])
def test_answers_and_errors_in_xml(operation: str) -> None:
    mock = Mock("aliyun", clock=lambda: NOW)
    add(mock, "a.png", encode_image(draw_image(1)))
    content = encode_base64(encode_image(draw_image(1)))
    for given, code in (({}, "0"), ({"InstanceName": "nobodys"}, "InvalidInstance")):
        reply = by_rpc(mock, operation, PicContent=content, **given)
        root = ElementTree.fromstring(reply.body)  # noqa: S314 - our own
        assert root.tag == ("Error" if given else f"{operation}Response")
        assert (reply.media_type, root.findtext("Code")) == ("text/xml;charset=utf-8", code)
    in_body = Mock("aliyun", clock=lambda: NOW, variants={"error-format": "in-body"})
    root = ElementTree.fromstring(by_rpc(in_body, operation, InstanceName="nobodys", PicContent=content).body)  # noqa: S314
    assert (root.tag, root.findtext("Code")) == (f"{operation}Response", "400")
    told = root.findtext("Msg" if operation.startswith("Search") else "Message")
    assert told == "The specified instance name is invalid."


def test_the_earlier_version_knows_no_format(mock: Mock) -> None:
    request = sign_request("SearchImage", PicContent=encode_base64(render_jpeg(PRODUCT)), Format="XML")
    assert assert_conforming(request, mock.respond(request)).media_type == "application/json;charset=utf-8"
