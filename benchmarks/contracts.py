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
API = "daji-1688"
OPERATION = "imageQuery"
# How many cases Schemathesis and our judge are asked to draw, so that both come to about as many.
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
        """Return cases a second on the clock."""
        return self.cases / self.seconds

    @property
    def cpu_per_case(self) -> float:
        """Return seconds of a core for one case."""
        return self.cpu / self.cases


# size -> judge -> measurement
Round = dict[str, dict[str, Measurement]]


def main() -> None:
    """Measure, then print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=8917)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # What Hypothesis works out once, such as the tables of Unicode, is ready for every run that counts.
        environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "notes")}
        with serve_mock(folder, options.port) as url:
            commands = {size: _build_commands(folder, url, *counts) for size, counts in SIZES.items()}
            for command in commands["some 700 cases"].values():
                measure_run(command, folder, environment)
            rounds = [measure_round(commands, folder, environment) for _ in range(options.rounds)]
        whole_command = [str(BIN / "lookalike"), "check"]
        whole_runs = [measure_run(whole_command, folder, environment) for _ in range(options.rounds)]
    print_report(rounds, whole_runs)


def measure_round(commands: dict[str, dict[str, list[str]]], folder: Path, environment: Mapping[str, str]) -> Round:
    """Run every command once, the two judges in turn. Return size -> judge -> measurement."""
    measurements: Round = {}
    for size, judges in commands.items():
        measurements[size] = {judge: measure_run(command, folder, environment) for judge, command in judges.items()}
    return measurements


def _build_commands(folder: Path, url: str, theirs: int, ours: int) -> dict[str, list[str]]:
    """Return judge -> command line; write the files that Schemathesis needs, unless they are there."""
    document = folder / "document.yaml"
    config = folder / "schemathesis.toml"
    if not document.exists():
        spec = subprocess.run([BIN / "lookalike", "spec", API], check=True, capture_output=True)
        document.write_bytes(spec.stdout)
        # Schemathesis cannot sign. With the secret itself as a parameter its requests come as far as ours.
        credentials = {**load_api(API).account, "sign": ""}
        parameters = ", ".join(f"{name} = {json.dumps(value)}" for name, value in credentials.items())
        config.write_text(f"continue-on-failure = true\nparameters = {{ {parameters} }}\n", "utf-8")
    schemathesis = [str(BIN / "schemathesis"), "--config-file", str(config), "run", str(document), "--url", url]
    schemathesis += ["--include-operation-id", OPERATION, "--no-color", "--max-examples", str(theirs)]
    lookalike = [str(BIN / "lookalike"), "check", API, "--operation", OPERATION, "--url", url, "--max-cases", str(ours)]
    for family in FAMILIES:
        lookalike += ["--only", family]
    return {"lookalike": lookalike, "schemathesis": schemathesis}


def measure_run(command: list[str], folder: Path, environment: Mapping[str, str]) -> Measurement:
    """Measure one run, start and end of the process included. Raise SystemExit if it does not say how many cases."""
    cpu_before = _read_cpu_seconds()
    start = time.perf_counter()
    process = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, text=True, timeout=TIMEOUT_SECONDS
    )
    seconds = time.perf_counter() - start
    cpu = _read_cpu_seconds() - cpu_before
    # ours says "1,234 requests in 5 s", Schemathesis "1234 generated"
    match = re.search(r"([\d,]+) (?:requests in|generated)", process.stdout)
    if match is None:
        raise SystemExit(f"{command}\n{process.stdout}\n{process.stderr}")
    cases = int(match[1].replace(",", ""))
    return Measurement(cases, seconds, cpu)


def _read_cpu_seconds() -> float:
    # Children count only once they have ended and been waited for: the mock, which still runs, is not in it.
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def serve_mock(folder: Path, port: int) -> Iterator[str]:
    """Serve the mock in a process of its own, and yield its URL."""
    url = f"http://127.0.0.1:{port}"
    command = [BIN / "lookalike", "serve", API, "--port", str(port)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _wait(url)
            yield url
        finally:
            server.terminate()


def _wait(url: str) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            # The root is no API's path, so a server that listens answers with an error.
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing listens at {url}")


def print_report(rounds: list[Round], whole_runs: list[Measurement]) -> None:
    """Print the medians, and the ratios within a round, least to most."""
    print(
        "| median of",
        len(rounds),
        "| cases | cases/s | ms of a core a case | times Schemathesis's cases/s | of its core |",
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for size in SIZES:
        for judge in ("lookalike", "schemathesis"):
            runs = [judges[size][judge] for judges in rounds]
            cases = f"{median(run.cases for run in runs):,.0f}"
            rate = f"{median(run.rate for run in runs):.0f}"
            cost = f"{median(1000 * run.cpu_per_case for run in runs):.1f}"
            print(f"| {judge}, {size} | {cases} | {rate} | {cost} | {_format_ratios(rounds, size, judge)} |")
    print("\n| `lookalike check`, all five APIs | requests | s | s of a core |\n| --- | --- | --- | --- |")
    requests = median(run.cases for run in whole_runs)
    seconds = median(run.seconds for run in whole_runs)
    cpu = median(run.cpu for run in whole_runs)
    print(f"| median of {len(whole_runs)} | {requests:,.0f} | {seconds:.0f} | {cpu:.0f} |")


def _format_ratios(rounds: list[Round], size: str, judge: str) -> str:
    if judge == "schemathesis":
        return "1 | 1"
    rates = []
    costs = []
    for judges in rounds:
        run = judges[size][judge]
        yardstick = judges[size]["schemathesis"]
        rates.append(run.rate / yardstick.rate)
        # the other way round than the rates, so that more is better in both columns
        costs.append(yardstick.cpu_per_case / run.cpu_per_case)
    return f"{_format_spread(rates)} | {_format_spread(costs)}"


def _format_spread(ratios: list[float]) -> str:
    return f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


if __name__ == "__main__":
    main()
