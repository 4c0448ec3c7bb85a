"""A long run of hostile requests: own errors, hangs, memory, open files, and an honest client's latency beside it.

Needs Linux, and nothing but this repository. The server is a process of its own; the exit code is 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from attack_client import HonestClient, ServerProcess, connect, is_whole, print_goals, start_server
from hostile import draw_request

EXAMPLES = """examples:
  python benchmarks/soak.py                                  100,000 requests, some minutes
  python benchmarks/soak.py --requests 5000 --seed 7         a short one with other bytes
  python benchmarks/soak.py --only framing,json --clients 8
"""
# who has got no answer and no end by then hangs; the server's own deadlines are 10 seconds
HANG_SECONDS = 15.0
# behind the last byte that is sent, a client waits so long for more before it says its end
QUIET_SECONDS = 0.05
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass
class Tally:
    """What came of all requests."""

    statuses: Counter = field(default_factory=Counter)
    own_errors: list[bytes] = field(default_factory=list)
    hangs: list[bytes] = field(default_factory=list)
    lost_connections: int = 0
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> int:
    """Run the soak and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0], epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1, help="of the mixture")
    parser.add_argument("--clients", type=int, default=4, help="that send at the same time")
    parser.add_argument("--only", default="", help="kinds, such as framing,json; all where none is named")
    options = parser.parse_args()
    kinds = set(filter(None, options.only.split(",")))
    with tempfile.TemporaryDirectory() as folder, start_server(Path(folder)) as server:
        return soak(server, options.requests, options.seed, options.clients, kinds)


def soak(server: ServerProcess, count: int, seed: int, clients: int, kinds: set[str]) -> int:
    tally = Tally()
    first = max(1, min(10_000, count // 4))
    began_at = time.monotonic()
    with HonestClient(server.port) as honest:
        send_all(server, tally, first, seed, clients, kinds)
        memory, files = server.read_memory(), server.count_files()
        send_all(server, tally, count - first, seed + 1, clients, kinds)
    seconds = time.monotonic() - began_at
    # what the last clients left is ended by then
    time.sleep(3)
    memory_after, files_after = server.read_memory(), server.count_files()
    tracebacks = server.stderr.read_bytes().count(b"Traceback")
    print(
        f"{tally.count:,} requests, seed {seed}, {clients} clients, {seconds:.0f} s; statuses {dict(tally.statuses.most_common())};"
    )
    print(
        f"{tally.lost_connections:,} ended without an answer; the honest client asked {len(honest.milliseconds):,} times\n"
    )
    for data in (tally.own_errors + tally.hangs)[:5]:
        print(f"    {data[:300]!r}")
    ratio = memory_after / memory
    return print_goals([
        ("own errors (500) and tracebacks", f"{len(tally.own_errors)} and {tracebacks}", "0", not tally.own_errors and not tracebacks),
        ("hangs", str(len(tally.hangs)), "0", not tally.hangs),
        (f"MiB after {first:,} requests, after all", f"{memory:.0f}, {memory_after:.0f}: {ratio:.2f}", "1.3 times at most", ratio <= 1.3),
        ("open files, then and after all", f"{files}, {files_after}", "no more", files_after <= files),
        ("honest client: failures", str(len(honest.failures)), "0", not honest.failures),
        ("honest client: p50, p99, slowest, ms", ", ".join(f"{honest.compute_percentile(share):.1f}" for share in (0.5, 0.99, 1.0)), "p99 100 at most", honest.compute_percentile(0.99) <= 100),
    ])  # fmt: skip


def send_all(server: ServerProcess, tally: Tally, count: int, seed: int, clients: int, kinds: set[str]) -> None:
    source = random.Random(seed)
    left = [count]

    def draw() -> bytes | None:
        with tally.lock:
            if left[0] <= 0:
                return None
            left[0] -= 1
            kind, data = draw_request(source)
            while kinds and kind not in kinds:
                kind, data = draw_request(source)
            return data.replace(b"TOKEN", server.token.encode())

    def work() -> None:
        while (data := draw()) is not None:
            send_one(server, tally, data)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def send_one(server: ServerProcess, tally: Tally, data: bytes) -> None:
    """Send one request, read until its answer is whole or the end comes, and count what came."""
    answer, is_hanging = exchange(server, data)
    with tally.lock:
        tally.count += 1
        status = STATUS.match(answer)
        if status is None:
            tally.lost_connections += 1
        else:
            tally.statuses[int(status[1])] += 1
        if b"Internal Server Error" in answer or b"the control API failed" in answer:
            tally.own_errors.append(data)
        if is_hanging:
            tally.hangs.append(data)


def exchange(server: ServerProcess, data: bytes) -> tuple[bytes, bool]:
    """Return what came, and whether the server neither answered nor ended the connection."""
    answer = b""
    deadline = time.monotonic() + HANG_SECONDS
    has_ended = False
    try:
        with connect(server.port, HANG_SECONDS) as sock:
            sock.sendall(data)
            while time.monotonic() < deadline:
                sock.settimeout(HANG_SECONDS)
                if not has_ended:
                    sock.settimeout(QUIET_SECONDS)
                try:
                    piece = sock.recv(262144)
                except TimeoutError:
                    if is_whole(answer):
                        return answer, False
                    # half a request: the server learns that no more will come
                    has_ended = True
                    sock.shutdown(1)
                    continue
                answer += piece
                if not piece or is_whole(answer):
                    return answer, False
    except OSError:
        # a reset is an end as well
        return answer, False
    return answer, True


if __name__ == "__main__":
    sys.exit(main())
