"""`lookalike exec --intercept`: clients with the vendors' hosts built in come to the sandbox, and nothing else is asked."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
from click.testing import Result

from lookalike.execution import namespace_launch
from lookalike.execution.proxy_launch import build_ca_variables, build_proxy_variables

Lookalike = Callable[..., Result]
QUERY = "?apiToken=%s&img_url=https://cbu01.alicdn.com/img/a.jpg"
URLLIB = """
import os, sys, urllib.request
url = "https://api.tmapi.top/1688/global/search/image" + sys.argv[1] % os.environ["LOOKALIKE_TMAPI_APITOKEN"]
assert urllib.request.urlopen(url).status == 200
"""
# neither reads a proxy variable
AIOHTTP = """
import asyncio, os, sys, aiohttp
async def main():
    async with aiohttp.ClientSession() as session:
        url = "https://api.tmapi.top/1688/global/search/image" + sys.argv[1] % os.environ["LOOKALIKE_TMAPI_APITOKEN"]
        async with session.get(url) as response:
            assert response.status == 200
        try:
            await session.get("https://shop.example.test/")
        except aiohttp.ClientConnectorError:
            return
    sys.exit("somebody answered")
asyncio.run(main())
"""
FETCH = """
const query = process.argv[1].replace('%s', process.env.LOOKALIKE_TMAPI_APITOKEN)
fetch('https://api.tmapi.top/1688/global/search/image' + query).then(async response => {
  if (response.status !== 200) process.exit(5)
  await response.text()
  await fetch('https://shop.example.test/').then(() => process.exit(6), () => {})
})
"""
SOCKET = """
import http.client, os, socket, sys
connection = http.client.HTTPConnection("api.tmapi.top")
connection.sock = socket.socket()
connection.sock.connect(("api.tmapi.top", 80))
connection.request("GET", "/1688/global/search/image" + sys.argv[1] % os.environ["LOOKALIKE_TMAPI_APITOKEN"])
assert connection.getresponse().status == 200
"""
CURL = 'curl -sf "https://api.tmapi.top/1688/global/search/image$(printf "$1" "$LOOKALIKE_TMAPI_APITOKEN")" >/dev/null'
WAYS = pytest.mark.parametrize("way", ["weak", "strong"])
# in a network of its own no address but loopback's leads anywhere
ESCAPE = """
import errno, socket, sys
try:
    socket.create_connection(("192.0.2.1", 80), 5)
except OSError as error:
    sys.exit(0 if error.errno == errno.ENETUNREACH else 5)
sys.exit(6)
"""


def run_intercepted(lookalike: Lookalike, way: str, tmp_path: Path, *words: str) -> tuple[Result, dict[str, Any]]:
    path = tmp_path / "report.json"
    options = ["--weak"] if way == "weak" else []
    result = lookalike("exec", "tmapi", "--intercept", *options, "--report", f"json={path}", "--", *words, QUERY)
    report = json.loads(path.read_text("utf-8"))
    if way == "strong" and report["interception"]["notes"]:
        pytest.skip("; ".join(report["interception"]["notes"]))
    return result, report


@pytest.mark.parametrize("code", [URLLIB, SOCKET], ids=["urllib", "socket"])
def test_a_python_program_with_the_vendors_host_in_it_comes_to_the_sandbox(
    lookalike: Lookalike, tmp_path: Path, code: str
) -> None:
    result, report = run_intercepted(lookalike, "weak", tmp_path, sys.executable, "-c", code)
    assert (result.exit_code, report["requests"]) == (0, 1), result.stderr
    assert report["interception"] == {"way": "weak", "notes": [], "hostsElsewhere": []}
    assert "intercepted in the weak way" in result.stderr


@pytest.mark.slow
@WAYS
@pytest.mark.parametrize(
    "words",
    [
        pytest.param((sys.executable, "-c", AIOHTTP), id="aiohttp"),
        pytest.param(("node", "-e", FETCH), id="fetch", marks=pytest.mark.node),
    ],
)
def test_a_client_that_reads_no_proxy_variable_comes_to_the_sandbox_too(
    lookalike: Lookalike, tmp_path: Path, way: str, words: tuple[str, ...]
) -> None:
    result, report = run_intercepted(lookalike, way, tmp_path, *words)
    assert (result.exit_code, report["requests"], report["interception"]["way"]) == (0, 1, way), result.stderr
    if way == "weak":
        assert report["interception"]["hostsElsewhere"] == ["shop.example.test"]
        assert "\nother hosts were asked: shop.example.test\n" in result.stderr


# what is sent so looks at no variable for its CAs
CERTIFI = """
import os, sys, requests
session = requests.Session()
url = "https://api.tmapi.top/1688/global/search/image" + sys.argv[1] % os.environ["LOOKALIKE_TMAPI_APITOKEN"]
proxies = {"https": os.environ["HTTPS_PROXY"]} if "HTTPS_PROXY" in os.environ else {}
assert session.send(requests.Request("GET", url).prepare(), proxies=proxies).status_code == 200
"""


@pytest.mark.slow
@WAYS
def test_a_client_that_trusts_certifi_alone_comes_to_the_sandbox(
    lookalike: Lookalike, tmp_path: Path, way: str
) -> None:
    result, report = run_intercepted(lookalike, way, tmp_path, sys.executable, "-c", CERTIFI)
    assert (result.exit_code, report["requests"], report["interception"]["way"]) == (0, 1, way), result.stderr


@pytest.mark.slow
@WAYS
def test_curl_comes_to_the_sandbox(lookalike: Lookalike, tmp_path: Path, way: str) -> None:
    result, report = run_intercepted(lookalike, way, tmp_path, "sh", "-c", CURL, "sh")
    assert (result.exit_code, report["requests"], report["interception"]["way"]) == (0, 1, way), result.stderr


def test_in_the_strong_way_the_vendors_names_lead_here_and_nothing_else_anywhere(
    lookalike: Lookalike, tmp_path: Path
) -> None:
    # without any variable that we set, and without what Python reads at its start
    words = ["env", "-u", "SSL_CERT_FILE", "-u", "PYTHONPATH", sys.executable, "-I", "-S", "-c"]
    code = SOCKET + ESCAPE
    result, report = run_intercepted(lookalike, "strong", tmp_path, *words, code)
    assert (result.exit_code, report["requests"]) == (0, 1), result.output
    assert report["interception"] == {"way": "strong", "notes": [], "hostsElsewhere": []}
    assert "intercepted in the strong way" in result.stderr


def test_a_command_that_is_not_there_is_127_in_the_strong_way_too(lookalike: Lookalike) -> None:
    result = lookalike("exec", "tmapi", "--intercept", "--", "no-such-command")
    assert (result.exit_code, result.stderr) == (127, "Error: no-such-command: no such command; is it on PATH?\n")


def test_without_the_right_to_make_a_network_a_line_says_so_and_the_weak_way_is_taken(
    lookalike: Lookalike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = tmp_path / "entry.py"
    answer = b'{"unavailable": "no namespace can be made: Operation not permitted"}'
    entry.write_text(f"import socket, sys\nsocket.socket(fileno=int(sys.argv[1])).sendall({answer!r})\n", "utf-8")
    monkeypatch.setattr(namespace_launch, "ENTRY", entry)
    result = lookalike("exec", "tmapi", "--intercept", "--", sys.executable, "-c", URLLIB, QUERY)
    assert result.exit_code == 0, result.output
    assert (
        "\nno network of its own for the command (no namespace can be made: Operation not permitted);"
        " intercepted in the weak way instead\nintercepted in the weak way: "
    ) in result.stderr


OPEN_API = """
openapi: 3.0.3
info: {title: shop, version: "1"}
servers: [{url: "http://shop.example.test:8080/v1"}]
paths:
  /pets:
    get:
      operationId: listPets
      responses: {"200": {description: All pets., content: {application/json: {schema: {type: object}}}}}
"""


@pytest.mark.parametrize("way", ["weak", "strong"])
def test_a_document_of_ones_own_with_another_port_and_no_keys_is_intercepted(
    lookalike: Lookalike, tmp_path: Path, way: str
) -> None:
    path = tmp_path / "open-pets.yaml"
    path.write_text(OPEN_API, "utf-8")
    code = "import urllib.request; urllib.request.urlopen('http://shop.example.test:8080/v1/pets')"
    options = ["--weak"] if way == "weak" else []
    result = lookalike("exec", "--spec", str(path), "--intercept", *options, "--", sys.executable, "-c", code)
    assert result.exit_code == 0, result.output
    assert "open-pets: 1 request\n  operations   1 of 1   listPets\n" in result.stderr


def test_no_file_is_left_behind(lookalike: Lookalike, tmp_path: Path) -> None:
    before = set(Path(gettempdir()).glob("lookalike-*"))
    code = "import os, sys; print(os.environ['SSL_CERT_FILE'], file=open(sys.argv[1], 'w'))"
    result = lookalike(
        "exec", "tmapi", "--intercept", "--weak", "--", sys.executable, "-c", code, str(tmp_path / "path")
    )
    ca_path = Path((tmp_path / "path").read_text("utf-8").strip())
    assert result.exit_code == 3
    assert ca_path.parent not in before
    assert not ca_path.parent.exists()


def test_what_the_variables_held_before_is_kept_behind_ours() -> None:
    variables = build_proxy_variables(
        "http://127.0.0.1:9",
        Path("/srv/a b"),
        ["api.tmapi.top", "*.cn-shanghai.aliyuncs.com"],
        {
            "NODE_OPTIONS": "--no-warnings",
            "NO_PROXY": "db.example, *, tmapi.top,.TOP,api.tmapi.top,aliyuncs.com,*.tmapi.top,i.top",
        },
    )
    assert variables["no_proxy"] == variables["NO_PROXY"] == "localhost,127.0.0.1,::1,db.example,i.top"
    ca_variables = build_ca_variables("/srv/a b/ca.pem", Path("/srv/a b"), {"PYTHONPATH": "/mine"})
    assert ca_variables["PYTHONPATH"] == f"/srv/a b{os.pathsep}/mine"
    assert ca_variables["SSL_CERT_FILE"] == "/srv/a b/ca.pem"
    assert variables["NODE_OPTIONS"] == '--no-warnings --require "/srv/a b/intercept.cjs"'
    assert variables["https_proxy"] == "http://127.0.0.1:9"


def test_another_sitecustomize_is_read_all_the_same(
    lookalike: Lookalike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.mine = True\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = lookalike(
        "exec",
        "tmapi",
        "--intercept",
        "--weak",
        "--",
        sys.executable,
        "-c",
        "import sys; sys.exit(7 if sys.mine else 8)",
    )
    assert result.exit_code == 7


def test_weak_says_nothing_by_itself(lookalike: Lookalike) -> None:
    result = lookalike("exec", "--weak", "--", "true")
    assert (result.exit_code, result.stderr) == (2, "Error: --weak is a way to intercept; it needs --intercept\n")
