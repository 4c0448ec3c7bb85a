"""Alibaba Cloud's own SDKs with file objects: permit, upload and call over one port, TLS or not, nothing but a CA set."""

import asyncio
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_imagesearch20201214.client import Client
from alibabacloud_imagesearch20201214.models import (
    AddImageAdvanceRequest,
    AddImageRequest,
    DeleteImageRequest,
    SearchImageByNameRequest,
    SearchImageByPicAdvanceRequest,
)
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions
from PIL import Image

import lookalike
from lookalike import RunningMock
from lookalike_specs import load_api

HERE = Path(__file__).parent
OLDER = "alibabacloud_imagesearch20201214==4.2.0"
ACCOUNTS = load_api("aliyun").root.accounts
INSTANCE = "demoinstance1"


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningMock]:
    """A mock of its own on a port with TLS, which this process trusts."""
    with lookalike.serve("aliyun", tls=True) as served:
        monkeypatch.setenv("SSL_CERT_FILE", served.tls_ca)
        yield served


def picture(number: int, form: str = "PNG", side: int = 400, **options: int) -> bytes:
    """A picture that shows no product; with another form or side, a copy of it."""
    drawn = Image.radial_gradient("L") if number else Image.linear_gradient("L").rotate(90)
    out = BytesIO()
    drawn.resize((side, side)).convert("RGB").save(out, form, **options)
    return out.getvalue()


COPY = picture(1, "JPEG", 300, quality=60)


def address(stage: RunningMock) -> str:
    return stage.url.removeprefix("http://")


def client(stage: RunningMock, account: dict[str, str] | None = None, **changed: str) -> Client:
    keys = {"access_key_id": "AccessKeyId", "access_key_secret": "AccessKeySecret", "security_token": "SecurityToken"}
    who = account or stage.credentials["aliyun"]
    given = {name: who[key] for name, key in keys.items() if key in who} | changed
    made = Client(Config(endpoint=address(stage), protocol="http", region_id="cn-shanghai", **given))
    made._open_platform_endpoint = address(stage)
    return made


def add(caller: Client, data: bytes, name: str = "a.png", **given: Any) -> Any:
    names = {"instance_name": INSTANCE, "product_id": "p1", "pic_name": name}
    request = AddImageAdvanceRequest(**names, pic_content_object=BytesIO(data), **given)
    return caller.add_image_advance(request, RuntimeOptions()).body


def add_async(caller: Client, data: bytes, name: str = "a.png", **given: Any) -> Any:
    names = {"instance_name": INSTANCE, "product_id": "p1", "pic_name": name}
    request = AddImageAdvanceRequest(**names, pic_content_object=BytesIO(data), **given)
    return asyncio.run(caller.add_image_advance_async(request, RuntimeOptions())).body


def search(caller: Client, data: bytes, **given: Any) -> Any:
    request = SearchImageByPicAdvanceRequest(instance_name=INSTANCE, pic_content_object=BytesIO(data), **given)
    return caller.search_image_by_pic_advance(request, RuntimeOptions()).body


def search_async(caller: Client, data: bytes, **given: Any) -> Any:
    request = SearchImageByPicAdvanceRequest(instance_name=INSTANCE, pic_content_object=BytesIO(data), **given)
    return asyncio.run(caller.search_image_by_pic_advance_async(request, RuntimeOptions())).body


BOTH = pytest.mark.parametrize(("add", "search"), [(add, search), (add_async, search_async)], ids=["sync", "async"])


@BOTH
def test_an_uploaded_pictures_twin_is_found(
    stage: RunningMock, add: Callable[..., Any], search: Callable[..., Any]
) -> None:
    caller = client(stage)
    given = {"int_attr": 7, "int_attr_4": -7, "str_attr_2": "红 +&="[:2], "custom_content": "a + b & c=%41"}
    told = add(caller, picture(1), **given)
    assert (told.message, told.code, told.success) == ("success", 0, True)
    assert told.pic_info.region
    add(caller, picture(0), "other.png")
    twin, same = search(caller, COPY).auctions[0], search(caller, picture(1), num=3, crop=True).auctions[0]
    assert [each.pic_name for each in (twin, same)] == ["a.png", "a.png"]
    assert (same.score, twin.score > 0.9) == (1, True)
    assert (same.int_attr, same.int_attr_4, same.str_attr_2) == (7, -7, given["str_attr_2"])
    assert same.custom_content == given["custom_content"]
    schemes = [
        request.scheme for request, _ in stage.mock.demo_state.journal if request.content_type.startswith("multi")
    ]
    assert schemes == ["https"] * 4


# a file of exactly 1024 bytes keeps the SDK itself busy for ever, where it reads it for asyncio
SIZES = [(search, size) for size in (0, 1, 1023, 1024, 1025, 3_000_000)]
SIZES += [(search_async, size) for size in (0, 1, 1023, 1025, 3_000_000)]


@pytest.mark.exhaustive(4)
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")  # the SDK's way with asyncio
@pytest.mark.parametrize(("search", "size"), SIZES, ids=[f"{call.__name__}-{size}" for call, size in SIZES])
def test_every_byte_of_a_file_arrives(stage: RunningMock, search: Callable[..., Any], size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"\r" * (size % 256)
    with pytest.raises(ClientException) as caught:
        search(client(stage), data)
    assert caught.value.code == "UnsupportedPicFormat"
    assert list(stage.mock.demo_state.image_store.objects) == [data]


@pytest.mark.exhaustive(2)
@BOTH
@pytest.mark.parametrize("account", ["sts", "sandbox"])
def test_other_accounts(stage: RunningMock, add: Callable[..., Any], search: Callable[..., Any], account: str) -> None:
    who = ACCOUNTS["sts"] if account == "sts" else dict(stage.create_sandbox().credentials["aliyun"])
    add(client(stage, who), picture(1))
    assert search(client(stage, who), COPY).auctions[0].pic_name == "a.png"
    at_home = search(client(stage), COPY).auctions[0].pic_name
    assert (at_home == "a.png") is (account == "sts")


@pytest.mark.exhaustive(3)
@BOTH
@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("EntityTooLarge", "EntityTooLarge"),
        ("AccessDenied.Expired", "AccessDenied"),
        ("MalformedPOSTRequest", "MalformedPOSTRequest"),
        ("InternalError.OSS", "InternalError"),
    ],
)
def test_errors_of_the_upload(
    stage: RunningMock, add: Callable[..., Any], search: Callable[..., Any], error: str, code: str
) -> None:
    for call in (add, search):
        with pytest.raises(ClientException) as caught:
            call(client(stage, access_key_id=f"situation-{error}"), picture(1))
        assert caught.value.code == code
        assert caught.value.data["httpCode"] == load_api("aliyun").get_error(error).status
        assert caught.value.data["hostId"] == address(stage)


@BOTH
def test_errors_of_the_permit(stage: RunningMock, add: Callable[..., Any], search: Callable[..., Any]) -> None:
    for call in (add, search):
        with pytest.raises(ClientException) as caught:
            call(client(stage, access_key_secret="wrong"), picture(1))
        assert (caught.value.code, caught.value.status_code) == ("SignatureDoesNotMatch", 400)


def test_adding_searching_by_name_and_deleting(stage: RunningMock) -> None:
    caller = client(stage)
    names = {"instance_name": INSTANCE, "product_id": "p1", "pic_name": "a.png"}
    content = b64encode(picture(1)).decode()
    added = caller.add_image(AddImageRequest(**names, pic_content=content, category_id=3, int_attr=5))
    assert (added.status_code, added.body.message, added.body.pic_info.category_id) == (200, "success", 3)
    found = caller.search_image_by_name(SearchImageByNameRequest(**names, num=3, score_threshold="0.90"))
    first = found.body.auctions[0]
    assert (first.pic_name, first.score, first.int_attr, first.category_id) == ("a.png", 1, 5, 3)
    by_filter = DeleteImageRequest(instance_name=INSTANCE, is_delete_by_filter=True, filter="int_attr=5")
    assert caller.delete_image(by_filter).body.data.pic_names == ["a.png"]
    body = caller.delete_image(DeleteImageRequest(instance_name=INSTANCE, product_id="p1", pic_name="a.png")).body
    assert (body.message, body.data.pic_names) == ("success", [])
    with pytest.raises(ClientException) as caught:
        caller.search_image_by_name(SearchImageByNameRequest(**names))
    assert caught.value.code == "PicNotExist"


@pytest.mark.slow
def test_the_older_sdk_uploads_without_tls(stage: RunningMock) -> None:
    folder = Path(sys.prefix, "older-sdk")
    if not (folder / "done").exists():
        command = [
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--upgrade",
            "--target",
            str(folder),
            OLDER,
        ]
        subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True, timeout=300)
        (folder / "done").touch()
    demo = stage.credentials["aliyun"]
    asked = {"folder": str(folder), **texts(stage, demo["AccessKeyId"], demo["AccessKeySecret"])}
    # -S: no other version than that folder's
    command = [sys.executable, "-S", str(HERE / "older_sdk.py")]
    process = subprocess.run(
        command, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    payload = json.loads(process.stdout)
    assert payload["added"] == "success"
    assert [name for name, _ in payload["found"]] == ["a.png", "a.png"]
    assert min(score for _, score in payload["found"]) > 0.9
    assert {request.scheme for request, _ in stage.mock.demo_state.journal} == {"http"}


def texts(stage: RunningMock, key: str, secret: str) -> dict[str, str]:
    """What a script in another process is told."""
    pictures = {"picture": b64encode(picture(1)).decode(), "copy": b64encode(COPY).decode()}
    return {"endpoint": address(stage), "key": key, "secret": secret, **pictures}


def node(stage: RunningMock, key: str = ACCOUNTS["demo"]["AccessKeyId"]) -> dict[str, Any]:
    """What the Node.js script prints; it trusts the stage's CA."""
    asked = {**texts(stage, key, ACCOUNTS["demo"]["AccessKeySecret"]), "request": {"instanceName": INSTANCE}}
    process = subprocess.run(
        ["node", "file.mjs"], cwd=HERE / "node", input=json.dumps(asked), stdout=subprocess.PIPE, text=True, timeout=60,
        check=True, env={**os.environ, "NODE_EXTRA_CA_CERTS": stage.tls_ca},
    )  # fmt: skip
    printed: dict[str, Any] = json.loads(process.stdout)
    return printed


@pytest.mark.slow
@pytest.mark.node
def test_node_finds_an_uploaded_pictures_twin(stage: RunningMock, npm: Callable[[Path], Path]) -> None:
    npm(HERE / "node")
    told = node(stage)
    assert told["added"] == "success"
    assert (told["auctions"][0]["picName"], told["auctions"][0]["score"] > 0.9) == ("a.png", True)
    uploads = [reply.status for request, reply in stage.mock.demo_state.journal if request.scheme == "https"]
    assert uploads == [201, 201]
    assert list(stage.mock.demo_state.image_store.objects) == [picture(1), COPY]


@pytest.mark.slow
@pytest.mark.node
def test_node_gets_an_error_of_the_upload(stage: RunningMock, npm: Callable[[Path], Path]) -> None:
    npm(HERE / "node")
    error = node(stage, "situation-EntityTooLarge")["error"]
    assert (error["name"], error["code"], error["data"]["httpCode"]) == ("ClientError", "EntityTooLarge", 400)
