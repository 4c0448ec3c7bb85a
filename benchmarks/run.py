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
OURS = "lookalike"
OURS_LOGGING = "lookalike, with its log"
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
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of load, for each number of connections")
    parser.add_argument("--extra", default="", help="more of every request's query")
    parser.add_argument("--no-spin", action="store_true", help="let the load generator's core halt")
    return parser.parse_args()


def build_commands(folder: Path, extra: str) -> dict[str, list[str]]:
    """Write what the servers need into the folder; return name -> command line, in which PORT stands for the port."""
    _, answer = sample.write_sample(folder, extra)
    document = folder / "openapi.json"
    document.write_text(json.dumps(read_document(sample.API)), "utf-8")
    python = [sys.executable, "-B"]
    commands = {
        # as Prism below: neither prints a line for each request
        OURS: [*python, "-m", "lookalike", "serve", sample.API, "--quiet", "--port", "PORT"],
        "static Starlette": [
            *python,
            str(HERE / "static.py"),
            "PORT",
            load_spec(sample.API).operations[0].path,
            str(answer),
        ],
    }
    if PRISM.exists():
        commands["prism"] = ["node", str(PRISM), "mock", str(document), "-p", "PORT", "-v", "silent"]
    return commands


def measure(commands: dict[str, list[str]], paths: Path, seconds: int) -> dict[str, Figures]:
    """Measure one round: every server in turn, started afresh. Return server -> name of the figure -> figure."""
    probe = paths.read_text("utf-8").partition("\n")[0]
    round_figures = {}
    for name, command in commands.items():
        with start_server(command, probe) as (port, pid, start):
            # A second of load before the first figure: caches fill, and Node.js compiles what is hot.
            run_load(port, paths, 1, 16)
            figures: Figures = {"first 200 ms": start}
            for connections in CONNECTIONS:
                load = run_load(port, paths, seconds, connections)
                for key in ("req/s", "p99 ms"):
                    figures[f"{key} c{connections}"] = load[key]
            figures["RSS MiB"] = read_memory(pid)
        round_figures[name] = figures
    return round_figures


@contextmanager
def start_server(command: list[str], probe: str) -> Iterator[tuple[int, int, float]]:
    """Start a server on core 0, and yield port, process id and milliseconds from start to the first 200."""
    port = find_free_port()
    # Bytecode is written even where the caller's shell forbids it: a start without it measures the compiler.
    environment = {**os.environ, "NODE_ENV": "production", "PYTHONDONTWRITEBYTECODE": ""}
    start = time.perf_counter()
    process = subprocess.Popen(
        ["taskset", "-c", "0", *(part.replace("PORT", str(port)) for part in command)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await_answer(f"http://127.0.0.1:{port}{probe}", process)
        yield port, process.pid, (time.perf_counter() - start) * 1000
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the server has answered. Raise SystemExit if it ends, or does not listen for some 20 seconds."""
    for _ in range(4000):
        if process.poll() is not None:
            raise SystemExit(f"{process.args} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError as error:
            # It does not listen yet; anything else, an HTTP error for example, will not get better.
            if "refused" not in str(error):
                raise
            time.sleep(0.005)
    raise SystemExit(f"{process.args} does not answer")


def run_load(port: int, paths: Path, seconds: int, connections: int) -> Figures:
    """Run wrk on core 1; return requests a second, the 99th percentile in milliseconds, the number of requests."""
    wrk = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s",
         "-s", str(HERE / "rotate.lua"), f"http://127.0.0.1:{port}"],
        env={**os.environ, "PATHS": str(paths)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    # An error is answered faster than a page: with errors among them, the figures mean nothing.
    if "Non-2xx" in wrk.stdout or "Socket errors" in wrk.stdout:
        raise SystemExit(wrk.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", wrk.stdout)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", wrk.stdout)
    count = re.search(r"(\d+) requests in", wrk.stdout)
    assert rate and tail and count
    milliseconds = float(tail[1]) * {"us": 0.001, "ms": 1, "s": 1000}[tail[2]]
    return {"req/s": float(rate[1]), "p99 ms": milliseconds, "requests": float(count[1])}


def read_memory(pid: int) -> float:
    """Return the MiB of memory that a process has in use."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert match
    return int(match[1]) / 1024


@contextmanager
def keep_core_busy(wanted: bool) -> Iterator[None]:
    """Run an idle-class loop on core 1, if wanted, for as long as the block lasts."""
    if not wanted:
        yield
        return
    process = subprocess.Popen(["taskset", "-c", "1", sys.executable, str(HERE / "spin.py")])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def find_free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def print_report(rounds: list[dict[str, Figures]], names: list[str]) -> None:
    """Print the medians of the figures, and of the ratios that were taken within a round."""
    print(f"| median of {len(rounds)} rounds | " + " | ".join(names) + " |")
    print("|" + " --- |" * (len(names) + 1))
    for figure in rounds[0][names[0]]:
        cells = [f"{median(servers[name][figure] for servers in rounds):,.2f}" for name in names]
        print(f"| {figure} | " + " | ".join(cells) + " |")
    for other in names[1:]:
        for connections in CONNECTIONS:
            key = f"req/s c{connections}"
            ratios = [servers[names[0]][key] / servers[other][key] for servers in rounds]
            print(f"| {key}, {names[0]} / {other} | {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |")


if __name__ == "__main__":
    main()
