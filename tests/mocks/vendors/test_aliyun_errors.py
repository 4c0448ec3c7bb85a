"""Alibaba Cloud's errors: the page's table word for word, and each error brought by nature and by magic."""

import json
from base64 import b64encode
from datetime import UTC, datetime
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
from lookalike_mocks.catalogue.identicon import jpeg
from lookalike_mocks.catalogue.names import picture_code
from lookalike_specs import load
from lookalike_specs.document import resolve
from lookalike_specs.signing import acs3, acs_rpc
from lookalike_specs.wire import Reply, Request

API = load("aliyun")
ERRORS = API.root.errors
NOW = 1_795_220_788
NONCES = (f"nonce-{number}" for number in count())
RESPONSES: dict[str, Any] = resolve(dict(API.document), API.document["paths"]["/"]["post"]["responses"])
SCHEMAS = {int(at): OAS31Validator(found["content"]["application/json"]["schema"]) for at, found in RESPONSES.items()}
GOODS = b64encode(jpeg(5)).decode()

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


def picture(width: int, height: int, form: str = "PNG", **options: Any) -> str:
    out = BytesIO()
    Image.new("RGB", (width, height)).save(out, form, **options)
    return b64encode(out.getvalue()).decode()


def turned() -> str:
    exif = Image.Exif()
    exif[274] = 6
    return picture(200, 200, "JPEG", exif=exif)


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# what brings each error that nature can bring, as the catalogue's `natural` says
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
    "UnsupportedPicPixels": {"PicContent": picture(99, 99)},
    "NoPermission": {"account": "forbidden"},
    "DeniedRequest": {"InstanceName": "demoqps1", "times": 2},
    "InvalidStartParameter": {"Start": 500},
    "InvalidRegion": {"Region": "1,2,3"},
    "InvalidPicContent": {"PicContent": b64encode(bytes(4 * 1024 * 1024 + 1)).decode()},
    "InvalidPicUrl": {"PicContent": "http://bucket.oss-cn-shanghai.aliyuncs.com/nobody.jpg"},
    "PictureError": {"PicContent": "http://example.com/a.jpg", "variants": {"picture-url": "fetched"}},
    "TimeoutForTransferImage": {"request": {"fault": "body-timeout"}},
    "InstanceStatusError": {"InstanceName": "demoarrears1"},
    "SignatureDoesNotMatch": {"scheme": "rpc", "secret": "wrong"},
    "SignatureDoesNotMatch.ACS3": {"secret": "wrong"},
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
    ("InvalidPicContent", {"request": {"fault": "body-too-large"}}),
    ("UnsupportedPicFormat", {"PicContent": GOODS[:-4000]}),
    ("UnsupportedPicFormat", {"PicContent": GOODS[:-1]}),
    ("UnsupportedPicPixels", {"PicContent": picture(4097, 100)}),
    ("UnsupportedPicPixels", {"PicContent": picture(199, 300), "InstanceName": "demotrademark1"}),
    ("UnsupportedPicPixels", {"PicContent": picture(300, 4096), "InstanceName": "demotrademark1"}),
    ("UnsupportedPicPixels", {"PicContent": picture(447, 500), "InstanceName": "democloth1"}),
    ("", {"PicContent": picture(200, 4095), "InstanceName": "demotrademark1"}),
    ("", {"PicContent": picture(448, 4096), "InstanceName": "democloth1"}),
    ("", {"PicContent": picture(100, 4096), "InstanceName": "demogeneric1"}),
    ("", {"Start": 499, "Num": 1}),
    ("", {"Start": 400, "Num": 100}),
    ("", {"Crop": "TRUE", "DistinctProductId": "False", "ScoreThreshold": "0"}),
    ("", {"Filter": "", "Region": "", "CategoryId": ""}),
    ("", {"Format": "YAML"}),
    ("", {"Unknown": "x"}),
    ("PictureError", {"PicContent": "https://cbu01.alicdn.com/x.jpg", "variants": {"picture-url": "fetched"}}),
    (
        "PictureError",
        {"PicContent": f"http://a/O1CN01{picture_code(100_000)}_!!1-0-cib.jpg", "variants": {"picture-url": "fetched"}},
    ),
    ("InvalidAction.NotFound", {"action": None}),
    ("InvalidAction.NotFound", {"request": {"path": "/v2/image/search"}}),
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
    action, version = given.pop("action", "SearchImageByPic"), given.pop("version", "2020-12-14")
    headers, drop = given.pop("headers", {}), given.pop("drop", b"")
    sent, whole = given.pop("request", {}), given.pop("unsigned-body", False)
    for name in ("variants", "times", "query"):
        given.pop(name, None)
    form = {"InstanceName": "demoinstance1", "PicContent": GOODS, **given}
    system = {"x-acs-action": action, "x-acs-version": version} if scheme == "acs3" else {}
    base = {"host": "imagesearch.cn-shanghai.aliyuncs.com", "content-type": "application/x-www-form-urlencoded"}
    request = Request(
        method="POST",
        path="/",
        query=b"" if scheme == "acs3" else urlencode({"Action": action, "Version": version, "Format": "JSON"}).encode(),
        headers=tuple((name.encode(), value.encode()) for name, value in {**base, **system}.items() if value),
        body=sent.get("body", b"") if whole else urlencode(form).encode(),
    )
    sign = acs3.signed if scheme == "acs3" else acs_rpc.signed
    request = sign(request, *keys, timestamp=at, nonce=nonce, security_token=token)
    kept = tuple(pair for pair in request.headers if pair[0].decode() not in headers)
    added = tuple((name.encode(), value.encode()) for name, value in headers.items() if value)
    query = b"&".join(part for part in request.query.split(b"&") if not drop or not part.startswith(drop.strip(b"&")))
    return replace(request, headers=kept + added, query=query, **({} if whole else sent))


def send(given: dict[str, Any]) -> Reply:
    chosen = {key.replace("-", "_"): value for key, value in given.get("variants", {}).items()}
    own = Mock("aliyun", clock=lambda: NOW) if given.get("times") else mock(**chosen)
    for _ in range(given.get("times", 1) - 1):
        assert own.answer(made(given)).status == 200
    return own.answer(made(given))


def held(reply: Reply, error: str) -> dict[str, Any]:
    """The body, held against the spec: the catalogue's status, code and message, in the form of a gateway's error."""
    body: dict[str, Any] = json.loads(reply.body)
    expected = ERRORS[error]
    assert (reply.status, body.get("Code")) == (expected.status, expected.code), body
    assert reply.media_type == "application/json;charset=utf-8"
    start, placeholder, _ = expected.message.partition("{")
    assert body["Message"].startswith(start) if placeholder else body["Message"] == expected.message
    assert "{" not in body["Message"].partition("Canonical")[0]
    SCHEMAS[reply.status].validate(body)
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


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_by_magic(error: str) -> None:
    held(send({"key": f"situation-{error}"}), error)
    held(send({"Filter": f'situation="{error}"'}), error)


def test_every_natural_error_is_here() -> None:
    assert {error for error, found in ERRORS.items() if found.natural} == set(NATURAL)


@pytest.mark.parametrize("error", NATURAL)
def test_every_natural_error(error: str) -> None:
    held(send(NATURAL[error]), error)


@pytest.mark.parametrize(("error", "given"), FURTHER, ids=[f"{at}-{error}" for at, (error, _) in enumerate(FURTHER)])
def test_further_ways(error: str, given: dict[str, Any]) -> None:
    reply = send(given)
    if error:
        held(reply, error)
    else:
        assert reply.status == 200, reply.body


APPLICATION = [error for error, found in ERRORS.items() if not found.transport]


@pytest.mark.parametrize("error", APPLICATION)
def test_in_the_body(error: str) -> None:
    reply = send({"key": f"situation-{error}", "variants": {"error-transport": "in-body"}})
    body = json.loads(reply.body)
    assert (reply.status, body["Success"], body["Code"]) == (200, False, ERRORS[error].status)
    assert body["Msg"] == ERRORS[error].message
    SCHEMAS[200].validate(body)


def test_the_gateway_keeps_its_own_transport() -> None:
    reply = send({"secret": "wrong", "variants": {"error-transport": "in-body"}})
    assert (reply.status, json.loads(reply.body)["Code"]) == (400, "SignatureDoesNotMatch")


def test_reactions_name_errors_of_the_catalogue() -> None:
    for reaction in API.root.data["reactions"].values():
        if isinstance(reaction, str):
            assert reaction in ERRORS
        elif "variant" in reaction:
            values = {key: error for key, error in reaction.items() if key != "variant"}
            assert set(values) == set(API.root.variants[reaction["variant"]].values)
            assert set(values.values()) <= set(ERRORS)
    known = API.root.data["instances"]["known"].values()
    assert {instance["error"] for instance in known if "error" in instance} <= set(ERRORS)
