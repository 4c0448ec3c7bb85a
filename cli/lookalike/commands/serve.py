"""`lookalike serve`: the APIs on one port, until a signal."""

from __future__ import annotations

import ipaddress
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.limits import Limits, format_limits
from lookalike_mocks.memory.limits import MemoryLimits

from .. import __version__, control_token
from ..click_ext import ExtendedCommand
from ..completers import complete_variants
from ..curl import build_curl_line
from ..open_files import MIN_FREE_FILES, require_open_files
from ..options import SEED_RANGE, SIZE_RANGE, apis_argument, json_option, parse_variants
from ..output import echo, render_table, style_bold, style_dim
from ..request_log import create_request_log, create_writer, print_first_words
from ..spec_options import add_specs, import_option, spec_option
from ..tls import build_tls_announcement, create_tls, render_trust_help, tls_options
from ..workers import (
    ListenAddress,
    check_worker_ports,
    open_listening_socket,
    serve_alone,
    serve_workers,
    worker_options,
)

PORT_RANGE = click.IntRange(0, 65535)


@dataclass(frozen=True)
class ServeOptions:
    """The options of `lookalike serve`, by the names of its parameters."""

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


def print_limits(context: click.Context, _parameter: click.Parameter, is_wanted: bool) -> None:
    """Print the table of limits and exit, if it is wanted."""
    if is_wanted:
        echo(format_limits(Limits(), MemoryLimits()))
        context.exit()


@click.command("serve", cls=ExtendedCommand)
@apis_argument
@spec_option
@import_option
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
@click.option(
    "--limits", is_flag=True, is_eager=True, expose_value=False, callback=print_limits,
    help="Print what a connection may send, how long it may take, what is kept in memory, and exit.",
)  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Print no line for each request.")
@json_option
def command(*, as_json: bool, quiet: bool, **options: Any) -> None:
    """Serve the APIs on one port.

    All of them, when none is named; each under its real paths, and under /<api>/ as well. With --spec only what is
    named.

    With --json the first line of stdout is one JSON object, {"url": …, "apis": {id: {"base_url", "credentials",
    "curl"}}, "control_token": …}, printed when the port listens; --tls-ca adds "tls_url" and "tls_ca", --workers adds
    "workers". SIGTERM, SIGINT and SIGHUP end it with exit 0; a second one drops what is under way.

    Each request is a line: time, API, operation, status, milliseconds, and why it was refused, if it was. With --json
    it is an object. A reader that is too slow misses lines, and never holds up an answer.

    \b
    Examples:
      lookalike serve
      lookalike serve tmapi hiobuy --port 9000 --seed 7
      lookalike serve tmapi --variant error-format=http-200
      lookalike serve --spec petstore.yaml
      lookalike serve --tls-ca ca.pem
      lookalike serve --workers 4
      lookalike serve --port 0 --json
    """
    options["apis"] = add_specs(options["apis"], options.pop("specs"))
    run_server(ServeOptions(**options), as_json=as_json, quiet=quiet)


def run_server(options: ServeOptions, *, as_json: bool, quiet: bool) -> None:
    """Serve until a signal. Raises CommandError."""
    # each further worker has two pipes to its supervisor, and two sockets
    require_open_files("serve", MIN_FREE_FILES + 4 * (options.workers - 1))
    address = ListenAddress(options.host, options.port, options.public_host)
    check_worker_ports(address, options.workers)
    variants = parse_variants(options.variants, options.apis)
    mock = Mock(*options.apis, seed=options.seed, variants=variants, size=options.size)
    given_token = control_token.read_token(options.control_token_file)
    # Whoever finds the port taken must not have overwritten the CA file of the server that runs there.
    open_listening_socket(address).close()
    tls = create_tls(mock, (options.host, options.public_host), options.tls_ca, options.tls_names)
    app = MockApp(mock, token=given_token, hosts=tuple(_list_control_hosts(options)), tls=tls)
    log_writer = create_writer()
    if not quiet and log_writer is not None:
        app.request_log = create_request_log(mock, log_writer, as_json=as_json)
    first_writer = log_writer
    if options.workers > 1:
        # the workers inherit the other one, and its thread must not have begun before that
        first_writer = create_writer()
    _warn_if_public(options.host)

    def announce(url: str, worker_urls: list[str]) -> None:
        announcement = build_announcement(mock, url) | build_tls_announcement(url, options.tls_ca)
        if worker_urls:
            announcement["workers"] = worker_urls
        announcement["control_token"] = app.control_token
        if as_json:
            text = json.dumps(announcement)
        else:
            control_line = control_token.render_control_line(url, app.control_token, random=not given_token)
            text = _render_announcement(announcement, mock, control_line)
        print_first_words(f"{text}\n", first_writer, url)

    if options.workers == 1:
        serve_alone(app, address, tls, announce)
    else:
        sys.exit(serve_workers(app, address, options.workers, tls, announce))


def _list_control_hosts(options: ServeOptions) -> Iterator[str]:
    yield from options.allowed_hosts
    if options.public_host:
        yield options.public_host


def build_announcement(mock: Mock, base: str) -> dict[str, Any]:
    """Return what is served where, with whose credentials, and a line to try it."""
    apis = {}
    for api, service in mock.services.items():
        curl_line = build_curl_line(mock, service, base)
        apis[api] = {"base_url": base, "credentials": dict(service.api.account), "curl": curl_line}
    return {"url": base, "apis": apis}


def _warn_if_public(host: str) -> None:
    if not _is_loopback(host):
        click.echo(f"Warning: {host} is open to the network, and every key of the mock is public.", err=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def _render_announcement(announcement: dict[str, Any], mock: Mock, control_line: str) -> str:
    url = announcement["url"]
    state = mock.demo_state
    head = style_bold(f"Lookalike {__version__}")
    lines = [f"{head} on {url}  seed {state.seed}, {state.size} goods; Ctrl+C ends it\n"]
    lines.append(_render_api_table(announcement["apis"]))
    lines.append(f"\n{control_line}")
    for api, details in announcement["apis"].items():
        lines.append(f"\n{style_dim(f'# {api}')}\n{details['curl']}")
    worker_urls = announcement.get("workers", [])
    if worker_urls:
        lines.append("")
    for number, worker_url in enumerate(worker_urls, start=1):
        lines.append(f"worker {number}, and its sandboxes: {worker_url}")
    if "tls_ca" in announcement:
        lines.append(f"\n{render_trust_help(announcement['tls_url'], announcement['tls_ca'])}")
    return "\n".join(lines)


def _render_api_table(apis: dict[str, Any]) -> str:
    """Return a line for each API and each credential, within the 80 columns of a terminal."""
    rows = []
    for api, details in apis.items():
        names = [api, f"/{api}"]
        for name, value in details["credentials"].items():
            rows.append((*names, f"{name}={value}"))
            names = ["", ""]
    return render_table(rows, ("API", "or, by prefix", "demo credentials"))
