"""More than one process on one port: a supervisor, and workers that it starts again when they end.

Every worker listens on the shared port, and on a port of its own (the next ones) where its sandboxes live. The
supervisor holds the workers' own sockets, so a worker that is started again is found at the same address, as another
generation.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from types import FrameType

import msgspec

from ..sandbox import WorkerIdentity
from .server import BACKLOG, bind_socket, get_base_url

# a worker that ends before it is this old is started again only after a while, and not for ever
MIN_AGE_SECONDS = 2.0
RESTART_SECONDS = 0.5
MAX_QUICK_EXITS = 5
GRACE_SECONDS = 4.0
REAP_SECONDS = 2.0
START_SECONDS = 30.0
# place, the worker's two sockets, what to call when it listens, a pipe that ends with the supervisor
WorkerMain = Callable[[WorkerIdentity, tuple[socket.socket, socket.socket], Callable[[], None], int], None]


class Worker:
    """One place among the workers, and the process that stands there now."""

    def __init__(self, place: WorkerIdentity, own: socket.socket) -> None:
        self.identity = place
        self.own_socket = own
        self.quick_exits = 0
        self.started_at = 0.0
        self.process: ForkProcess | None = None
        # who listens is told through it; its end has to stay open for as long as the worker may tell
        self.ready_pipe: Pipe | None = None

    def __str__(self) -> str:
        return f"worker {self.identity.worker}"

    @property
    def sentinel(self) -> int:
        """What becomes readable when the process ends."""
        return self.process.sentinel if self.process is not None else -1

    def wait_until_listening(self) -> bool:
        """Wait until it does; False when it ended before, or takes too long."""
        try:
            return self.ready_pipe is not None and self.ready_pipe.poll(START_SECONDS) and bool(self.ready_pipe.recv())
        except EOFError:
            return False

    def record_exit(self) -> str:
        """Take the place of a process that ended; a sentence that says so."""
        code = self._exit_code()
        self.quick_exits = self.quick_exits + 1 if time.monotonic() - self.started_at < MIN_AGE_SECONDS else 0
        self.identity = msgspec.structs.replace(self.identity, generation=self.identity.generation + 1)
        how = f"was ended by signal {-code}" if code and code < 0 else f"ended with exit code {code}"
        return f"{self} {how}; its sandboxes are gone, and it is started again"

    def _exit_code(self) -> int | None:
        """How it ended; the end can be seen a little before the code is there."""
        if self.process is not None:
            self.process.join(REAP_SECONDS)
        return self.process.exitcode if self.process is not None else None


class Supervisor:
    """Starts `count` workers on a port and keeps that many alive; `tell` gets a line when one ends.

    `url` is where clients reach a bound socket. Raises OSError for a port that is taken.
    """

    def __init__(  # noqa: PLR0913 - where, how many, what they do, how they are called, who hears of them
        self,
        work: WorkerMain,
        host: str,
        port: int,
        count: int,
        *,
        url: Callable[[socket.socket], str] = get_base_url,
        tell: Callable[[str], None],
    ) -> None:
        self._worker_main = work
        self._notify = tell
        bind_socket(host, port).close()  # taken by somebody who shares it as well counts as taken
        self._shared = bind_socket(host, port, shared=True)
        sockets = [bind_socket(host, port + at if port else 0) for at in range(1, count + 1)]
        for sock in sockets:
            sock.listen(BACKLOG)
        self.url = url(self._shared)
        urls = tuple(map(url, sockets))
        first = WorkerIdentity(worker_urls=urls)
        self.workers = [
            Worker(msgspec.structs.replace(first, worker=at), sock) for at, sock in enumerate(sockets, start=1)
        ]
        self._lifeline_reader, self._lifeline_writer = os.pipe()
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        self._stopped = False

    def run(self, ready: Callable[[], None]) -> int:
        """Until a signal; the exit code. `ready` is called once, when every worker listens."""
        with self._signals():
            for worker in self.workers:
                self._start(worker)
            deaf = [worker for worker in self.workers if not worker.wait_until_listening()]
            if not deaf:
                ready()
            elif not self._stopped:
                self._notify(f"{deaf[0]} does not start")
            code = int(not self._stopped) if deaf else self._watch()
            self._end()
        return code

    def _start(self, worker: Worker) -> None:
        """Fork a worker."""
        context = multiprocessing.get_context("fork")
        worker.ready_pipe, told = context.Pipe(duplex=False)
        worker.started_at = time.monotonic()
        worker.process = context.Process(target=self._run_worker, args=(worker, told), daemon=True)
        worker.process.start()
        told.close()

    def _run_worker(self, worker: Worker, told: Pipe) -> None:
        """In the worker's own process."""
        os.close(self._lifeline_writer)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        host, port = self._shared.getsockname()[:2]
        self._shared.close()
        shared = bind_socket(host, port, shared=True)
        with suppress(KeyboardInterrupt):
            self._worker_main(
                worker.identity,
                (shared, worker.own_socket),
                lambda: told.send(worker.identity.worker),
                self._lifeline_reader,
            )

    def _watch(self) -> int:
        """Start again who ends; the exit code when it is over."""
        while not self._stopped:
            ended = wait([*(worker.sentinel for worker in self.workers), self._wake_reader])
            for worker in self.workers:
                if self._stopped or worker.sentinel not in ended:
                    continue
                told = worker.record_exit()
                if worker.quick_exits >= MAX_QUICK_EXITS:
                    self._notify(f"{worker} ends as soon as it is started; giving up")
                    return 1
                self._notify(told)
                self._delay_restart(worker)
                self._start(worker)
        return 0

    def _delay_restart(self, worker: Worker) -> None:
        """Give one that ended at once a while, unless a signal comes."""
        if worker.quick_exits and not self._stopped:
            wait([self._wake_reader], RESTART_SECONDS)

    def _end(self) -> None:
        """End every worker; none that does not listen to that is left behind."""
        processes = [worker.process for worker in self.workers if worker.process is not None]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            del number, frame
            self._stopped = True
            with suppress(BlockingIOError):
                os.write(self._wake_writer, b"!")

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
