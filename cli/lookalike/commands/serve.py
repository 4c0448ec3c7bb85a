"""`lookalike serve`: the APIs on one port, until a signal."""

from __future__ import annotations

import ipaddress
import json
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from ..group import Problem, nearest
from ..parameters import any_apis, as_json, pairs, variant_keys
from ..text import echo, faint, strong, table

if TYPE_CHECKING:
    import socket

    from lookalike_mocks import Mock

SEEDS, SIZES, PORTS = click.IntRange(0, 2**63 - 1), click.IntRange(1, 10**9), click.IntRange(0, 65535)


@click.command("serve")
@any_apis
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=PORTS, help="Port; 0 takes a free one.")
@click.option("--seed", default=0, show_default=True, type=SEEDS, help="Another seed, another catalogue of goods.")
@click.option(
    "--variant", "variants", multiple=True, metavar="KEY=VALUE", shell_complete=variant_keys,
    help="A switch of an API, `api.name=value` or `name=value`; see `lookalike apis`. May be repeated.",
)  # fmt: skip
@click.option("--size", default=10_000, show_default=True, type=SIZES, help="Goods in the catalogue.")
@as_json
def command(  # noqa: PLR0913 - one argument for each option
    *, apis: tuple[str, ...], host: str, port: int, seed: int, variants: tuple[str, ...], size: int, as_json: bool
) -> None:
    """Serve the APIs on one port.

    All of them, when none is named; each under its real paths, and under /<api>/ as well.

    With --json the first line of stdout is one JSON object, {"url": …, "apis": {id: {"base_url", "credentials",
    "curl"}}}, printed when the port listens. SIGTERM and SIGINT end it with exit 0.

    \b
    Examples:
      lookalike serve
      lookalike serve tmapi hiobuy --port 9000 --seed 7
      lookalike serve tmapi --variant error-transport=http-200
      lookalike serve --port 0 --json
    """
    from lookalike_mocks import Mock  # noqa: PLC0415 - `lookalike --help` must not wait for it
    from lookalike_mocks.doors import asgi, run  # noqa: PLC0415

    mock = Mock(*apis, seed=seed, variants=_switches(variants, apis), size=size)
    sock = _listening(host, port)
    _warn(sock)
    told = announcement(mock, base_url(sock))
    show = _show_json if as_json else _show
    run.run(asgi.Door(mock), sock, ready=lambda: show(told, mock))


def _switches(variants: tuple[str, ...], apis: tuple[str, ...]) -> dict[str, str]:
    """The variants as a table. Raises Problem for a switch of an API that is not served."""
    from lookalike_specs import ids  # noqa: PLC0415 - `lookalike --help` must not wait for it

    chosen, served = pairs(variants, "--variant"), list(apis or ids())
    for key in chosen:
        api, dot, _ = key.rpartition(".")
        if dot and api not in served:
            raise Problem(f"--variant {key}: {api!r} is not served{nearest(api, served)}")
    return chosen


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens; who connects before all is ready has to wait."""
    from lookalike_mocks.doors.server import BACKLOG, bound  # noqa: PLC0415 - `lookalike --help` must not wait for it

    try:
        sock = bound(host, port)
        sock.listen(BACKLOG)
    except OSError as taken:
        raise Problem(f"cannot listen on {host} port {port}: {taken.strerror or taken}") from taken
    return sock


def base_url(sock: socket.socket) -> str:
    """Where this machine reaches a bound socket; one that listens everywhere is reached on loopback."""
    host, port = sock.getsockname()[:2]
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def announcement(mock: Mock, base: str) -> dict[str, Any]:
    """What is served where, with whose credentials, and a line to try it."""
    from ..example import curl_line  # noqa: PLC0415 - `lookalike --help` must not wait for it

    apis = {
        api: {"base_url": base, "credentials": dict(service.api.account), "curl": curl_line(mock, service, base)}
        for api, service in mock.services.items()
    }
    return {"url": base, "apis": apis}


def _warn(sock: socket.socket) -> None:
    host = sock.getsockname()[0]
    if not ipaddress.ip_address(host).is_loopback:
        click.echo(f"Warning: {host} is open to the network, and every key of the mock is public.", err=True)


def _show_json(told: dict[str, Any], _: Mock) -> None:
    click.echo(json.dumps(told))


def _show(told: dict[str, Any], mock: Mock) -> None:
    url, world = told["url"], mock.world
    echo(f"{strong(f'Lookalike {__version__}')} on {url}  seed {world.seed}, {world.size} goods; Ctrl+C ends it\n")
    rows = [
        (api, about["base_url"], f"{about['base_url']}/{api}", "  ".join(f"{k}={v}" for k, v in credentials(about)))
        for api, about in told["apis"].items()
    ]
    echo(table(rows, ("API", "base URL", "or, by prefix", "demo credentials")))
    for api, about in told["apis"].items():
        echo(f"\n{faint(f'# {api}')}\n{about['curl']}")


def credentials(about: dict[str, Any]) -> list[tuple[str, str]]:
    """The names and values of the demo account."""
    return list(about["credentials"].items())
