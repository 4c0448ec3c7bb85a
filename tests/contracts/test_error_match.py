"""Is this answer that error: every error of every API, as the mock sends it, in every transport and in XML."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from lookalike_contracts.context import CheckContext
from lookalike_contracts.responses.classify import ResponseClassifier
from lookalike_contracts.responses.error_match import Aspect, ErrorPattern
from lookalike_specs import SecurityScheme, list_api_ids, load_api
from lookalike_specs.extensions import ErrorCode, ErrorFormat
from lookalike_specs.messages import Response

from .subjects import create_context

ALIYUN = "aliyun/SearchImageByPic"


def list_operations(api: str, error: str) -> list[str]:
    loaded = load_api(api)
    only = loaded.root.errors[error].operations
    return [f"{api}/{operation.id}" for operation in loaded.operations if not only or operation.id in only]


def list_formats(api: str) -> tuple[str, ...]:
    switch = load_api(api).root.variants.get("error-format")
    return tuple(switch.values) if switch else ("",)


ERRORS = [
    (api, error, way) for api in list_api_ids() for error in load_api(api).root.errors for way in list_formats(api)
]


def trigger_error(one: CheckContext, error: str, scheme: SecurityScheme | None = None) -> Response:
    """The error's answer, by a magic credential."""
    magic = {
        trigger.credential: trigger.template.format(situation=error)
        for trigger in one.api.root.triggers
        if trigger.credential
    }
    other = replace(one, account=dict(one.account) | {k: v for k, v in magic.items() if k in one.account})
    values = other.build_values(scheme) | {k: v for k, v in magic.items() if k in other.build_values(scheme)}
    return other.target.send(other.build_signed_request(values, scheme))


@pytest.mark.exhaustive
@pytest.mark.parametrize(("api", "error", "way"), ERRORS)
def test_an_error_of_the_mock_is_that_error(api: str, error: str, way: str) -> None:
    one = create_context(list_operations(api, error)[0], {"error-format": way} if way else {})
    reply = trigger_error(one, error)
    assert one.resolve_error(error) in one.classifier.find_exact_errors(reply), reply
    assert one.classifier.find_mismatches(reply, error) == ()
    assert not one.classifier.is_good(reply)
    assert one.classifier.matches_any(reply, (one.resolve_error(error),))


@pytest.mark.parametrize("way", list_formats("aliyun"))
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("SearchImageByPic", "InternalOssError"),
        ("AddImage", "InternalOssError"),
        ("DeleteImage", "InternalOssError"),
        # another product, which knows nothing of the image search's own errors
        ("AuthorizeFileUpload", "InternalError"),
    ],
)
def test_in_xml_as_well(name: str, error: str, way: str) -> None:
    one = create_context(f"aliyun/{name}", {"error-format": way})
    rpc = next((scheme for scheme in one.operation.schemes if scheme.extension.scheme == "acs-rpc"), None)
    assert rpc
    plain = {"Format": None} if "Format" in one.build_values(rpc) else {}
    magic = replace(one, account=dict(one.account) | {"AccessKeyId": f"situation-{error}"})
    values = {k: v for k, v in (magic.build_values(rpc) | plain).items() if v is not None}
    reply = magic.target.send(magic.build_signed_request(values, rpc))
    assert reply.media_type.startswith("text/xml")
    assert error in one.classifier.find_exact_errors(reply)


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
    one = create_context(at)
    honest = trigger_error(one, error)
    changed = msgspec.structs.replace(honest, body=json.dumps(json.loads(honest.body) | dict(body)).encode())
    changed = msgspec.structs.replace(changed, **reply)
    assert {mismatch.aspect for mismatch in one.classifier.find_mismatches(changed, error)} == aspects


def test_what_differs_in_one_thing_is_meant_and_another_error_is_not() -> None:
    one = create_context("tmapi/searchItemsByImageUrl")
    reply = trigger_error(one, "422")
    assert one.classifier.matches_any(msgspec.structs.replace(reply, status=400), ("422",))
    assert not one.classifier.matches_any(reply, ("439",))
    assert not one.classifier.matches_any(Response(status=500, body=b"<html>", media_type="text/html"), ("422",))


def test_headers_that_are_missing_are_told() -> None:
    one = create_context("daji-1688/imageQuery")
    reply = trigger_error(one, "method-not-allowed")
    (form,) = (form for form in one.classifier.error_patterns if form.id == "method-not-allowed")
    assert list(form.find_header_mismatches(reply)) == []
    for headers in ((), ((b"allow", b""),)):
        (mismatch,) = form.find_header_mismatches(msgspec.structs.replace(reply, headers=headers))
        assert (mismatch.pointer, mismatch.message) == ("/header/Allow", "has no header 'Allow'")
        assert mismatch.rule == "/x-lookalike/errors/method-not-allowed/headers/Allow"


def test_a_header_with_another_value_is_shown_with_both() -> None:
    one = create_context("tmapi/searchItemsByImageUrl")
    reply = trigger_error(one, "no-api-key")
    (form,) = (form for form in one.classifier.error_patterns if form.id == "no-api-key")
    changed = msgspec.structs.replace(reply, headers=((b"www-authenticate", b'Key realm="kong"'),))
    (mismatch,) = form.find_header_mismatches(changed)
    assert mismatch.message == """has the header 'WWW-Authenticate' as 'Key realm="kong"', not 'Key'"""


@pytest.mark.parametrize("api", list_api_ids())
def test_no_two_errors_are_taken_for_each_other_but_those_that_look_the_same(api: str) -> None:
    loaded = load_api(api)
    one = create_context(f"{api}/{loaded.operations[0].id}")
    for error, known in loaded.root.errors.items():
        if known.operations:
            continue
        for other in one.classifier.find_exact_errors(trigger_error(one, error)):
            found, same = loaded.root.errors[one.resolve_error(error)], loaded.root.errors[other]
            assert (found.message, found.status) == (same.message, same.status)


JSON_OR_XML = ["application/json;charset=utf-8", "text/xml;charset=utf-8"]


@pytest.mark.parametrize(
    ("at", "error", "ways"),
    [
        (ALIYUN, "BadRequest", JSON_OR_XML),
        ("aliyun/PostObject", "AccessDenied.Expired", ["application/xml"]),
        # who asks for what is nowhere may have meant any operation
        ("aliyun/PostObject", "InvalidAction.NotFound", ["application/xml", *JSON_OR_XML]),
        ("aliyun/PostObject", "UnsupportedHTTPMethod", ["application/xml", *JSON_OR_XML]),
    ],
)
def test_a_reader_knows_each_error_in_each_way(at: str, error: str, ways: list[str]) -> None:
    one = create_context(at)
    reader = ResponseClassifier(one.api, one.operation, one.variants)
    assert [form.error_format.media_type for form in reader.error_patterns if form.id == error] == ways


ERROR = ErrorCode(status=404, code="Bad&Code", message="<{what}> & more")
IN_XML = ErrorFormat(media_type="text/xml", body="<Code>{code}</Code><Message>{message}</Message><Id>{id}</Id>")
IN_JSON = ErrorFormat(
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
    reply = Response(status=404, body=body, media_type="Text/XML ; charset=utf-8")
    assert [mismatch[:3] for mismatch in ErrorPattern("x", ERROR, IN_XML).find_mismatches(reply)] == told
    assert ErrorPattern("x", ERROR, IN_XML).matches(reply) == (not told)


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
    reply = Response(status=200, body=json.dumps(BODY | change).encode())
    assert [mismatch[:3] for mismatch in ErrorPattern("x", ERROR, IN_JSON).find_mismatches(reply)] == told


@pytest.mark.parametrize(
    ("transport", "status", "body", "maybe"),
    [
        (IN_JSON, 200, b"..Bad&Code..", True),
        (IN_JSON, 200, b"..Code..", False),
        (IN_JSON, 404, b"..Bad&Code..", False),
        (ErrorFormat(body={"text": "{message}"}), 404, b"..", True),
        (ErrorFormat(body={"text": "{message}"}), 200, b"..", False),
    ],
)
def test_a_look_tells_most_other_errors(transport: ErrorFormat, status: int, body: bytes, maybe: bool) -> None:
    assert ErrorPattern("x", ERROR, transport).quick_match(Response(status=status, body=body)) is maybe
