"""Runs a client's driver: one process for all tasks, started again when it has died; or a process for each task.

A driver that answers `hello` is asked one task after the other. One that ends without a word is a *single call*: it reads
its task from its environment, makes one call, and its exit status says whether the call went well.
"""

from __future__ import annotations

import time
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Final, TypeVar

import msgspec

from lookalike_contracts.certification.case import DriverProblem
from lookalike_contracts.certification.protocol import ClientError, ClientResponse, ClientTask, Hello, HelloTask
from lookalike_contracts.reproduction.secrets import get_variable_name
from lookalike_specs.client_guidance import KIND_TEXTS, ErrorKind

from ..drivers.process import Driver, DriverError
from ..drivers.protocol import MalformedResponse, sanitize_text

# what a driver has besides the task's own timeout: to start, and to write its answer
GRACE_SECONDS: Final = 2.0
MAX_QUOTED_LENGTH: Final = 60
AnswerType = TypeVar("AnswerType", Hello, ClientResponse)


@dataclass(frozen=True, slots=True)
class ClientAnswer:
    """What came of one task; without a response, `problem` and `words` say why. `stderr` is what the driver wrote."""

    response: ClientResponse | None
    problem: DriverProblem = ""
    words: str = ""
    stderr: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskQuestion:
    """A task as a line of JSON."""

    task: ClientTask | HelloTask

    @property
    def id(self) -> str:
        """Return the task's id."""
        return self.task.id

    @property
    def line(self) -> bytes:
        """Return the line, with its end."""
        return msgspec.json.encode(self.task) + b"\n"


class Client:
    """A client under test, as long as a block lasts; `name` is what it calls itself."""

    def __init__(self, command: Sequence[str], name: str = "") -> None:
        self._command = command
        self.name = name
        self.version = ""
        self.tasks: tuple[str, ...] = ("search",)
        self.kinds: dict[str, tuple[ErrorKind, ...]] = {}
        self._is_single_call = False
        self._stack = AsyncExitStack()
        self._driver: Driver | None = None

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def run(self, task: ClientTask) -> ClientAnswer:
        """Have the client do a task. Raise DriverError where its driver cannot be started at all."""
        if self._is_single_call:
            if task.task != "search":
                return _refuse_for_single_call(task)
            return await self._run_single_call(task)
        driver = self._driver
        if driver is None:
            started = await self._start(task)
            if isinstance(started, ClientAnswer):
                return started
            driver = started
        if task.task not in self.tasks:
            return ClientAnswer(ClientResponse(task.id, unsupported=f"the driver does not say that it can {task.task}"))
        started_at = time.monotonic()
        try:
            response = await driver.ask(TaskQuestion(task), _parse_response)
        except DriverError as error:
            await self._stop()
            return ClientAnswer(None, _get_problem(error), error.problem, driver.stderr, time.monotonic() - started_at)
        return ClientAnswer(response, stderr=driver.stderr, seconds=time.monotonic() - started_at)

    async def _start(self, task: ClientTask) -> Driver | ClientAnswer:
        """Start the driver and greet it. Return what came of the task where it made its one call meanwhile."""
        started_at = time.monotonic()
        driver = Driver(self._command, task.timeout + GRACE_SECONDS, build_environment(task))
        await self._stack.enter_async_context(driver)
        try:
            hello = await driver.ask(TaskQuestion(HelloTask()), _parse_hello)
        except DriverError as error:
            status = await driver.wait()
            await self._stop()
            seconds = time.monotonic() - started_at
            # whatever it printed: one that ends by itself, and not by a signal, has made its one call
            if status is not None and status >= 0:
                self._is_single_call = True
                if task.task != "search":
                    return _refuse_for_single_call(task)
                return _read_exit_status(task, status, driver.stderr, seconds)
            return ClientAnswer(None, _get_problem(error), error.problem, driver.stderr, seconds)
        self.name = self.name or hello.name
        self.version = hello.version
        self.tasks = tuple(hello.tasks)
        self.kinds = read_kinds(hello)
        self._driver = driver
        return driver

    async def _run_single_call(self, task: ClientTask) -> ClientAnswer:
        started_at = time.monotonic()
        driver = Driver(self._command, task.timeout + GRACE_SECONDS, build_environment(task))
        async with driver:
            driver.close_stdin()
            status = await driver.wait()
            stderr = driver.stderr
        seconds = time.monotonic() - started_at
        if status is None:
            return ClientAnswer(None, "hang", f"did not end within {task.timeout:g} s", stderr, seconds)
        if status < 0:
            return ClientAnswer(None, "crash", f"was ended by signal {-status}", stderr, seconds)
        return _read_exit_status(task, status, stderr, seconds)

    async def kill(self) -> None:
        """End the driver at once, without the time to end by itself that a good one gets."""
        self._driver = None
        stack = self._stack
        self._stack = AsyncExitStack()
        await stack.__aexit__(TimeoutError, TimeoutError(), None)

    async def _stop(self) -> None:
        """End the driver, and all that it started."""
        self._driver = None
        stack = self._stack
        self._stack = AsyncExitStack()
        await stack.aclose()


def read_kinds(hello: Hello) -> dict[str, tuple[ErrorKind, ...]]:
    """Return what the client's kinds mean. Raise MalformedResponse for a kind that is none of ours."""
    kinds: dict[str, tuple[ErrorKind, ...]] = {}
    for name, meaning in hello.kinds.items():
        values = meaning
        if isinstance(values, str):
            values = [values]
        try:
            kinds[name] = msgspec.convert(tuple(values), tuple[ErrorKind, ...])
        except msgspec.ValidationError as error:
            known = ", ".join(KIND_TEXTS)
            raise MalformedResponse(f"says in its hello that {name!r} is {meaning!r}; the kinds are {known}") from error
    return kinds


def build_environment(task: ClientTask) -> dict[str, str]:
    """Return a task as variables, for a driver that makes one call and ends."""
    variables = {
        "LOOKALIKE_API": task.api,
        "LOOKALIKE_TASK": task.task,
        "LOOKALIKE_BASE_URL": task.base_url,
        "LOOKALIKE_TIMEOUT": f"{task.timeout:g}",
        "LOOKALIKE_IMAGE_URL": task.image_url,
        "LOOKALIKE_IMAGE_PATH": task.image_path,
        "LOOKALIKE_CA_FILE": task.ca_file,
        "LOOKALIKE_PAGE": str(task.page),
        "LOOKALIKE_PAGE_SIZE": str(task.page_size),
    }
    return variables | _name_credentials(task.api, task.credentials)


def _name_credentials(api: str, credentials: Mapping[str, str]) -> dict[str, str]:
    # the names that `lookalike check` reads, so that one script serves both
    return {get_variable_name(api, name): value for name, value in credentials.items()}


def _refuse_for_single_call(task: ClientTask) -> ClientAnswer:
    # such a command has no way to say which tasks it can do
    reason = f"a command that makes one call is asked to search, and not to {task.task}"
    return ClientAnswer(ClientResponse(task.id, unsupported=reason))


def _read_exit_status(task: ClientTask, status: int, stderr: str, seconds: float) -> ClientAnswer:
    error = None
    if status != 0:
        error = ClientError(kind=f"exit status {status}", message=stderr.strip())
    response = ClientResponse(task.id, error=error, has_ended=True)
    return ClientAnswer(response, stderr=stderr, seconds=seconds)


def _parse_response(question: TaskQuestion, line: bytes) -> ClientResponse:
    # that a command has ended is known to us alone; a driver that says so of itself would be held to less
    return msgspec.structs.replace(_parse_line(question, line, ClientResponse), has_ended=False)


def _parse_hello(question: TaskQuestion, line: bytes) -> Hello:
    hello = _parse_line(question, line, Hello)
    # while the driver is asked, so that a kind which we do not know is its malformed answer
    read_kinds(hello)
    return hello


def _parse_line(question: TaskQuestion, line: bytes, answer_type: type[AnswerType]) -> AnswerType:
    try:
        answer = msgspec.json.decode(line.removeprefix(BOM_UTF8), type=answer_type)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        quoted = line[:MAX_QUOTED_LENGTH].decode("utf-8", "replace").strip()
        raise MalformedResponse(f"sent what is no answer, {quoted!r} ({sanitize_text(str(error))})") from error
    if answer.id != question.id:
        raise MalformedResponse(f"answered with the id {answer.id[:MAX_QUOTED_LENGTH]!r}")
    return answer


def _get_problem(error: DriverError) -> DriverProblem:
    if error.kind == "start":
        raise error
    return error.kind
