"""The server process's own CPU time for one request, side by side: ours, Prism, and a static Starlette answer.

Usage: python benchmarks/cpu.py [--rounds 9] [--requests 3000] [--warm-up 8000] [--connections 16] [--log] [--unique]
Needs wrk, Linux, and `npm install --prefix benchmarks` once.

Requests a second move with whoever else uses the machine; what a process itself is charged for (utime + stime of all
its threads and children, divided by the requests that it answered) moves much less. All servers are started and warmed
up first; then they are loaded in turn, one after the other in each round, and the ratios are taken within a round, so
that a slow minute is slow for all of them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import sample
from run import OURS, OURS_LOGGING, build_commands, run_load, start_server

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
Costs = dict[str, float]


def main() -> None:
    """Measure, then print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=3000, help="at least, for each server in each round")
    parser.add_argument("--warm-up", type=int, default=2 * sample.COUNT, help="requests before the first round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--log", action="store_true", help="measure ours once more, with a line for each request")
    parser.add_argument("--unique", action="store_true", help="give each request a header that no other one has")
    parser.add_argument("--extra", default="", help="more of every request's query")
    options = parser.parse_args()
    if options.unique:
        # rotate.lua reads it: no request comes twice then, so that whoever remembers requests reads each one
        os.environ["UNIQUE"] = "1"
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        commands = build_commands(Path(name), options.extra)
        if options.log:
            commands[OURS_LOGGING] = [word for word in commands[OURS] if word != "--quiet"]
        paths = Path(name) / "paths.txt"
        probe = paths.read_text("utf-8").partition("\n")[0]
        processes = {}
        for server, command in commands.items():
            port, pid, _ = servers.enter_context(start_server(command, probe))
            # what is measured is a warm GET: every path was asked for, and compilers have seen all they need
            load(port, paths, options.warm_up, options.connections)
            processes[server] = (port, pid)
        rounds = []
        for _ in range(options.rounds):
            costs = {}
            for server, (port, pid) in processes.items():
                costs[server] = measure(port, pid, paths, options.requests, options.connections)
            rounds.append(costs)
            print(f"<!-- {', '.join(f'{server} {cost:.1f} us' for server, cost in costs.items())} -->", flush=True)
    print_report(rounds, options.connections)


def measure(port: int, pid: int, paths: Path, wanted: int, connections: int) -> float:
    """Return the microseconds of CPU time that one request costs a server."""
    before = read_cpu_seconds(pid)
    count = load(port, paths, wanted, connections)
    return (read_cpu_seconds(pid) - before) / count * 1e6


def load(port: int, paths: Path, wanted: int, connections: int) -> int:
    """Send at least that many requests, however long a busy machine takes; return how many it were."""
    count = 0
    while count < wanted:
        count += int(run_load(port, paths, 1, connections)["requests"])
    return count


def read_cpu_seconds(pid: int) -> float:
    """Return utime + stime of a process and its children, in all their threads; Prism answers from a child.

    The kernel counts in ticks of 10 ms.
    """
    parents = {}
    ticks = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # the second field is the program's name in parentheses, and may hold spaces
            fields = path.read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        number = int(path.parent.name)
        parents[number] = int(fields[1])
        ticks[number] = int(fields[11]) + int(fields[12])
    family = {pid}
    while True:
        children = {number for number, parent in parents.items() if parent in family} - family
        if not children:
            return sum(ticks[number] for number in family) / TICKS_PER_SECOND
        family |= children


def print_report(rounds: list[Costs], connections: int) -> None:
    """Print the medians, and the ratios that were taken within a round, from the least to the most."""
    print(f"| {connections} connections, median of {len(rounds)} | us of CPU a request | lookalike's to it |")
    print("| --- | --- | --- |")
    for server in rounds[0]:
        costs = sorted(costs[server] for costs in rounds)
        # Within a round all servers had the same neighbours on the machine; between rounds they had not.
        ratios = sorted(costs[OURS] / costs[server] for costs in rounds)
        cost = f"{median(costs):.1f} ({costs[0]:.1f} to {costs[-1]:.1f})"
        ratio = f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        if server == OURS:
            ratio = "1"
        print(f"| {server} | {cost} | {ratio} |")
    if "prism" in rounds[0]:
        speedups = sorted(costs["prism"] / costs[OURS] for costs in rounds)
        print(f"\nPrism's to lookalike's: {median(speedups):.2f} ({speedups[0]:.2f} to {speedups[-1]:.2f})")


if __name__ == "__main__":
    main()
