"""Alibaba Cloud's older cores against the ROA operations, version 2019-03-25: add, search, delete."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from PIL import Image

import lookalike
from lookalike import RunningMock

HERE = Path(__file__).parent / "node"
NAMES = {"InstanceName": "demoinstance1", "ProductId": "p1", "PicName": "a.png"}
ACTIONS = {"add": "AddImage", "search": "SearchImage", "delete": "DeleteImage"}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def stage() -> Iterator[RunningMock]:
    with lookalike.serve("aliyun") as served:
        yield served


def picture(side: int, form: str) -> str:
    out = BytesIO()
    Image.radial_gradient("L").resize((side, side)).save(out, form)
    return b64encode(out.getvalue()).decode()


PICTURE, COPY = picture(300, "PNG"), picture(222, "JPEG")


def core(stage: RunningMock, what: str, secret: str = "", **form: str) -> dict[str, Any]:
    """One call of aliyun-python-sdk-core."""
    account, address = stage.credentials["aliyun"], urlsplit(stage.url)
    client = AcsClient(account["AccessKeyId"], secret or account["AccessKeySecret"], "cn-shanghai", port=address.port)
    request = CommonRequest(domain=address.hostname, version="2019-03-25", action_name=ACTIONS[what])
    request.set_protocol_type("http")
    request.set_method("POST")
    request.set_uri_pattern(f"/v2/image/{what}")
    for name, value in form.items():
        request.add_body_params(name, value)
    payload: dict[str, Any] = json.loads(client.do_action_with_exception(request))
    return payload


def pop(stage: RunningMock, what: str, secret: str = "", **form: str) -> dict[str, Any]:
    """One call of @alicloud/pop-core."""
    account = stage.credentials["aliyun"]
    asked = {
        "endpoint": stage.url.removeprefix("http://"),
        "key": account["AccessKeyId"],
        "secret": secret or account["AccessKeySecret"],
        "calls": [[f"/v2/image/{what}", form]],
    }
    process = subprocess.run(
        ["node", "roa.mjs"],
        cwd=HERE,
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    found: dict[str, Any] = json.loads(process.stdout)[0]
    return found


@pytest.fixture(params=["Python core", pytest.param("pop-core", marks=pytest.mark.node)])
def ask(request: pytest.FixtureRequest, stage: RunningMock) -> Ask:
    """Make one call with one of the two."""
    if request.param == "Python core":
        return lambda *what, **form: core(stage, *what, **form)
    request.getfixturevalue("npm")(HERE)
    return lambda *what, **form: pop(stage, *what, **form)


def test_add_search_and_delete(ask: Ask, stage: RunningMock) -> None:
    told = ask("add", **NAMES, PicContent=PICTURE, IntAttr="5", StrAttr="a !'()*~+红", CustomContent="x & y")
    assert (told["Message"], told["Code"], told["Success"]) == ("success", 0, True)
    given = {"InstanceName": "demoinstance1", "Filter": "int_attr=5", "Num": "3"}
    for sought in ({"Type": "SearchByPic", "PicContent": COPY}, {**NAMES, "Type": "SearchByName"}):
        found = ask("search", **given, **{name: value for name, value in sought.items() if name not in given})
        (first,) = found["Auctions"]
        assert (first["PicName"], first["StrAttr"], first["CustomContent"]) == ("a.png", "a !'()*~+红", "x & y")
        assert first["Score"] >= 0.9
    assert ask("delete", **NAMES)["Message"] == "success"
    assert ask("search", **given, PicContent=COPY)["Auctions"] == []
    headers = [request.get_header(b"x-acs-action") for request, _ in stage.mock.demo_state.journal]
    assert len(set(headers) - {None}) in (0, 3)


def test_a_wrong_secret_and_an_error(stage: RunningMock) -> None:
    with pytest.raises(ServerException) as caught:
        core(stage, "delete", "wrong", **NAMES)
    assert caught.value.get_error_code() == "SignatureDoesNotMatch"
    with pytest.raises(ServerException) as caught:
        core(stage, "search", InstanceName="demoarrears1", PicContent=COPY)
    assert (caught.value.get_error_code(), caught.value.get_http_status()) == ("InstanceStatusError", 409)


@pytest.mark.node
def test_pop_core_gets_errors(stage: RunningMock, npm: Callable[[Path], Path]) -> None:
    npm(HERE)
    error = pop(stage, "delete", "wrong", **NAMES)["error"]
    assert (error["name"], error["code"], error["status"]) == (
        "SignatureDoesNotMatchError",
        "SignatureDoesNotMatch",
        400,
    )
    error = pop(stage, "search", InstanceName="demoarrears1", PicContent=COPY)["error"]
    assert (error["code"], error["status"]) == ("InstanceStatusError", 409)
