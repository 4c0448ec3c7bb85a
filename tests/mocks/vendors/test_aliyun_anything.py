"""Whatever a client sends to Alibaba Cloud's SearchImageByPic, the answer is one that the spec knows."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from openapi_schema_validator import OAS31Validator

from lookalike_mocks import Mock
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.references import resolve_refs
from lookalike_specs.signing import acs3, acs_rpc

API = load_api("aliyun")
NOW = 1_795_220_788
STAMP = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
NONCES = (f"nonce-{number}" for number in count())
KEYS = API.account["AccessKeyId"], API.account["AccessKeySecret"]
GOODS = b64encode(render_jpeg(5)).decode()
RESPONSES: dict[str, Any] = resolve_refs(dict(API.document), API.document["paths"]["/"]["post"]["responses"])
SCHEMAS = {int(at): OAS31Validator(found["content"]["application/json"]["schema"]) for at, found in RESPONSES.items()}
VARIANTS = st.fixed_dictionaries(
    {name: st.sampled_from(sorted(variant.values)) for name, variant in API.root.variants.items()}
)
BASE = (
    (b"host", b"127.0.0.1"),
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"x-acs-action", b"SearchImageByPic"),
    (b"x-acs-version", b"2020-12-14"),
)
MOCK = Mock("aliyun", clock=lambda: NOW)

NAMES = st.sampled_from(sorted({field.name for field in API.operations[0].fields} - {"PicContent"}))
LIKELY = st.sampled_from(
    ["", "0", "1", "-1", "500", "true", "None", "9" * 30, "1,2,3,4", "4,3,2,1", "0,800,0,800", "0.5", "1e5", "nan", "XML",
     "int_attr>1", 'str_attr="a"', "int_attr in (1)", "demoinstance1", "demogeneric1", "demoqps1", "\x00", "é", "\U0001f600"]
)  # fmt: skip
VALUES = LIKELY | st.text(max_size=30)
IMAGES = st.sampled_from([GOODS, "http://x", "https://cbu01.alicdn.com/a.jpg", "aGVsbG8="]) | st.text(max_size=50)


def answered(mock: Mock, request: Request) -> int:
    """The status, once the answer is held against the spec."""
    reply = mock.respond(request)
    assert reply.status in SCHEMAS, reply
    if reply.media_type == "text/xml;charset=utf-8":
        assert ElementTree.fromstring(reply.body).tag in ("Error", "SearchImageByPicResponse")  # noqa: S314 - our own
    else:
        assert reply.media_type == "application/json;charset=utf-8"
        SCHEMAS[reply.status].validate(json.loads(reply.body))
    return reply.status


def form(sent: dict[str, str]) -> bytes:
    return urlencode(sent, errors="replace").encode()


def by_acs3(body: bytes, query: bytes = b"") -> Request:
    request = Request(method="POST", path="/", query=query, headers=BASE, body=body)
    return acs3.sign_request(request, *KEYS, timestamp=STAMP, nonce=next(NONCES))


@given(st.dictionaries(NAMES, VALUES, max_size=6), IMAGES, VARIANTS)
def test_any_parameters(sent: dict[str, str], content: str, variants: dict[str, str]) -> None:
    body = form({"InstanceName": "demoinstance1", "PicContent": content, **sent})
    mock = Mock("aliyun", variants=variants, clock=lambda: NOW)
    assert answered(mock, by_acs3(body)) != 404 or "Action" in sent
    given = Request(method="POST", path="/", query=b"Action=SearchImageByPic", headers=BASE[:2], body=body)
    answered(mock, acs_rpc.sign_request(given, *KEYS, timestamp=STAMP, nonce=next(NONCES)))


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_as_an_image(data: bytes, encoded: bool) -> None:
    content = b64encode(data).decode() if encoded else data.decode("latin-1")
    assert answered(MOCK, by_acs3(form({"InstanceName": "demoinstance1", "PicContent": content}))) == 400


@given(st.binary(max_size=300), st.binary(max_size=60))
def test_any_bytes_as_body_and_query(body: bytes, query: bytes) -> None:
    answered(MOCK, by_acs3(body, query))
    answered(MOCK, Request(method="POST", path="/", query=query, headers=BASE, body=body))


AUTHORIZATION = (
    st.binary(max_size=80)
    | st.text(alphabet="ACS3-HMACSHA256 acs,:;=CredentialSignedHeadersSignature", max_size=120).map(str.encode)
    | st.tuples(
        st.sampled_from([b"ACS3-HMAC-SHA256 ", b"acs ", b"Bearer ", b"ACS3-HMAC-SM3 "]),
        st.lists(
            st.sampled_from(
                [b"Credential=", b"SignedHeaders=", b"Signature=", KEYS[0].encode(), b"host;x-acs-date", b"a:b"]
            )
            | st.binary(max_size=8),
            max_size=8,
        ).map(b",".join),
    ).map(b"".join)
)

HEADERS = st.sampled_from([field.name for field in API.operations[0].fields if field.location == "header"])


@given(AUTHORIZATION, st.dictionaries(HEADERS, VALUES))
def test_any_authorization(value: bytes, headers: dict[str, str]) -> None:
    request = by_acs3(form({"InstanceName": "demoinstance1", "PicContent": GOODS}))
    kept = tuple(pair for pair in request.headers if pair[0] != b"authorization")
    assert answered(MOCK, replace(request, headers=(*kept, (b"authorization", value)))) in (400, 404)
    others = tuple((name.lower().encode(), text.encode("utf-8", "replace")) for name, text in headers.items())
    assert answered(MOCK, replace(request, headers=(*others, *BASE, (b"authorization", value)))) in (400, 404)
