"""Few files that may be open: a command says so before it begins, and a server goes on with the clients that it has."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from lookalike.__main__ import cli
from lookalike.open_files import MIN_FREE_FILES
from lookalike_mocks.adapters.limits import SPARE_FILES, Limits, fit_limits
from lookalike_specs.files import count_free_files

COMMANDS = {
    "serve": ["tmapi", "--port=0"],
    "check": ["tmapi", "--only=request"],
    "certify": ["tmapi", "--driver=true"],
    "exec": ["tmapi", "--", "true"],
}
HEALTH = b"GET /_lookalike/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
# a process that may open so many files, and then is the program
START = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
os.execv(sys.executable, [sys.executable, "-m", "lookalike", *sys.argv[2:]])
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_may_open_too_few_files_says_so(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr("lookalike.open_files.count_free_files", lambda _: 7)
    done = CliRunner().invoke(cli, [command, *COMMANDS[command]])
    assert done.exit_code == 2
    assert done.stderr == (
        f"Error: `lookalike {command}` needs {MIN_FREE_FILES} files and sockets, and may open 7 more: "
        "raise the limit, with `ulimit -n 1024`\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("limit", [8, 14])
@pytest.mark.parametrize("command", COMMANDS)
def test_it_says_so_at_every_limit(command: str, limit: int) -> None:
    words = [sys.executable, "-c", START, str(limit), command, *COMMANDS[command]]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "`ulimit -n 1024`" in done.stderr


def test_free_files_are_counted() -> None:
    free = count_free_files(10)
    assert free == 10
    assert count_free_files(0) == 0


def test_a_server_has_fewer_connections_where_it_may_open_fewer_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike_mocks.adapters.limits.count_free_files", lambda wanted: min(wanted, 100))
    assert fit_limits(Limits()).connections == 100 - SPARE_FILES
    assert fit_limits(Limits(connections=5)).connections == 5


def ask(client: socket.socket) -> bytes:
    client.settimeout(10)
    client.sendall(HEALTH)
    return client.recv(4096)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["uvloop", "asyncio", "tls"])
def test_a_server_goes_on_where_no_socket_is_left(tmp_path: Path, kind: str) -> None:
    words = ["serve", "tmapi", "--port=0", "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    if kind == "tls":
        words += ["--tls-ca", str(tmp_path / "ca.pem")]
    if kind == "asyncio":
        Path(tmp_path, "uvloop.py").write_text("raise ImportError('not here')", "utf-8")
        environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), *sys.path])
    errors = Path(tmp_path, "stderr")
    with errors.open("wb") as stderr, subprocess.Popen(
        [sys.executable, "-c", START, "48", *words], stdout=subprocess.PIPE, stderr=stderr, env=environment, text=True
    ) as server:  # fmt: skip
        assert server.stdout is not None
        try:
            address = urlsplit(json.loads(server.stdout.readline())["url"])
            place = (str(address.hostname), int(address.port or 0))
            with socket.create_connection(place) as first:
                assert b"200 OK" in ask(first)
                others = [socket.create_connection(place) for _ in range(120)]
                time.sleep(1.5)
                # who was there first is still served
                assert b'"ok"' in ask(first) + ask(first)
                for other in others:
                    other.close()
            time.sleep(1.5)
            with socket.create_connection(place) as later:
                assert b"200 OK" in ask(later)
        finally:
            server.terminate()
            server.communicate(timeout=30)
    assert server.returncode == 0
    lines = errors.read_text("utf-8").splitlines()
    assert set(lines) <= {"cannot accept a client: Too many open files"}
    assert len(lines) < 10
