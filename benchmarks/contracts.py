"""Cases a second of our judge and of Schemathesis's command, in turn, on one operation of one server; and a whole run.

Usage: python benchmarks/contracts.py [--rounds 3] [--port 8917]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from lookalike_specs import load_api

BIN = Path(sys.executable).parent
API, OPERATION = "daji-1688", "imageQuery"
# how many cases each is told to draw, so that both come to about as many
SIZES = {"some 700 cases": (100, 290), "some 1,700 cases": (1000, 790)}
FAMILIES = ("answer", "error", "limits")
TIMEOUT_SECONDS = 600


class Measurement(NamedTuple):
    """What a run came to: cases, seconds on the clock, seconds of a core."""

    cases: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Cases a second on the clock."""
        return self.cases / self.seconds


def main() -> None:
    """Measure, then print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=8917)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # what Hypothesis makes out once, each finds ready
        environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "notes")}
        with serve_mock(folder, options.port) as url:
            commands = {size: _build_commands(folder, url, *counts) for size, counts in SIZES.items()}
            for command in commands["some 700 cases"].values():
                measure_run(command, folder, environment)
            rounds = [
                {
                    size: {who: measure_run(each, folder, environment) for who, each in both.items()}
                    for size, both in commands.items()
                }
                for _ in range(options.rounds)
            ]
        whole = [measure_run([str(BIN / "lookalike"), "check"], folder, environment) for _ in range(options.rounds)]
    print_report(rounds, whole)


def _build_commands(folder: Path, url: str, theirs: int, ours: int) -> dict[str, list[str]]:
    document, config = folder / "document.yaml", folder / "schemathesis.toml"
    if not document.exists():
        written = subprocess.run([BIN / "lookalike", "spec", API], check=True, capture_output=True)
        document.write_bytes(written.stdout)
        # the secret itself, as it cannot sign: so that its requests come as far as ours
        credentials = {**load_api(API).account, "sign": ""}
        told = ", ".join(f"{name} = {json.dumps(value)}" for name, value in credentials.items())
        config.write_text(f"continue-on-failure = true\nparameters = {{ {told} }}\n", "utf-8")
    schemathesis = [str(BIN / "schemathesis"), "--config-file", str(config), "run", str(document), "--url", url]
    schemathesis += ["--include-operation-id", OPERATION, "--no-color", "--max-examples", str(theirs)]
    lookalike = [str(BIN / "lookalike"), "check", API, "--operation", OPERATION, "--url", url, "--max-cases", str(ours)]
    lookalike += [part for family in FAMILIES for part in ("--only", family)]
    return {"lookalike": lookalike, "schemathesis": schemathesis}


def measure_run(command: list[str], folder: Path, environment: Mapping[str, str]) -> Measurement:
    """One run, start and end of the process included."""
    before, start = _read_cpu_seconds(), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, text=True, timeout=TIMEOUT_SECONDS
    )
    seconds, cpu = time.perf_counter() - start, _read_cpu_seconds() - before
    told = re.search(r"([\d,]+) (?:requests in|generated)", done.stdout)
    if told is None:
        raise SystemExit(f"{command}\n{done.stdout}\n{done.stderr}")
    return Measurement(int(told[1].replace(",", "")), seconds, cpu)


def _read_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def serve_mock(folder: Path, port: int) -> Iterator[str]:
    """The mock, in a process of its own."""
    url = f"http://127.0.0.1:{port}"
    command = [BIN / "lookalike", "serve", API, "--port", str(port)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _wait(url)
            yield url
        finally:
            server.terminate()


def _wait(url: str) -> None:
    until = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing listens at {url}")


def print_report(rounds: list[dict[str, dict[str, Measurement]]], whole: list[Measurement]) -> None:
    """The medians, and the ratios within a round, least to most."""
    print(
        "| median of",
        len(rounds),
        "| cases | cases/s | ms of a core a case | times Schemathesis's cases/s | of its core |",
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for size in SIZES:
        for who in ("lookalike", "schemathesis"):
            runs = [each[size][who] for each in rounds]
            told = f"{median(r.cases for r in runs):,.0f} | {median(r.rate for r in runs):.0f}"
            cost = f"{median(1000 * r.cpu / r.cases for r in runs):.1f}"
            print(f"| {who}, {size} | {told} | {cost} | {_format_ratios(rounds, size, who)} |")
    print("\n| `lookalike check`, all five APIs | requests | s | s of a core |\n| --- | --- | --- | --- |")
    seconds, cpu = median(r.seconds for r in whole), median(r.cpu for r in whole)
    print(f"| median of {len(whole)} | {median(r.cases for r in whole):,.0f} | {seconds:.0f} | {cpu:.0f} |")


def _format_ratios(rounds: list[dict[str, dict[str, Measurement]]], size: str, who: str) -> str:
    if who == "schemathesis":
        return "1 | 1"
    rates = sorted(each[size][who].rate / each[size]["schemathesis"].rate for each in rounds)
    costs = sorted(
        (each[size]["schemathesis"].cpu / each[size]["schemathesis"].cases)
        / (each[size][who].cpu / each[size][who].cases)
        for each in rounds
    )
    return " | ".join(f"{median(found):.1f} ({found[0]:.1f} to {found[-1]:.1f})" for found in (rates, costs))


if __name__ == "__main__":
    main()
