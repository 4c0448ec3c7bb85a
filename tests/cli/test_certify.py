"""`lookalike certify`: an exemplary client passes every case, and each saboteur is caught by the check that is meant for it."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from lookalike.__main__ import cli
from lookalike.certification.mock_server import ServerPool
from lookalike_contracts.certification import judge
from lookalike_contracts.certification.registry import CLIENT_CHECKS
from lookalike_specs import load_api

from .certify_clients import EXEMPLARY, SIGNED_CALL
from .test_certify_answers import ANSWER_CHECKS
from .test_certify_tasks import TASK_SABOTEURS
from .test_certify_wire import WIRE_SABOTEURS

# check -> the case that it is meant for, and what the saboteur does instead of `search`
SABOTEURS: dict[str, tuple[str, str]] = {
    "sent/conformant": ("tmapi/ok", "return convert(fetch(task, sort='cheapest'))"),
    "sent/anything": ("tmapi/ok", "return []"),
    "result/success": ("tmapi/empty", "data = fetch(task)\n    if not data['items']: raise SearchFailed('nothing')\n    return convert(data)"),
    "result/items": ("tmapi/ok", "result = convert(fetch(task))\n    result['items'].reverse()\n    return result"),
    "result/total": ("tmapi/ok", "result = convert(fetch(task))\n    result['total'] = len(result['items'])\n    return result"),
    "failure/reported": ("tmapi/439", "try: return convert(fetch(task))\n    except SearchFailed: return []"),
    "failure/message": ("tmapi/439", "class _(Exception): pass\n    _.__name__ = ''\n    _.__str__ = lambda _: ''\n    try: return convert(fetch(task))\n    except SearchFailed: pass\n    raise _"),
    "failure/crash": ("tmapi/439", "try: return convert(fetch(task))\n    except SearchFailed: import os; os._exit(1)"),
    "failure/hang": ("tmapi/439", "try: return convert(fetch(task))\n    except SearchFailed: time.sleep(30)"),
    "retry/bounded": ("tmapi/503", "for _ in range(11):\n        try: return convert(fetch(task))\n        except SearchFailed as error: last = error\n    raise last"),
    "retry/permanent": ("tmapi/439", "try: return convert(fetch(task))\n    except SearchFailed: time.sleep(0.1)\n    return convert(fetch(task))"),
    # no error of the APIs is known to be billed: the test says it of this one
    "retry/billed": ("tmapi/503", "try: return convert(fetch(task))\n    except SearchFailed: time.sleep(0.1)\n    return convert(fetch(task))"),
    "retry/pause": ("aliyun/Throttling.User.RetryAfter", "send_signed(task)\n    time.sleep(0.5)\n    send_signed(task)\n    raise SearchFailed('throttled')"),
    "retry/nonce": ("aliyun/InternalError", "send_signed(task, nonce='once')\n    time.sleep(0.1)\n    send_signed(task, nonce='once')\n    raise SearchFailed('server')"),
    "failure/kind": ("tmapi/439", "try: return convert(fetch(task))\n    except SearchFailed as error: last = str(error)\n    raise RateLimited(last)\n\nclass RateLimited(Exception): pass\nERROR_KINDS = {'RateLimited': 'rate', 'SearchFailed': ['quota', 'server']}"),
    "secret/words": ("tmapi/439", "try: return convert(fetch(task))\n    except SearchFailed: raise SearchFailed(f'failed with {task.credentials}')"),
}  # fmt: skip
Certify = Callable[..., Result]


@pytest.fixture
def certify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certify:
    """Return a function that certifies a client whose `search` has that body."""
    monkeypatch.chdir(tmp_path)

    def run(body: str = "return convert(fetch(task))", *options: str, apis: tuple[str, ...] = ("tmapi",)) -> Result:
        text = EXEMPLARY.replace("return convert(fetch(task))\n", f"{body}\n")
        if "send_signed" in body:
            text += SIGNED_CALL
        (tmp_path / "client.py").write_text(text, "utf-8")
        arguments = ["certify", *apis, "--client", "client:search", "--timeout", "3", *options]
        return CliRunner().invoke(cli, arguments)

    return run


def read_cases(result: Result) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(result.stdout)["cases"]
    return cases


def test_an_exemplary_client_passes_every_case(certify: Certify) -> None:
    # the late ones, and the same once more under other variants, in the test below
    result = certify("return convert(fetch(task))", "--json", "--skip", "*+*", "--skip", "*:*", "--skip", "*y")
    assert [case for case in read_cases(result) if case["verdict"] != "passed"] == []
    assert result.exit_code == 0
    assert {"tmapi/ok", "tmapi/439", "tmapi/reset-inside", "tmapi/nulls"} <= {case["id"] for case in read_cases(result)}


@pytest.mark.slow
def test_an_exemplary_client_passes_every_task_and_variant(certify: Certify) -> None:
    result = certify("return convert(fetch(task))", "--json")
    assert [case for case in read_cases(result) if case["verdict"] != "passed"] == []
    assert result.exit_code == 0
    ids = {case["id"] for case in read_cases(result)}
    assert {
        "tmapi/latency",
        "tmapi/upload:439",
        "tmapi/search-all:short-page",
        "tmapi/439+error-format=http-200",
    } <= ids


@pytest.mark.exhaustive(4)
@pytest.mark.parametrize("check", SABOTEURS)
def test_a_saboteur_is_caught_by_the_check_that_is_meant_for_it(
    certify: Certify, check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, body = SABOTEURS[check]
    if check == "retry/billed":
        errors = load_api("tmapi").root.errors
        guidance = msgspec.structs.replace(errors["503"].client, billing="charged")
        monkeypatch.setitem(errors, "503", msgspec.structs.replace(errors["503"], client=guidance))
    timeout = ("--timeout", "1") if check == "failure/hang" else ()
    result = certify(body, "--json", "--only", case, *timeout, apis=(case.partition("/")[0],))
    (judged,) = read_cases(result)
    assert check in {finding["check"] for finding in judged["findings"]}, result.output
    assert judged["verdict"] in ("failed", "warned", "informational")


def test_a_kind_that_the_client_does_not_translate_is_not_judged(certify: Certify) -> None:
    body = SABOTEURS["failure/kind"][1].replace("ERROR_KINDS = {'RateLimited': 'rate', ", "ERROR_KINDS = {")
    (case,) = read_cases(certify(body, "--json", "--only", "tmapi/439"))
    assert case["findings"] == []


@pytest.mark.slow
def test_a_kind_that_nobody_knows_is_named(certify: Certify) -> None:
    body = SABOTEURS["failure/kind"][1].replace("'rate'", "'speed'")
    (case,) = read_cases(certify(body, "--json", "--only", "tmapi/439", "--timeout", "1"))
    (finding,) = case["findings"]
    assert "'RateLimited' is 'speed'; the kinds are credential, signature, quota" in finding["message"]


@pytest.mark.slow
def test_a_client_that_waits_as_long_as_the_answer_says_passes(certify: Certify) -> None:
    body = SABOTEURS["retry/pause"][1].replace("0.5", "1.05")
    (case,) = read_cases(certify(body, "--json", "--only", "aliyun/Throttling.User.RetryAfter", apis=("aliyun",)))
    assert (case["verdict"], case["requests"]) == ("passed", 2)


@pytest.mark.slow
def test_a_finding_about_time_that_is_not_made_again_is_dropped(certify: Certify, tmp_path: Path) -> None:
    marker = tmp_path / "was-busy"
    # only the first time, as on a machine that is busy
    body = f"""import pathlib
    marker = pathlib.Path({str(marker)!r})
    if not marker.exists():
        marker.touch()
        time.sleep(30)
    return convert(fetch(task))"""
    (case,) = read_cases(certify(body, "--json", "--only", "tmapi/ok", "--timeout", "1.5"))
    assert case["verdict"] == "passed", case


def test_every_check_has_a_saboteur() -> None:
    assert judge.VERDICTS
    assert {*SABOTEURS, *TASK_SABOTEURS, *ANSWER_CHECKS, *WIRE_SABOTEURS} == set(CLIENT_CHECKS)


def test_after_a_crash_the_next_case_has_a_new_process(certify: Certify) -> None:
    result = certify(SABOTEURS["failure/crash"][1], "--json", "--only", "tmapi/439", "--only", "tmapi/empty")
    assert {case["id"]: case["verdict"] for case in read_cases(result)} == {
        "tmapi/439": "failed",
        "tmapi/empty": "passed",
    }


def test_no_secret_is_in_the_report(certify: Certify) -> None:
    result = certify(SABOTEURS["secret/words"][1], "--only", "tmapi/439")
    assert result.exit_code == 1
    assert "secret/words: apiToken stands in its error" in result.output
    # a sandbox's keys begin so
    assert "sbx" not in result.output.replace("sandbox", "")


@pytest.mark.slow
def test_a_finding_that_is_made_in_many_cases_is_told_once(certify: Certify) -> None:
    result = certify(SABOTEURS["sent/conformant"][1])
    assert result.output.count("'cheapest'") <= 2
    assert "more" in result.output


SCRIPT = """#!/bin/sh
exec {python} - <<'END'
import os, sys, urllib.error, urllib.parse, urllib.request
query = urllib.parse.urlencode({{
    "apiToken": os.environ["LOOKALIKE_TMAPI_APITOKEN"], "img_url": os.environ["LOOKALIKE_IMAGE_URL"], "page_size": 5,
}})
try:
    print(urllib.request.urlopen(os.environ["LOOKALIKE_BASE_URL"] + "/1688/global/search/image?" + query).read() * 50)
except urllib.error.HTTPError as error:
    sys.exit(int({status}))
END
"""


@pytest.mark.parametrize(("status", "verdict"), [("1", "passed"), ("0", "failed")])
def test_a_script_that_makes_one_call_is_judged_by_its_exit_status(tmp_path: Path, status: str, verdict: str) -> None:
    script = tmp_path / "search.sh"
    script.write_text(SCRIPT.format(python=sys.executable, status=status), "utf-8")
    script.chmod(0o755)
    arguments = ["certify", "tmapi", "--driver", str(script), "--json", "--only", "tmapi/ok", "--only", "tmapi/439"]
    cases = read_cases(CliRunner().invoke(cli, arguments))
    assert {case["id"]: case["verdict"] for case in cases} == {"tmapi/ok": "passed", "tmapi/439": verdict}


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize(
    ("program", "check", "words"),
    [
        ("import os; os.kill(os.getpid(), 9)", "failure/crash", "was ended by signal 9"),
        ("import time; print('rubbish', flush=True); time.sleep(30)", "failure/crash", "sent what is no answer"),
        ("import time; time.sleep(30)", "failure/hang", "gave no answer"),
        ("import sys, time; sys.stdout.write('x' * 2_000_000); sys.stdout.flush(); time.sleep(30)", "failure/crash", "a line of more than"),
    ],
)  # fmt: skip
def test_a_driver_that_misbehaves_is_named(program: str, check: str, words: str) -> None:
    driver = f"{sys.executable} -c {shlex.quote(program)}"
    arguments = ["certify", "tmapi", "--driver", driver, "--json", "--only", "tmapi/ok", "--timeout", "1"]
    (case,) = read_cases(CliRunner().invoke(cli, arguments))
    messages = {finding["check"]: finding["message"] for finding in case["findings"]}
    assert words in messages[check]


def test_what_the_driver_cannot_do_is_not_judged_and_never_a_pass() -> None:
    program = 'input(); print(\'{"id":"hello","name":"x","tasks":[]}\', flush=True); input()'
    driver = f"{sys.executable} -c {shlex.quote(program)}"
    result = CliRunner().invoke(cli, ["certify", "tmapi", "--driver", driver, "--json", "--only", "tmapi/ok"])
    (case,) = read_cases(result)
    assert (case["verdict"], result.exit_code) == ("not judged", 3)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "give the client, such as --client my_client:search"),
        (["--driver", "x", "--client", "y:z"], 2, "one of the two"),
        (["--client", "y"], 2, "--client is MODULE:FUNCTION"),
        (["--driver", "'"], 2, "--driver cannot be read"),
        (["--driver", "/no/such/driver"], 3, "cannot be run"),
        (["--driver", "x", "--only", "tmapi/438"], 2, "did you mean"),
        (["--driver", "x", "--trust", "documentd"], 2, "documented"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], code: int, words: str) -> None:
    result = CliRunner().invoke(cli, ["certify", "tmapi", *arguments])
    assert result.exit_code == code
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_what_one_check_found_in_many_ways_is_explained_once(certify: Certify) -> None:
    body = "try: return convert(fetch(task))\n    except SearchFailed: return []"
    lines = certify(body, "--only", "tmapi/439", "--only", "tmapi/499").stdout.splitlines()
    place = lines.index("failure/reported")
    assert [line.partition(":")[0].strip() for line in lines[place + 1 :] if line.strip()] == [
        "439 (HTTP 439)", "in", "499 (HTTP 499)", "in", "why", "how", "2 failed",
    ]  # fmt: skip


def test_when_the_time_is_up_no_case_begins_and_none_is_a_pass(
    certify: Certify, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(ServerPool, "get", lambda _, case: opened.append(case.id))
    result = certify("return []", "--only", "tmapi/ok", "--only", "tmapi/439", "--max-time", "0.000001", "--json")
    assert {(case["verdict"], case["reason"]) for case in read_cases(result)} == {("not judged", "the time was up")}
    assert (result.exit_code, opened) == (3, [])
