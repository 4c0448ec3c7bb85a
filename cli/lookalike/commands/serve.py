"""`lookalike serve`: the APIs on one port, until a signal."""

from __future__ import annotations

import ipaddress
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from .. import __version__, control_token
from ..options import apis_argument, complete_variants, json_option, parse_variants
from ..output import echo, render_table, style_bold, style_dim
from ..tls import build_tls_announcement, create_tls, render_trust_help, tls_options
from ..workers import ListenAddress, open_listening_socket, serve_alone, serve_workers, worker_options

if TYPE_CHECKING:
    from pathlib import Path

    from lookalike_mocks import Mock

SEED_RANGE = click.IntRange(0, 2**63 - 1)
SIZE_RANGE = click.IntRange(1, 10**9)
PORT_RANGE = click.IntRange(0, 65535)


@dataclass(frozen=True)
class ServeOptions:
    """What the command line says."""

    apis: tuple[str, ...]
    host: str
    port: int
    seed: int
    variants: tuple[str, ...]
    size: int
    tls_ca: Path | None
    tls_names: tuple[str, ...]
    workers: int
    public_host: str
    control_token_file: Path | None
    allowed_hosts: tuple[str, ...]


@click.command("serve")
@apis_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=PORT_RANGE, help="Port; 0 takes a free one.")
@click.option("--seed", default=0, show_default=True, type=SEED_RANGE, help="Another seed, another catalogue of goods.")
@click.option(
    "--variant", "variants", multiple=True, metavar="KEY=VALUE", shell_complete=complete_variants,
    help="A switch of an API, `api.name=value` or `name=value`; see `lookalike apis`. May be repeated.",
)  # fmt: skip
@click.option("--size", default=10_000, show_default=True, type=SIZE_RANGE, help="Goods in the catalogue.")
@tls_options
@worker_options
@control_token.control_options
@json_option
def command(*, as_json: bool, **options: Any) -> None:
    """Serve the APIs on one port.

    All of them, when none is named; each under its real paths, and under /<api>/ as well.

    With --json the first line of stdout is one JSON object, {"url": …, "apis": {id: {"base_url", "credentials",
    "curl"}}, "control_token": …}, printed when the port listens; --tls-ca adds "tls_url" and "tls_ca", --workers adds
    "workers". SIGTERM and SIGINT end it with exit 0.

    \b
    Examples:
      lookalike serve
      lookalike serve tmapi hiobuy --port 9000 --seed 7
      lookalike serve tmapi --variant error-format=http-200
      lookalike serve --tls-ca ca.pem
      lookalike serve --workers 4
      lookalike serve --port 0 --json
    """
    run_server(ServeOptions(**options), as_json=as_json)


def run_server(options: ServeOptions, *, as_json: bool) -> None:
    """Serve until a signal. Raises Problem."""
    from lookalike_mocks import Mock  # noqa: PLC0415 - `lookalike --help` must not wait for it
    from lookalike_mocks.adapters import asgi  # noqa: PLC0415

    apis = options.apis
    public = options.public_host
    mock = Mock(*apis, seed=options.seed, variants=parse_variants(options.variants, apis), size=options.size)
    token = control_token.read_token(options.control_token_file)
    hosts = (*options.allowed_hosts, *([public] if public else []))
    address = ListenAddress(options.host, options.port, public)
    open_listening_socket(address).close()  # who finds the port taken leaves the CA of who serves there alone
    tls = create_tls(mock, (options.host, public), options.tls_ca, options.tls_names)
    door = asgi.MockApp(mock, token=token, hosts=hosts, tls=tls)
    _warn_if_public(options.host)

    def ready(url: str, own: list[str]) -> None:
        told = (
            build_announcement(mock, url)
            | build_tls_announcement(url, options.tls_ca)
            | ({"workers": own} if own else {})
        )
        told |= {"control_token": door.control_token}
        if as_json:
            click.echo(json.dumps(told))
        else:
            _print_announcement(
                told, mock, control_token.render_control_line(url, door.control_token, random=not token)
            )

    if options.workers == 1:
        serve_alone(door, address, tls, ready)
    else:
        sys.exit(serve_workers(door, address, options.workers, tls, ready))


def build_announcement(mock: Mock, base: str) -> dict[str, Any]:
    """What is served where, with whose credentials, and a line to try it."""
    from ..curl import build_curl_line  # noqa: PLC0415 - `lookalike --help` must not wait for it

    apis = {
        api: {"base_url": base, "credentials": dict(service.api.account), "curl": build_curl_line(mock, service, base)}
        for api, service in mock.services.items()
    }
    return {"url": base, "apis": apis}


def _warn_if_public(host: str) -> None:
    if not _is_loopback(host):
        click.echo(f"Warning: {host} is open to the network, and every key of the mock is public.", err=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def _print_announcement(told: dict[str, Any], mock: Mock, about_control: str) -> None:
    url = told["url"]
    world = mock.demo_state
    echo(f"{style_bold(f'Lookalike {__version__}')} on {url}  seed {world.seed}, {world.size} goods; Ctrl+C ends it\n")
    rows = [
        (
            api,
            about["base_url"],
            f"{about['base_url']}/{api}",
            "  ".join(f"{k}={v}" for k, v in list_credentials(about)),
        )
        for api, about in told["apis"].items()
    ]
    echo(render_table(rows, ("API", "base URL", "or, by prefix", "demo credentials")))
    echo(f"\n{about_control}")
    for api, about in told["apis"].items():
        echo(f"\n{style_dim(f'# {api}')}\n{about['curl']}")
    for number, own in enumerate(told.get("workers", ()), start=1):
        echo(f"{'' if number > 1 else chr(10)}worker {number}, and its sandboxes: {own}")
    if "tls_ca" in told:
        echo(f"\n{render_trust_help(told['tls_url'], told['tls_ca'])}")


def list_credentials(about: dict[str, Any]) -> list[tuple[str, str]]:
    """The names and values of the demo account."""
    return list(about["credentials"].items())
