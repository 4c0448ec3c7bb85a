"""How a load of stateless searches scales from one worker to two, where the cores are there.

Usage: python benchmarks/workers.py [--rounds 5] [--seconds 4] [--share 0.3]
Needs wrk and root on Linux: every worker gets the same share of a core (a cgroup's quota), small enough that two of
them and the load generator fit into this machine's cores. What is left to scale badly is the workers' own doing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import sample
from run import run_load

CONNECTIONS = 32
PERIOD_MICROSECONDS = 20_000
CGROUP_V1, CGROUP_V2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


def main() -> None:
    """Measure, then print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--share", type=float, default=0.3, help="of a core, for each worker")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        paths, _ = sample.write_sample(Path(name))
        rounds = [
            [measure(count, paths, options.seconds, options.share) for count in (1, 2)] for _ in range(options.rounds)
        ]
    ratios = sorted(two / one for one, two in rounds)
    one, two = (median(each) for each in zip(*rounds, strict=True))
    spread = f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    print(f"| req/s, {options.share:.0%} of a core a worker | 1 worker | 2 workers | ratio (least to most) |")
    print("| --- | --- | --- | --- |")
    print(f"| median of {options.rounds} | {one:,.0f} | {two:,.0f} | {spread} |")


def measure(count: int, paths: Path, seconds: int, share: float) -> float:
    """Requests a second of that many workers."""
    with start_workers(count) as told, limit_cores(told, share):
        port = int(told["url"].rpartition(":")[2])
        run_load(port, paths, 1, CONNECTIONS)
        return run_load(port, paths, seconds, CONNECTIONS)["req/s"]


@contextmanager
def start_workers(count: int) -> Iterator[dict]:
    command = [sys.executable, "-m", "lookalike", "serve", sample.API, "--port", "0", "--json", "--workers", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
        process.terminate()


@contextmanager
def limit_cores(told: dict, share: float) -> Iterator[None]:
    """Every worker in a cgroup of its own."""
    groups = []
    for number, url in enumerate(told.get("workers") or [told["url"]]):
        with urllib.request.urlopen(f"{url}/_lookalike/health") as answer:
            pid = json.load(answer)["pid"]
        groups.append(create_cgroup(f"lookalike-{number}", share))
        (groups[-1] / "cgroup.procs").write_text(str(pid))
    yield
    for at in groups:
        for pid in (at / "cgroup.procs").read_text().split():
            (at.parent / "cgroup.procs").write_text(pid)
        at.rmdir()


def create_cgroup(name: str, share: float) -> Path:
    at = (CGROUP_V1 if CGROUP_V1.exists() else CGROUP_V2) / name
    at.mkdir(exist_ok=True)
    quota = str(int(PERIOD_MICROSECONDS * share))
    if CGROUP_V1.exists():
        (at / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
        (at / "cpu.cfs_quota_us").write_text(quota)
    else:
        (at / "cpu.max").write_text(f"{quota} {PERIOD_MICROSECONDS}")
    return at


if __name__ == "__main__":
    main()
