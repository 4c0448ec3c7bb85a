"""The judge sees what the documents do not allow."""

from typing import Any

import msgspec
import pytest

from lookalike_contracts import violations
from lookalike_mocks import Mock
from lookalike_specs import load
from lookalike_specs.wire import Reply, Request

TMAPI = load("tmapi")
PATH = TMAPI.operations[0].path
ASKED = Request(
    method="GET",
    path=PATH,
    query=b"apiToken=lookalike-demo-token&page_size=2&img_url=https://cbu01.alicdn.com/x.jpg",
)


def answered(change: dict[str, Any]) -> Reply:
    """The mock's answer with something changed in its first item."""
    reply = Mock("tmapi").answer(ASKED)
    body = msgspec.json.decode(reply.body)
    body["data"]["items"][0] |= change
    return Reply(status=reply.status, body=msgspec.json.encode(body), media_type=reply.media_type)


def test_an_honest_answer_conforms() -> None:
    assert violations("tmapi", ASKED, answered({})) == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"item_id": "865835426638"}, "is not of type 'integer'"),
        ({"price": 19}, "'string'"),
        ({"title": None}, "'string'"),
    ],
)
def test_a_wrong_type_is_named(change: dict[str, Any], told: str) -> None:
    (line,) = violations("tmapi", ASKED, answered(change))
    assert told in line


def test_an_undocumented_status_is_named() -> None:
    (line,) = violations("tmapi", ASKED, Reply(status=418, body=b"{}"))
    assert "418" in line


def test_an_undocumented_media_type_is_named() -> None:
    (line,) = violations("tmapi", ASKED, Reply(status=200, body=b"<html>", media_type="text/html"))
    assert "text/html" in line


def test_what_is_not_json_is_named() -> None:
    assert len(violations("tmapi", ASKED, Reply(status=200, body=b"{"))) == 1


ALIYUN = load("aliyun")
NAMES = {operation.id: operation for operation in ALIYUN.operations if operation.path == "/"}
FORM = ((b"content-type", b"application/x-www-form-urlencoded"),)


@pytest.mark.parametrize("place", ["query", "form", "header"])
@pytest.mark.parametrize("name", [name for name, operation in NAMES.items() if operation.extension.action])
def test_an_answer_is_held_to_the_operation_that_was_named(name: str, place: str) -> None:
    """By what is said to be missing: each operation's answer has something that the others' have not."""
    missing = {
        "SearchImageByPic": "Auctions", "SearchImageByName": "Auctions", "AddImage": "PicInfo",
        "DeleteImage": "RequestId", "AuthorizeFileUpload": "UseAccelerate",
    }  # fmt: skip
    method, text = NAMES[name].method, f"Action={name}".encode()
    if place == "form" and method == "GET":
        place = "query"
    asked = Request(
        method=method,
        path="/",
        query=text if place == "query" else b"",
        body=text if place == "form" else b"",
        headers=FORM + (((b"x-acs-action", name.encode()),) if place == "header" else ()),
    )
    good: dict[str, Any] = {"RequestId": "D61D869E-E92A-447F-AD67-9234F999E516", "Success": True, "Code": 0}
    good |= {"Message": "success", "Msg": "success", "PicInfo": {"CategoryId": 0, "Region": "1,2,3,4"}, "Auctions": []}
    good |= {
        "Head": {"DocsFound": 0, "DocsReturn": 0, "SearchTime": 1},
        "AccessKeyId": "",
        "Bucket": "",
        "Endpoint": "",
    }
    good |= {"ObjectKey": "", "EncodedPolicy": "", "Signature": "", "UseAccelerate": False}
    assert violations("aliyun", asked, Reply(status=200, body=msgspec.json.encode(good))) == ()
    del good[missing[name]]
    assert len(violations("aliyun", asked, Reply(status=200, body=msgspec.json.encode(good)))) == 1


def test_an_upload_is_held_to_xml() -> None:
    asked = Request(method="POST", path="/", headers=((b"content-type", b"multipart/form-data; boundary=X"),))
    good = Reply(status=201, body=b"<PostResponse></PostResponse>", media_type="application/xml")
    assert violations("aliyun", asked, good) == ()
    assert violations("aliyun", asked, Reply(status=201, body=b"<Other/>", media_type="application/xml"))
    assert violations("aliyun", asked, Reply(status=202, body=b"", media_type="application/xml"))


def test_xml_that_names_its_encoding_is_read() -> None:
    asked = Request(method="POST", path="/", query=b"Action=AddImage")
    for text, told in (("<AddImageResponse>é</AddImageResponse>", 0), ("<Other>é</Other>", 1)):
        reply = Reply(status=200, body=text.encode(), media_type="text/xml;charset=utf-8")
        assert len(violations("aliyun", asked, reply)) == told
