"""A mistake is the same mistake in a query, in a form, in a multipart form and in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from lookalike_contracts.clients import validate_request
from lookalike_specs import load_api
from lookalike_specs.messages import FORM_MEDIA_TYPE, JSON_MEDIA_TYPE, Request
from lookalike_specs.signing import daji
from lookalike_specs.spec_file import load_spec_file

MULTIPART = "multipart/form-data; boundary=XX"
MEDIA_TYPES = {"form": FORM_MEDIA_TYPE, "multipart": MULTIPART, "json": JSON_MEDIA_TYPE}
PLACES = ("query", *MEDIA_TYPES)
GOOD = {"name": "shoe", "size": 5, "sort": "price"}
KEY = "key-of-the-shop-4711"

SCHEMA = """
              type: object
              required: [name]
              properties:
                name: {type: string, maxLength: 10}
                size: {type: integer, maximum: 20}
                sort: {type: string, enum: [price, date]}
"""
SPEC = """
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: 'https://shop.example.com'}]
security: [{key: []}]
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: token}
paths:
  /query:
    get:
      operationId: byQuery
      parameters:
        - {name: name, in: query, required: true, schema: {type: string, maxLength: 10}}
        - {name: size, in: query, schema: {type: integer, maximum: 20}}
        - {name: sort, in: query, schema: {type: string, enum: [price, date]}}
      responses: {'200': {description: Good}}
"""
BODY_PATH = """
  /{place}:
    post:
      operationId: by-{place}
      requestBody:
        required: true
        content:
          {media_type}:
            schema:{schema}
      responses: {{'200': {{description: Good}}}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[str]:
    """An API that takes the same values in four places."""
    text = SPEC
    for place, media_type in MEDIA_TYPES.items():
        text += BODY_PATH.format(place=place, media_type=media_type.partition(";")[0], schema=SCHEMA)
    file = tmp_path / "shop.yaml"
    file.write_text(text, "utf-8")
    yield load_spec_file(str(file)).id


def encode_multipart(values: Any, boundary: str = "XX") -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in values
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()


def build_request(place: str, values: Any, key: str = KEY) -> Request:
    """Pairs in one of the four places; the key stands in the query."""
    values = list(values)
    token = urlencode({"token": key}) if key else ""
    if place == "query":
        return Request(method="GET", path="/query", query=f"{token}&{urlencode(values)}".encode())
    body = {
        "form": urlencode(values).encode(),
        "multipart": encode_multipart(values),
        "json": json.dumps(dict(values)).encode(),
    }[place]
    headers = ((b"content-type", MEDIA_TYPES[place].encode()),)
    return Request(method="POST", path=f"/{place}", query=token.encode(), headers=headers, body=body)


def summarize(shop: str, request: Request) -> list[tuple[str, str]]:
    return [(violation.kind, violation.parameter) for violation in validate_request(shop, request, {"key": KEY})]


MISTAKES: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("missing", {"name": None}, ("missing", "name")),
    ("type", {"size": "many"}, ("type", "size")),
    ("limit", {"size": 21}, ("limit", "size")),
    ("long", {"name": "a" * 11}, ("limit", "name")),
    ("value", {"sort": "colour"}, ("value", "sort")),
    ("unknown", {"Size": 5}, ("unknown", "Size")),
]


@pytest.mark.parametrize("place", PLACES)
def test_a_good_request_brings_no_complaint(shop: str, place: str) -> None:
    assert summarize(shop, build_request(place, GOOD.items())) == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_each_mistake_brings_its_one_complaint(
    shop: str, place: str, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    values = {name: value for name, value in (GOOD | changes).items() if value is not None}
    assert summarize(shop, build_request(place, values.items())) == [expected]


# a name stands once in a JSON object
@pytest.mark.parametrize("place", PLACES[:-1])
def test_a_name_that_stands_twice_is_a_complaint(shop: str, place: str) -> None:
    assert summarize(shop, build_request(place, [*GOOD.items(), ("size", 6)])) == [("repeated", "size")]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("key", "parameter"), [("", "token"), ("somebody-elses-key", "key")])
def test_no_key_and_a_wrong_one_are_a_complaint(shop: str, place: str, key: str, parameter: str) -> None:
    assert summarize(shop, build_request(place, GOOD.items(), key)) == [("credential", parameter)]


@pytest.mark.parametrize("place", PLACES)
def test_a_key_in_another_parameter_is_a_complaint_that_names_it(shop: str, place: str) -> None:
    values = GOOD | {"name": f"<{KEY}>"}
    violations = validate_request(shop, build_request(place, values.items()), {"key": KEY})
    assert [str(violation.message) for violation in violations if violation.kind == "secret"] == [
        "key stands in name, where it does not belong"
    ]


def test_a_key_in_a_file_or_in_its_name_is_a_complaint(shop: str) -> None:
    for head, text in (("x.txt", f"for {KEY}"), (f"{KEY}.txt", "")):
        part = f'--XX\r\nContent-Disposition: form-data; name="name"; filename="{head}"\r\n\r\n{text}\r\n--XX--\r\n'
        request = msgspec.structs.replace(build_request("multipart", []), body=part.encode())
        assert ("secret", "key") in summarize(shop, request)


def test_a_text_that_came_as_a_file_is_a_complaint(shop: str) -> None:
    body = encode_multipart(GOOD.items()).replace(b'name="sort"', b'name="sort"; filename="sort.txt"')
    request = msgspec.structs.replace(build_request("multipart", []), body=body)
    assert ("type", "sort") in summarize(shop, request)


# ------------------------------------------------------------------------------------------------ signatures

UPLOAD = {"daji-1688": "/alibaba/upload/image", "daji-taobao": "/taobao/upload/image"}


def build_upload(
    api: str, place: str, changes: dict[str, str] | None = None, after: dict[str, str] | None = None
) -> Request:
    """An upload, signed over `changes` as well; `after` is what is added when it is signed."""
    account = load_api(api).account
    values = {"appKey": account["appKey"], "image_base64": "R0lG b+/c&d=紅"} | (changes or {})
    if place == "query":
        values["pic_url"] = "https://example.com/a b&c=紅.jpg"
        del values["image_base64"]
    pairs = tuple(values.items())
    signed = (*pairs, ("sign", daji.compute_signature(pairs, account["appSecret"])), *(after or {}).items())
    if place == "query":
        return Request(method="GET", path=UPLOAD[api], query=urlencode(signed).encode())
    body = urlencode(signed).encode() if place == "form" else encode_multipart(signed)
    headers = ((b"content-type", MEDIA_TYPES[place].encode()),)
    return Request(method="POST", path=UPLOAD[api], headers=headers, body=body)


@pytest.mark.parametrize("api", UPLOAD)
@pytest.mark.parametrize("place", PLACES[:-1])
def test_a_right_upload_brings_no_complaint(api: str, place: str) -> None:
    assert validate_request(api, build_upload(api, place)) == ()


@pytest.mark.parametrize("api", UPLOAD)
@pytest.mark.parametrize("place", PLACES[:-1])
def test_a_secret_that_the_page_allows_brings_no_complaint(api: str, place: str) -> None:
    account = load_api(api).account
    assert validate_request(api, build_upload(api, place, {"appSecret": account["appSecret"]})) == ()


@pytest.mark.parametrize("api", UPLOAD)
@pytest.mark.parametrize("place", PLACES[:-1])
def test_what_was_not_signed_is_named(api: str, place: str) -> None:
    request = build_upload(api, place, after={"lang": "en"})
    messages = {violation.kind: violation.message for violation in validate_request(api, request)}
    assert messages["signature"].startswith("signed without lang: signed differs at byte ")
    assert messages["unknown"].startswith(("uploadImage has no parameter 'lang'", "uploadImageByUrl has no parameter"))


@pytest.mark.parametrize("api", UPLOAD)
@pytest.mark.parametrize("place", PLACES[:-1])
def test_a_wrong_signature_and_none_are_told_apart(api: str, place: str) -> None:
    request = build_upload(api, place)
    wrong = msgspec.structs.replace(
        request, query=request.query.replace(b"&sign=", b"&sign=0"), body=request.body.replace(b"&sign=", b"&sign=0").replace(b'name="sign"\r\n\r\n', b'name="sign"\r\n\r\n0')
    )  # fmt: skip
    assert "signature" in [violation.kind for violation in validate_request(api, wrong)]
    none = msgspec.structs.replace(
        request, query=request.query.replace(b"&sign=", b"&sgn="), body=request.body.replace(b"&sign=", b"&sgn=").replace(b'name="sign"', b'name="sgn"')
    )  # fmt: skip
    assert "credential" in [violation.kind for violation in validate_request(api, none)]


# ------------------------------------------------------------------------------------------------ operations


def build_action(action: str, *, method: str = "POST", in_header: bool = False) -> Request:
    values = {"ProductId": "shoe-7", "InstanceName": "lookalike"}
    headers = [(b"content-type", FORM_MEDIA_TYPE.encode())]
    if in_header:
        headers.append((b"x-acs-action", action.encode()))
    else:
        values["Action"] = action
    body = urlencode(values).encode() if method == "POST" else b""
    query = urlencode(values).encode() if method == "GET" else b""
    return Request(method=method, path="/", query=query, headers=tuple(headers), body=body)


@pytest.mark.parametrize("in_header", [False, True])
def test_an_operation_that_is_not_played_is_one_line_and_nothing_else(in_header: bool) -> None:
    violations = validate_request("aliyun", build_action("UpdateImage", in_header=in_header))
    assert [str(violation) for violation in violations] == [
        "1  operation: UpdateImage is not played; nearest: DeleteImage  [documented: #/paths]"
    ]


def test_an_operation_by_another_method_is_one_line_too() -> None:
    violations = validate_request("aliyun", build_action("SearchImageByPic", method="GET"))
    assert [violation.message for violation in violations] == ["SearchImageByPic is not played by GET; nearest: POST /"]


def test_everything_that_is_missing_is_named_once() -> None:
    request = build_action("AddImage")
    bare = msgspec.structs.replace(request, body=b"Action=AddImage&InstanceName=lookalike")
    missing = [violation.parameter for violation in validate_request("aliyun", bare) if violation.kind == "missing"]
    assert sorted(missing) == sorted(set(missing))
    assert missing[:2] == ["ProductId", "PicName"]
