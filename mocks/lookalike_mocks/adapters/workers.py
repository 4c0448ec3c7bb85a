"""More than one process on one port: a supervisor, and workers that it starts again when they end.

Every worker listens on two sockets: on the shared port, where the system spreads clients over the workers, and on a port
of its own (the next ones), where its sandboxes live. The supervisor holds the workers' own sockets open, so a worker that
is started again is found at the same address, as another generation; a client that connects meanwhile waits in the
socket's backlog.

Pipes and signals tie the processes together:

- A worker writes a byte to its `beat_pipe` when it listens, and then again and again from its event loop. The end of that
  pipe without a byte means that it did not start. Where no byte comes for a while, the worker hangs: it was stopped, or
  its loop is stuck. It is killed then, as nobody else can help the clients that the system leads to it.
- The `sentinel` of a worker's process becomes readable when the process ends.
- The supervisor's signal handler writes to the wake pipe, which wakes the supervisor out of its waiting.
- Every worker watches the lifeline. Nobody writes to it; it ends with the supervisor, however that ends, so that no
  worker outlives a supervisor that was killed.

A terminal sends its signals to all of the processes at once. Workers ignore those, and SIGTERM is what the supervisor sends
them: so it is the supervisor alone that counts signals, and that kills when a second one comes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess

import msgspec

from ..sandbox import WorkerIdentity
from .server import BACKLOG, MAX_PORT, bind_socket, get_base_url
from .stop_signals import COPY_SECONDS, STOP_SIGNALS, ignore_signals, set_stop_handler

# A worker that ends before it is this old is started again only after RESTART_SECONDS, and MAX_QUICK_EXITS times in all:
# whatever ended it (a bad file, no memory) would end it again.
MIN_AGE_SECONDS = 2.0
RESTART_SECONDS = 0.5
MAX_QUICK_EXITS = 5
GRACE_SECONDS = 4.0
REAP_SECONDS = 2.0
START_SECONDS = 30.0
# how often the supervisor looks for beats, and for how many looks in a row a worker may be without one
TICK_SECONDS = 1.0
MAX_MISSED_TICKS = 10
# the same for a worker that was started again and does not listen yet
MAX_START_TICKS = 30
# What a worker's process runs: its identity, its two sockets (shared, own), what to call when it listens and every half
# second from then on, the lifeline.
WorkerMain = Callable[[WorkerIdentity, tuple[socket.socket, socket.socket], Callable[[], None], int], None]


class Worker:
    """One of the workers, through all of its generations; `process` is the one that runs now."""

    def __init__(self, identity: WorkerIdentity, own_socket: socket.socket) -> None:
        self.identity = identity
        self.own_socket = own_socket
        self.quick_exits = 0
        self.started_at = 0.0
        self.process: ForkProcess | None = None
        # the reading end of the pipe that the worker beats into, -1 before there is one
        self.beat_pipe = -1
        self.is_listening = False
        self.is_killed = False
        self._missed_ticks = 0

    def __str__(self) -> str:
        return f"worker {self.identity.worker}"

    @property
    def sentinel(self) -> int:
        """Return a file descriptor that becomes readable when the process ends; -1 before there is one."""
        if self.process is None:
            return -1
        return self.process.sentinel

    def set_process(self, process: ForkProcess, beat_pipe: int) -> None:
        """Take over a process that was just started, in place of the one that ended."""
        if self.beat_pipe >= 0:
            os.close(self.beat_pipe)
        self.process = process
        self.beat_pipe = beat_pipe
        self.started_at = time.monotonic()
        self.is_listening = False
        self.is_killed = False
        self._missed_ticks = 0

    def read_beats(self) -> bool:
        """Return whether the process has beaten since the last time; the first time, whether it listens."""
        try:
            has_beaten = bool(os.read(self.beat_pipe, 4096))
        except BlockingIOError:
            has_beaten = False
        if has_beaten:
            self.is_listening = True
        return has_beaten

    def count_tick(self) -> bool:
        """Count a tick of the supervisor's. Return whether the process has missed too many, and hangs.

        Ticks are counted, and no seconds: where all processes were stopped for an hour, as Ctrl+Z does it, that was one
        tick for the supervisor.
        """
        if self.read_beats():
            self._missed_ticks = 0
            return False
        self._missed_ticks += 1
        limit = MAX_MISSED_TICKS
        if not self.is_listening:
            limit = MAX_START_TICKS
        return self._missed_ticks >= limit

    def kill(self) -> None:
        """Kill the process, which hangs; its sentinel tells when it has ended."""
        if self.process is not None and not self.is_killed:
            self.is_killed = True
            self.process.kill()

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
        if self.is_killed:
            manner = f"gave no sign of life for {self._missed_ticks * TICK_SECONDS:.0f} s and was killed"
        elif code is not None and code < 0:
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

    `build_url` makes a URL of a bound socket, as clients reach it; `notify` gets a line when a worker ends, and must not
    block. Raises OSError for a port that is taken,
    ValueError for one that has not enough ports behind it.
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
        own_sockets = _bind_own_sockets(host, port, count)
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
        os.set_blocking(self._wake_reader, False)
        self._stopped_at: float | None = None
        self._is_impatient = False

    def run(self, ready: Callable[[], None]) -> int:
        """Run the workers until a signal of STOP_SIGNALS comes. Return the exit code.

        `ready` is called once, when every worker listens. The process is to end behind this: it goes on to handle
        those signals.
        """
        set_stop_handler(self._handle_signal)
        try:
            for worker in self.workers:
                self._start(worker)
            silent_worker = self._wait_until_listening()
            if silent_worker is not None:
                self._notify(f"{silent_worker} does not start")
                return 1
            if self._stopped_at is None:
                ready()
            return self._watch()
        finally:
            self._end()

    def _handle_signal(self, now: float) -> None:
        if self._stopped_at is None:
            self._stopped_at = now
        elif now - self._stopped_at >= COPY_SECONDS:
            self._is_impatient = True
        with suppress(BlockingIOError):
            os.write(self._wake_writer, b"!")

    def _start(self, worker: Worker) -> None:
        # fork, and not spawn: the mock that this process has built is the worker's at once
        context = multiprocessing.get_context("fork")
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        # a supervisor that is stopped reads nothing, and must not hold up its workers by that
        os.set_blocking(writer, False)
        process = context.Process(target=self._run_worker, args=(worker, writer), daemon=True)
        # Until the worker has handlers of its own it has the supervisor's, which would take note of a signal in the wrong
        # process. So signals wait until then.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            # the worker has the other copy; with this one open its end could not be seen
            os.close(writer)
        worker.set_process(process, reader)

    def _run_worker(self, worker: Worker, writer: int) -> None:
        """Run in the worker's own process, with a copy of all that the supervisor has."""
        # the lifeline ends when nobody holds its writing end, so no worker may
        os.close(self._lifeline_writer)
        ignore_signals([number for number in STOP_SIGNALS if number != signal.SIGTERM])
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        # A socket of its own on the shared port: the system spreads clients over sockets, and one that was inherited
        # would be the same socket for all workers, and whoever is quickest would take every client.
        host, port = self._shared_socket.getsockname()[:2]
        self._shared_socket.close()
        shared_socket = bind_socket(host, port, shared=True)

        def beat() -> None:
            with suppress(BlockingIOError, BrokenPipeError):
                os.write(writer, b".")

        self._worker_main(worker.identity, (shared_socket, worker.own_socket), beat, self._lifeline_reader)

    def _wait_until_listening(self) -> Worker | None:
        """Wait until every worker listens. Return the first one that ends before, or takes too long; None for none.

        A signal ends the waiting.
        """
        deadline = time.monotonic() + START_SECONDS
        waiting = list(self.workers)
        while waiting and self._stopped_at is None:
            self._wait([worker.beat_pipe for worker in waiting], deadline)
            for worker in list(waiting):
                if worker.read_beats():
                    waiting.remove(worker)
                elif worker.process is None or not worker.process.is_alive():
                    return worker
            if waiting and time.monotonic() >= deadline:
                return waiting[0]
        return None

    def _watch(self) -> int:
        """Start workers again when they end. Return the exit code when it is over."""
        next_tick = time.monotonic() + TICK_SECONDS
        while self._stopped_at is None:
            ended = self._wait([worker.sentinel for worker in self.workers], next_tick)
            for worker in self.workers:
                if self._stopped_at is None and worker.sentinel in ended and not self._replace(worker):
                    return 1
            if time.monotonic() >= next_tick:
                next_tick = time.monotonic() + TICK_SECONDS
                for worker in self.workers:
                    if worker.count_tick():
                        worker.kill()
        return 0

    def _replace(self, worker: Worker) -> bool:
        """Start a worker again that has ended. Return False where that has no sense any more."""
        message = worker.record_exit()
        if worker.quick_exits >= MAX_QUICK_EXITS:
            self._notify(f"{worker} ends as soon as it is started; giving up")
            return False
        self._notify(message)
        if worker.quick_exits:
            self._wait([], time.monotonic() + RESTART_SECONDS)
        if self._stopped_at is not None:
            return True
        try:
            self._start(worker)
        except OSError as error:
            # no files, no processes, no memory: that may pass. The next round finds the process ended once more.
            self._notify(f"{worker} cannot be started: {error.strerror}")
            worker.started_at = time.monotonic()
        return True

    def _end(self) -> None:
        """End every worker; kill those that do not end in time, or all of them when a second signal comes."""
        alive = [worker.process for worker in self.workers if worker.process is not None]
        for process in alive:
            process.terminate()
        # one deadline for all of them together
        deadline = time.monotonic() + GRACE_SECONDS
        while alive and not self._is_impatient and time.monotonic() < deadline:
            self._wait([process.sentinel for process in alive], deadline)
            alive = [process for process in alive if process.is_alive()]
        for process in alive:
            process.kill()
        for process in alive:
            process.join(REAP_SECONDS)

    def _wait(self, descriptors: Iterable[int], deadline: float) -> list[int]:
        """Wait until one of these can be read, a signal comes, or the time is over. Return those that can be read."""
        seconds = max(0.0, deadline - time.monotonic())
        readable = wait([*descriptors, self._wake_reader], seconds)
        if self._wake_reader in readable:
            with suppress(BlockingIOError):
                os.read(self._wake_reader, 4096)
        return [descriptor for descriptor in readable if isinstance(descriptor, int)]


def _bind_own_sockets(host: str, port: int, count: int) -> list[socket.socket]:
    """Return a listening socket for each worker, on the ports behind `port`; on free ones for port 0.

    Raises OSError, with the port in its message; ValueError where there are not so many ports.
    """
    if port and port + count > MAX_PORT:
        raise ValueError(f"{count} workers have the {count} ports behind theirs, so it is {MAX_PORT - count} at most")
    own_sockets = []
    for number in range(1, count + 1):
        own_port = 0
        if port:
            own_port = port + number
        try:
            own_socket = bind_socket(host, own_port)
        except OSError as error:
            raise OSError(error.errno, f"{error.strerror} (port {own_port}, of worker {number})") from error
        own_socket.listen(BACKLOG)
        own_sockets.append(own_socket)
    return own_sockets
