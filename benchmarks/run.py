"""Requests a second, latency, memory and start, side by side: ours, Prism, and a static Starlette answer.

Usage: python benchmarks/run.py [--rounds 5] [--seconds 4] [--extra '&filter=shipInToday'] [--no-spin]
Needs wrk, two cores, and `npm install --prefix benchmarks` once.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import sample

from lookalike_specs import load_api as load_spec
from lookalike_specs import read_document

HERE = Path(__file__).parent

CONNECTIONS = (1, 16, 64)
PRISM = HERE / "node_modules/.bin/prism"
Figures = dict[str, float]


def main() -> None:
    """Measure, then print the table as Markdown."""
    options = parse_arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = build_commands(folder, options.extra)
        with keep_core_busy(not options.no_spin):
            rounds = [measure(commands, folder / "paths.txt", options.seconds) for _ in range(options.rounds)]
    print_report(rounds, list(commands))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of load, for each number of connections")
    parser.add_argument("--extra", default="", help="more of every request's query")
    parser.add_argument("--no-spin", action="store_true", help="let the load generator's core halt")
    return parser.parse_args()


def build_commands(folder: Path, extra: str) -> dict[str, list[str]]:
    """Name -> command line; PORT stands for the port."""
    _, answer = sample.write_sample(folder, extra)
    document = folder / "openapi.json"
    document.write_text(json.dumps(read_document(sample.API)), "utf-8")
    python = [sys.executable, "-B"]
    found = {
        "lookalike": [*python, "-m", "lookalike", "serve", sample.API, "--port", "PORT"],
        "static Starlette": [
            *python,
            str(HERE / "static.py"),
            "PORT",
            load_spec(sample.API).operations[0].path,
            str(answer),
        ],
    }
    if PRISM.exists():
        found["prism"] = ["node", str(PRISM), "mock", str(document), "-p", "PORT", "-v", "silent"]
    return found


def measure(commands: dict[str, list[str]], paths: Path, seconds: int) -> dict[str, Figures]:
    """One round: every server in turn, started afresh."""
    probe = paths.read_text("utf-8").partition("\n")[0]
    figures = {}
    for name, command in commands.items():
        with start_server(command, probe) as (port, pid, start):
            run_load(port, paths, 1, 16)
            found: Figures = {"first 200 ms": start}
            for connections in CONNECTIONS:
                load = run_load(port, paths, seconds, connections)
                for key in ("req/s", "p99 ms"):
                    found[f"{key} c{connections}"] = load[key]
            found["RSS MiB"] = read_memory(pid)
        figures[name] = found
    return figures


@contextmanager
def start_server(command: list[str], probe: str) -> Iterator[tuple[int, int, float]]:
    """A server on core 0, from its first 200 on: port, process id, milliseconds from start to that answer."""
    port = find_free_port()
    environment = {**os.environ, "NODE_ENV": "production", "PYTHONDONTWRITEBYTECODE": ""}
    began = time.perf_counter()
    process = subprocess.Popen(
        ["taskset", "-c", "0", *(part.replace("PORT", str(port)) for part in command)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await_answer(f"http://127.0.0.1:{port}{probe}", process)
        yield port, process.pid, (time.perf_counter() - began) * 1000
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(4000):
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError as refused:
            if "refused" not in str(refused):
                raise
            time.sleep(0.005)
    raise SystemExit(f"{process.args} does not answer")


def run_load(port: int, paths: Path, seconds: int, connections: int) -> Figures:
    """wrk on core 1."""
    done = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s",
         "-s", str(HERE / "rotate.lua"), f"http://127.0.0.1:{port}"],
        env={**os.environ, "PATHS": str(paths)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    count = re.search(r"(\d+) requests in", done.stdout)
    assert rate and tail and count
    milliseconds = float(tail[1]) * {"us": 0.001, "ms": 1, "s": 1000}[tail[2]]
    return {"req/s": float(rate[1]), "p99 ms": milliseconds, "requests": float(count[1])}


def read_memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found
    return int(found[1]) / 1024


@contextmanager
def keep_core_busy(wanted: bool) -> Iterator[None]:
    """An idle-class loop on core 1 for as long as the block lasts."""
    process = subprocess.Popen(["taskset", "-c", "1", sys.executable, str(HERE / "spin.py")]) if wanted else None
    try:
        yield
    finally:
        if process:
            process.kill()
            process.wait()


def find_free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def print_report(rounds: list[dict[str, Figures]], names: list[str]) -> None:
    """Medians of the figures, and medians of the ratios that were taken within a round."""
    print(f"| median of {len(rounds)} rounds | " + " | ".join(names) + " |\n|" + " --- |" * (len(names) + 1))
    for figure in rounds[0][names[0]]:
        cells = [f"{median(each[name][figure] for each in rounds):,.2f}" for name in names]
        print(f"| {figure} | " + " | ".join(cells) + " |")
    for other in names[1:]:
        for connections in CONNECTIONS:
            key = f"req/s c{connections}"
            ratios = [each[names[0]][key] / each[other][key] for each in rounds]
            print(f"| {key}, {names[0]} / {other} | {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |")


if __name__ == "__main__":
    main()
