"""`lookalike check` as the client of the worst server: time, memory and Ctrl+C hold, whatever it answers."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import pytest

from ..contracts.transport.misbehaving_server import OK_HEAD, read_request_head, serve_badly

MAX_TIME = 4
# The program starts in two seconds and writes its report in less. Other tests run beside these, so that what is measured
# is the processor's time, which is the program's own.
GRACE = 8
SECONDS_TO_START = 60
MAX_MEMORY = 512 * 1024 * 1024
PAGE = b'{"code":200,"msg":"success","data":{"page":1,"page_size":20,"total_count":100000,"sort":"x","filters":{},"items":[%b]}}'
BAD_REGEX = r"""
openapi: 3.0.3
info: {title: t, version: "1"}
servers: [{url: "http://api.example"}]
paths:
  /x:
    get:
      operationId: x
      responses:
        "200":
          description: d
          content:
            application/json:
              schema: {type: object, properties: {a: {type: string, pattern: "^(a+)+$"}}}
"""
BODIES = {
    "300,000 items": PAGE % b",".join([b'{"item_id":1,"title":"x"}'] * 300_000),
    "40,000 items": PAGE % b",".join(b'{"item_id":%d,"title":"x"}' % number for number in range(40_000)),
    "400,000 members": b"{" + b",".join(b'"k%d":%d' % (number, number) for number in range(400_000)) + b"}",
    "60,000 members": b"{" + b",".join(b'"k%d":%d' % (number, number) for number in range(60_000)) + b"}",
    "a million lists in lists": b"[" * 1_000_000 + b"]" * 1_000_000,
    "a million empty lists": b"[" + b",".join([b"[]"] * 1_000_000) + b"]",
    "a million digits": PAGE.replace(b"100000", b"9" * 1_000_000) % b"",
    "a text of 8 MB": b'{"code":200,"msg":"%b"}' % (b"a" * 7_900_000),
}


class Judged(NamedTuple):
    code: int
    output: str
    errors: str
    cpu_seconds: float
    peak: int


def start_check(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lookalike", "check", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def run_check(*words: str) -> Judged:
    process = start_check(*words)
    output = list[str]()
    errors = list[str]()
    assert process.stdout is not None
    assert process.stderr is not None
    readers = [
        Thread(target=lambda: output.append(process.stdout.read())),  # type: ignore[union-attr]
        Thread(target=lambda: errors.append(process.stderr.read())),  # type: ignore[union-attr]
    ]
    for reader in readers:
        reader.start()
    peak = 0
    status = 0
    has_ended = False
    # Of the process itself: not of all children that these tests ever had, and not as `wait4` tells it, which begins with
    # what the tests' own process takes.
    while not has_ended:
        peak = read_peak(process.pid) or peak
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        has_ended = pid == process.pid
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    for reader in readers:
        reader.join()
    process.stdout.close()
    process.stderr.close()
    return Judged(process.returncode, output[0], errors[0], usage.ru_utime + usage.ru_stime, peak)


def read_peak(pid: int) -> int:
    """The most bytes of memory that the process has had so far; 0 for one that has ended, or is none of ours yet."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    if match is None or b"\0check\0" not in command:
        return 0
    return int(match[1]) * 1024


@contextmanager
def serve_body(body: bytes, head: bytes = b"") -> Iterator[str]:
    """Yield the URL of a server that answers that to everything, on connections that stay."""
    response = OK_HEAD + head + b"Content-Length: %d\r\n\r\n" % len(body) + body

    def answer(sock: socket.socket, over: Event) -> None:
        while not over.is_set():
            read_request_head(sock)
            sock.sendall(response)

    with serve_badly(answer) as (url, _):
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("body", BODIES)
def test_an_answer_that_is_too_much_ends_with_the_time_and_within_the_memory(body: str) -> None:
    with serve_body(BODIES[body]) as url:
        judged = run_check("tmapi", "--url", url, "--max-time", str(MAX_TIME), "--json")
    assert judged.code in (1, 3)
    assert json.loads(judged.output)["seconds"] < MAX_TIME + GRACE
    assert "Traceback" not in judged.output + judged.errors
    assert "the check itself broke down" not in judged.output
    assert judged.cpu_seconds < MAX_TIME + GRACE
    assert judged.peak < MAX_MEMORY


@pytest.mark.slow
def test_what_is_more_than_is_read_could_not_be_checked() -> None:
    with serve_body(BODIES["400,000 members"]) as url:
        judged = run_check("tmapi", "--url", url, "--only", "answer")
    assert judged.code == 3
    assert "the answer holds more than 200,000 values" in judged.output


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer that interrupts")
def test_a_regular_expression_without_end_ends_with_the_time(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(BAD_REGEX)
    # 2 to the power of 60 steps
    body = json.dumps({"a": "a" * 60 + "!"}).encode()
    with serve_body(body) as url:
        judged = run_check("--spec", str(spec), "--url", url, "--max-time", "2", "--only", "answer")
    assert judged.code == 3, judged
    assert "the 2 s that --max-time gives are used up" in judged.output
    assert judged.errors == ""
    assert judged.cpu_seconds < 2 + GRACE


@pytest.mark.slow
def test_a_server_that_drips_is_waited_for_no_longer_than_the_time_that_there_is() -> None:
    def drip(sock: socket.socket, over: Event) -> None:
        read_request_head(sock)
        sock.sendall(OK_HEAD + b"Content-Length: 100000\r\n\r\n")
        while not over.wait(0.1):
            sock.sendall(b"{")

    with serve_badly(drip) as (url, _):
        judged = run_check("tmapi", "--url", url, "--only", "request", "--max-time", "2", "--json")
    assert judged.code == 3
    # of what was checked, without the start of the program; the client's own timeout is 10 s
    assert 1.9 < json.loads(judged.output)["seconds"] < 5
    reasons = {result["reason"] for result in json.loads(judged.output)["results"]}
    assert reasons == {"the 2 s that --max-time gives are used up"}


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("pause", [0.0, 0.5])
def test_an_interrupt_in_the_middle_of_an_answer_says_what_was_found(pause: float) -> None:
    asked = Event()
    body = BODIES["40,000 items"]

    def answer(sock: socket.socket, over: Event) -> None:
        while not over.is_set():
            read_request_head(sock)
            with suppress(OSError):
                sock.sendall(OK_HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            asked.set()

    with serve_badly(answer) as (url, _):
        process = start_check("tmapi", "--url", url)
        assert asked.wait(SECONDS_TO_START)
        time.sleep(pause)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=SECONDS_TO_START)
    assert process.returncode == 130
    assert output.splitlines()[-1].startswith("interrupted, ")
    assert errors == ""


REPORT_THAT_TAKES_TIME = """
import os, signal, sys
from lookalike import check_run
from lookalike.__main__ import main
build_report = check_run.build_report
def interrupt(*arguments):
    os.kill(os.getpid(), signal.SIGINT)
    return build_report(*arguments)
check_run.build_report = interrupt
sys.argv = ["lookalike", "check", "tmapi", "--only", "request"]
main()
"""


@pytest.mark.slow
def test_an_interrupt_while_the_report_is_made_loses_nothing() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", REPORT_THAT_TAKES_TIME]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS_TO_START, env=environment, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "")
    assert "0 errors, 2 checks passed" in ended.stdout
