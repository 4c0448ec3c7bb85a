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
CGROUP_V1 = Path("/sys/fs/cgroup/cpu")
CGROUP_V2 = Path("/sys/fs/cgroup")


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
    one = median(one for one, _ in rounds)
    two = median(two for _, two in rounds)
    spread = f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    print(f"| req/s, {options.share:.0%} of a core a worker | 1 worker | 2 workers | ratio (least to most) |")
    print("| --- | --- | --- | --- |")
    print(f"| median of {options.rounds} | {one:,.0f} | {two:,.0f} | {spread} |")


def measure(count: int, paths: Path, seconds: int, share: float) -> float:
    """Return the requests a second of that many workers."""
    with start_workers(count) as announcement, limit_cores(announcement, share):
        port = int(announcement["url"].rpartition(":")[2])
        # One second of load lets every worker make its pages and be scheduled under its quota.
        run_load(port, paths, 1, CONNECTIONS)
        return run_load(port, paths, seconds, CONNECTIONS)["req/s"]


@contextmanager
def start_workers(count: int) -> Iterator[dict]:
    """Yield what `serve --json` prints when it listens: its URL, and those of its workers."""
    command = [
        sys.executable,
        "-m",
        "lookalike",
        "serve",
        sample.API,
        "--port",
        "0",
        "--json",
        "--quiet",
        "--workers",
        str(count),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
        process.terminate()


@contextmanager
def limit_cores(announcement: dict, share: float) -> Iterator[None]:
    """Put every worker into a cgroup of its own for as long as the block lasts."""
    groups = []
    # A single worker is the server itself, which lists no workers.
    worker_urls = announcement.get("workers") or [announcement["url"]]
    for number, url in enumerate(worker_urls):
        with urllib.request.urlopen(f"{url}/_lookalike/health") as answer:
            pid = json.load(answer)["pid"]
        group = create_cgroup(f"lookalike-{number}", share)
        groups.append(group)
        (group / "cgroup.procs").write_text(str(pid))
    yield
    for group in groups:
        # The kernel removes no cgroup that still has processes: they go back to the parent first.
        for pid in (group / "cgroup.procs").read_text().split():
            (group.parent / "cgroup.procs").write_text(pid)
        group.rmdir()


def create_cgroup(name: str, share: float) -> Path:
    """Make a cgroup whose processes together get that share of one core; return its folder."""
    quota = str(int(PERIOD_MICROSECONDS * share))
    # Version 1 mounts a tree for each controller, version 2 one for all.
    if CGROUP_V1.exists():
        group = CGROUP_V1 / name
        group.mkdir(exist_ok=True)
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
        (group / "cpu.cfs_quota_us").write_text(quota)
    else:
        group = CGROUP_V2 / name
        group.mkdir(exist_ok=True)
        (group / "cpu.max").write_text(f"{quota} {PERIOD_MICROSECONDS}")
    return group


if __name__ == "__main__":
    main()
