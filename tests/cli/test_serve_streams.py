"""`lookalike serve` with a stdout or a stderr that is closed, full, or read by nobody: it serves, and it ends."""

from __future__ import annotations

import base64
import errno
import fcntl
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from lookalike.error_stream import MAX_BURST_LINES, BoundedErrorStream
from lookalike_specs import load_api

from ..mocks.image_files import encode_image
from ..mocks.testers import build_signed_request, send_request
from ..ports import find_free_port

PATIENCE = 30
COMMAND = [sys.executable, "-m", "lookalike", "serve", "tmapi"]
WITH_WORKERS = pytest.mark.parametrize("args", [(), ("--workers", "2")], ids=["alone", "workers"])


@contextmanager
def run(*args: str, **options: Any) -> Iterator[tuple[Any, str]]:
    """A server on a port that is known beforehand, as nothing can be read from it; and its URL."""
    port = find_free_port(3)
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    process = subprocess.Popen([*COMMAND, "--port", str(port), *args], **options)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def get_status(url: str) -> int:
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, timeout=5) as client:
        return client.get(f"{url}/_lookalike/health").status_code


def end(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


@contextmanager
def full_pipe() -> Iterator[int]:
    """The writing end of a pipe that is full, and that nobody reads."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.set_blocking(writer, True)
    try:
        yield writer
    finally:
        os.close(reader)
        os.close(writer)


@contextmanager
def pipe_without_reader() -> Iterator[int]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        yield writer
    finally:
        os.close(writer)


@pytest.mark.exhaustive(1)
@WITH_WORKERS
@pytest.mark.parametrize("mode", [("--json",), (), ("--quiet",)], ids=["json", "table", "quiet"])
def test_a_stdout_that_nobody_reads_does_not_stop_it(args, mode):
    with full_pipe() as writer, run(*args, *mode, stdout=writer) as (process, url):
        assert process.stderr.readline() == f"Warning: nobody reads stdout; serving on {url} all the same\n"
        for _ in range(3):
            assert get_status(url) == 200
        assert end(process) == 0


@pytest.mark.exhaustive(1)
@WITH_WORKERS
def test_a_stdout_whose_reader_has_left_does_not_stop_it(args):
    with pipe_without_reader() as writer, run(*args, stdout=writer) as (process, url):
        assert process.stderr.readline() == f"Warning: nobody reads stdout any more; serving on {url}\n"
        assert get_status(url) == 200
        assert end(process) == 0


@pytest.mark.slow
def test_head_reads_the_first_line_and_it_serves_on():
    with run() as (process, url):
        assert process.stdout.readline().startswith("Lookalike ")
        process.stdout.close()
        process.stdout = None
        for _ in range(30):
            assert httpx.get(f"{url}/1688/global/search/image", timeout=5).status_code == 401
        assert end(process) == 0


@pytest.mark.exhaustive(1)
@WITH_WORKERS
@pytest.mark.parametrize("mode", [("--json",), ()], ids=["json", "table"])
def test_a_full_disk_under_stdout_is_one_line_and_exit_2(args, mode):
    with Path("/dev/full").open("w") as full, run(*args, *mode, stdout=full) as (process, _):
        _, errors = process.communicate(timeout=PATIENCE)
        assert errors == f"Error: cannot write to stdout: {os.strerror(errno.ENOSPC)}\n"
        assert process.returncode == 2


@pytest.mark.exhaustive(1)
@WITH_WORKERS
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_stop_it(args, closed):
    port = find_free_port(3)
    line = " ".join([*COMMAND, "--port", str(port), *args, closed])
    with subprocess.Popen(["sh", "-c", f"exec {line}"]) as process:
        try:
            assert get_status(f"http://127.0.0.1:{port}") == 200
            # nothing else has taken the places of stdout and stderr
            links = [Path(f"/proc/{process.pid}/fd/{number}").readlink() for number in (0, 1, 2)]
            assert not [link for link in links if "socket" in str(link) or "eventpoll" in str(link)]
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()


@pytest.mark.exhaustive(1)
@WITH_WORKERS
def test_a_stderr_that_nobody_reads_does_not_hold_up_its_start_or_its_end(args):
    # it warns of the address
    with full_pipe() as writer, run("--host", "0.0.0.0", *args, stderr=writer) as (process, url):  # noqa: S104 - that is the warning
        assert get_status(url) == 200
        assert end(process) == 0


@pytest.mark.slow
def test_a_stderr_that_nobody_reads_does_not_hold_up_an_error():
    with full_pipe() as writer:
        done = subprocess.run([*COMMAND, "--seed", "x"], stderr=writer, timeout=PATIENCE, check=False)
    assert done.returncode == 2


@pytest.mark.slow
def test_workers_are_replaced_though_nobody_reads_stderr():
    with full_pipe() as writer, run("--workers", "2", stderr=writer) as (process, url):
        assert get_status(url) == 200
        first = f"{url[: -len(url.rpartition(':')[2])]}{int(url.rpartition(':')[2]) + 1}"
        pid = httpx.get(f"{first}/_lookalike/health").json()["pid"]
        os.kill(pid, signal.SIGKILL)
        assert get_status(first) == 200
        assert httpx.get(f"{first}/_lookalike/health").json()["pid"] != pid
        assert end(process) == 0


# every request for /fail fails inside of the server, with a traceback
FAILING = """
import sys
from lookalike_mocks.adapters.asgi import MockApp
respond = MockApp.respond_directly
def fail(self, request):
    if request.path == "/fail":
        raise RuntimeError("a mistake of ours")
    return respond(self, request)
MockApp.respond_directly = fail
from lookalike.__main__ import main
sys.argv = ["lookalike", "serve", "tmapi", "--port", "0", "--json", *sys.argv[1:]]
main()
"""


@pytest.mark.slow
def test_what_fails_at_every_request_makes_lines_at_a_rate():
    command = [sys.executable, "-c", FAILING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        with httpx.Client() as client:
            for _ in range(500):
                assert client.get(f"{url}/fail").status_code == 500
        assert get_status(url) == 200
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert errors.startswith("the mock failed on /fail\nTraceback ")
    # a burst, and two lines a second
    assert MAX_BURST_LINES <= len(errors.splitlines()) < 2 * MAX_BURST_LINES


@pytest.fixture
def pipe() -> Iterator[tuple[int, BoundedErrorStream]]:
    reader, writer = os.pipe()
    yield reader, BoundedErrorStream(writer)
    os.close(reader)
    os.close(writer)


def test_the_next_line_says_how_many_were_left_out(pipe):
    reader, stream = pipe
    stream.limit_rate()
    for number in range(MAX_BURST_LINES + 7):
        stream.write(f"line {number}\n")
    lines = os.read(reader, 65536).decode().splitlines()
    assert lines == [f"line {number}" for number in range(MAX_BURST_LINES)]
    stream._allowance = 1.0
    print("at last", file=stream)
    assert os.read(reader, 65536) == b"(7 lines are left out here)\nat last\n"


def test_a_line_that_comes_in_parts_is_written_when_it_ends(pipe):
    reader, stream = pipe
    print("a", "b\nc", end="", file=stream)
    assert os.read(reader, 100) == b"a b\n"
    stream.write("d\n")
    assert os.read(reader, 100) == b"cd\n"


def test_a_line_without_end_is_written_in_pieces(pipe):
    reader, stream = pipe
    for _ in range(50):
        stream.write("x" * 1000)
    assert len(os.read(reader, 10**6)) > 40_000


def test_many_lines_while_it_starts_are_all_written(pipe):
    reader, stream = pipe
    for number in range(3 * MAX_BURST_LINES):
        stream.write(f"{number}\n")
    assert re.search(rb"\n299\n$", os.read(reader, 65536))


def encode_broken_fax() -> str:
    """A TIFF of which some bytes are wrong, in Base64: libtiff has 403 lines about it for stderr."""
    drawn = Image.linear_gradient("L").resize((1000, 1000)).convert("1")
    data = bytearray(encode_image(drawn, "TIFF", compression="group3"))
    generator = random.Random(9)  # noqa: S311 - the same bytes in each run
    for _ in range(generator.choice([1, 3, 10, 40])):
        index = generator.randrange(8, len(data) - 200)
        data[index] = generator.randrange(256)
    return base64.b64encode(data).decode()


@pytest.mark.slow
@pytest.mark.parametrize("is_read", [True, False], ids=["read", "unread"])
def test_what_a_library_says_of_a_broken_picture_is_no_line_and_stops_nothing(is_read):
    command = [sys.executable, "-m", "lookalike", "serve", "aliyun", "--port", "0", "--json"]
    picture = encode_broken_fax()
    with full_pipe() as writer:
        errors = writer
        if is_read:
            errors = subprocess.PIPE
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
            assert process.stdout
            url = json.loads(process.stdout.readline())["url"]
            with httpx.Client(base_url=url, timeout=10) as client:
                for _ in range(3):
                    request = build_signed_request("aliyun", load_api("aliyun").account, PicContent=picture)
                    assert send_request(client, request).status in (200, 400)
            assert get_status(url) == 200
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        # Pillow's own warnings are shown once
        assert len((said or "").splitlines()) < 10
