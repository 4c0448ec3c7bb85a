"""Is this answer that error: every error of every API, as the mock sends it, in every transport and in XML."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from lookalike_contracts.answers.reading import Reader
from lookalike_contracts.answers.template import Aspect, Form
from lookalike_contracts.subject import Subject
from lookalike_specs import Scheme, ids, load
from lookalike_specs.extension import ErrorCode, Transport
from lookalike_specs.wire import Reply

from .subjects import subject

ALIYUN = "aliyun/SearchImageByPic"


def operations(api: str, error: str) -> list[str]:
    loaded = load(api)
    only = loaded.root.errors[error].operations
    return [f"{api}/{each.id}" for each in loaded.operations if not only or each.id in only]


def transports(api: str) -> tuple[str, ...]:
    switch = load(api).root.variants.get("error-transport")
    return tuple(switch.values) if switch else ("",)


ERRORS = [(api, error, way) for api in ids() for error in load(api).root.errors for way in transports(api)]


def brought(one: Subject, error: str, scheme: Scheme | None = None) -> Reply:
    """The error's answer, by a magic credential."""
    magic = {each.credential: each.template.format(situation=error) for each in one.api.root.magic if each.credential}
    other = replace(one, account=dict(one.account) | {k: v for k, v in magic.items() if k in one.account})
    values = other.values(scheme) | {k: v for k, v in magic.items() if k in other.values(scheme)}
    return other.target.send(other.signed(values, scheme))


@pytest.mark.parametrize(("api", "error", "way"), ERRORS)
def test_an_error_of_the_mock_is_that_error(api: str, error: str, way: str) -> None:
    one = subject(operations(api, error)[0], {"error-transport": way} if way else {})
    reply = brought(one, error)
    assert one.error(error) in one.reader.errors(reply), reply
    assert one.reader.differences(reply, error) == ()
    assert not one.reader.is_good(reply)
    assert one.reader.means(reply, (one.error(error),))


@pytest.mark.parametrize("way", transports("aliyun"))
@pytest.mark.parametrize("name", ["SearchImageByPic", "AddImage", "DeleteImage", "AuthorizeFileUpload"])
def test_in_xml_as_well(name: str, way: str) -> None:
    one = subject(f"aliyun/{name}", {"error-transport": way})
    rpc = next((scheme for scheme in one.operation.schemes if scheme.extension.scheme == "acs-rpc"), None)
    assert rpc
    plain = {"Format": None} if "Format" in one.values(rpc) else {}
    magic = replace(one, account=dict(one.account) | {"AccessKeyId": "situation-InternalOssError"})
    values = {k: v for k, v in (magic.values(rpc) | plain).items() if v is not None}
    reply = magic.target.send(magic.signed(values, rpc))
    assert reply.media_type.startswith("text/xml")
    assert "InternalOssError" in one.reader.errors(reply)


CHANGES: list[tuple[str, str, Mapping[str, Any], dict[str, Any], set[Aspect]]] = [
    ("tmapi/searchItemsByImageUrl", "422", {"code": 423}, {}, {"code"}),
    ("tmapi/searchItemsByImageUrl", "422", {"code": "422"}, {}, {"code"}),
    ("tmapi/searchItemsByImageUrl", "422", {"msg": "parameter error"}, {}, {"message"}),
    ("tmapi/searchItemsByImageUrl", "422", {"data": {}}, {}, {"shape"}),
    ("tmapi/searchItemsByImageUrl", "422", {}, {"status": 400}, {"status"}),
    ("tmapi/searchItemsByImageUrl", "422", {}, {"media_type": "text/html"}, {"media type"}),
    ("tmapi/searchItemsByImageUrl", "422", {}, {"body": b"<html>"}, {"shape"}),
    ("tmapi/searchItemsByImageUrl", "422", {}, {"body": b"[]"}, {"shape"}),
    ("daji-1688/imageQuery", "bad-sign", {"message": "参数错误"}, {}, {"message"}),
    ("daji-1688/imageQuery", "bad-sign", {"timestamp": "anything"}, {}, set()),
    ("hiobuy/queryByImage", "missing-uuid", {"ret": 1}, {}, {"shape"}),
    (ALIYUN, "BadRequest", {"Code": "badrequest"}, {}, {"code"}),
    (ALIYUN, "BadRequest", {"RequestId": "another"}, {}, set()),
    (ALIYUN, "SignatureDoesNotMatch", {"Message": "Specified signature is not matched with our calculation. server string to sign is:GET"}, {}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("at", "error", "body", "reply", "aspects"), CHANGES)
def test_what_differs_is_told(
    at: str, error: str, body: Mapping[str, Any], reply: dict[str, Any], aspects: set[Aspect]
) -> None:
    one = subject(at)
    honest = brought(one, error)
    changed = msgspec.structs.replace(honest, body=json.dumps(json.loads(honest.body) | dict(body)).encode())
    changed = msgspec.structs.replace(changed, **reply)
    assert {found.aspect for found in one.reader.differences(changed, error)} == aspects


def test_what_differs_in_one_thing_is_meant_and_another_error_is_not() -> None:
    one = subject("tmapi/searchItemsByImageUrl")
    reply = brought(one, "422")
    assert one.reader.means(msgspec.structs.replace(reply, status=400), ("422",))
    assert not one.reader.means(reply, ("439",))
    assert not one.reader.means(Reply(status=500, body=b"<html>", media_type="text/html"), ("422",))


def test_headers_that_are_missing_are_told() -> None:
    one = subject("daji-1688/imageQuery")
    reply = brought(one, "method-not-allowed")
    (form,) = (form for form in one.reader.forms if form.id == "method-not-allowed")
    assert list(form.missing(reply)) == []
    assert list(form.missing(msgspec.structs.replace(reply, headers=()))) == ["Allow"]
    assert list(form.missing(msgspec.structs.replace(reply, headers=((b"allow", b""),)))) == ["Allow"]


@pytest.mark.parametrize("api", ids())
def test_no_two_errors_are_taken_for_each_other_but_those_that_look_the_same(api: str) -> None:
    loaded = load(api)
    one = subject(f"{api}/{loaded.operations[0].id}")
    for error, known in loaded.root.errors.items():
        if known.operations:
            continue
        for other in one.reader.errors(brought(one, error)):
            found, same = loaded.root.errors[one.error(error)], loaded.root.errors[other]
            assert (found.message, found.status) == (same.message, same.status)


JSON_OR_XML = ["application/json;charset=utf-8", "text/xml;charset=utf-8"]


@pytest.mark.parametrize(
    ("at", "error", "ways"),
    [
        (ALIYUN, "BadRequest", JSON_OR_XML),
        ("aliyun/PostObject", "NoPermission", ["application/xml"]),
        # who asks for what is nowhere may have meant any operation
        ("aliyun/PostObject", "InvalidAction.NotFound", ["application/xml", *JSON_OR_XML]),
        ("aliyun/PostObject", "UnsupportedHTTPMethod", ["application/xml", *JSON_OR_XML]),
    ],
)
def test_a_reader_knows_each_error_in_each_way(at: str, error: str, ways: list[str]) -> None:
    one = subject(at)
    reader = Reader(one.api, one.operation, one.variants)
    assert [form.transport.media_type for form in reader.forms if form.id == error] == ways


ERROR = ErrorCode(status=404, code="Bad&Code", message="<{what}> & more")
IN_XML = Transport(media_type="text/xml", body="<Code>{code}</Code><Message>{message}</Message><Id>{id}</Id>")
IN_JSON = Transport(
    status=200,
    body={
        "code": "{code}",
        "http": "{status} {reason}",
        "text": "at {time}: {message}",
        "kind": "plain",
        "data": {"none": None},
    },
)
BODY = {
    "code": "Bad&Code",
    "http": "404 Not Found",
    "text": "at 7: <i\nt> & more",
    "kind": "plain",
    "data": {"none": None},
}


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("Bad&amp;Code", "&lt;it&gt; &amp; more", []),
        ("Other", "&lt;it&gt; &amp; more", [("code", "", "another code than this error's")]),
        ("Bad&Code", "&lt;it&gt; &amp; more", [("code", "", "another code than this error's")]),
        ("Bad&amp;Code", "less", [("message", "", "another message than this error's")]),
        ("Bad&amp;Code", "<it> & more", [("message", "", "another message than this error's")]),
        ("Other", "less", [("shape", "", "is not the text that the transport has")]),
    ],
)
def test_an_error_in_xml_is_compared_as_it_is_written(code: str, message: str, told: list[tuple[str, ...]]) -> None:
    body = f"<Code>{code}</Code><Message>{message}</Message><Id>1</Id>".encode()
    reply = Reply(status=404, body=body, media_type="Text/XML ; charset=utf-8")
    assert list(Form("x", ERROR, IN_XML).differences(reply)) == told
    assert Form("x", ERROR, IN_XML).fits(reply) == (not told)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"more": 1}, []),
        ({"code": "Bad"}, [("code", "/code", "'Bad' is not 'Bad&Code'")]),
        ({"http": "405 Not Found"}, [("code", "/http", "'405 Not Found' is not '404 …'")]),
        ({"http": "404 Gone"}, [("code", "/http", "'404 Gone' is not '404 …'")]),
        ({"text": "at 7: more"}, [("message", "/text", "'at 7: more' is not 'at …: <{what}> & more'")]),
        ({"kind": "other"}, [("shape", "/kind", "'other' is not 'plain'")]),
        ({"data": {"none": 0}}, [("shape", "/data/none", "0 is not None")]),
        ({"data": {}}, [("shape", "/data", "has not the members none")]),
        ({"data": []}, [("shape", "/data", "has not the members none")]),
        (
            {"code": 5, "data": 0},
            [("code", "/code", "5 is not 'Bad&Code'"), ("shape", "/data", "has not the members none")],
        ),
    ],
)
def test_an_error_in_json_is_compared_member_by_member(change: dict[str, Any], told: list[tuple[str, ...]]) -> None:
    reply = Reply(status=200, body=json.dumps(BODY | change).encode())
    assert list(Form("x", ERROR, IN_JSON).differences(reply)) == told


@pytest.mark.parametrize(
    ("transport", "status", "body", "maybe"),
    [
        (IN_JSON, 200, b"..Bad&Code..", True),
        (IN_JSON, 200, b"..Code..", False),
        (IN_JSON, 404, b"..Bad&Code..", False),
        (Transport(body={"text": "{message}"}), 404, b"..", True),
        (Transport(body={"text": "{message}"}), 200, b"..", False),
    ],
)
def test_a_look_tells_most_other_errors(transport: Transport, status: int, body: bytes, maybe: bool) -> None:
    assert Form("x", ERROR, transport).may_be(Reply(status=status, body=body)) is maybe
