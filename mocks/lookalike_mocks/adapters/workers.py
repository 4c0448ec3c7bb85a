"""More than one process on one port: a supervisor, and workers that it starts again when they end.

Every worker listens on two sockets: on the shared port, where the system spreads clients over the workers, and on a port
of its own (the next ones), where its sandboxes live. The supervisor holds the workers' own sockets open, so a worker that
is started again is found at the same address, as another generation; a client that connects meanwhile waits in the
socket's backlog.

Four pipes and signals tie the processes together:

- A worker writes to its `ready_pipe` when it listens; the end of that pipe without a word means that it did not start.
- The `sentinel` of a worker's process becomes readable when the process ends.
- The supervisor's signal handler writes to the wake pipe, which wakes the supervisor out of its waiting.
- Every worker watches the lifeline. Nobody writes to it; it ends with the supervisor, however that ends, so that no
  worker outlives a supervisor that was killed.
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

# A worker that ends before it is this old is started again only after RESTART_SECONDS, and MAX_QUICK_EXITS times in all:
# whatever ended it (a bad file, no memory) would end it again.
MIN_AGE_SECONDS = 2.0
RESTART_SECONDS = 0.5
MAX_QUICK_EXITS = 5
GRACE_SECONDS = 4.0
REAP_SECONDS = 2.0
START_SECONDS = 30.0
# what a worker's process runs: its identity, its two sockets (shared, own), what to call when it listens, the lifeline
WorkerMain = Callable[[WorkerIdentity, tuple[socket.socket, socket.socket], Callable[[], None], int], None]


class Worker:
    """One of the workers, through all of its generations; `process` is the one that runs now."""

    def __init__(self, identity: WorkerIdentity, own_socket: socket.socket) -> None:
        self.identity = identity
        self.own_socket = own_socket
        self.quick_exits = 0
        self.started_at = 0.0
        self.process: ForkProcess | None = None
        # kept here so that its reading end stays open: a worker that wrote to a closed pipe would die of it
        self.ready_pipe: Pipe | None = None

    def __str__(self) -> str:
        return f"worker {self.identity.worker}"

    @property
    def sentinel(self) -> int:
        """Return a file descriptor that becomes readable when the process ends; -1 before there is one."""
        if self.process is None:
            return -1
        return self.process.sentinel

    def wait_until_listening(self) -> bool:
        """Wait until the process listens. Return False when it ended before, or takes too long."""
        if self.ready_pipe is None:
            return False
        try:
            return self.ready_pipe.poll(START_SECONDS) and bool(self.ready_pipe.recv())
        except EOFError:
            return False

    def record_exit(self) -> str:
        """Count the exit and begin another generation. Return a sentence that says how the process ended."""
        code = self._read_exit_code()
        is_quick = time.monotonic() - self.started_at < MIN_AGE_SECONDS
        if is_quick:
            self.quick_exits += 1
        else:
            self.quick_exits = 0
        self.identity = msgspec.structs.replace(self.identity, generation=self.identity.generation + 1)
        manner = f"ended with exit code {code}"
        if code is not None and code < 0:
            manner = f"was ended by signal {-code}"
        return f"{self} {manner}; its sandboxes are gone, and it is started again"

    def _read_exit_code(self) -> int | None:
        if self.process is None:
            return None
        # the sentinel can be readable a little before the exit code is there
        self.process.join(REAP_SECONDS)
        return self.process.exitcode


class Supervisor:
    """Starts `count` workers on a port and keeps that many alive.

    `build_url` makes a URL of a bound socket, as clients reach it; `notify` gets a line when a worker ends. Raises OSError
    for a port that is taken.
    """

    def __init__(  # noqa: PLR0913 - where, how many, what they do, how they are called, who hears of them
        self,
        worker_main: WorkerMain,
        host: str,
        port: int,
        count: int,
        *,
        build_url: Callable[[socket.socket], str] = get_base_url,
        notify: Callable[[str], None],
    ) -> None:
        self._worker_main = worker_main
        self._notify = notify
        # With SO_REUSEPORT two supervisors could share a port and each get half of the clients. Binding it once without
        # finds out whether somebody has it, who would share it as well.
        bind_socket(host, port).close()
        self._shared_socket = bind_socket(host, port, shared=True)
        own_sockets = [bind_socket(host, port + number if port else 0) for number in range(1, count + 1)]
        for own_socket in own_sockets:
            own_socket.listen(BACKLOG)
        self.url = build_url(self._shared_socket)
        # every worker knows where the others are, so that it can say where a sandbox that is not its own lives
        identity = WorkerIdentity(worker_urls=tuple(map(build_url, own_sockets)))
        self.workers = [
            Worker(msgspec.structs.replace(identity, worker=number), own_socket)
            for number, own_socket in enumerate(own_sockets, start=1)
        ]
        self._lifeline_reader, self._lifeline_writer = os.pipe()
        self._wake_reader, self._wake_writer = os.pipe()
        # a signal handler must not block, not even when a thousand signals fill the pipe
        os.set_blocking(self._wake_writer, False)
        self._is_stopped = False

    def run(self, ready: Callable[[], None]) -> int:
        """Run the workers until a signal comes. Return the exit code.

        `ready` is called once, when every worker listens.
        """
        with self._handle_signals():
            for worker in self.workers:
                self._start(worker)
            not_listening = [worker for worker in self.workers if not worker.wait_until_listening()]
            if not not_listening:
                ready()
                code = self._watch()
            elif self._is_stopped:
                code = 0
            else:
                self._notify(f"{not_listening[0]} does not start")
                code = 1
            self._end()
        return code

    def _start(self, worker: Worker) -> None:
        # fork, and not spawn: the mock that this process has built is the worker's at once
        context = multiprocessing.get_context("fork")
        worker.ready_pipe, writer = context.Pipe(duplex=False)
        worker.started_at = time.monotonic()
        worker.process = context.Process(target=self._run_worker, args=(worker, writer), daemon=True)
        worker.process.start()
        # the worker has the other copy; with this one open its end could not be seen
        writer.close()

    def _run_worker(self, worker: Worker, writer: Pipe) -> None:
        """Run in the worker's own process, with a copy of all that the supervisor has."""
        # the lifeline ends when nobody holds its writing end, so no worker may
        os.close(self._lifeline_writer)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        # A socket of its own on the shared port: the system spreads clients over sockets, and one that was inherited
        # would be the same socket for all workers, and whoever is quickest would take every client.
        host, port = self._shared_socket.getsockname()[:2]
        self._shared_socket.close()
        shared_socket = bind_socket(host, port, shared=True)
        with suppress(KeyboardInterrupt):
            self._worker_main(
                worker.identity,
                (shared_socket, worker.own_socket),
                lambda: writer.send(worker.identity.worker),
                self._lifeline_reader,
            )

    def _watch(self) -> int:
        """Start workers again when they end. Return the exit code when it is over."""
        while not self._is_stopped:
            readable = wait([*(worker.sentinel for worker in self.workers), self._wake_reader])
            for worker in self.workers:
                if self._is_stopped or worker.sentinel not in readable:
                    continue
                message = worker.record_exit()
                if worker.quick_exits >= MAX_QUICK_EXITS:
                    self._notify(f"{worker} ends as soon as it is started; giving up")
                    return 1
                self._notify(message)
                self._delay_restart(worker)
                self._start(worker)
        return 0

    def _delay_restart(self, worker: Worker) -> None:
        if worker.quick_exits and not self._is_stopped:
            # a signal ends the waiting
            wait([self._wake_reader], RESTART_SECONDS)

    def _end(self) -> None:
        """End every worker; kill those that do not end in time."""
        processes = [worker.process for worker in self.workers if worker.process is not None]
        for process in processes:
            process.terminate()
        # one deadline for all of them together
        deadline = time.monotonic() + GRACE_SECONDS
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    @contextmanager
    def _handle_signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            del number, frame
            self._is_stopped = True
            with suppress(BlockingIOError):
                os.write(self._wake_writer, b"!")

        previous_handlers = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in previous_handlers.items():
                signal.signal(number, handler)
