"""Is this answer that error: every error of every API, as the mock sends it, in every transport and in XML."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from lookalike_contracts.answers.reading import Reader
from lookalike_contracts.answers.template import Aspect
from lookalike_contracts.subject import Subject
from lookalike_specs import Scheme, ids, load
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


def test_a_reader_knows_each_error_in_each_way() -> None:
    one = subject(ALIYUN)
    reader = Reader(one.api, one.operation, one.variants)
    assert {form.transport.media_type for form in reader.forms if form.id == "BadRequest"} == {
        "application/json;charset=utf-8", "text/xml;charset=utf-8",
    }  # fmt: skip
