"""How a file becomes a URL at Alibaba Cloud: the permit, the upload with its policy, and the search for what was sent."""

import json
import socket
from base64 import b64decode, b64encode
from hashlib import md5
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.authentication.post_policy import format_expiration
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_mocks.sandbox.image_store import BoundedStore
from lookalike_mocks.sandbox.state import Quota
from lookalike_specs.messages import Pairs, Request, Response
from lookalike_specs.request_builder import collect_examples
from lookalike_specs.signing import acs_rpc, oss_policy

from .aliyun_client import (
    API,
    HOST,
    NOW,
    OPERATIONS,
    Body,
    assert_conforming,
    draw_image,
    encode_base64,
    encode_image,
    encode_multipart,
    fetch_body,
    sign_request,
)

SECRET = API.account["AccessKeySecret"]
CONTENT_TYPE = b"multipart/form-data; boundary=XX"
PRODUCT = 4711
STORED = collect_examples(API, OPERATIONS["SearchImageByName"])
NAMES = {name: STORED[name] for name in ("ProductId", "PicName")}
ERRORS = {name: error for name, error in API.root.errors.items() if error.error_format == "oss-xml"}
UNTIL = "2120-01-01T12:00:00.000Z"
ANY: Body = {"expiration": UNTIL, "conditions": [["content-length-range", 0, 100_000_000]]}


@pytest.fixture
def mock() -> Mock:
    return Mock("aliyun", clock=lambda: NOW)


def permit(mock: Mock, account: dict[str, str] | None = None, host: str = HOST) -> Body:
    return fetch_body(mock, "AuthorizeFileUpload", account, host=host, Product="ImageSearch", RegionId="cn-shanghai")


def fields(permitted: Body, /, **changed: str | None) -> Pairs:
    """What SDKs send before the file."""
    names = {"OSSAccessKeyId": "AccessKeyId", "policy": "EncodedPolicy", "Signature": "Signature", "key": "ObjectKey"}
    sent = {"host": permitted["Endpoint"], **{name: permitted[key] for name, key in names.items()}}
    sent |= {"success_action_status": "201"}
    return tuple((name, value) for name, value in (sent | changed).items() if value is not None)


def form(body: bytes, host: str = HOST, content_type: bytes = CONTENT_TYPE, fault: str = "") -> Request:
    headers = ((b"host", host.encode()), (b"content-type", content_type))
    return Request(method="POST", path="/", headers=headers, body=body, broken_rule=fault)


def upload(mock: Mock, permitted: Body, data: bytes, host: str = HOST, **changed: str | None) -> Response:
    asked = form(encode_multipart(fields(permitted, **changed), data), host)
    return assert_conforming(asked, mock.respond(asked))


def url(permitted: Body) -> str:
    """As SDKs make it."""
    return f"http://{permitted['Bucket']}.{permitted['Endpoint']}/{permitted['ObjectKey']}"


def signed(policy: object, secret: str = SECRET, /, **changed: str | None) -> Pairs:
    """The fields of an upload whose policy the caller made himself."""
    text = b64encode(policy if isinstance(policy, bytes) else json.dumps(policy).encode()).decode()
    permitted = {"Endpoint": "0.0.1", "AccessKeyId": API.account["AccessKeyId"], "ObjectKey": "k"}
    return fields(
        {**permitted, "EncodedPolicy": text, "Signature": oss_policy.compute_signature(text, secret)}, **changed
    )


def element(reply: Response, name: str) -> str | None:
    return ElementTree.fromstring(reply.body).findtext(name)  # noqa: S314 - our own


def test_a_permit(mock: Mock) -> None:
    told = permit(mock)
    assert told["AccessKeyId"] == API.account["AccessKeyId"]
    assert (told["Bucket"], told["Endpoint"], told["UseAccelerate"]) == ("127", "0.0.1:8765", False)
    policy = json.loads(b64decode(told["EncodedPolicy"]))
    assert policy["expiration"] == "2026-11-21T01:26:28.000Z"
    assert policy["conditions"] == [["content-length-range", 0, 10485760], ["eq", "$key", told["ObjectKey"]]]
    assert told["Signature"] == oss_policy.compute_signature(told["EncodedPolicy"], SECRET)


@pytest.mark.parametrize(
    ("now", "written"),
    [(NOW, "2026-11-21T00:26:28.000Z"), (-5.0, "1970-01-01T00:00:00.000Z"), (1e18, "9999-12-31T23:59:59.000Z")],
)
def test_a_clock_may_be_set_to_anything(now: float, written: str) -> None:
    assert format_expiration(now) == written


def test_no_two_permits_are_of_one_object(mock: Mock) -> None:
    keys = [permit(mock)["ObjectKey"] for _ in range(20)]
    assert len(set(keys)) == 20
    assert keys[:3] == [permit(again)["ObjectKey"] for again in [Mock("aliyun", clock=lambda: NOW)] for _ in range(3)]
    assert permit(Mock("aliyun", clock=lambda: NOW, seed=1))["ObjectKey"] != keys[0]


@pytest.mark.parametrize(
    ("host", "bucket", "endpoint"),
    [
        ("127.0.0.1:8765", "127", "0.0.1:8765"),
        ("127.0.0.1", "127", "0.0.1"),
        ("10.1.2.3:80", "10", "1.2.3:80"),
        ("localhost:8765", "127", "0.0.1:8765"),
        ("localhost", "127", "0.0.1"),
        ("[::1]:9000", "127", "0.0.1:9000"),
        ("http://127.0.0.1:8765", "127", "0.0.1:8765"),
        ("openplatform.aliyuncs.com", "openplatform", "aliyuncs.com"),
        ("mock.test:443", "mock", "test:443"),
        (".test", "127", "0.0.1"),
        ("a b.c", "127", "0.0.1"),
        ("", "127", "0.0.1"),
    ],
)
def test_an_upload_comes_back_to_where_the_permit_is_from(mock: Mock, host: str, bucket: str, endpoint: str) -> None:
    told = permit(mock, host=host)
    assert (told["Bucket"], told["Endpoint"]) == (bucket, endpoint)
    with_scheme = Mock("aliyun", clock=lambda: NOW, variants={"upload-bucket": "with-scheme"})
    assert permit(with_scheme, host=host)["Bucket"] == f"http://{bucket}"


def test_a_permit_by_rpc_and_in_xml(mock: Mock) -> None:
    query = b"Action=AuthorizeFileUpload&Version=2019-12-19&Product=ImageSearch"
    keys = API.account["AccessKeyId"], SECRET
    for more, media_type in ((b"", "text/xml;charset=utf-8"), (b"&Format=json", "application/json;charset=utf-8")):
        request = Request(method="GET", path="/", query=query + more, headers=((b"host", HOST.encode()),))
        asked = acs_rpc.sign_request(request, *keys, timestamp="2026-11-21T00:26:28Z", nonce=media_type)
        reply = assert_conforming(asked, mock.respond(asked))
        assert (reply.status, reply.media_type) == (200, media_type)
        assert b"LTAI-lookalike-demo" in reply.body


@pytest.mark.parametrize("account", ["demo", "sts", "magic", "sandbox"])
def test_the_callers_own_key_uploads(mock: Mock, account: str) -> None:
    accounts: dict[str, dict[str, str]] = {
        "demo": {},
        "sts": API.root.accounts["sts"],
        "magic": {"AccessKeyId": "situation-full-page"},
        "sandbox": dict(mock.create_sandbox().credentials["aliyun"]),
    }
    who = accounts[account]
    told = permit(mock, who)
    assert told["AccessKeyId"] == {**API.account, **who}["AccessKeyId"]
    assert upload(mock, told, render_jpeg(PRODUCT)).status == 201
    body = fetch_body(mock, "SearchImageByPic", who, PicContent=url(told))
    assert body["Auctions"][0]["Score"] == 1.0


@pytest.mark.parametrize("variant", ["address", "with-scheme"])
def test_what_was_uploaded_is_searched_and_added(variant: str) -> None:
    mock = Mock("aliyun", clock=lambda: NOW, variants={"upload-bucket": variant})
    told = permit(mock)
    host = f"{told['Bucket']}.{told['Endpoint']}"
    assert host == ("http://" if variant == "with-scheme" else "") + HOST
    data = encode_image(draw_image(1))
    assert upload(mock, told, data, host).status == 201
    fetch_body(mock, "AddImage", ProductId="p1", PicName="a.png", PicContent=url(told))
    first = fetch_body(mock, "SearchImageByPic", PicContent=url(told))["Auctions"][0]
    assert (first["PicName"], first["Score"]) == ("a.png", 1.0)
    assert fetch_body(mock, "SearchImage", PicContent=url(told))["Auctions"][0]["PicName"] == "a.png"


def test_an_object_is_its_owners(mock: Mock) -> None:
    told = permit(mock)
    upload(mock, told, render_jpeg(PRODUCT))
    request = sign_request("SearchImageByPic", dict(mock.create_sandbox().credentials["aliyun"]), PicContent=url(told))
    assert json.loads(mock.respond(request).body)["Code"] == "InvalidPicUrl"


@pytest.mark.parametrize("data", [b"", b"hello", encode_image(draw_image(1))[:200]], ids=["empty", "text", "half"])
def test_what_is_no_image_is_told_by_the_search(mock: Mock, data: bytes) -> None:
    told = permit(mock)
    assert upload(mock, told, data).status == 201
    assert json.loads(mock.respond(sign_request("SearchImageByPic", PicContent=url(told))).body)["Code"] == (
        "UnsupportedPicFormat"
    )


def test_under_the_variant_that_fetches_objects_come_first(mock: Mock) -> None:
    fetching = Mock("aliyun", clock=lambda: NOW, variants={"image-url": "fetched"})
    told = permit(fetching)
    upload(fetching, told, render_jpeg(PRODUCT))
    assert fetch_body(fetching, "SearchImageByPic", PicContent=url(told))["Auctions"][0]["Score"] == 1.0
    request = sign_request("SearchImageByPic", PicContent="http://127.0.0.1:8765/imagesearch/nobody")
    assert json.loads(fetching.respond(request).body)["Code"] == "PictureError"


@pytest.mark.parametrize(
    ("asked", "status"), [("200", 200), ("201", 201), ("204", 204), ("202", 204), ("", 204), (None, 204)]
)
def test_the_status_that_is_asked_for(mock: Mock, asked: str | None, status: int) -> None:
    reply = upload(mock, permit(mock), b"x", success_action_status=asked)
    assert reply.status == status
    assert bool(reply.body) is (status == 201)


@pytest.mark.parametrize(("status", "size"), [("200", b"0"), ("201", None), ("204", b"")])
def test_what_has_no_body_says_so_on_the_wire(mock: Mock, status: str, size: bytes | None) -> None:
    body = encode_multipart(signed(ANY, success_action_status=status), b"x")
    with Server(MockApp(mock)) as server, socket.create_connection(("127.0.0.1", urlsplit(server.url).port)) as sock:
        head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n" % len(body)
        sock.sendall(head + b"content-type: %b\r\n\r\n" % CONTENT_TYPE + body)
        heard = b"".join(iter(lambda: sock.recv(65536), b""))
    told, _, rest = heard.partition(b"\r\n\r\n")
    lengths = [line[16:] for line in told.lower().split(b"\r\n") if line.startswith(b"content-length: ")]
    assert told.startswith(b"HTTP/1.1 " + status.encode())
    assert lengths == ([b"%d" % len(rest)] if size is None else [size] if size else [])
    assert bool(rest) is (size is None)


def test_what_an_upload_answers(mock: Mock) -> None:
    told, data = permit(mock), encode_image(draw_image(1))
    reply = upload(mock, told, data)
    assert reply.media_type == "application/xml"
    assert element(reply, "ETag") == f'"{md5(data, usedforsecurity=False).hexdigest().upper()}"'
    assert (element(reply, "Bucket"), element(reply, "Key")) == ("127", told["ObjectKey"])
    assert element(reply, "Location") == url(told)


SIZES = [0, 1, 1023, 1024, 1025, 2048, 3_000_000]
ENDINGS = [b"", b"\n", b"\r", b"\n\r", b"--", b"\r\n--", b"\r\n\r\n", b"\xff\xd9"]
# field order, what ends the file, what follows it
FRAMINGS: dict[str, tuple[bytes, Pairs]] = {
    "Python": (b"\r\n", ()),
    "Node": (b"", (("success_action_status", "201\r\n"),)),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_byte_arrives(mock: Mock, framing: str, size: int, ending: bytes) -> None:
    last_break, after = FRAMINGS[framing]
    data = (bytes(range(256)) * (size // 256 + 1))[: max(0, size - len(ending))] + ending[:size]
    told = permit(mock)
    before = fields(told, success_action_status=None if after else "201")
    asked = form(encode_multipart(before, data, after, last_break=last_break) + (b"\r\n" if after else b""))
    reply = assert_conforming(asked, mock.respond(asked))
    assert reply.status == 201
    # without a line break before the boundary, nobody can tell one of the file's own from it
    arrived = data.removesuffix(b"\r\n") if framing == "Node" else data
    assert mock.demo_state.image_store.objects.get(told["ObjectKey"]) == arrived


def key_of(permitted: Body, /, **changed: str | None) -> bytes:
    return encode_multipart(fields(permitted, **changed), b"data")


# how each of the object store's errors comes about, as the catalogue's `reproduce` says
NATURAL: dict[str, Any] = {
    "InvalidAccessKeyId.OSS": lambda told: key_of(told, OSSAccessKeyId="LTAI-nobody"),
    "SignatureDoesNotMatch.OSS": lambda told: key_of(told, policy=b64encode(json.dumps(ANY).encode()).decode()),
    "AccessDenied.Anonymous": lambda told: key_of(told, Signature=None),
    "AccessDenied.Expired": lambda _: encode_multipart(signed({**ANY, "expiration": "2026-11-21T00:26:28.000Z"}), b""),
    "AccessDenied.Condition": lambda told: key_of(told, key="another"),
    "InvalidPolicyDocument": lambda _: encode_multipart(signed(b"{"), b""),
    "InvalidPolicyDocument.Conditions": lambda _: encode_multipart(signed({"expiration": UNTIL}), b""),
    "EntityTooLarge": lambda told: encode_multipart(fields(told), bytes(10 * 1024 * 1024 + 1)),
    "EntityTooSmall": lambda _: encode_multipart(
        signed({"expiration": UNTIL, "conditions": [["content-length-range", 10, 100]]}), b"x"
    ),
    "MalformedPOSTRequest": lambda told: encode_multipart(fields(told), None),
    "InvalidArgument": lambda told: key_of(told, key=None),
    "RequestTimeout.OSS": key_of,
}


def test_every_natural_error_is_here() -> None:
    assert {name for name, error in ERRORS.items() if error.reproduce} == set(NATURAL)


@pytest.mark.parametrize("error", NATURAL)
def test_every_natural_error(mock: Mock, error: str) -> None:
    fault = "body-timeout" if error == "RequestTimeout.OSS" else ""
    refused(mock, form(NATURAL[error](permit(mock)), fault=fault), error)


def refused(mock: Mock, asked: Request, error: str) -> Response:
    """The answer, which is that error of the object store's, and keeps nothing."""
    reply = assert_conforming(asked, mock.respond(asked))
    expected = ERRORS[error]
    assert (reply.status, element(reply, "Code")) == (expected.status, expected.code), reply.body
    assert (element(reply, "Message") or "").startswith(expected.message.partition("{")[0])
    assert reply.media_type == "application/xml"
    assert element(reply, "HostId") == HOST
    assert element(reply, "RequestId")
    assert len(mock.demo_state.image_store.objects) == 0
    return reply


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_by_magic_where_it_belongs(mock: Mock, error: str) -> None:
    key = {"AccessKeyId": f"situation-{error}"}
    told = permit(mock, key)
    reply = refused(mock, form(encode_multipart(fields(told), b"data")), error)
    assert "{" not in (element(reply, "Message") or "")
    assert (
        fetch_body(mock, "SearchImageByPic", key, Num=1, PicContent=encode_base64(render_jpeg(PRODUCT)))["Msg"]
        == "success"
    )


def test_an_expired_permit(mock: Mock) -> None:
    told = permit(mock)
    late = Mock("aliyun", clock=lambda: NOW + 3600)
    refused(late, form(encode_multipart(fields(told), b"data")), "AccessDenied.Expired")
    in_time = Mock("aliyun", clock=lambda: NOW + 3599)
    assert upload(in_time, told, b"data").status == 201


POLICIES: list[tuple[object, str]] = [
    ({"conditions": ANY["conditions"]}, "InvalidPolicyDocument"),
    ({**ANY, "expiration": "tomorrow"}, "InvalidPolicyDocument"),
    ({**ANY, "expiration": "2120-01-01T12:00:00"}, "InvalidPolicyDocument"),
    ({**ANY, "expiration": 5}, "InvalidPolicyDocument"),
    ({**ANY, "expiration": "9999-12-31T23:59:59-23:59"}, ""),
    ([], "InvalidPolicyDocument"),
    (b"\xff", "InvalidPolicyDocument"),
    (b"[" * 5000, "InvalidPolicyDocument"),
    ({"expiration": UNTIL, "conditions": []}, "InvalidPolicyDocument.Conditions"),
    ({"expiration": UNTIL, "conditions": {"key": "k"}}, "InvalidPolicyDocument.Conditions"),
    *[
        ({"expiration": UNTIL, "conditions": [condition]}, error)
        for condition, error in (
            (["eq", "$key", "k"], ""),
            (["eq", "key", "k"], ""),
            ({"key": "k"}, ""),
            ({"bucket": "127"}, ""),
            (["starts-with", "$key", ""], ""),
            (["in", "$key", ["j", "k"]], ""),
            (["not-in", "$key", ["j"]], ""),
            (["eq", "$success_action_status", "201"], ""),
            (["eq", "$x-oss-meta-uuid", ""], ""),
            (["content-length-range", 0, 4], ""),
            (["content-length-range", 4, 4], ""),
            (["eq", "$key", "K"], "AccessDenied.Condition"),
            ({"key": "j"}, "AccessDenied.Condition"),
            ({"bucket": "other"}, "AccessDenied.Condition"),
            (["starts-with", "$key", "a"], "AccessDenied.Condition"),
            (["in", "$key", ["j"]], "AccessDenied.Condition"),
            (["not-in", "$key", ["k"]], "AccessDenied.Condition"),
            (["eq", "$x-oss-meta-uuid", "a"], "AccessDenied.Condition"),
            (["content-length-range", 5, 9], "EntityTooSmall"),
            (["content-length-range", 0, 3], "EntityTooLarge"),
            (["content-length-range", 0, "3"], "InvalidPolicyDocument.Conditions"),
            (["content-length-range", [1], 3], "InvalidPolicyDocument.Conditions"),
            (["like", "$key", "k"], "InvalidPolicyDocument.Conditions"),
            (["eq", "$key"], "InvalidPolicyDocument.Conditions"),
            (["eq", 1, "k"], "InvalidPolicyDocument.Conditions"),
            (["eq", "$key", ["k"]], "InvalidPolicyDocument.Conditions"),
            (["in", "$key", "k"], "InvalidPolicyDocument.Conditions"),
            ([["eq"], "$key", "k"], "InvalidPolicyDocument.Conditions"),
            ({"key": "k", "bucket": "127"}, "InvalidPolicyDocument.Conditions"),
            ({"key": ["k"]}, "InvalidPolicyDocument.Conditions"),
            ({}, "InvalidPolicyDocument.Conditions"),
            (123, "InvalidPolicyDocument.Conditions"),
            (None, "InvalidPolicyDocument.Conditions"),
        )
    ],
]


@pytest.mark.exhaustive(12)
@pytest.mark.parametrize(("policy", "error"), POLICIES, ids=range(len(POLICIES)))
def test_policies(mock: Mock, policy: object, error: str) -> None:
    asked = form(encode_multipart(signed(policy), b"data"))
    if error:
        refused(mock, asked, error)
    else:
        assert assert_conforming(asked, mock.respond(asked)).status == 201


def test_a_condition_is_quoted(mock: Mock) -> None:
    policy = {"expiration": UNTIL, "conditions": [["eq", "$key", '<"&>']]}
    reply = refused(mock, form(encode_multipart(signed(policy), b"")), "AccessDenied.Condition")
    assert element(reply, "Message") == (
        r'Invalid according to Policy: Policy Condition failed: ["eq", "$key", "<\"&>"]'
    )


SENDING: list[tuple[Request, str]] = [
    (form(encode_multipart(signed(ANY, OSSAccessKeyId=None), b"x")), "AccessDenied.Anonymous"),
    (form(encode_multipart(signed(ANY, OSSAccessKeyId=None, Signature=None), b"x")), "AccessDenied.Anonymous"),
    (form(encode_multipart(signed(ANY, Signature="")[:-1], b"x")), "AccessDenied.Anonymous"),
    (form(encode_multipart(signed(ANY, policy=None), b"x")), "SignatureDoesNotMatch.OSS"),
    (form(encode_multipart(signed(ANY, "wrong"), b"x")), "SignatureDoesNotMatch.OSS"),
    (form(encode_multipart(signed(ANY, Signature="é"), b"x")), "SignatureDoesNotMatch.OSS"),
    (form(encode_multipart(signed(ANY, policy="é"), b"x")), "SignatureDoesNotMatch.OSS"),
    (form(encode_multipart(signed(ANY, key="k" * 1024), b"x")), "InvalidArgument"),
    (form(encode_multipart(signed(ANY), b"x")[:-6]), "MalformedPOSTRequest"),
    (form(encode_multipart(signed(ANY), b"x"), content_type=b"multipart/form-data"), "MalformedPOSTRequest"),
    (form(b""), "AccessDenied.Anonymous"),
    (form(b"", fault="body-too-large"), "EntityTooLarge"),
    (form(bytes(11 * 1024 * 1024 + 1)), "MalformedPOSTRequest"),
    (form(encode_multipart(signed(ANY), bytes(11 * 1024 * 1024))), "EntityTooLarge"),
]


@pytest.mark.parametrize(("asked", "error"), SENDING, ids=range(len(SENDING)))
def test_what_an_upload_must_not_be(mock: Mock, asked: Request, error: str) -> None:
    refused(mock, asked, error)


def test_the_state_of_an_account_is_told_in_xml() -> None:
    mock = Mock("aliyun", clock=lambda: NOW)
    disabled = signed(ANY, API.root.accounts["disabled"]["AccessKeySecret"], OSSAccessKeyId="LTAI-lookalike-disabled")
    asked = form(encode_multipart(disabled, b"x"))
    reply = assert_conforming(asked, mock.respond(asked))
    assert (reply.status, element(reply, "Code")) == (403, "InvalidAccessKeyId")


def test_the_gateways_quota_counts_searches_and_no_uploads(mock: Mock) -> None:
    sandbox = mock.create_sandbox(quota=Quota(count=1))
    account = dict(sandbox.credentials["aliyun"])
    for _ in range(3):
        assert upload(mock, permit(mock, account), b"x").status == 201
    assert fetch_body(mock, "SearchImageByName", account, **NAMES)["Success"] is True
    reply = mock.respond(sign_request("SearchImageByName", account, **NAMES))
    assert (reply.status, json.loads(reply.body)["Code"]) == (403, "DeniedRequest")


def test_only_a_form_of_parts_is_an_upload(mock: Mock) -> None:
    body = encode_multipart(signed(ANY), b"x")
    for content_type in (b"application/x-www-form-urlencoded", b"application/json", b""):
        reply = mock.respond(form(body, content_type=content_type))
        assert (reply.status, b"InvalidAction.NotFound" in reply.body) == (404, True)
    named = form(encode_multipart((*signed(ANY), ("Action", "SearchImageByPic")), b"x"))
    assert b"PostResponse" not in mock.respond(named).body
    request = Request(method="POST", path="/aliyun/", headers=form(body).headers, body=body)
    assert mock.respond(request).status == 201


def test_objects_are_bounded_and_the_journal_says_so(mock: Mock) -> None:
    # each takes some 500 bytes besides its own
    mock.demo_state.image_store.objects = BoundedStore(2, 3000)
    told = [permit(mock) for _ in range(3)]
    for each in told:
        upload(mock, each, b"x" * 30)
    assert [len(data) for data in mock.demo_state.image_store.objects] == [30, 30]
    upload(mock, told[1], b"x" * 2400)
    assert [len(data) for data in mock.demo_state.image_store.objects] == [2400]
    notes = [note.text for note in mock.demo_state.journal.notes]
    assert notes == [f"object {told[at]['ObjectKey']} went, as the oldest of too many" for at in (0, 2)]


def test_situations_that_wait_are_given_where_they_belong(mock: Mock) -> None:
    home = mock.sandboxes.demo
    with home.situation("aliyun/EntityTooLarge", times=1), home.situation("aliyun/AccessEngineFailed", times=1):
        told = permit(mock)
        assert element(upload(mock, told, b"x"), "Code") == "EntityTooLarge"
        assert upload(mock, told, b"x").status == 201
        assert b"AccessEngineFailed" in mock.respond(sign_request("SearchImageByName", **NAMES)).body
        assert fetch_body(mock, "SearchImageByName", **NAMES)["Success"] is True


def test_a_preference_is_for_what_belongs_to_the_operation(mock: Mock) -> None:
    def prefer(asked: Request, wish: str) -> Response:
        return mock.respond(
            Request(
                method=asked.method, path="/", headers=(*asked.headers, (b"prefer", wish.encode())), body=asked.body
            )
        )

    sent = form(encode_multipart(fields(permit(mock)), b"x"))
    assert element(prefer(sent, "example=aliyun/EntityTooLarge"), "Code") == "EntityTooLarge"
    search = sign_request("SearchImageByPic")
    assert b"is no situation of the operation SearchImageByPic" in prefer(search, "example=aliyun/EntityTooLarge").body
    assert element(prefer(sent, "code=EntityTooSmall"), "Code") == "EntityTooSmall"
    assert b"is no situation of the operation" in prefer(sign_request("SearchImageByPic"), "code=EntityTooSmall").body


@given(st.binary(max_size=300), st.binary(max_size=60))
def test_any_body_is_answered_in_xml(body: bytes, after: bytes) -> None:
    mock = Mock("aliyun", clock=lambda: NOW)
    for each in (body, b"--XX\r\n" + body + b"\r\n--XX--" + after, encode_multipart(signed(ANY), body) + after):
        asked = form(each)
        reply = assert_conforming(asked, mock.respond(asked))
        assert reply.media_type == "application/xml"
        assert reply.status in (201, 400, 403)


@given(st.dictionaries(st.sampled_from([f.name for f in OPERATIONS["PostObject"].fields]), st.text(max_size=40)))
def test_any_fields_are_answered_in_xml(changed: dict[str, str]) -> None:
    mock = Mock("aliyun", clock=lambda: NOW)
    asked = form(encode_multipart(signed(ANY, **changed), b"x"))
    assert assert_conforming(asked, mock.respond(asked)).status in (200, 201, 204, 400, 403)


JSONS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["eq", "in", "$key", "content-length-range"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(JSONS)
def test_any_conditions_are_answered_in_xml(conditions: object) -> None:
    mock = Mock("aliyun", clock=lambda: NOW)
    for each in ({"expiration": UNTIL, "conditions": conditions}, {"expiration": UNTIL, "conditions": [conditions]}):
        asked = form(encode_multipart(signed(each), b"x"))
        assert assert_conforming(asked, mock.respond(asked)).status in (201, 400, 403)
