"""`lookalike exec`: what it makes of a command's status, of what the command sent, and of what it met."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from click.shell_completion import BashComplete
from click.testing import Result

from lookalike.__main__ import cli
from lookalike.commands.exec import REQUIRED_KINDS, WEATHER_KINDS
from lookalike.execution.traffic import ASPECTS
from lookalike_mocks.weather import WeatherKind

Lookalike = Callable[..., Result]
# what each program begins with; without `site` Python starts in half the time
CALL = """
import os, sys, urllib.error, urllib.parse, urllib.request
def call(path="/1688/global/search/image", key=os.environ["LOOKALIKE_TMAPI_APITOKEN"], **query):
    pairs = urllib.parse.urlencode({"apiToken": key} | query)
    try:
        urllib.request.urlopen(os.environ["LOOKALIKE_TMAPI_URL"] + path + "?" + pairs).read()
    except urllib.error.HTTPError as error:
        error.close()
image = "https://cbu01.alicdn.com/img/ibank/O1CN01abc.jpg"
"""
GOOD_CALL = "call(img_url=image)"


def run_program(lookalike: Lookalike, code: str, *options: str) -> Result:
    return lookalike("exec", "tmapi", *options, "--", sys.executable, "-I", "-S", "-c", CALL + code)


def test_a_command_that_does_all_right_is_a_pass_and_the_table_says_what_it_met(lookalike: Lookalike) -> None:
    result = run_program(lookalike, GOOD_CALL)
    assert result.exit_code == 0
    assert "tmapi: 1 request\n  operations     1 of 2   searchItemsByImageUrl\n" in result.stderr
    assert "parameters     1 of 12  searchItemsByImageUrl.img_url\n" in result.stderr
    assert result.stderr.endswith("\n1 request, 0 errors, exit 0\n")
    assert not result.stdout


@pytest.mark.parametrize(
    ("code", "exit_code", "words"),
    [
        pytest.param("call(img_url=image, page='x')", 1, "error: tmapi: type: ", id="a-wrong-value"),
        pytest.param("call(key='wrong', img_url=image)", 1, "error: tmapi: credential: ", id="a-wrong-key"),
        pytest.param("call('/nowhere')", 1, "error: no API: operation: ", id="no-api"),
        pytest.param(f"{GOOD_CALL}; sys.exit(7)", 7, "ended with exit status 7", id="its-own-status"),
        pytest.param(
            "call(img_url=image, page='x'); sys.exit(7)", 7, "error: tmapi: type: ", id="its-own-status-first"
        ),
        pytest.param("os.kill(os.getpid(), 9)", 137, "exit 137", id="a-signal"),
        pytest.param("", 3, "Nothing was sent to the sandbox", id="nothing-sent"),
    ],
)
def test_the_exit_code_is_the_commands_own_and_else_that_of_the_judgement(
    lookalike: Lookalike, code: str, exit_code: int, words: str
) -> None:
    result = run_program(lookalike, code)
    assert result.exit_code == exit_code
    assert words in result.stderr


def test_what_a_test_does_wrong_on_purpose_can_be_skipped(lookalike: Lookalike) -> None:
    code = "call(key='wrong', img_url=image)"
    result = run_program(lookalike, code, "--skip", "credential", "--skip", "nonce")
    assert result.exit_code == 0
    assert "1 request, 0 errors, exit 0\n" in result.stderr
    assert run_program(lookalike, code, "--skip", "secret").exit_code == 1


@pytest.mark.parametrize(
    ("requirement", "exit_code"),
    [("operations=50%", 0), ("operations=1", 0), ("operations=51%", 3), ("situations=1", 3), ("errors=0%", 0)],
)
def test_less_than_is_required_is_exit_3(lookalike: Lookalike, requirement: str, exit_code: int) -> None:
    result = run_program(lookalike, GOOD_CALL, "--require", requirement)
    assert result.exit_code == exit_code
    assert (f"tmapi: {requirement} is required" in result.stderr) == bool(exit_code)


def test_an_api_that_was_named_and_not_asked_meets_nothing(lookalike: Lookalike) -> None:
    words = [sys.executable, "-I", "-S", "-c", CALL + GOOD_CALL]
    result = lookalike("exec", "tmapi", "hiobuy", "--require", "operations=1", "--", *words)
    assert result.exit_code == 3
    assert "hiobuy: operations=1 is required, 0 of 1 were met" in result.stderr


def test_the_report_has_all_that_was_met_and_no_secret(
    lookalike: Lookalike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "met.json"
    # the key in a path is in no place where anybody looks for keys
    code = "call('/' + os.environ['LOOKALIKE_TMAPI_APITOKEN']); open(sys.argv[1], 'w').write(os.environ['LOOKALIKE_TMAPI_APITOKEN'])"
    key_path = tmp_path / "key"
    words = [sys.executable, "-I", "-S", "-c", CALL + code, str(key_path)]
    result = lookalike("exec", "tmapi", "--report", f"json={path}", "--", *words)
    report = json.loads(path.read_text("utf-8"))
    assert (result.exit_code, report["exitCode"], report["requests"]) == (1, 1, 1)
    assert "searchItemsByImageUrl" in report["apis"]["tmapi"]["operations"]["missing"]
    assert report["complaints"][0]["severity"] == "error"
    key = key_path.read_text("utf-8")
    assert key not in result.output + path.read_text("utf-8")
    # a real key of the user's may stand in the command that is reported
    monkeypatch.setenv("LOOKALIKE_TMAPI_APIKEY", "6f1c3a52-1111-4222-8333-a0c4d5e6f7a8")
    lookalike("exec", "tmapi", "--report", f"json={path}", "--", "true", "6f1c3a52-1111-4222-8333-a0c4d5e6f7a8")
    assert json.loads(path.read_text("utf-8"))["command"] == ["true", "***"]
    as_json = lookalike("exec", "tmapi", "--json", "--", *words)
    assert json.loads(as_json.stderr)["complaints"] == report["complaints"]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        ((), 2, "the command is missing; it stands behind --"),
        (("--",), 2, "the command is missing"),
        (("tmap", "--", "true"), 2, "did you mean 'tmapi'?"),
        (("--require", "situations", "--", "true"), 2, "such as situations=80%"),
        (("--require", "situation=1", "--", "true"), 2, "did you mean 'situations'?"),
        (("--skip", "credentials", "--", "true"), 2, "did you mean 'credential'?"),
        (("--report", "met.json", "--", "true"), 2, "--report is FORMAT=PATH"),
        (("--report", "html=met.html", "--", "true"), 2, "no format 'html'; known: json"),
        (("--report", "json=/nowhere/met.json", "--", "true"), 2, "cannot write /nowhere/met.json: no such folder"),
        (("--require", "errors=101%", "--", "true"), 2, "from 0% to 100%"),
        (("--", "no-such-command"), 127, "no-such-command: no such command"),
        (("--", "/"), 126, "/ cannot be run"),
    ],
)
def test_wrong_usage_is_a_line_that_says_what_to_do(
    lookalike: Lookalike, arguments: tuple[str, ...], exit_code: int, words: str
) -> None:
    result = lookalike("exec", *arguments)
    assert result.exit_code == exit_code
    assert result.stderr.startswith("Error: ")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("lookalike exec tm", ["plain,tmapi"]),
        ("lookalike exec --weather r", ["plain,rough"]),
        ("lookalike exec --require si", ["plain,situations="]),
        ("lookalike exec --skip cred", ["plain,credential"]),
        ("lookalike exec tmapi -- tm", ["file,tm"]),
    ],
)
def test_a_shell_completes_our_words_and_leaves_the_commands_to_itself(words: str, expected: list[str]) -> None:
    line = words.split()
    completion = BashComplete(cli, {}, "lookalike", "_LOOKALIKE_COMPLETE")
    items = completion.get_completions(line[1:-1], line[-1])
    assert [f"{item.type},{item.value}" for item in items] == expected


def test_the_help_names_whatever_can_be_required() -> None:
    assert REQUIRED_KINDS == ASPECTS
    assert get_args(WeatherKind) == WEATHER_KINDS


def test_weather_is_told_with_the_line_that_brings_it_again(lookalike: Lookalike) -> None:
    code = "for _ in range(12): call(img_url=image, page_size=2)"
    first = run_program(lookalike, code, "--weather", "mild", "--seed", "21")
    assert "\nweather mild; --weather mild --seed 21 brings it again\n" in first.stderr
    assert "  error codes    1 of 13  417\n" in first.stderr
    assert first.exit_code == 0
    again = run_program(lookalike, code, "--weather", "mild", "--seed", "21")
    assert again.stderr == first.stderr
    assert "weather" not in run_program(lookalike, code).stderr


SLEEPER = "import subprocess, sys, time; subprocess.Popen(['sleep', '61.7'], start_new_session=True); print('on', flush=True); time.sleep(60)"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to another process than its first")
@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 1), (signal.SIGTERM, 143)], ids=["INT", "TERM"])
@pytest.mark.parametrize("options", [(), ("--intercept",)], ids=["plain", "intercepted"])
def test_a_signal_reaches_the_command_and_nothing_is_left_running(
    number: signal.Signals, exit_code: int, options: tuple[str, ...]
) -> None:
    words = [sys.executable, "-m", "lookalike", "exec", "tmapi", *options, "--", sys.executable, "-S", "-c", SLEEPER]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "on\n"
    descendants = list_descendants(process.pid)
    assert len(descendants) >= 2
    process.send_signal(number)
    _, stderr = process.communicate(timeout=30)
    # Python ends itself by the signal where KeyboardInterrupt was not caught
    assert process.returncode in (exit_code, 128 + number)
    assert "Nothing was sent" in stderr
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in descendants) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in descendants if Path(f"/proc/{pid}").exists()] == []


TERMINAL_PROGRAM = """
import signal, sys, time
count = 0
def count_signal(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, count_signal)
print("on", flush=True)
print("read", sys.stdin.readline().strip(), flush=True)
end = time.monotonic() + 0.5
while time.monotonic() < end or not count:
    time.sleep(0.05)
print("interrupts:", count, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_at_a_terminal_the_command_reads_what_is_typed_and_gets_ctrl_c_once() -> None:
    words = [sys.executable, "-m", "lookalike", "exec", "tmapi", "--", sys.executable, "-S", "-c", TERMINAL_PROGRAM]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(words[0], words, os.environ)  # noqa: S606 - the very thing
    output = read_terminal(terminal, b"on")
    os.write(terminal, b"hello\n")
    output += read_terminal(terminal, b"read hello")
    os.write(terminal, b"\x03")
    output += read_terminal(terminal, b"exit 3")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert b"interrupts: 1\r\n" in output
    assert os.waitstatus_to_exitcode(status) == 3


def read_terminal(terminal: int, words: bytes) -> bytes:
    """What comes up to these words."""
    output = b""
    while words not in output:
        assert select.select([terminal], [], [], 30)[0], output
        output += os.read(terminal, 4096)
    return output


def list_descendants(pid: int) -> list[int]:
    """The processes below one, by their ids."""
    descendants: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            descendants += [int(child), *list_descendants(int(child))]
    return descendants


def test_what_the_program_that_runs_us_has_started_is_left_alone(lookalike: Lookalike) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        run_program(lookalike, GOOD_CALL)
        assert other.poll() is None
        os.kill(other.pid, signal.SIGKILL)
