"""A driver's process: a line in, a line out, each within a deadline; whatever it does, it ends."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Final

import msgspec

from .protocol import Answer, Task, plain

LONGEST: Final = 1 << 20
KEPT: Final = 4096
FAREWELL: Final = 1.0


@dataclass(eq=False)
class DriverFailed(Exception):
    """The driver could not be asked, or what it said is no answer; `said` is its last line on stderr."""

    problem: str
    task: str = ""
    said: str = ""

    def __str__(self) -> str:
        """One line for a person."""
        where = f" at {self.task}" if self.task else ""
        said = f"; its last words: {self.said}" if self.said else ""
        return f"the driver {self.problem}{where}{said}"


class Driver:
    """Runs a command for as long as a block lasts. Raises DriverFailed."""

    def __init__(self, command: str, seconds: float) -> None:
        self._words, self._seconds = shlex.split(command), seconds
        self._errors = b""
        self._threads: list[Thread] = []

    def __enter__(self) -> Driver:
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(  # noqa: S603 - what the user asked for, and no shell
                self._words, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        except OSError as wrong:
            raise DriverFailed(f"cannot be run: {self._words[0]!r}: {wrong.strerror}") from wrong
        self._begin(self._listen)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is not None:  # before stdin is closed: a thread may still be writing
            self._kill()
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self._kill()
        self._tidy()

    def ask(self, task: Task) -> Answer:
        """The answer to a task."""
        came: SimpleQueue[bytes] = SimpleQueue()
        self._begin(lambda: came.put(self._exchange(task.line)))
        try:
            line = came.get(timeout=self._seconds)
        except Empty:
            raise self._failed(task, f"did not answer within {self._seconds:g} s") from None
        if not line:
            raise self._failed(task, self._ended())
        if len(line) > LONGEST:
            raise self._failed(task, f"sent a line of more than {LONGEST} bytes")
        return self._read(task, line)

    def _read(self, task: Task, line: bytes) -> Answer:
        try:
            answer = msgspec.json.decode(line, type=Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            problem = f"sent what is no answer, {line[:60].decode('utf-8', 'replace').strip()!r} ({wrong})"
            raise self._failed(task, problem) from wrong
        if answer.id != task.id:
            raise self._failed(task, f"answered with the id {answer.id[:60]!r}")
        if answer.unsupported is None and not ("signature" in answer.stages if task.kind == "sign" else answer.result):
            raise self._failed(task, f"gave no {'stages.signature' if task.kind == 'sign' else 'result'}")
        return answer

    def _exchange(self, line: bytes) -> bytes:
        """Runs beside: a driver that does not read holds up the writer, one that does not write the reader."""
        try:
            _pipe(self._process.stdin).write(line)
            _pipe(self._process.stdin).flush()
            return _pipe(self._process.stdout).readline(LONGEST + 1)
        except (OSError, ValueError):
            return b""

    def _listen(self) -> None:
        """Keep the end of what it says on stderr."""
        with suppress(OSError, ValueError):
            while found := os.read(_pipe(self._process.stderr).fileno(), KEPT):
                self._errors = (self._errors + found)[-KEPT:]

    def _begin(self, work: Callable[[], object]) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads.append(Thread(target=work, daemon=True))
        self._threads[-1].start()

    def _ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            return f"ended with exit status {self._process.wait(FAREWELL)}"
        return "closed its stdout"

    def _failed(self, task: Task, problem: str) -> DriverFailed:
        """The failure, with what the driver said of it."""
        if self._process.poll() is not None:
            self._threads[0].join(FAREWELL)
        lines = self._errors.decode("utf-8", "replace").strip().splitlines()
        return DriverFailed(problem, task.id, plain(lines[-1]) if lines else "")

    def _kill(self) -> None:
        """The process, and where there are groups, all that it started."""
        if hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def _tidy(self) -> None:
        """Close what nobody reads any more; a pipe that somebody else holds open stays with its thread."""
        for thread in self._threads:
            thread.join(FAREWELL)
        if not any(thread.is_alive() for thread in self._threads):
            _pipe(self._process.stdout).close()
            _pipe(self._process.stderr).close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - all three were asked for
    return pipe
