"""`lookalike serve` in one process or in several, and where clients reach them."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .group import Problem

if TYPE_CHECKING:
    from lookalike_mocks.doors.asgi import Door
    from lookalike_mocks.doors.tls import Tls
    from lookalike_mocks.doors.workers import Supervisor, Work
    from lookalike_mocks.sandbox import Place

Command = TypeVar("Command", bound=Callable[..., Any])
MAX_WORKERS = 64


@dataclass(frozen=True)
class Address:
    """Where to listen, and the host name by which clients come; "" for the address itself."""

    host: str
    port: int
    public: str = ""

    def url(self, sock: socket.socket) -> str:
        """The base URL of a bound socket; one that listens everywhere is reached on loopback."""
        host, port = sock.getsockname()[:2]
        reached = self.public or {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"

    def taken(self, why: OSError) -> Problem:
        """What to say when it cannot be had."""
        return Problem(f"cannot listen on {self.host} port {self.port}: {why.strerror or why}")


def process_options(command: Command) -> Command:
    """The options --workers and --public-host."""
    workers = click.option(
        "--workers", default=1, show_default=True, type=click.IntRange(1, MAX_WORKERS),
        help="Processes that answer; each also has a port of its own, the next ones.",
    )  # fmt: skip
    public = click.option(
        "--public-host", default="", metavar="NAME",
        help="The host name by which clients come, where it is not --host: in a container, say.",
    )  # fmt: skip
    return workers(public(command))


def alone(door: Door, address: Address, tls: Tls | None, ready: Callable[[str, list[str]], None]) -> None:
    """Answer in this process. Raises Problem for an address that cannot be had."""
    from lookalike_mocks.doors import run  # noqa: PLC0415 - `lookalike --help` must not wait for it
    from lookalike_mocks.sandbox import Place  # noqa: PLC0415

    with listening(address) as sock:
        url = address.url(sock)
        if address.public:
            door.mock.sandboxes.place = Place(urls=(url,))
        run.run(door, sock, ready=lambda: ready(url, []), tls=tls)


def listening(address: Address) -> socket.socket:
    """A socket that listens; who connects before all is ready has to wait. Raises Problem."""
    from lookalike_mocks.doors.server import BACKLOG, bound  # noqa: PLC0415 - `lookalike --help` must not wait for it

    try:
        sock = bound(address.host, address.port)
        sock.listen(BACKLOG)
    except OSError as taken:
        raise address.taken(taken) from taken
    return sock


def together(door: Door, address: Address, count: int, tls: Tls | None, ready: Callable[[str, list[str]], None]) -> int:
    """Answer in that many processes; the exit code. Raises Problem."""
    if not hasattr(os, "fork") or not hasattr(socket, "SO_REUSEPORT"):
        raise Problem("--workers needs fork and SO_REUSEPORT, which this system does not have")
    supervisor = _supervisor(partial(_work, (door, tls)), address, count)
    return supervisor.run(lambda: ready(supervisor.url, [worker.place.url for worker in supervisor.workers]))


def _supervisor(work: Work, address: Address, count: int) -> Supervisor:
    from lookalike_mocks.doors.workers import Supervisor  # noqa: PLC0415 - for more than one process only

    try:
        return Supervisor(
            work, address.host, address.port, count, url=address.url, tell=lambda line: click.echo(line, err=True)
        )
    except OSError as taken:
        raise address.taken(taken) from taken


def _work(
    served: tuple[Door, Tls | None],
    place: Place,
    socks: tuple[socket.socket, socket.socket],
    ready: Callable[[], None],
    lifeline: int,
) -> None:
    """What a worker does, in its own process."""
    from lookalike_mocks.doors import run  # noqa: PLC0415 - `lookalike --help` must not wait for it

    door, tls = served
    door.mock.sandboxes.place = place
    run.run(door, *socks, ready=ready, tls=tls, lifeline=lifeline)
