"""The judge sees what the documents do not allow."""

from typing import Any

import msgspec
import pytest

from lookalike_contracts import describe_response_violations
from lookalike_contracts.responses.openapi_adapter import match_operation
from lookalike_contracts.responses.schema import find_response_violations
from lookalike_mocks import Mock
from lookalike_specs import Api, load_api
from lookalike_specs.messages import Request, Response

TMAPI = load_api("tmapi")
PATH = TMAPI.operations[0].path
ASKED = Request(
    method="GET",
    path=PATH,
    query=b"apiToken=lookalike-demo-token&page_size=2&img_url=https://cbu01.alicdn.com/x.jpg",
)


def change_first_item(change: dict[str, Any]) -> Response:
    """The mock's answer with something changed in its first item."""
    reply = Mock("tmapi").respond(ASKED)
    body = msgspec.json.decode(reply.body)
    body["data"]["items"][0] |= change
    return Response(status=reply.status, body=msgspec.json.encode(body), media_type=reply.media_type)


def test_an_honest_answer_conforms() -> None:
    assert describe_response_violations("tmapi", ASKED, change_first_item({})) == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"item_id": "865835426638"}, "is not of type 'integer'"),
        ({"price": 19}, "'string'"),
        ({"title": None}, "'string'"),
    ],
)
def test_a_wrong_type_is_named(change: dict[str, Any], message: str) -> None:
    (line,) = describe_response_violations("tmapi", ASKED, change_first_item(change))
    assert message in line


def test_an_undocumented_status_is_named() -> None:
    (line,) = describe_response_violations("tmapi", ASKED, Response(status=418, body=b"{}"))
    assert "418" in line


def test_an_undocumented_media_type_is_named() -> None:
    (line,) = describe_response_violations("tmapi", ASKED, Response(status=200, body=b"<html>", media_type="text/html"))
    assert "text/html" in line


def test_what_is_not_json_is_named() -> None:
    assert len(describe_response_violations("tmapi", ASKED, Response(status=200, body=b"{"))) == 1


ALIYUN = load_api("aliyun")
NAMES = {operation.id: operation for operation in ALIYUN.operations if operation.path == "/"}
FORM = ((b"content-type", b"application/x-www-form-urlencoded"),)


@pytest.mark.parametrize("place", ["query", "form", "header"])
@pytest.mark.parametrize("name", [name for name, operation in NAMES.items() if operation.extension.action])
def test_an_answer_is_held_to_the_operation_that_was_named(name: str, place: str) -> None:
    missing = {
        "SearchImageByPic": "Auctions", "SearchImageByName": "Auctions", "AddImage": "PicInfo",
        "DeleteImage": "RequestId", "AuthorizeFileUpload": "UseAccelerate",
    }  # fmt: skip
    method, text = NAMES[name].method, f"Action={name}".encode()
    if place == "form" and method == "GET":
        place = "query"
    request = Request(
        method=method,
        path="/",
        query=text if place == "query" else b"",
        body=text if place == "form" else b"",
        headers=FORM + (((b"x-acs-action", name.encode()),) if place == "header" else ()),
    )
    operation = match_operation(ALIYUN, request)
    assert operation is not None
    assert operation.id == name
    good: dict[str, Any] = {"RequestId": "D61D869E-E92A-447F-AD67-9234F999E516", "Success": True, "Code": 0}
    good |= {"Message": "success", "Msg": "success", "PicInfo": {"CategoryId": 0, "Region": "1,2,3,4"}, "Auctions": []}
    good |= {
        "Head": {"DocsFound": 0, "DocsReturn": 0, "SearchTime": 1},
        "AccessKeyId": "",
        "Bucket": "",
        "Endpoint": "",
    }
    good |= {"ObjectKey": "", "EncodedPolicy": "", "Signature": "", "UseAccelerate": False}
    assert describe_response_violations("aliyun", request, Response(status=200, body=msgspec.json.encode(good))) == ()
    del good[missing[name]]
    assert (
        len(describe_response_violations("aliyun", request, Response(status=200, body=msgspec.json.encode(good)))) == 1
    )


@pytest.mark.parametrize(
    ("api", "request_", "name"),
    [
        (TMAPI, Request(method="GET", path=PATH, query=b"Action=AddImage"), "searchItemsByImageUrl"),
        (TMAPI, Request(method="POST", path=PATH), None),
        (ALIYUN, Request(method="POST", path="/", headers=((b"content-type", b"multipart/form-data; boundary=X"),)), "PostObject"),
        (ALIYUN, Request(method="POST", path="/", query=b"Action=AddImage", headers=((b"x-acs-action", b"DeleteImage"),)), "AddImage"),
        # of several, none is named
        (ALIYUN, Request(method="POST", path="/", body=b"Action=AddImage"), "SearchImageByPic"),
        (ALIYUN, Request(method="POST", path="/", query=b"Action=Add"), "SearchImageByPic"),
    ],
)  # fmt: skip
def test_a_request_is_to_one_operation(api: Api, request_: Request, name: str | None) -> None:
    operation = match_operation(api, request_)
    assert (operation and operation.id) == name


def test_an_upload_is_held_to_xml() -> None:
    request = Request(method="POST", path="/", headers=((b"content-type", b"multipart/form-data; boundary=X"),))
    good = Response(status=201, body=b"<PostResponse></PostResponse>", media_type="application/xml")
    assert describe_response_violations("aliyun", request, good) == ()
    assert describe_response_violations(
        "aliyun", request, Response(status=201, body=b"<Other/>", media_type="application/xml")
    )
    assert describe_response_violations("aliyun", request, Response(status=202, body=b"", media_type="application/xml"))


def test_xml_that_names_its_encoding_is_read() -> None:
    request = Request(method="POST", path="/", query=b"Action=AddImage")
    for text, count in (("<AddImageResponse>é</AddImageResponse>", 0), ("<Other>é</Other>", 1)):
        reply = Response(status=200, body=text.encode(), media_type="text/xml;charset=utf-8")
        assert len(describe_response_violations("aliyun", request, reply)) == count


def list_violations(api: str, request: Request, reply: Response, *, strict: bool = False) -> list[tuple[str, str, str]]:
    """Each violation, the beginning of its message."""
    return [
        (response_violation.kind, response_violation.pointer, response_violation.message[:32])
        for response_violation in find_response_violations(api, request, reply, strict=strict)
    ]


ADDED = Request(method="POST", path="/", query=b"Action=AddImage")
HALF = b'{"Success":true,"Code":0,"Message":"","RequestId":"\\ud800","PicInfo":{"CategoryId":0,"Region":"1,2,3,4"}}'
XML = "text/xml;charset=utf-8"


@pytest.mark.parametrize(
    ("asked", "reply", "expected"),
    [
        (ASKED, Response(status=418, body=b"{}"), ("status", "", "Unknown response http status: 41")),
        (ASKED, Response(status=200, body=b"{}", media_type="a/b"), ("media type", "", "Content for the following mimety")),
        (ASKED, Response(status=200, body=b"[1]"), ("schema", "", "[1] is not valid under any of th")),
        (ASKED, Response(status=200, body=b"[" * 100_000), ("schema", "", "is nested too deeply to be read")),
        (ASKED, Response(status=200, body=b"\xff"), ("schema", "", "the body is not UTF-8")),
        (ASKED, change_first_item({"title": 5}), ("schema", "/data/items/0/title", "5 is not of type 'string'")),
        (ADDED, Response(status=200, body=HALF), ("schema", "", "holds half a character, such as ")),
        (ADDED, Response(status=200, body=b"\xff", media_type=XML), ("schema", "", "the body is not UTF-8")),
        (Request(method="GET", path="/nowhere"), change_first_item({}), ("path", "", "Path not found for http://api.tm")),
    ],
    ids=lambda each: " ".join(each[0::2]) if isinstance(each, tuple) and len(each) == 3 else "",
)  # fmt: skip
def test_each_violation_has_its_kind_and_place(asked: Request, reply: Response, expected: tuple[str, str, str]) -> None:
    assert list_violations("aliyun" if asked is ADDED else "tmapi", asked, reply) == [expected]


@pytest.mark.parametrize(
    ("media_type", "good"),
    [
        ("application/json", True), ("application/json;", True), ("application/json; charset=utf-8", True),
        ('application/json; a="b;\\"c"; d=e;', True), ("application/json; charset", False),
        ("application/json; a=b c", False), ('application/json; a="b', False), ("application/json; =b", False),
    ],
)  # fmt: skip
def test_a_malformed_media_type_is_named(media_type: str, good: bool) -> None:
    reply = msgspec.structs.replace(change_first_item({}), media_type=media_type)
    assert list_violations("tmapi", ASKED, reply) == (
        [] if good else [("media type", "", f"{media_type!r} is malformed"[:32])]
    )


@pytest.mark.parametrize(("strict", "expected"), [(False, 0), (True, 1)])
def test_what_is_not_documented_counts_when_strict(strict: bool, expected: int) -> None:
    assert len(list_violations("tmapi", ASKED, change_first_item({"undocumented": 1}), strict=strict)) == expected
