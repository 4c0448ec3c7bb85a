"""`lookalike serve`: what it prints, that the lines it prints work, how it ends."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from lookalike.curl import build_curl_line
from lookalike.workers import ListenAddress, open_listening_socket
from lookalike_mocks import Mock
from lookalike_mocks.adapters.httpx_transport import HttpxTransport
from lookalike_specs import list_api_ids, load_api

VARIANTS = [
    (api, name, value)
    for api in list_api_ids()
    for name, variant in load_api(api).root.variants.items()
    for value in variant.values
    if value != variant.default
]


def ask(url: str) -> bytes:
    with closing(urllib.request.urlopen(url, timeout=10)) as answer:
        return answer.read()


def pasted(line: str, directory: str | Path = "/") -> tuple[bytes, str]:
    """What bash makes of a line, in a directory that knows nothing of us: the body and the status."""
    process = subprocess.run(
        ["bash", "-c", f"{line} -w '\n%{{http_code}}'"], cwd=directory, capture_output=True, timeout=60, check=True
    )
    assert process.stderr == b""
    body, _, status = process.stdout.rpartition(b"\n")
    return body, status.decode()


def test_the_first_line_is_one_json_object_of_all_apis(told):
    assert list(told) == ["url", "apis", "control_token"]
    assert tuple(told["apis"]) == list_api_ids()
    for api, about in told["apis"].items():
        assert list(about) == ["base_url", "credentials", "curl"]
        assert about["base_url"] == told["url"]
        assert about["credentials"] == load_api(api).account


def test_the_port_listens_when_the_line_is_there(told):
    assert json.loads(ask(f"{told['url']}/_lookalike/health"))["apis"] == list(list_api_ids())


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize("api", list_api_ids())
def test_the_curl_line_works_whenever_and_wherever_it_is_pasted(told, api, check_success, tmp_path):
    (tmp_path / "lookalike.py").write_text("raise SystemExit('not ours')")
    for directory in ("/", tmp_path):
        body, status = pasted(told["apis"][api]["curl"], directory)
        assert status == "200"
        check_success(api, body)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("api", "name", "value"), VARIANTS)
def test_the_curl_line_works_under_every_variant(api, name, value, lookalike, check_success):
    mock = Mock(api, variants={f"{api}.{name}": value})
    line = build_curl_line(mock, mock.services[api], "http://mock.test")
    if signing := re.search(r"\$\(.* -m lookalike (.*)\)", line):
        line = line.replace(signing[0], lookalike(*shlex.split(signing[1])).stdout.strip())
    parts = shlex.split(line)
    options = dict(zip(parts[2:-1:2], parts[3:-1:2], strict=True))
    headers = dict(part.split(": ") for flag, part in pairwise(parts) if flag == "-H")
    body = options.get("--data-raw")
    with httpx.Client(transport=HttpxTransport(mock)) as client:
        answer = client.request(options.get("-X", "POST" if body else "GET"), parts[-1], headers=headers, content=body)
    assert answer.status_code == 200
    check_success(api, answer.content)


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_0_and_no_word(serving, number):
    with serving("tmapi", "--port", "0", "--json") as process:
        url = json.loads(process.stdout.readline())["url"]
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
    with pytest.raises(OSError, match="refused"):
        ask(url)


def test_without_json_it_prints_a_table_and_a_line_for_each_api(serving):
    with serving("tmapi", "hiobuy", "--port", "0", "--seed", "7", "--size", "99") as process:
        head = process.stdout.readline()
        assert "seed 7, 99 goods" in head
        url = head.split(" on ")[1].split()[0]
        assert url.startswith("http://127.0.0.1:")
        rest = "".join(process.stdout.readline() for _ in range(10))
    for text in ("tmapi   /tmapi ", "apiToken=lookalike-demo-token", "X-Uuid=", "# tmapi\ncurl -s '"):
        assert text in rest
    assert "\x1b" not in head + rest


def test_every_api_is_there_under_its_prefix_too(told):
    line = told["apis"]["tmapi"]["curl"]
    assert json.loads(pasted(line.replace(told["url"], f"{told['url']}/tmapi"))[0])["code"] == 200


def test_the_seed_the_variants_and_the_size_reach_the_mock(serving):
    with serving(
        "tmapi", "--seed", "3", "--size", "5", "--variant", "tmapi.error-format=http-200", "--port", "0", "--json"
    ) as process:
        about = json.loads(process.stdout.readline())["apis"]["tmapi"]
        payload = json.loads(pasted(about["curl"])[0])
        assert payload["data"]["total_count"] <= 5
        assert payload["data"]["items"][0]["item_id"] in {
            Mock("tmapi", seed=3).demo_state.catalogue.get_product(index).offer_id for index in range(5)
        }
        refused = pasted(about["curl"].replace("page_size", "x").replace("img_url", "y"))
        assert refused[1] == "200"
        assert json.loads(refused[0])["code"] == 422


def test_a_reader_that_takes_the_first_line_and_leaves_does_no_harm(serving):
    with serving("tmapi", "--port", "0", "--json") as process:
        url = json.loads(process.stdout.readline())["url"]
        process.stdout.close()
        process.stdout = None
        assert ask(f"{url}/_lookalike/health")


def test_a_taken_port_is_told_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = subprocess.run(
            [sys.executable, "-m", "lookalike", "serve", "--port", port],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 2
    assert process.stdout == ""
    assert (
        process.stderr
        == f"Error: cannot listen on 127.0.0.1 port {port}: Address already in use; --port 0 takes a free one\n"
    )


def test_the_socket_listens_before_anything_is_printed():
    with (
        open_listening_socket(ListenAddress("127.0.0.1", 0)) as sock,
        socket.create_connection(sock.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == sock.getsockname()


def test_an_address_that_others_reach_is_warned_of(serving):
    with serving("tmapi", "--host", "0.0.0.0", "--port", "0", "--json") as process:  # noqa: S104 - that is the test
        url = json.loads(process.stdout.readline())["url"]
        assert url.startswith("http://127.0.0.1:")
        assert ask(f"{url}/_lookalike/health")
        assert process.stderr.readline().startswith("Warning: 0.0.0.0 is open to the network")


def test_the_table_of_addresses_fits_a_terminal_of_80_columns(serving):
    with serving("--port", "0") as process:
        lines = list(iter(process.stdout.readline, "\n"))
        lines += list(iter(process.stdout.readline, "\n"))
    assert len(lines) > 10
    assert max(len(line.rstrip("\n")) for line in lines) <= 80


def read_until(process, pattern):
    """The first line of stdout that matches."""
    for line in iter(process.stdout.readline, ""):
        if re.search(pattern, line):
            return line
    raise AssertionError(f"no line matched {pattern}")


REFUSED = "/1688/global/search/image?apiToken=lookalike-demo-token&page_size=21&img_url=https://cbu01.alicdn.com/x.jpg"


def test_each_request_is_a_line_with_why_it_was_refused(serving):
    with serving("tmapi", "--port", "0") as process:
        url = process.stdout.readline().split(" on ")[1].split()[0]
        assert httpx.get(url + REFUSED).status_code == 422
        line = read_until(process, r"^\d\d:\d\d:\d\d")
    assert re.fullmatch(
        r"\S{8}  tmapi  searchItemsByImageUrl  422 +\d+\.\d ms  422: page_size is 21; the most is 20 \(documented\)\n",
        line,
    ), line


def test_with_json_each_request_is_an_object_behind_the_first_line(serving):
    with serving("tmapi", "--port", "0", "--json") as process:
        url = json.loads(process.stdout.readline())["url"]
        assert httpx.get(url + REFUSED).status_code == 422
        assert httpx.get(f"{url}/_lookalike/health").status_code == 200
        assert httpx.get(f"{url}/v1/products").status_code == 404
        lines = [json.loads(process.stdout.readline()) for _ in range(2)]
    assert [(line["api"], line["status"]) for line in lines] == [("tmapi", 422), (None, 404)]
    assert lines[0]["why"]["text"] == "page_size is 21; the most is 20"


def test_quiet_prints_no_line_for_a_request(serving):
    with serving("tmapi", "--port", "0", "--json", "--quiet") as process:
        url = json.loads(process.stdout.readline())["url"]
        assert httpx.get(url + REFUSED).status_code == 422
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=30) == ("", "")


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize(
    ("variables", "is_colored"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_the_log_has_colours_where_they_are_asked_for(serving, monkeypatch, variables, is_colored):
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with serving("tmapi", "--port", "0") as process:
        head = process.stdout.readline()
        (url,) = re.findall(r"http://[\d.:]+", head)
        assert httpx.get(url + REFUSED).status_code == 422
        line = read_until(process, "searchItemsByImageUrl")
    assert ("\x1b[31m422\x1b[0m" in line) is is_colored


def test_the_last_lines_are_written_when_a_signal_ends_it(serving):
    with serving("tmapi", "--port", "0", "--json") as process:
        url = json.loads(process.stdout.readline())["url"]
        for _ in range(20):
            httpx.get(url + REFUSED)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (len(out.splitlines()), err) == (20, "")


def test_an_offer_of_http2_brings_no_advice_on_stderr(serving):
    with serving("tmapi", "--port", "0", "--json") as process:
        url = json.loads(process.stdout.readline())["url"]
        headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
        assert httpx.get(url + REFUSED, headers=headers).status_code == 422
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=30)[1] == ""


WITHOUT_SIGNALS = """
import asyncio, sys
sys.modules["uvloop"] = None
def refuse(*_): raise NotImplementedError
asyncio.SelectorEventLoop.add_signal_handler = refuse
sys.argv = ["lookalike", "serve", "tmapi", "--port", "0", "--json"]
from lookalike.__main__ import main
main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_where_the_loop_watches_none_as_on_windows(number):
    with subprocess.Popen(
        [sys.executable, "-c", WITHOUT_SIGNALS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert json.loads(process.stdout.readline())["url"]
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
