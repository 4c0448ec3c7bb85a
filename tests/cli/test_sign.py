"""`lookalike sign`: the stages, the forms of output, whose credentials; and the mock takes what it signs."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from base64 import b64encode
from hashlib import md5
from urllib.parse import parse_qs, urlsplit

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.catalogue.identicon import render_jpeg
from lookalike_specs import list_api_ids, load_api
from lookalike_specs.messages import Request

SCHEMES = [(api, scheme.name) for api in list_api_ids() for scheme in load_api(api).operations[0].schemes]
FIXED = ("--timestamp", "2026-01-31T12:00:00Z", "--nonce", "n1")


def request_of(printed: dict) -> Request:
    split = urlsplit(printed["url"])
    return Request(
        method=printed["method"],
        path=split.path,
        query=split.query.encode(),
        headers=tuple((name.encode(), value.encode()) for name, value in printed["headers"].items()),
        body=printed["body"].encode(),
    )


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock(variants={"auth": "either"})


@pytest.mark.parametrize(("api", "scheme"), SCHEMES)
def test_what_it_signs_the_mock_takes(lookalike, check_success, mock, api, scheme):
    printed = json.loads(lookalike("sign", api, "--scheme", scheme, "--url", "http://mock.test", "--json").stdout)
    reply = mock.respond(request_of(printed))
    check_success(api, reply.body)


def test_the_stages_of_daji_hide_the_secret_unless_revealed(lookalike):
    args = ("sign", "daji-1688", "imageId=1", "beginPage=1", "--key", "k", "--secret", "s3cret")
    hidden, shown = lookalike(*args).stdout, lookalike(*args, "--reveal").stdout
    assert "\nstring-to-sign\n    appKey=k&beginPage=1&imageId=1&secret=***\n" in hidden
    assert "s3cret" not in hidden
    assert "&secret=s3cret\n" in shown
    signature = md5(b"appKey=k&beginPage=1&imageId=1&secret=s3cret", usedforsecurity=False).hexdigest().upper()
    assert f"\nsignature\n    {signature}\n" in hidden


@pytest.mark.parametrize(("api", "scheme"), [pair for pair in SCHEMES if pair[0] == "aliyun"])
def test_the_stages_of_aliyun_are_a_function_of_what_is_given(lookalike, api, scheme):
    first, again = (lookalike("sign", api, "--scheme", scheme, *FIXED).stdout for _ in range(2))
    assert first == again
    for stage in ("signed", "canonical", "string-to-sign", "signature", "request"):
        assert f"\n{stage}\n" in first
    assert "lookalike-demo-secret" not in first
    assert ("2026-01-31T12:00:00Z" in first) or ("Sat, 31 Jan 2026 12:00:00 GMT" in first)
    assert first != lookalike("sign", api, "--scheme", scheme, *FIXED, "--secret", "other").stdout


@pytest.mark.parametrize(("api", "key"), [("tmapi", "apiToken"), ("hiobuy", "X-Uuid")])
def test_a_plain_key_is_said_to_be_one(lookalike, api, key):
    text = lookalike("sign", api).stdout
    assert f"\nA plain key: nothing is signed, {key} travels as it is.\n" in text
    assert "\nrequest\n    curl -s " in text


def test_the_outputs_say_the_same(lookalike):
    def printed(*more):
        return lookalike("sign", "aliyun", "--scheme", "acs-rpc", *FIXED, *more).stdout

    everything = json.loads(printed("--json"))
    assert everything == json.loads(printed("--output", "json"))
    assert printed("--output", "curl").strip() == everything["curl"]
    assert shlex.split(everything["curl"])[-1] == everything["url"]
    assert everything["stages"]["signature"] == parse_qs(urlsplit(everything["url"]).query)["Signature"][0]
    url = printed("--output", "url").strip()
    assert url.startswith("https://imagesearch.cn-shanghai.aliyuncs.com/?Action=SearchImageByPic&")
    assert "PicContent=" in url


@pytest.mark.parametrize(("api", "scheme"), [pair for pair in SCHEMES if pair != ("tmapi", "apikey")])
def test_its_curl_line_works_in_a_shell(lookalike, told, check_success, api, scheme):
    line = lookalike("sign", api, "--scheme", scheme, "--url", told["url"], "--output", "curl").stdout
    process = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=True)
    check_success(api, process.stdout)


@pytest.mark.parametrize("spelled", ["2026-01-31T20:00:00+08:00", "2026-01-31T12:00:00", "2026-01-31 12:00"])
def test_a_time_is_utc_unless_it_says_otherwise(lookalike, monkeypatch, spelled):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()

    def signed(when):
        return lookalike("sign", "aliyun", "--timestamp", when, "--nonce", "1").stdout

    assert signed(spelled) == signed("2026-01-31T12:00:00Z")
    monkeypatch.undo()
    time.tzset()


def test_texts_of_a_query_are_sent_as_they_are_spelled(lookalike):
    url = lookalike("sign", "daji-1688", "beginPage=1.50", "priceStart=1e2", "--output", "url").stdout
    assert "?beginPage=1.50&priceStart=1e2&" in url


def test_given_values_and_credentials_are_all_that_is_sent(lookalike):
    query = parse_qs(urlsplit(lookalike("sign", "daji-1688", "pageSize=5", "--output", "url").stdout.strip()).query)
    assert set(query) == {"pageSize", "appKey", "sign"}


def test_a_file_is_sent_in_base64(lookalike, tmp_path, check_success, mock):
    (tmp_path / "seven.jpg").write_bytes(render_jpeg(7))
    result = lookalike(
        "sign", "aliyun", f"PicContent=@{tmp_path / 'seven.jpg'}", "Num=3", "--url", "http://mock.test", "--json"
    )
    printed = json.loads(result.stdout)
    assert parse_qs(printed["body"])["PicContent"] == [b64encode(render_jpeg(7)).decode()]
    body = check_success("aliyun", mock.respond(request_of(printed)).body)
    assert len(body["Auctions"]) == 3


@pytest.mark.parametrize(("spelled", "sent"), [('["new7"]', ["new7"]), ("new7", "new7"), ("7", 7)])
def test_json_values_are_sent_as_what_they_spell(lookalike, spelled, sent):
    given = ("img=https://x.test/a.jpg", "platform=1688", f"filter={spelled}")
    printed = json.loads(lookalike("sign", "hiobuy", *given, "--json").stdout)
    assert json.loads(printed["body"]) == {"img": "https://x.test/a.jpg", "platform": "1688", "filter": sent}


def test_method_path_and_prefix_can_be_had_otherwise(lookalike):
    args = ("sign", "daji-1688", "a=1", "--path", "/alibaba/other", "--url", "http://localhost:9/daji-1688/")
    assert lookalike(*args, "--output", "url").stdout.startswith("http://localhost:9/daji-1688/alibaba/other?a=1&")
    printed = json.loads(lookalike("sign", "aliyun", "--scheme", "acs3", "--method", "get", "--json").stdout)
    assert (printed["method"], printed["body"]) == ("GET", "")
    assert "InstanceName=demoinstance1" in printed["url"]
    assert lookalike("sign", "tmapi", "--method", "DELETE", "--output", "curl").stdout.startswith("curl -s -X DELETE '")


def test_a_name_that_the_operation_does_not_know_is_noted(lookalike):
    result = lookalike("sign", "daji-1688", "pagesize=1", "--output", "url")
    assert result.exit_code == 0
    assert result.stderr == "Note: the operation has no parameter 'pagesize'; did you mean 'pageSize'?\n"
