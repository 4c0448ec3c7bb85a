"""What the caller can put right is told in one line on stderr, exit 2, with what would have been right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lookalike import control_token
from lookalike_specs import list_api_ids

HOME = Path(__file__).parents[2]

LINES = [
    (("serv",), "no command 'serv'; did you mean 'serve'?"),
    (("dance",), "no command 'dance'"),
    (("serve", "tmap"), f"unknown API 'tmap'; known: {', '.join(list_api_ids())}; did you mean 'tmapi'?"),
    (("serve", "zzz"), f"unknown API 'zzz'; known: {', '.join(list_api_ids())}"),
    (("serve", "tmapi", "--variant", "auth"), "--variant is KEY=VALUE, not 'auth'"),
    (("serve", "tmapi", "--variant", "=x"), "--variant is KEY=VALUE, not '=x'"),
    (("serve", "tmapi", "--variant", "auth=either", "--variant", "auth=apikey"), "--variant 'auth' is given twice"),
    (("serve", "--variant", "tmap.auth=either"), "--variant tmap.auth: 'tmap' is not served; did you mean 'tmapi'?"),
    (("serve", "hiobuy", "--variant", "tmapi.auth=either"), "--variant tmapi.auth: 'tmapi' is not served"),
    (
        ("serve", "tmapi", "--variant", "tmapi.auth=apitoken"),
        "--variant: tmapi: auth is one of apiToken, apikey, either, not 'apitoken'; did you mean 'apiToken'?",
    ),
    (("serve", "--port", "65536"), "Invalid value for '--port': 65536 is not in the range 0<=x<=65535."),
    (("serve", "--size", "0"), "Invalid value for '--size': 0 is not in the range 1<=x<=1000000000."),
    (("serve", "--host", "nowhere.invalid", "--port", "0"), "cannot listen on nowhere.invalid port 0: "),
    (("situations", "tmap"), "unknown API 'tmap'"),
    (("situations", "439"), "no situation is called '439'; nearest: tmapi/439"),
    (("situations", "tmapi/49"), "no situation is called 'tmapi/49'; nearest: tmapi/4"),
    (
        ("situations", "tmapi", "--kind", "eror"),
        "Invalid value for '--kind': 'eror' is not one of answer, error, fault; did you mean",
    ),
    (("situations", "tmapi/439", "--kind", "fault"), "no situation is left: --kind and the patterns take all away"),
    (("apis", "tmap"), "unknown API 'tmap'"),
    (("spec", "tmap"), "unknown API 'tmap'"),
    (("spec", "tmapi", "-o", "/proc/specs"), "cannot write /proc/specs/tmapi.yaml: No such file or directory"),
    (("sign", "tmap"), "unknown API 'tmap'"),
    (("serve", "TMAPI"), f"unknown API 'TMAPI'; known: {', '.join(list_api_ids())}; did you mean 'tmapi'?"),
    (
        ("serve", "--variant", "auth=ether"),
        "--variant: auth is one of apiToken, apikey, either, not 'ether'; did you mean",
    ),
    (("check", "--variant", "ath=either"), "--variant: these APIs have no variant 'ath'; known: auth, "),
    (("check", "--operation", "serch"), "--operation: no operation is called 'serch'; did you mean 'SearchImage'?"),
    (("sign",), f"Missing argument 'API'; one of {', '.join(list_api_ids())}"),
    (("completion",), "Missing argument 'SHELL'; one of bash, zsh, fish"),
    (
        ("sign", "aliyun", "--output", "crl"),
        "Invalid value for '--output': 'crl' is not one of stages, url, curl, json; did you mean 'curl'?",
    ),
    (("serve", "--port"), "Option '--port' requires an argument; see lookalike serve --help"),
    (
        ("vectors", "list", "acs3", "1"),
        "Got unexpected extra argument (1); usage: lookalike vectors list [OPTIONS] [SCHEME]",
    ),
    (("help", "serv"), "no command 'serv'; did you mean 'serve'?"),
    (("sign", "aliyun", "--scheme", "acs"), "no scheme 'acs'; known: acs3, acs-rpc, acs-roa; did you mean 'acs3'?"),
    (("sign", "aliyun", "--scheme", "acs3", "--output", "url"), "acs3 stands in a header, not in the URL"),
    (("sign", "hiobuy", "--output", "url"), "X-Uuid stands in a header, not in the URL; use --output curl"),
    (("sign", "tmapi", "--secret", "x"), "apiToken is a plain key; there is no secret"),
    (("sign", "aliyun", "--url", "localhost"), "--url is a base URL such as http://127.0.0.1:8765, not 'localhost'"),
    (("sign", "aliyun", "--timestamp", "noon"), "--timestamp is ISO 8601 such as 2026-01-31T12:00:00Z, not 'noon'"),
    (("sign", "aliyun", "PicContent=@/no/such.jpg"), "cannot read /no/such.jpg: No such file or directory"),
    (("sign", "aliyun", "Num"), "a value is KEY=VALUE, not 'Num'"),
    (("image", "shoe"), "'shoe' is neither an index nor the URL of a catalogue image"),
    (
        ("image", "99999999"),
        "there is no product 99999999: a catalogue of 10000 goods has 0 to 9999; --size makes it larger",
    ),
    (("image", "10", "--size", "10"), "there is no product 10: a catalogue of 10 goods has 0 to 9"),
    (("sign", "aliyun", "--path", "search"), "--path begins with /, which 'search' does not"),
    (("sign", "aliyun", "--method", "GET X"), "--method is a word such as GET, not 'GET X'"),
    (("check", "--baseline", "nofile.json"), "--baseline nofile.json: No such file or directory"),
    (("image", "9" * 13), "'9999999999999' is neither an index nor the URL of a catalogue image"),
    (("image", "7", "-o", "/no/such/7.jpg"), "cannot write /no/such/7.jpg: No such file or directory"),
    (("completion", "csh"), "Invalid value for 'SHELL': 'csh' is not one of"),
]


@pytest.mark.parametrize(("args", "problem"), LINES, ids=[" ".join(args) for args, _ in LINES])
def test_one_line_and_exit_2(lookalike, args, problem):
    result = lookalike(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {problem}")
    assert result.stderr.count("\n") == 1


def test_an_unknown_variant_is_told_with_the_nearest(lookalike):
    line = lookalike("serve", "tmapi", "--variant", "error-transprt=http-200").stderr
    assert line.startswith("Error: --variant: these APIs have no variant 'error-transprt'; known: error-format, ")
    assert line.endswith(" more; did you mean 'error-format'?\n")


def test_an_unknown_option_is_told_without_usage_lines(lookalike):
    result = lookalike("serve", "--prot", "1")
    assert result.exit_code == 2
    assert "No such option" in result.stderr
    assert "Usage" not in result.output


def test_two_apis_that_would_answer_the_same_request_are_told_apart(lookalike, monkeypatch):
    from lookalike_mocks import AmbiguousRoute, mock  # noqa: PLC0415

    def ambiguous(_):
        raise AmbiguousRoute("GET /x", ("one", "two"))

    monkeypatch.setattr(mock, "build_router", ambiguous)
    result = lookalike("serve")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: GET /x belongs to both one and two; serve them on two ports\n",
    )


def test_a_broken_spec_is_told_in_one_line(lookalike, monkeypatch):
    from lookalike import situation_patterns  # noqa: PLC0415
    from lookalike_specs import SpecError  # noqa: PLC0415

    def raise_spec_error(_):
        raise SpecError("tmapi#/x", "is wrong")

    monkeypatch.setattr(situation_patterns, "load_api", raise_spec_error)
    assert lookalike("situations", "tmapi").stderr == "Error: tmapi#/x: is wrong\n"


def test_what_nobody_expected_keeps_its_traceback(lookalike, monkeypatch):
    from lookalike import situation_patterns  # noqa: PLC0415

    monkeypatch.setattr(situation_patterns, "load_api", lambda _: 1 / 0)
    assert isinstance(lookalike("situations", "tmapi").exception, ZeroDivisionError)


def test_files_that_windows_wrote_are_read(lookalike, tmp_path, monkeypatch):
    """An editor there puts a BOM before the text."""
    baseline = tmp_path / "known.json"
    baseline.write_bytes(b'\xef\xbb\xbf{"accepted": []}')
    toml = tmp_path / "known.toml"
    toml.write_bytes(b"\xef\xbb\xbfaccepted = []")
    for path in (baseline, toml):
        result = lookalike("check", "tmapi", "--only", "paging/doubled", "--baseline", str(path))
        assert result.exit_code == 0, result.output
    token = tmp_path / "token"
    token.write_bytes(b"\xef\xbb\xbf0123456789abcdef")
    assert control_token.read_token(token) == "0123456789abcdef"
    document = tmp_path / "shop.yaml"
    document.write_bytes(b"\xef\xbb\xbf" + (HOME / "tests/data/openapi/petstore.yaml").read_bytes())
    assert lookalike("apis", "--spec", str(document)).stdout.startswith("shop  ")


def test_a_user_without_a_home_can_check(lookalike, monkeypatch):
    def find_none(_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HYPOTHESIS_STORAGE_DIRECTORY", raising=False)
    monkeypatch.setattr(Path, "expanduser", find_none)
    assert lookalike("check", "tmapi", "--only", "paging/doubled").exit_code == 0


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("words", ["apis", "apis --json", "image 7"])
def test_a_full_disk_is_one_line(words):
    with Path("/dev/full").open("wb") as full:
        done = run_program(*words.split(), stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (2, b"Error: cannot write to stdout: No space left on device\n")


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("words", ["situations", "spec", "image 7"])
def test_a_reader_that_goes_away_is_no_error(words):
    command = f"{sys.executable} -m lookalike {words} | head -c 1 > {os.devnull}"
    process = subprocess.run(["bash", "-c", command], stderr=subprocess.PIPE, timeout=60, check=False)
    assert process.stderr == b""


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("words", ["apis", "image 7", "situations tmapi"])
def test_a_closed_stdout_is_no_error(words):
    command = f"{sys.executable} -m lookalike {words} >&-"
    process = subprocess.run(["bash", "-c", command], stderr=subprocess.PIPE, timeout=60, check=False)
    assert (process.returncode, process.stderr) == (0, b"")


def run_program(*words, **options):
    return subprocess.run([sys.executable, "-m", "lookalike", *words], timeout=60, check=False, **options)
