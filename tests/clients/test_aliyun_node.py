"""Alibaba Cloud's own Node.js SDKs, unchanged but for the endpoint, against the mock."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lookalike_mocks.adapters.server import Server
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_mocks.catalogue.ids import encode_offer_id
from lookalike_specs import load_api

pytestmark = pytest.mark.node

HERE = Path(__file__).parent / "node"
DEMO = load_api("aliyun").root.accounts["demo"]
PRODUCT = 4711
PICTURE = b64encode(render_jpeg(PRODUCT)).decode()
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(server: Server, npm: Callable[[Path], Path]) -> Run:
    """Run one of the scripts; what it prints."""
    npm(HERE)

    def search(script: str, request: dict[str, Any], **changed: str) -> dict[str, Any]:
        keys = {"key": DEMO["AccessKeyId"], "secret": DEMO["AccessKeySecret"], **changed}
        asked = json.dumps({"endpoint": server.url.removeprefix("http://"), "request": request, **keys})
        process = subprocess.run(
            ["node", script], cwd=HERE, input=asked, check=True, stdout=subprocess.PIPE, text=True, timeout=60
        )
        printed: dict[str, Any] = json.loads(process.stdout)
        return printed

    return search


SIGNATURES = pytest.mark.parametrize("algorithm", [{}, {"algorithm": "v2"}], ids=["acs3", "rpc"])


@SIGNATURES
def test_a_search(run: Run, algorithm: dict[str, str]) -> None:
    request = {"instanceName": "demoinstance1", "picContent": PICTURE, "num": 3, "crop": True}
    request |= {"filter": 'int_attr>=1 AND str_attr!="a b"', "scoreThreshold": "0.35"}
    found = run("tea.mjs", request, **algorithm)
    assert found["status"] == 200
    assert found["body"]["auctions"][0]["productId"] == str(encode_offer_id(PRODUCT))
    assert (found["body"]["code"], found["body"]["success"], found["body"]["head"]["docsFound"]) == (0, True, 3)


def test_an_error_of_image_search(run: Run) -> None:
    error = run("tea.mjs", {"instanceName": "demoinstance1", "picContent": PICTURE, "num": 101})["error"]
    assert (error["name"], error["code"], error["status"]) == ("ClientError", "OverflowMaxReturnNum", 400)
    assert error["message"].startswith("OverflowMaxReturnNum: ")


def test_an_error_of_the_server(run: Run) -> None:
    request = {"instanceName": "demoinstance1", "picContent": PICTURE}
    error = run("tea.mjs", request, key="situation-AccessEngineFailed")["error"]
    assert (error["name"], error["code"], error["status"]) == ("ServerError", "AccessEngineFailed", 500)


def test_throttled(run: Run) -> None:
    request = {"instanceName": "demoinstance1", "picContent": PICTURE}
    error = run("tea.mjs", request, key="situation-Throttling.User.RetryAfter")["error"]
    assert (error["name"], error["code"], error["retryAfter"]) == ("ThrottlingError", "Throttling.User", 1000)


@SIGNATURES
def test_a_wrong_secret(run: Run, algorithm: dict[str, str]) -> None:
    request = {"instanceName": "demoinstance1", "picContent": "aGVsbG8="}
    error = run("tea.mjs", request, secret="wrong", **algorithm)["error"]
    assert (error["name"], error["code"], error["status"]) == ("ClientError", "SignatureDoesNotMatch", 400)


def test_pop_core_searches(run: Run) -> None:
    request = {
        "InstanceName": "demoinstance1",
        "PicContent": PICTURE,
        "Num": 3,
        "Filter": "int_attr>=1 AND int_attr2>=0",
    }
    body = run("pop.mjs", request)["body"]
    assert body["Auctions"][0]["ProductId"] == str(encode_offer_id(PRODUCT))
    assert (body["Code"], len(body["Auctions"])) == (0, 3)


def test_pop_core_gets_an_error(run: Run) -> None:
    error = run("pop.mjs", {"InstanceName": "demoinstance1", "PicContent": PICTURE, "Num": 101})["error"]
    assert (error["name"], error["code"], error["status"]) == ("OverflowMaxReturnNumError", "OverflowMaxReturnNum", 400)


def test_pop_core_has_a_wrong_secret(run: Run) -> None:
    request = {"InstanceName": "demoinstance1", "PicContent": "aGVsbG8=", "Filter": "a!'()*~ +红"}
    error = run("pop.mjs", request, secret="wrong")["error"]
    assert (error["code"], error["status"]) == ("SignatureDoesNotMatch", 400)
    told = error["data"]["Message"].partition("server string to sign is:")[2]
    assert told.startswith("POST&%2F&AccessKeyId%3DLTAI-lookalike-demo%26Action%3DSearchImageByPic%26Filter%3D")


def test_pop_core_signs_every_character(run: Run) -> None:
    request = {"InstanceName": "demoinstance1", "PicContent": PICTURE, "Filter": 'str_attr="a!\'()*~ +红"'}
    assert run("pop.mjs", request)["body"]["Auctions"] == []
