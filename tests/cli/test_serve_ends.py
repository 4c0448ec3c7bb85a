"""How `lookalike serve` ends: by signals, one, two, or a lot of them, at any moment, whatever it is doing."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

WITH_WORKERS = pytest.mark.parametrize("args", [(), ("--workers", "2")], ids=["alone", "workers"])
# for whatever should come at once; the machine may be busy
PATIENCE = 30
# what ends within this has not waited for the grace of 2 s
AT_ONCE = 1.2
SLOW = "/1688/global/search/image?apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"


@contextmanager
def run_group(*args: str, command: tuple[str, ...] = (), **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A server whose processes are a group of their own, as those of a terminal's job are; none of them is left."""
    line = [*command, sys.executable, "-m", "lookalike", "serve", "tmapi", "--port", "0", "--json", *args]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(line, start_new_session=True, **(streams | options))
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE)


@contextmanager
def run_server(*args: str, **options: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    with run_group(*args, **options) as process:
        assert process.stdout
        yield process, json.loads(process.stdout.readline())


def is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_lookalike/health", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def begin_request(url: str, data: bytes) -> socket.socket:
    """A connection whose request has arrived when this returns."""
    host, port = url.removeprefix("http://").split(":")
    sock = socket.create_connection((host, int(port)), timeout=PATIENCE)
    sock.sendall(data)
    time.sleep(0.3)
    return sock


def begin_slow_request(url: str) -> socket.socket:
    """A request whose response takes a second."""
    return begin_request(url, f"GET {SLOW} HTTP/1.1\r\nHost: x\r\nPrefer: example=latency\r\n\r\n".encode())


def begin_half_request(url: str) -> socket.socket:
    """A request that is under way for ten seconds, as its body does not come."""
    return begin_request(url, b"POST /tmapi/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code, and what stands on stderr."""
    _, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, errors


@pytest.mark.exhaustive(2)
@WITH_WORKERS
@pytest.mark.parametrize("pause", [0.0, 0.005, 0.02, 0.05])
def test_a_second_ctrl_c_right_behind_the_first_changes_nothing(args, pause):
    with run_server(*args) as (process, _):
        for _ in range(2):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            time.sleep(pause)
        assert finish(process) == (0, "")


@pytest.mark.exhaustive(2)
@WITH_WORKERS
@pytest.mark.parametrize(
    "numbers",
    [
        (signal.SIGTERM, signal.SIGTERM),
        (signal.SIGINT, signal.SIGTERM),
        (signal.SIGHUP, signal.SIGTERM),
        (signal.SIGINT, signal.SIGINT, signal.SIGINT),
        (signal.SIGHUP,),
    ],
    ids=lambda numbers: "-".join(number.name for number in numbers),
)
def test_signals_of_any_kind_and_number_end_it_with_exit_0_and_no_word(args, numbers):
    with run_server(*args) as (process, told):
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.01)
        assert finish(process) == (0, "")
    assert not is_healthy(told["url"])


@pytest.mark.exhaustive(1)
@WITH_WORKERS
def test_a_second_signal_ends_it_at_once_though_a_response_is_under_way(args):
    with run_server(*args) as (process, told), begin_half_request(told["url"]) as sock:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        started_at = time.monotonic()
        assert finish(process) == (0, "")
        assert time.monotonic() - started_at < AT_ONCE
        with suppress(ConnectionError):
            assert sock.recv(100) == b""


@pytest.mark.exhaustive(1)
@WITH_WORKERS
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_response_under_way_is_finished_when_the_terminal_closes(args, number):
    with run_server(*args) as (process, told), begin_slow_request(told["url"]) as sock:
        os.killpg(process.pid, number)
        assert sock.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert finish(process) == (0, "")


@pytest.mark.slow
@WITH_WORKERS
def test_timeout_sends_its_signal_twice_and_a_response_under_way_is_finished(args):
    with (
        run_server(*args, command=("timeout", "600")) as (process, told),
        begin_slow_request(told["url"]) as sock,
    ):
        process.send_signal(signal.SIGTERM)
        assert sock.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert finish(process) == (0, "")


@pytest.mark.slow
@WITH_WORKERS
def test_nohup_keeps_it_when_the_terminal_closes(args):
    with run_server(*args, command=("nohup",)) as (process, told):
        os.killpg(process.pid, signal.SIGHUP)
        time.sleep(0.5)
        assert is_healthy(told["url"])
        process.send_signal(signal.SIGTERM)
        assert finish(process)[0] == 0


@WITH_WORKERS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.exhaustive(1)
def test_a_signal_while_it_starts_ends_it_without_a_traceback(args, number):
    for seconds in (0.15, 0.4, 0.7):
        with run_group(*args) as process:
            time.sleep(seconds)
            os.killpg(process.pid, number)
            code, errors = finish(process)
            # before our first line runs, Python or the system ends the process as they do
            assert code in (0, -number), (seconds, code, errors)
            if code == 0:
                assert errors == ""


@pytest.mark.slow
@WITH_WORKERS
def test_it_answers_again_after_ctrl_z_and_fg(args):
    with run_server(*args) as (process, told):
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(1.5)
        os.killpg(process.pid, signal.SIGCONT)
        assert all(is_healthy(url) for url in (told["url"], *told.get("workers", ())))
        os.killpg(process.pid, signal.SIGINT)
        code, errors = finish(process)
        # on a busy machine it may be stopped while it still waits for its first line to be read
        assert (code, [line for line in errors.splitlines() if "nobody reads stdout" not in line]) == (0, [])


@pytest.mark.exhaustive(1)
@WITH_WORKERS
def test_sigpipe_does_not_end_it(args):
    with run_server(*args) as (process, told):
        os.killpg(process.pid, signal.SIGPIPE)
        assert is_healthy(told["url"])


@pytest.mark.exhaustive(1)
@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGQUIT, signal.SIGKILL])
def test_no_worker_outlives_its_supervisor_whatever_ends_that(number):
    with run_server("--workers", "2") as (process, told):
        process.send_signal(number)
        assert process.wait(PATIENCE) == -number
        wait_until(lambda: not any(is_healthy(url) for url in told["workers"]))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def get_pid(url: str) -> int:
    pid: int = httpx.get(f"{url}/_lookalike/health", timeout=5).json()["pid"]
    return pid


def is_running(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("ascii").split()[2] not in "ZX"
    return False


@pytest.mark.slow
def test_a_worker_that_is_stopped_is_replaced_and_a_line_says_so():
    with run_server("--workers", "2") as (process, told):
        url = told["workers"][0]
        pid = get_pid(url)
        os.kill(pid, signal.SIGSTOP)
        line = process.stderr.readline()
        assert re.fullmatch(
            r"worker 1 gave no sign of life for 1\d s and was killed; its sandboxes are gone, and it is started again\n",
            line,
        ), line
        wait_until(lambda: is_healthy(url))
        assert get_pid(url) != pid


@pytest.mark.slow
def test_a_stopped_worker_does_not_hold_up_the_end():
    with run_server("--workers", "2") as (process, told):
        os.kill(get_pid(told["workers"][0]), signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        started_at = time.monotonic()
        assert finish(process) == (0, "")
        assert time.monotonic() - started_at < 8


@pytest.mark.slow
def test_a_stopped_worker_does_not_hold_up_a_second_signal():
    with run_server("--workers", "2") as (process, told):
        os.kill(get_pid(told["workers"][0]), signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        time.sleep(0.4)
        process.send_signal(signal.SIGINT)
        started_at = time.monotonic()
        assert finish(process) == (0, "")
        assert time.monotonic() - started_at < AT_ONCE


# a server whose loop is stuck as soon as somebody asks it for /spin
SPINNING = """
import sys
from lookalike_mocks.adapters.asgi import MockApp
respond = MockApp.respond_directly
def spin(self, request):
    while request.path == "/spin":
        pass
    return respond(self, request)
MockApp.respond_directly = spin
from lookalike.__main__ import main
sys.argv = ["lookalike", "serve", "tmapi", "--port", "0", "--json", *sys.argv[1:]]
main()
"""


@contextmanager
def run_spinning(*args: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    command = [sys.executable, "-c", SPINNING, *args]
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield process, json.loads(process.stdout.readline())
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE)


def spin(url: str) -> socket.socket:
    return begin_request(url, b"GET /spin HTTP/1.1\r\nHost: x\r\n\r\n")


@pytest.mark.slow
def test_a_server_that_is_stuck_ends_all_the_same_and_says_so():
    with run_spinning() as (process, told), spin(told["url"]):
        process.send_signal(signal.SIGTERM)
        assert finish(process) == (1, "it did not end within 6 s and is ended by force\n")


@pytest.mark.slow
def test_a_second_signal_ends_a_server_that_is_stuck():
    with run_spinning() as (process, told), spin(told["url"]):
        process.send_signal(signal.SIGINT)
        time.sleep(0.4)
        process.send_signal(signal.SIGINT)
        started_at = time.monotonic()
        assert finish(process) == (0, "")
        assert time.monotonic() - started_at < 2 * AT_ONCE


@pytest.mark.slow
def test_a_worker_that_is_stuck_is_replaced():
    with run_spinning("--workers", "2") as (process, told):
        url = told["workers"][1]
        pid = get_pid(url)
        with spin(url):
            assert "worker 2 gave no sign of life" in process.stderr.readline()
        wait_until(lambda: is_healthy(url))
        assert not is_running(pid)


@pytest.mark.slow
def test_a_worker_that_is_stuck_does_not_outlive_its_supervisor():
    with run_spinning("--workers", "2") as (process, told):
        pid = get_pid(told["workers"][1])
        with spin(told["workers"][1]):
            process.kill()
            wait_until(lambda: not is_running(pid))
