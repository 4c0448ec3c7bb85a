"""`lookalike serve` in one process or in several, and where clients reach them."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import click

from lookalike_mocks.adapters import server
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.certificates import TlsContexts
from lookalike_mocks.adapters.server import BACKLOG, MAX_PORT, bind_socket
from lookalike_mocks.adapters.workers import Supervisor, WorkerMain
from lookalike_mocks.sandbox import WorkerIdentity

from .click_ext import CommandError
from .error_stream import limit_stderr_rate

Command = TypeVar("Command", bound=Callable[..., Any])
MAX_WORKERS = 64


@dataclass(frozen=True)
class ListenAddress:
    """Where to listen, and the host name by which clients come; "" for the address itself."""

    host: str
    port: int
    public_host: str = ""

    def build_url(self, sock: socket.socket) -> str:
        """Return the base URL of a bound socket; one that listens everywhere is reached on loopback."""
        host, port = sock.getsockname()[:2]
        loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
        name = self.public_host or loopback.get(host, host)
        if ":" in name:
            name = f"[{name}]"
        return f"http://{name}:{port}"

    def build_bind_error(self, error: OSError) -> CommandError:
        """Return the line for an address that is taken or not ours."""
        message = f"cannot listen on {self.host} port {self.port}: {error.strerror or error}"
        if error.errno == errno.EADDRINUSE:
            message += "; --port 0 takes a free one"
        return CommandError(message)


def worker_options(command: Command) -> Command:
    """Add the options --workers and --public-host."""
    workers = click.option(
        "--workers", default=1, show_default=True, type=click.IntRange(1, MAX_WORKERS),
        help="Processes that answer; each also has a port of its own, the next ones.",
    )  # fmt: skip
    public = click.option(
        "--public-host", default="", metavar="NAME",
        help="The host name by which clients come, where it is not --host: in a container, say.",
    )  # fmt: skip
    return workers(public(command))


def serve_alone(
    app: MockApp, address: ListenAddress, tls: TlsContexts | None, ready: Callable[[str, list[str]], None]
) -> None:
    """Answer in this process until a signal. Raises CommandError for an address that cannot be had."""
    with open_listening_socket(address) as sock:
        url = address.build_url(sock)
        if address.public_host:
            app.mock.sandboxes.identity = WorkerIdentity(worker_urls=(url,))
        try:
            with report_system_errors():
                server.run_server(app, sock, ready=partial(_get_ready, ready, url), tls=tls)
        finally:
            close_request_log(app)


def _get_ready(ready: Callable[[str, list[str]], None], url: str, worker_urls: Iterable[str] = ()) -> None:
    """Announce where the server is. From here on what is written to stderr may be what others send."""
    ready(url, list(worker_urls))
    limit_stderr_rate()


def close_request_log(app: MockApp) -> None:
    """Write the last lines of the request log, if there is one."""
    if app.request_log is not None:
        app.request_log.close()


def check_worker_ports(address: ListenAddress, count: int) -> None:
    """Raise CommandError where there are not enough ports behind the first one."""
    if count > 1 and address.port + count > MAX_PORT:
        message = f"--port {address.port} has not {count} ports behind it, one for each of --workers {count}; "
        raise CommandError(f"{message}it can be {MAX_PORT - count} at most")


def open_listening_socket(address: ListenAddress) -> socket.socket:
    """Return a socket that listens; a client that connects before all is ready waits. Raises CommandError."""
    try:
        sock = bind_socket(address.host, address.port)
        sock.listen(BACKLOG)
    except OSError as error:
        raise address.build_bind_error(error) from error
    return sock


def serve_workers(
    app: MockApp, address: ListenAddress, count: int, tls: TlsContexts | None, ready: Callable[[str, list[str]], None]
) -> int:
    """Answer in that many processes until a signal; return the exit code. Raises CommandError."""
    if not hasattr(os, "fork") or not hasattr(socket, "SO_REUSEPORT"):
        raise CommandError("--workers needs fork and SO_REUSEPORT, which this system does not have")
    supervisor = _create_supervisor(partial(_run_worker, (app, tls)), address, count)
    worker_urls = [worker.identity.base_url for worker in supervisor.workers]
    with report_system_errors():
        return supervisor.run(partial(_get_ready, ready, supervisor.url, worker_urls))


@contextmanager
def report_system_errors() -> Iterator[None]:
    """Raise CommandError where the system has not enough files or processes for a server."""
    try:
        yield
    except OSError as error:
        hint = ""
        if error.errno in (errno.EMFILE, errno.ENFILE):
            hint = "; `ulimit -n` shows the limit"
        raise CommandError(f"cannot serve: {error.strerror or error}{hint}") from error


def _create_supervisor(work: WorkerMain, address: ListenAddress, count: int) -> Supervisor:
    try:
        return Supervisor(
            work,
            address.host,
            address.port,
            count,
            build_url=address.build_url,
            notify=lambda line: click.echo(line, err=True),
        )
    except OSError as error:
        raise address.build_bind_error(error) from error


def _run_worker(
    served: tuple[MockApp, TlsContexts | None],
    identity: WorkerIdentity,
    socks: tuple[socket.socket, socket.socket],
    beat: Callable[[], None],
    lifeline: int,
) -> None:
    """Answer in a worker's own process, until the supervisor's end of `lifeline` closes."""
    limit_stderr_rate()
    app, tls = served
    app.mock.sandboxes.identity = identity
    try:
        with report_system_errors():
            server.run_server(app, *socks, ready=beat, tls=tls, lifeline=lifeline, beat=beat)
    except CommandError as error:
        click.echo(f"worker {identity.worker}: {error.message}", err=True)
        sys.exit(1)
    finally:
        close_request_log(app)
