"""Alibaba Cloud's errors: the page's table word for word, and each error brought by nature and by magic."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace
from openapi_schema_validator import OAS31Validator
from PIL import Image

from lookalike_mocks import Mock
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_mocks.catalogue.ids import encode_image_code
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.request_builder import collect_examples
from lookalike_specs.signing import acs3, acs_roa, acs_rpc

from .documented import load_operation as documented

API = load_api("aliyun")
# all but the object store's, which only uploads answer: see test_aliyun_upload
ERRORS = {name: error for name, error in API.root.errors.items() if error.error_format != "oss-xml"}
OPERATIONS = {operation.id: operation for operation in API.operations}
NOW = 1_795_220_788
NONCES = (f"nonce-{number}" for number in count())
GOODS = b64encode(render_jpeg(5)).decode()
NAMED = {"ProductId": "p1", "PicName": "p1.jpg"}
STORED = collect_examples(API, OPERATIONS["SearchImageByName"])
# what a good request of each operation holds
GOOD: dict[str, dict[str, Any]] = {
    "SearchImageByPic": {"PicContent": GOODS},
    "SearchImageByName": {name: STORED[name] for name in NAMED},
    "AddImage": {"PicContent": GOODS, **NAMED},
    "DeleteImage": NAMED,
    "AuthorizeFileUpload": {"Product": "ImageSearch"},
    "SearchImage": {"PicContent": GOODS},
    "AddImageRoa": {"PicContent": GOODS, **NAMED},
    "DeleteImageRoa": NAMED,
}


@cache
def schemas(operation: str) -> dict[int, OAS31Validator]:
    responses = documented("aliyun", OPERATIONS[operation].document_path, OPERATIONS[operation].method.lower())[
        "responses"
    ]
    return {int(at): OAS31Validator(found["content"]["application/json"]["schema"]) for at, found in responses.items()}


# the vendor's page of August 2023, in its order
PAGE = """\
400 BadRequest The request has invalid parameters.
400 InvalidInstance The specified instance name is invalid.
400 NoCaretSeperator The body content is missing the ^ separator.
400 EmptyMeta The body content has an empty meta field.
400 InvalidMetaItem The meta field is invalid.
400 NoPicList The body content is missing the pic_list parameter.
400 InvalidPicList The specified pic_list parameter is invalid.
400 InvalidCategory The specified category is invalid.
400 OverflowMaxResultNum The specified number of total results exceeds the maximum of 500.
400 OverflowMaxReturnNum The specified number of results for each request exceeds the maximum of 100.
400 InvalidNumParameter The specified parameter num is invalid.
400 InvalidIntAttr The specified int_attr field is invalid.
400 UnsupportedPicFormat The specified image format is invalid.
400 InvalidFilterClause The specified filtering condition is invalid.
400 InstanceOverQuota The number of items exceeds the limit.
400 IncorrectOrientation The image contains incorrect rotation flags in the meta data.
400 UnsupportedPicPixels The specified pixels is not supported.
403 NoPermission You are not authorized to perform this operation.
403 DeniedRequest Your request was denied due to instance flow control.
500 UnknownException An internal server error occurred.
500 NetworkException A network error occurred.
500 UnsupportedInstanceType The instance type is not supported.
500 UnsupportedOperationType The specified action is not supported.
500 AccessEngineFailed An error occurred while accessing the search engine.
500 InternalOssError An internal OAS error occurred.
500 InternalSwiftError An internal SWIFT error occurred.
500 InternalTableStoreError An internal Table Store error occurred.
"""
TABLE = [tuple(line.split(" ", 2)) for line in PAGE.splitlines()]


def encode_base64_image(width: int, height: int, form: str = "PNG", **options: Any) -> str:
    out = BytesIO()
    Image.new("RGB", (width, height)).save(out, form, **options)
    return b64encode(out.getvalue()).decode()


def turned() -> str:
    exif = Image.Exif()
    exif[274] = 6
    return encode_base64_image(200, 200, "JPEG", exif=exif)


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# what brings each error that nature can bring, as the catalogue's `reproduce` says
NATURAL: dict[str, dict[str, Any]] = {
    "BadRequest": {"Crop": "maybe"},
    "InvalidInstance": {"InstanceName": "nobodys"},
    "InvalidCategory": {"CategoryId": 10},
    "OverflowMaxResultNum": {"Start": 450, "Num": 100},
    "OverflowMaxReturnNum": {"Num": 101},
    "InvalidNumParameter": {"Num": 0},
    "InvalidIntAttr": {"Filter": 'int_attr="red"'},
    "UnsupportedPicFormat": {"PicContent": "aGVsbG8="},
    "InvalidFilterClause": {"Filter": "int_attr=>1"},
    "IncorrectOrientation": {"PicContent": turned()},
    "UnsupportedPicPixels": {"PicContent": encode_base64_image(99, 99)},
    "NoPermission": {"account": "forbidden"},
    "DeniedRequest": {"InstanceName": "demoqps1", "times": 2},
    "InstanceOverQuota": {"operation": "AddImage", "InstanceName": "demosmall1", "times": 3, "PicName": NONCES},
    "InvalidStartParameter": {"Start": 500},
    "InvalidRegion": {"Region": "1,2,3"},
    "InvalidPicContent": {"PicContent": b64encode(bytes(4 * 1024 * 1024 + 1)).decode()},
    "InvalidPicUrl": {"PicContent": "http://bucket.oss-cn-shanghai.aliyuncs.com/nobody.jpg"},
    "PictureError": {"PicContent": "http://example.com/a.jpg", "variants": {"image-url": "fetched"}},
    "PicNotExist": {"operation": "SearchImageByName", "PicName": "nobodys"},
    "NoSpecifiedProductId": {"operation": "SearchImage", "Type": "SearchByName", "PicName": "a"},
    "NoSpecifiedPicName": {"operation": "SearchImage", "Type": "SearchByName", "ProductId": "a"},
    "InvalidType": {"operation": "SearchImage", "Type": "SearchByText"},
    "InvalidProductId": {"operation": "AddImage", "ProductId": "a" * 513},
    "InvalidPicName": {"operation": "AddImage", "PicName": "a" * 513},
    "InvalidCustomContent": {"operation": "AddImage", "CustomContent": "a" * 4097},
    "InvalidStrAttr": {"operation": "AddImage", "StrAttr": "a$b"},
    "InvalidStrAttr2": {"operation": "AddImage", "StrAttr2": "a$b"},
    "InvalidStrAttr3": {"operation": "AddImage", "StrAttr3": "a$b"},
    "InvalidStrAttr4": {"operation": "AddImage", "StrAttr4": "a$b"},
    "InvalidIntAttr2": {"operation": "AddImage", "IntAttr2": "red"},
    "InvalidIntAttr3": {"operation": "AddImage", "IntAttr3": "red"},
    "InvalidIntAttr4": {"operation": "AddImage", "IntAttr4": "red"},
    "InvalidRegion.Add": {"operation": "AddImage", "Region": "1,2,3"},
    "NoSpecifiedProductId.Delete": {"operation": "DeleteImage", "ProductId": ""},
    "InstanceStatusError.Roa": {"operation": "SearchImage", "InstanceName": "demoarrears1"},
    "NoSpecifiedPicContent": {"operation": "SearchImage", "PicContent": ""},
    "TimeoutForTransferImage": {"request": {"broken_rule": "body-timeout"}},
    "InstanceStatusError": {"InstanceName": "demoarrears1"},
    "SignatureDoesNotMatch": {"scheme": "rpc", "secret": "wrong"},
    "SignatureDoesNotMatch.ACS3": {"secret": "wrong"},
    "ContentMD5NotMatched": {
        "operation": "SearchImage",
        "scheme": "roa",
        "headers": {"content-md5": "AAAAAAAAAAAAAAAAAAAAAA=="},
    },
    "IncompleteSignature": {"headers": {"authorization": "ACS3-HMAC-SHA256 Credential=a,Signature=b"}},
    "SignatureNonceUsed": {"times": 2, "nonce": "the same"},
    "InvalidTimeStamp.Expired": {"at": iso(NOW - 901)},
    "InvalidTimeStamp.Format": {"scheme": "rpc", "at": "yesterday"},
    "MissingTimestamp": {"headers": {"x-acs-date": ""}},
    "MissingSecurityToken": {"account": "sts", "token": None},
    "MissingAccessKeyId": {"headers": {"authorization": ""}, "Format": "JSON"},
    "MissingSignature": {"scheme": "rpc", "query": "&Signature=", "drop": b"&Signature="},
    "MissingSignatureNonce": {"headers": {"x-acs-signature-nonce": ""}},
    "MissingInstanceName": {"InstanceName": ""},
    "MissingPicContent": {"PicContent": ""},
    "MissingProductId": {"operation": "SearchImageByName", "ProductId": ""},
    "MissingPicName": {"operation": "SearchImageByName", "PicName": ""},
    "MissingProduct": {"operation": "AuthorizeFileUpload", "Product": ""},
    "MissingVersion": {"version": None},
    "InvalidAccessKeyId.NotFound": {"key": "LTAI-nobody"},
    "InvalidAccessKeyId.Inactive": {"account": "disabled"},
    "InvalidSecurityToken.Expired": {"account": "sts-expired"},
    "InvalidSecurityToken.Malformed": {"account": "sts", "token": "another"},
    "InvalidAction.NotFound": {"action": "SearchImageByPicture"},
    "InvalidVersion": {"version": "2000-01-01"},
    "UnsupportedHTTPMethod": {"request": {"method": "PUT"}},
    "Throttling.User": {"account": "throttled"},
}
# other ways to the same errors
FURTHER: list[tuple[str, dict[str, Any]]] = [
    ("BadRequest", {"DistinctProductId": "2"}),
    ("BadRequest", {"ScoreThreshold": "0.123"}),
    ("BadRequest", {"ScoreThreshold": "1.01"}),
    ("BadRequest", {"Start": 500, "variants": {"error-catalogue": "page"}}),
    ("BadRequest", {"Region": "1,2,3", "variants": {"error-catalogue": "page"}}),
    ("InvalidInstance", {"InstanceName": "a" * 21}),
    ("InvalidInstance", {"InstanceName": "x-provenance"}),
    ("InvalidCategory", {"CategoryId": "shoes"}),
    ("InvalidNumParameter", {"Num": -1}),
    ("InvalidNumParameter", {"Num": "ten"}),
    ("InvalidNumParameter", {"Num": "1.5"}),
    ("OverflowMaxReturnNum", {"Num": 10**17}),
    ("OverflowMaxResultNum", {"Start": 499}),
    ("InvalidStartParameter", {"Start": -1}),
    ("InvalidStartParameter", {"Start": "first"}),
    ("InvalidFilterClause", {"Filter": "int_attr=1 OR " * 20 + "int_attr=1"}),
    ("InvalidFilterClause", {"Filter": 'situation="nobody"'}),
    ("InvalidRegion", {"Region": "90,10,20,80"}),
    ("InvalidRegion", {"Region": "10,90,20,20"}),
    ("InvalidRegion", {"Region": "10,801,20,80"}),
    ("InvalidRegion", {"Region": "10,90,20,801"}),
    ("InvalidRegion", {"Region": f"10,{'9' * 5000},20,80"}),
    ("InvalidRegion", {"Region": "10,90,20,80,"}),
    ("InvalidPicContent", {"PicContent": "A" * 5_592_412}),
    ("InvalidPicContent", {"request": {"body": b"a=" + b"b" * 9_000_000}}),
    ("InvalidPicContent", {"request": {"broken_rule": "body-too-large"}}),
    ("UnsupportedPicFormat", {"PicContent": GOODS[:-4000]}),
    ("UnsupportedPicFormat", {"PicContent": GOODS[:-1]}),
    ("UnsupportedPicPixels", {"PicContent": encode_base64_image(4097, 100)}),
    ("UnsupportedPicPixels", {"PicContent": encode_base64_image(199, 300), "InstanceName": "demotrademark1"}),
    ("UnsupportedPicPixels", {"PicContent": encode_base64_image(300, 4096), "InstanceName": "demotrademark1"}),
    ("UnsupportedPicPixels", {"PicContent": encode_base64_image(447, 500), "InstanceName": "democloth1"}),
    ("", {"PicContent": encode_base64_image(200, 4095), "InstanceName": "demotrademark1"}),
    ("", {"PicContent": encode_base64_image(448, 4096), "InstanceName": "democloth1"}),
    ("", {"PicContent": encode_base64_image(100, 4096), "InstanceName": "demogeneric1"}),
    ("", {"Start": 499, "Num": 1}),
    ("", {"Start": 400, "Num": 100}),
    ("", {"Crop": "TRUE", "DistinctProductId": "False", "ScoreThreshold": "0"}),
    ("", {"Filter": "", "Region": "", "CategoryId": ""}),
    ("", {"Format": "YAML"}),
    ("", {"Unknown": "x"}),
    ("PictureError", {"PicContent": "https://cbu01.alicdn.com/x.jpg", "variants": {"image-url": "fetched"}}),
    (
        "PictureError",
        {
            "PicContent": f"http://a/O1CN01{encode_image_code(100_000)}_!!1-0-cib.jpg",
            "variants": {"image-url": "fetched"},
        },
    ),
    ("InvalidAction.NotFound", {"action": None}),
    ("InvalidAction.NotFound", {"request": {"path": "/v2/image/update"}}),
    ("InvalidAction.NotFound", {"request": {"method": "GET"}}),
    ("InvalidAction.NotFound", {"operation": "AuthorizeFileUpload", "request": {"method": "POST"}}),
    ("InvalidAction.NotFound", {"operation": "SearchImage", "action": "AddImage"}),
    ("UnsupportedHTTPMethod", {"operation": "SearchImage", "request": {"method": "GET"}}),
    ("InvalidVersion", {"operation": "AuthorizeFileUpload", "version": "2020-12-14"}),
    ("InvalidVersion", {"operation": "AddImage", "version": "2019-03-25"}),
    ("InvalidVersion", {"operation": "AddImageRoa", "version": "2020-12-14"}),
    ("MissingVersion", {"operation": "DeleteImageRoa", "version": None}),
    ("MissingVersion", {"operation": "AuthorizeFileUpload", "version": None}),
    ("", {"operation": "SearchImage", "action": None}),
    ("", {"operation": "AddImageRoa", "action": None, "scheme": "roa"}),
    ("SignatureDoesNotMatch", {"operation": "DeleteImageRoa", "secret": "wrong", "scheme": "roa"}),
    ("SignatureDoesNotMatch", {"operation": "DeleteImage", "secret": "wrong", "scheme": "rpc"}),
    ("MissingAccessKeyId", {"operation": "SearchImage", "headers": {"authorization": ""}}),
    # the permit is another product's: what the account may not do is said at the search
    ("", {"operation": "AuthorizeFileUpload", "account": "forbidden"}),
    ("InvalidInstance", {"operation": "AddImage", "InstanceName": "nobodys"}),
    ("InvalidInstance", {"operation": "DeleteImage", "InstanceName": "nobodys"}),
    ("InstanceStatusError", {"operation": "AddImage", "InstanceName": "demoarrears1"}),
    ("InstanceStatusError.Roa", {"operation": "DeleteImageRoa", "InstanceName": "demoarrears1"}),
    ("DeniedRequest", {"operation": "AddImage", "InstanceName": "demoqps1", "times": 2}),
    ("DeniedRequest", {"operation": "DeleteImage", "InstanceName": "demoqps1", "times": 21}),
    ("InvalidProductId", {"operation": "AddImage", "ProductId": "a" * 257, "variants": {"name-limit": "sdk"}}),
    ("InvalidPicName", {"operation": "AddImageRoa", "PicName": "图" * 257, "variants": {"name-limit": "sdk"}}),
    ("", {"operation": "AddImage", "ProductId": "a" * 512, "PicName": "图" * 512}),
    ("InvalidStrAttr", {"operation": "AddImage", "StrAttr": "a" * 129}),
    ("InvalidStrAttr4", {"operation": "AddImage", "StrAttr4": "图" * 129}),
    ("", {"operation": "AddImage", "StrAttr4": "图" * 128, "CustomContent": "图" * 4096}),
    *[("InvalidStrAttr2", {"operation": "AddImage", "StrAttr2": f"a{sign}"}) for sign in "\\¥$&%"],
    ("InvalidIntAttr", {"operation": "AddImage", "IntAttr": "1.5"}),
    ("InvalidIntAttr", {"operation": "AddImageRoa", "IntAttr": 2**31}),
    ("InvalidIntAttr3", {"operation": "AddImage", "IntAttr3": -(2**31) - 1}),
    ("", {"operation": "AddImage", "IntAttr": -(2**31), "IntAttr2": 2**31 - 1}),
    ("InvalidCategory", {"operation": "AddImage", "CategoryId": 10}),
    ("BadRequest", {"operation": "AddImage", "Crop": "maybe"}),
    ("InvalidRegion.Add", {"operation": "AddImage", "Region": "10,801,20,80"}),
    ("InvalidRegion", {"operation": "AddImageRoa", "Region": "90,10,20,80"}),
    ("BadRequest", {"operation": "AddImage", "Region": "1,2,3", "variants": {"error-catalogue": "page"}}),
    ("UnsupportedPicFormat", {"operation": "AddImage", "PicContent": "aGVsbG8="}),
    ("UnsupportedPicPixels", {"operation": "AddImageRoa", "PicContent": encode_base64_image(99, 99)}),
    ("IncorrectOrientation", {"operation": "AddImage", "PicContent": turned()}),
    ("InvalidPicContent", {"operation": "AddImage", "request": {"broken_rule": "body-too-large"}}),
    ("TimeoutForTransferImage", {"operation": "AddImageRoa", "request": {"broken_rule": "body-timeout"}}),
    ("InvalidPicUrl", {"operation": "AddImage", "PicContent": "http://127.0.0.1/nobody"}),
    ("MissingPicContent", {"operation": "AddImage", "PicContent": ""}),
    ("MissingProductId", {"operation": "AddImage", "ProductId": ""}),
    ("MissingPicName", {"operation": "AddImageRoa", "PicName": ""}),
    ("MissingProductId", {"operation": "DeleteImageRoa", "ProductId": ""}),
    ("InvalidFilterClause", {"operation": "DeleteImage", "IsDeleteByFilter": "true"}),
    ("InvalidFilterClause", {"operation": "DeleteImage", "IsDeleteByFilter": "true", "Filter": "int_attr=>1"}),
    ("InvalidIntAttr", {"operation": "DeleteImage", "IsDeleteByFilter": "true", "Filter": 'int_attr="a"'}),
    ("BadRequest", {"operation": "DeleteImage", "IsDeleteByFilter": "2"}),
    ("PicNotExist", {"operation": "SearchImageByName", "ProductId": "1"}),
    ("PicNotExist", {"operation": "SearchImage", "Type": "SearchByName", "ProductId": "a", "PicName": "a"}),
    ("InvalidNumParameter", {"operation": "SearchImageByName", "Num": 0}),
    ("InvalidStartParameter", {"operation": "SearchImage", "Start": 500}),
    ("OverflowMaxResultNum", {"operation": "SearchImage", "Start": 450, "Num": 100}),
    ("OverflowMaxReturnNum", {"operation": "SearchImageByName", "Num": 101}),
    ("InvalidFilterClause", {"operation": "SearchImageByName", "Filter": "int_attr=>1"}),
    ("BadRequest", {"operation": "SearchImageByName", "ScoreThreshold": "1.01"}),
    ("InvalidCategory", {"operation": "SearchImageByName", "CategoryId": 10}),
    # an error of another step is no error here, and no condition either
    ("", {"Filter": 'situation="EntityTooLarge"'}),
    ("InvalidAction.NotFound", {"Action": "Detail"}),
    ("MissingInstanceName", {"request": {"body": b""}, "unsigned-body": True}),
]


@cache
def mock(**variants: str) -> Mock:
    return Mock("aliyun", variants={key.replace("_", "-"): value for key, value in variants.items()}, clock=lambda: NOW)


def made(given: dict[str, Any]) -> Request:
    """A good request of the demo account, but for what is said otherwise; what is no system part is a parameter."""
    given = dict(given)
    entry = API.root.accounts[given.pop("account", "demo")]
    keys = given.pop("key", entry["AccessKeyId"]), given.pop("secret", entry["AccessKeySecret"])
    token, nonce = given.pop("token", entry.get("SecurityToken")), given.pop("nonce", next(NONCES))
    at, scheme = given.pop("at", iso(NOW)), given.pop("scheme", "acs3")
    meant = OPERATIONS[given.pop("operation", "SearchImageByPic")]
    examples = collect_examples(API, meant)
    action, version = given.pop("action", examples["x-acs-action"]), given.pop("version", examples["x-acs-version"])
    headers, drop = given.pop("headers", {}), given.pop("drop", b"")
    sent, whole = given.pop("request", {}), given.pop("unsigned-body", False)
    for name in ("variants", "times", "query"):
        given.pop(name, None)
    form = {**GOOD[meant.id], **given}
    form |= {name: next(value) for name, value in form.items() if value is NONCES}
    if meant.method == "POST":
        form = {"InstanceName": "demoinstance1", **form}
    named = {"Action": action, "Version": version, "Format": "JSON"} if scheme == "rpc" else {}
    system = {} if named else {"x-acs-action": action, "x-acs-version": version}
    base = {"host": "imagesearch.cn-shanghai.aliyuncs.com", "content-type": "application/x-www-form-urlencoded"}
    request = Request(
        method=meant.method,
        path=meant.path,
        query=urlencode(named | ({} if meant.method == "POST" else form)).encode(),
        headers=tuple((name.encode(), value.encode()) for name, value in {**base, **system}.items() if value),
        body=sent.get("body", b"") if whole else urlencode(form).encode() if meant.method == "POST" else b"",
    )
    if scheme == "roa":
        date = format_datetime(datetime.fromtimestamp(NOW, UTC), usegmt=True)
        request = acs_roa.sign_request(request, *keys, date=date, nonce=nonce, security_token=token)
    else:
        sign = acs3.sign_request if scheme == "acs3" else acs_rpc.sign_request
        request = sign(request, *keys, timestamp=at, nonce=nonce, security_token=token)
    pairs = tuple(pair for pair in request.headers if pair[0].decode() not in headers)
    added = tuple((name.encode(), value.encode()) for name, value in headers.items() if value)
    query = b"&".join(part for part in request.query.split(b"&") if not drop or not part.startswith(drop.strip(b"&")))
    return replace(request, headers=pairs + added, query=query, **({} if whole else sent))


def send(given: dict[str, Any]) -> Response:
    chosen = {key.replace("-", "_"): value for key, value in given.get("variants", {}).items()}
    own = Mock("aliyun", clock=lambda: NOW) if given.get("times") else mock(**chosen)
    for _ in range(given.get("times", 1) - 1):
        assert own.respond(made(given)).status == 200
    return own.respond(made(given))


def held(reply: Response, error: str, operation: str = "SearchImageByPic") -> dict[str, Any]:
    """The body, held against the spec: the catalogue's status, code and message, in the form of a gateway's error."""
    body: dict[str, Any] = json.loads(reply.body)
    expected = ERRORS[error]
    assert (reply.status, body.get("Code")) == (expected.status, expected.code), body
    assert reply.media_type == "application/json;charset=utf-8"
    start, placeholder, _ = expected.message.partition("{")
    assert body["Message"].startswith(start) if placeholder else body["Message"] == expected.message
    assert "{" not in body["Message"].partition("Canonical")[0]
    schemas(operation)[reply.status].validate(body)
    headers = dict(reply.headers)
    assert all(headers[name.lower().encode()].decode() == value for name, value in expected.headers.items())
    return body


def test_the_pages_table_is_the_specs() -> None:
    assert len(TABLE) == 27
    listed = [(str(error.status), str(error.code), error.message) for error in ERRORS.values()]
    assert listed[:27] == TABLE
    assert list(ERRORS)[:27] == [code for _, code, _ in TABLE]


@pytest.mark.parametrize(("status", "code", "message"), TABLE, ids=[code for _, code, _ in TABLE])
def test_the_pages_table_by_magic(status: str, code: str, message: str) -> None:
    for given in ({"key": f"situation-{code}"}, {"Filter": f'situation="{code}"'}):
        reply = send(given)
        body = json.loads(reply.body)
        assert (reply.status, body["Code"], body["Message"]) == (int(status), code, message)
        assert body["HostId"] == "imagesearch.cn-shanghai.aliyuncs.com"
        assert body["Recommend"].startswith(f"https://api.aliyun.com/troubleshoot?q={code}&product=ImageSearch")


def able(error: str) -> list[str]:
    """The operations that can answer an error in the gateway's words, and do not have it in other words."""
    possible = ERRORS[error].operations or list(OPERATIONS)
    return [name for name in possible if name in GOOD and error not in OPERATIONS[name].extension.error_aliases]


@pytest.mark.exhaustive
@pytest.mark.parametrize("error", ERRORS)
def test_every_error_by_magic(error: str) -> None:
    for operation in able(error):
        held(send({"operation": operation, "key": f"situation-{error}"}), error, operation)
        if any(field.name == "Filter" for field in OPERATIONS[operation].fields):
            held(send({"operation": operation, "Filter": f'situation="{error}"'}), error, operation)


def test_words_of_their_own() -> None:
    for name in GOOD:
        for error, own in OPERATIONS[name].extension.error_aliases.items():
            held(send({"operation": name, "key": f"situation-{error}"}), own, name)
            assert ERRORS[own].code == ERRORS[error].code
            assert name in ERRORS[own].operations


@pytest.mark.parametrize("error", [name for name, found in ERRORS.items() if found.operations])
def test_no_other_operation_answers_it(error: str) -> None:
    for operation in set(GOOD) - set(ERRORS[error].operations):
        assert send({"operation": operation, "key": f"situation-{error}"}).status == 200


def test_every_natural_error_is_here() -> None:
    assert {error for error, found in ERRORS.items() if found.reproduce} == set(NATURAL)


@pytest.mark.exhaustive(12)
@pytest.mark.parametrize("error", NATURAL)
def test_every_natural_error(error: str) -> None:
    held(send(NATURAL[error]), error, NATURAL[error].get("operation", "SearchImageByPic"))


@pytest.mark.exhaustive
@pytest.mark.parametrize(("error", "given"), FURTHER, ids=[f"{at}-{error}" for at, (error, _) in enumerate(FURTHER)])
def test_further_ways(error: str, given: dict[str, Any]) -> None:
    reply = send(given)
    if error:
        held(reply, error, given.get("operation", "SearchImageByPic"))
    else:
        assert reply.status == 200, reply.body


APPLICATION = [error for error, found in ERRORS.items() if not found.error_format]


@pytest.mark.exhaustive(10)
@pytest.mark.parametrize("error", APPLICATION)
def test_in_the_body(error: str) -> None:
    for operation in set(able(error)) - {"AuthorizeFileUpload"}:
        given = {"operation": operation, "key": f"situation-{error}", "variants": {"error-format": "in-body"}}
        reply = send(given)
        body = json.loads(reply.body)
        own = ERRORS[OPERATIONS[operation].extension.error_aliases.get(error, error)]
        assert (reply.status, body["Success"], body["Code"]) == (200, False, own.status)
        changes = operation.startswith(("Add", "Delete"))
        assert body["Message" if changes else "Msg"] == own.message
        assert ("Msg" in body) is not changes
        schemas(operation)[200].validate(body)


def test_a_permit_is_none_of_image_searchs() -> None:
    given = {"operation": "AuthorizeFileUpload", "key": "situation-AccessEngineFailed"}
    assert send(given).status == 200
    given["key"] = "situation-Throttling"
    held(send({**given, "variants": {"error-format": "in-body"}}), "Throttling", "AuthorizeFileUpload")


def test_the_gateway_keeps_its_own_transport() -> None:
    reply = send({"secret": "wrong", "variants": {"error-format": "in-body"}})
    assert (reply.status, json.loads(reply.body)["Code"]) == (400, "SignatureDoesNotMatch")


def test_reactions_name_errors_of_the_catalogue() -> None:
    for reaction in API.root.data["reactions"].values():
        if isinstance(reaction, str):
            assert reaction in API.root.errors
        elif "variant" in reaction:
            values = {key: error for key, error in reaction.items() if key != "variant"}
            assert set(values) == set(API.root.variants[reaction["variant"]].values)
            assert set(values.values()) <= set(ERRORS)
    known = API.root.data["instances"]["known"].values()
    assert {instance["error"] for instance in known if "error" in instance} <= set(ERRORS)
