"""A driver's process: a line in, a line out, each within a timeout; whatever the driver does, it ends with its block."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Literal, Protocol, Self, TypeVar

from .protocol import DriverResponse, MalformedResponse, Task, parse_response, sanitize_text

QuestionType = TypeVar("QuestionType", bound="Question")
AnswerType = TypeVar("AnswerType")
DriverFailure = Literal["start", "hang", "crash", "malformed"]


class Question(Protocol):
    """What a driver is asked: an id, and a line of JSON with an end."""

    @property
    def id(self) -> str:
        """Return what the answer is told by."""
        ...

    @property
    def line(self) -> bytes:
        """Return what is sent."""
        ...


MAX_LINE_BYTES: Final = 1 << 20
MAX_STDERR_BYTES: Final = 4096
MAX_STDERR_LINES: Final = 20
EXIT_TIMEOUT: Final = 1.0


@dataclass(eq=False)
class DriverError(Exception):
    """The driver could not be asked, or what it sent is no answer; `stderr_lines` are the last that it wrote there."""

    kind: DriverFailure
    problem: str
    task: str = ""
    stderr_lines: tuple[str, ...] = ()
    advice: str = ""

    def __str__(self) -> str:
        """Return one line, and the driver's last words below it."""
        text = f"the driver {self.problem}"
        if self.task:
            text += f" at {self.task}"
        if self.advice:
            text += f"; {self.advice}"
        if self.stderr_lines:
            text += "\n  ".join(["; its last words:", *self.stderr_lines])
        return text


def ask_driver(command: Sequence[str], tasks: Iterable[Task], timeout: float) -> list[DriverResponse]:
    """Run a driver and return its answer to each task. Raise DriverError.

    `timeout` is how many seconds each answer may take.
    """
    return asyncio.run(_ask_driver(command, tasks, timeout))


async def _ask_driver(command: Sequence[str], tasks: Iterable[Task], timeout: float) -> list[DriverResponse]:
    async with Driver(command, timeout) as driver:
        return [await driver.ask(task, parse_response) for task in tasks]


class Driver:
    """A command that runs for as long as a block lasts, and all that it starts with it.

    `timeout` is how many seconds each answer may take. `environment` is what the command finds in its environment besides
    ours.
    """

    def __init__(
        self,
        command: Sequence[str],
        timeout: float,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = command
        self._timeout = timeout
        self._environment = {**os.environ, **(environment or {})}
        self._stderr = b""

    @property
    def stderr(self) -> str:
        """Return the end of what the driver wrote to its stderr."""
        return self._stderr.decode("utf-8", "replace")

    async def __aenter__(self) -> Self:
        try:
            # a session of its own: the group that is killed at the end must not be ours
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=MAX_LINE_BYTES,
                start_new_session=True,
                env=self._environment,
            )
        except OSError as error:
            raise DriverError("start", f"cannot be run: {self._command[0]!r}: {error.strerror}") from error
        # read all the time: a driver that fills the pipe of its stderr would wait for us for ever
        self._stderr_reader = asyncio.create_task(self._collect_stderr())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            # the end of its stdin tells a driver that there are no more tasks
            _get_stdin(self._process).close()
            await self._wait_for_exit()
        self._kill()
        await self._wait_for_exit()
        await self._wait_for_pipes()

    def close_stdin(self) -> None:
        """Tell the driver that nothing more will be asked."""
        _get_stdin(self._process).close()

    async def wait(self) -> int | None:
        """Return the exit status of a driver that ends by itself; None where it goes on after the timeout."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout):
                # what it prints is read, and thrown away: with a full pipe it would never end
                while await _get_reader(self._process.stdout).read(MAX_LINE_BYTES):
                    pass
                await self._process.wait()
        return self._process.returncode

    async def ask(self, task: QuestionType, parse: Callable[[QuestionType, bytes], AnswerType]) -> AnswerType:
        """Send a task and return the answer. `parse` reads it, and raises MalformedResponse. Raise DriverError."""
        try:
            # over both: a driver that does not read holds up the writing, one that does not write the reading
            async with asyncio.timeout(self._timeout):
                line = await self._exchange_line(task.line)
        except TimeoutError:
            raise await self._build_timeout_error(task) from None
        except ValueError as error:
            raise await self._build_error(
                "malformed", task, f"sent a line of more than {MAX_LINE_BYTES} bytes"
            ) from error
        if not line:
            raise await self._build_error("crash", task, await self._describe_exit())
        try:
            return parse(task, line)
        except MalformedResponse as error:
            raise await self._build_error("malformed", task, str(error)) from error

    async def _exchange_line(self, line: bytes) -> bytes:
        """Return the line that comes back, b"" where a pipe is closed. Raise ValueError for one without end."""
        stdin = _get_stdin(self._process)
        with suppress(ConnectionError):
            stdin.write(line)
            await stdin.drain()
            return await _get_reader(self._process.stdout).readline()
        return b""

    async def _collect_stderr(self) -> None:
        stderr = _get_reader(self._process.stderr)
        while data := await stderr.read(MAX_STDERR_BYTES):
            self._stderr = (self._stderr + data)[-MAX_STDERR_BYTES:]

    async def _wait_for_exit(self) -> None:
        """Wait a little for the process to end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EXIT_TIMEOUT):
                await self._process.wait()

    async def _wait_for_pipes(self) -> None:
        """Wait for the ends of stdout and stderr, so that no open pipe is left to the garbage collector.

        They are there at once, unless a child that left the group holds a pipe open.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(EXIT_TIMEOUT):
                while await _get_reader(self._process.stdout).read(MAX_LINE_BYTES):
                    pass
                await self._stderr_reader
        self._stderr_reader.cancel()

    async def _describe_exit(self) -> str:
        await self._wait_for_exit()
        status = self._process.returncode
        if status is None:
            return "closed its stdin or stdout"
        if status < 0:
            return f"was ended by signal {-status}"
        return f"ended with exit status {status}"

    async def _build_timeout_error(self, task: Question) -> DriverError:
        # one that has ended left its stdout to a child, or there would have been an end to read
        if self._process.returncode is not None:
            return await self._build_error("crash", task, await self._describe_exit())
        problem = f"did not answer within {self._timeout:g} s"
        return await self._build_error("hang", task, problem, "does it flush its stdout?")

    async def _build_error(self, kind: DriverFailure, task: Question, problem: str, advice: str = "") -> DriverError:
        """Return the error, with what the driver wrote on stderr."""
        if self._process.returncode is not None:
            # the last words of one that has ended may still be in the pipe
            await asyncio.wait([self._stderr_reader], timeout=EXIT_TIMEOUT)
        lines = [sanitize_text(line) for line in self.stderr.splitlines() if line.strip()]
        return DriverError(kind, problem, task.id, tuple(lines[-MAX_STDERR_LINES:]), advice)

    def _kill(self) -> None:
        """Kill the process and, where there are groups, all that it started: a group outlives its leader."""
        if hasattr(os, "killpg"):
            # not `kill()` as well: it looks whether the process has ended, and so takes the exit status from asyncio,
            # which then warns of an unknown child
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            return
        with suppress(ProcessLookupError):
            self._process.kill()


def _get_stdin(process: Process) -> asyncio.StreamWriter:
    assert process.stdin is not None  # noqa: S101 - for mypy: all three pipes were asked for
    return process.stdin


def _get_reader(pipe: asyncio.StreamReader | None) -> asyncio.StreamReader:
    assert pipe is not None  # noqa: S101 - as above
    return pipe
