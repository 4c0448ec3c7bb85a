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

from .protocol import DriverResponse, Task, sanitize_text

MAX_LINE_BYTES: Final = 1 << 20
MAX_STDERR_BYTES: Final = 4096
MAX_STDERR_LINES: Final = 20
EXIT_TIMEOUT: Final = 1.0


@dataclass(eq=False)
class DriverError(Exception):
    """The driver could not be asked, or what it said is no answer; `said` is the end of its stderr, line by line."""

    problem: str
    task: str = ""
    stderr_lines: tuple[str, ...] = ()
    advice: str = ""

    def __str__(self) -> str:
        """For a person; a line, and what the driver said below it."""
        where = f" at {self.task}" if self.task else ""
        advice = f"; {self.advice}" if self.advice else ""
        said = ("; its last words:", *self.stderr_lines) if self.stderr_lines else ("",)
        return f"the driver {self.problem}{where}{advice}" + "\n  ".join(said)


class Driver:
    """Runs a command for as long as a block lasts. Raises DriverFailed."""

    def __init__(self, words: Sequence[str], seconds: float) -> None:
        self._words = words
        self._seconds = seconds
        self._errors = b""
        self._threads: list[Thread] = []

    def __enter__(self) -> Driver:
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(  # noqa: S603 - what the user asked for, and no shell
                self._words, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        except OSError as wrong:
            raise DriverError(f"cannot be run: {self._words[0]!r}: {wrong.strerror}") from wrong
        self._listener = self._start_thread(self._collect_stderr)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is not None:  # before stdin is closed: a thread may still be writing
            self._kill()
        with suppress(OSError):
            _require_pipe(self._process.stdin).close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(EXIT_TIMEOUT)
        self._kill()
        self._close_pipes()

    def ask(self, task: Task) -> DriverResponse:
        """The answer to a task."""
        came: SimpleQueue[bytes] = SimpleQueue()
        self._start_thread(lambda: came.put(self._exchange(task.line)))
        try:
            line = came.get(timeout=self._seconds)
        except Empty:
            raise self._build_timeout_error(task) from None
        if not line:
            raise self._build_error(task, self._describe_exit())
        if len(line) > MAX_LINE_BYTES:
            raise self._build_error(task, f"sent a line of more than {MAX_LINE_BYTES} bytes")
        return self._parse_response(task, line)

    def _parse_response(self, task: Task, line: bytes) -> DriverResponse:
        try:
            answer = msgspec.json.decode(line, type=DriverResponse)
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            problem = f"sent what is no answer, {line[:60].decode('utf-8', 'replace').strip()!r} ({sanitize_text(str(wrong))})"
            raise self._build_error(task, problem) from wrong
        if answer.id != task.id:
            raise self._build_error(task, f"answered with the id {answer.id[:60]!r}")
        if answer.unsupported is None and not ("signature" in answer.stages if task.kind == "sign" else answer.result):
            raise self._build_error(task, f"gave no {'stages.signature' if task.kind == 'sign' else 'result'}")
        return answer

    def _exchange(self, line: bytes) -> bytes:
        """Runs beside: a driver that does not read holds up the writer, one that does not write the reader."""
        try:
            _require_pipe(self._process.stdin).write(line)
            _require_pipe(self._process.stdin).flush()
            return _require_pipe(self._process.stdout).readline(MAX_LINE_BYTES + 1)
        except (OSError, ValueError):
            return b""

    def _collect_stderr(self) -> None:
        """Keep the end of what it says on stderr."""
        with suppress(OSError, ValueError):
            while found := os.read(_require_pipe(self._process.stderr).fileno(), MAX_STDERR_BYTES):
                self._errors = (self._errors + found)[-MAX_STDERR_BYTES:]

    def _start_thread(self, work: Callable[[], object]) -> Thread:
        thread = Thread(target=work, daemon=True)
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()
        return thread

    def _describe_exit(self) -> str:
        try:
            status = self._process.wait(EXIT_TIMEOUT)
        except subprocess.TimeoutExpired:
            return "closed its stdin or stdout"
        return f"ended with exit status {status}" if status >= 0 else f"was ended by signal {-status}"

    def _build_timeout_error(self, task: Task) -> DriverError:
        """No answer in time: from one that runs, or from one that left its stdout to a child."""
        if self._process.poll() is not None:
            return self._build_error(task, self._describe_exit())
        return self._build_error(task, f"did not answer within {self._seconds:g} s", "does it flush its stdout?")

    def _build_error(self, task: Task, problem: str, advice: str = "") -> DriverError:
        """The failure, with what the driver said of it."""
        if self._process.poll() is not None:
            self._listener.join(EXIT_TIMEOUT)
        said = [sanitize_text(line) for line in self._errors.decode("utf-8", "replace").splitlines() if line.strip()]
        return DriverError(problem, task.id, tuple(said[-MAX_STDERR_LINES:]), advice)

    def _kill(self) -> None:
        """The process, and where there are groups, all that it started: a group outlives its leader."""
        if hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def _close_pipes(self) -> None:
        """Close what nobody reads any more; a pipe that somebody else holds open stays with its thread."""
        for thread in self._threads:
            thread.join(EXIT_TIMEOUT)
        if not any(thread.is_alive() for thread in self._threads):
            _require_pipe(self._process.stdout).close()
            _require_pipe(self._process.stderr).close()


def _require_pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - all three were asked for
    return pipe
