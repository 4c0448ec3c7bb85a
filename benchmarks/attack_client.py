"""What the attacks share: a server of its own process, raw sockets, and an honest client whose latency counts."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

HONEST = (
    b"GET /1688/global/search/image?apiToken=lookalike-demo-token&img_url=https%3A%2F%2Fcbu01.alicdn.com%2Fimg%2Fx.jpg"
    b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
)
END_SECONDS = 10


@dataclass(frozen=True)
class ServerProcess:
    """A running `lookalike serve`."""

    pid: int
    port: int
    token: str
    stderr: Path

    def read_memory(self) -> float:
        """Return the MiB that the process has in use."""
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        match = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert match
        return int(match[1]) / 1024

    def count_files(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


@contextmanager
def start_server(folder: Path) -> Iterator[ServerProcess]:
    """Start a server on a free port; end it by its process id."""
    stderr = folder / "stderr.txt"
    command = [sys.executable, "-m", "lookalike", "serve", "--port", "0", "--json"]
    with stderr.open("wb") as file, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file) as process:
        assert process.stdout
        announcement = json.loads(process.stdout.readline())
        # the log of requests goes on behind the announcement, and somebody has to read it
        threading.Thread(target=_read_to_end, args=(process.stdout,), daemon=True).start()
        try:
            port = int(announcement["url"].rpartition(":")[2])
            yield ServerProcess(process.pid, port, announcement["control_token"], stderr)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _read_to_end(file) -> None:
    while file.read(65536):
        pass


def connect(port: int, timeout: float = 15.0) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def is_whole(data: bytes) -> bool:
    """Return whether a response has come to the length that it says."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    size = re.search(rb"\r\ncontent-length: *(\d+)", head.lower())
    return size is not None and len(body) >= int(size[1])


@dataclass
class HonestClient:
    """Asks again and again on one connection while a `with` block lasts; `milliseconds` are its latencies."""

    port: int
    pause: float = 0.02
    milliseconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> HonestClient:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._is_over.set()
        self._thread.join(20)

    def compute_percentile(self, share: float) -> float:
        values = sorted(self.milliseconds) or [0.0]
        return values[min(len(values) - 1, int(len(values) * share))]

    def _run(self) -> None:
        sock = None
        while not self._is_over.is_set():
            began_at = time.perf_counter()
            try:
                sock = sock or connect(self.port)
                sock.sendall(HONEST)
                data = b""
                while not is_whole(data):
                    piece = sock.recv(262144)
                    if not piece:
                        raise ConnectionError("ended")
                    data += piece
                if not data.startswith(b"HTTP/1.1 200"):
                    self.failures.append(data[:40].decode("latin-1"))
            except OSError as error:
                self.failures.append(type(error).__name__)
                if sock is not None:
                    with suppress(OSError):
                        sock.close()
                sock = None
            self.milliseconds.append((time.perf_counter() - began_at) * 1000)
            self._is_over.wait(self.pause)


def print_goals(rows: list[tuple[str, str, str, bool]]) -> int:
    """Print figure, goal and verdict as a Markdown table. Return the exit code."""
    print("| figure | measured | goal | reached |")
    print("| --- | --- | --- | --- |")
    for name, measured, goal, is_reached in rows:
        verdict = "no"
        if is_reached:
            verdict = "yes"
        print(f"| {name} | {measured} | {goal} | {verdict} |")
    return int(not all(row[3] for row in rows))
