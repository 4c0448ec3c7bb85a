"""A driver's process: a line in, a line out, each within a deadline; whatever it does, it ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
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
LINES: Final = 20
FAREWELL: Final = 1.0


@dataclass(eq=False)
class DriverFailed(Exception):
    """The driver could not be asked, or what it said is no answer; `said` is the end of its stderr, line by line."""

    problem: str
    task: str = ""
    said: tuple[str, ...] = ()
    advice: str = ""

    def __str__(self) -> str:
        """For a person; a line, and what the driver said below it."""
        where = f" at {self.task}" if self.task else ""
        advice = f"; {self.advice}" if self.advice else ""
        said = ("; its last words:", *self.said) if self.said else ("",)
        return f"the driver {self.problem}{where}{advice}" + "\n  ".join(said)


class Driver:
    """Runs a command for as long as a block lasts. Raises DriverFailed."""

    def __init__(self, words: Sequence[str], seconds: float) -> None:
        self._words, self._seconds = words, seconds
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
        self._listener = self._begin(self._listen)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is not None:  # before stdin is closed: a thread may still be writing
            self._kill()
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(FAREWELL)
        self._kill()
        self._tidy()

    def ask(self, task: Task) -> Answer:
        """The answer to a task."""
        came: SimpleQueue[bytes] = SimpleQueue()
        self._begin(lambda: came.put(self._exchange(task.line)))
        try:
            line = came.get(timeout=self._seconds)
        except Empty:
            raise self._silent(task) from None
        if not line:
            raise self._failed(task, self._ended())
        if len(line) > LONGEST:
            raise self._failed(task, f"sent a line of more than {LONGEST} bytes")
        return self._read(task, line)

    def _read(self, task: Task, line: bytes) -> Answer:
        try:
            answer = msgspec.json.decode(line, type=Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            problem = f"sent what is no answer, {line[:60].decode('utf-8', 'replace').strip()!r} ({plain(str(wrong))})"
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

    def _begin(self, work: Callable[[], object]) -> Thread:
        thread = Thread(target=work, daemon=True)
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()
        return thread

    def _ended(self) -> str:
        try:
            status = self._process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            return "closed its stdin or stdout"
        return f"ended with exit status {status}" if status >= 0 else f"was ended by signal {-status}"

    def _silent(self, task: Task) -> DriverFailed:
        """No answer in time: from one that runs, or from one that left its stdout to a child."""
        if self._process.poll() is not None:
            return self._failed(task, self._ended())
        return self._failed(task, f"did not answer within {self._seconds:g} s", "does it flush its stdout?")

    def _failed(self, task: Task, problem: str, advice: str = "") -> DriverFailed:
        """The failure, with what the driver said of it."""
        if self._process.poll() is not None:
            self._listener.join(FAREWELL)
        said = [plain(line) for line in self._errors.decode("utf-8", "replace").splitlines() if line.strip()]
        return DriverFailed(problem, task.id, tuple(said[-LINES:]), advice)

    def _kill(self) -> None:
        """The process, and where there are groups, all that it started: a group outlives its leader."""
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
