"""TLS of `lookalike serve`: the throw-away CA as a file, and what makes a client trust it."""

from __future__ import annotations

import errno
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lookalike_mocks import Mock
from lookalike_mocks.adapters.certificates import TlsContexts, create_tls_contexts, list_host_names
from lookalike_mocks.adapters.server import IS_WINDOWS

from .click_ext import CommandError
from .output import render_table, style_dim

Command = TypeVar("Command", bound=Callable[..., Any])
# others may read it: a client in a container often is another user
CA_FILE_MODE = 0o644


def tls_options(command: Command) -> Command:
    """Add the options --tls-ca and --tls-name."""
    file = click.Path(dir_okay=False, path_type=Path)
    name = click.option(
        "--tls-name", "tls_names", multiple=True, metavar="NAME",
        help="One more host name or address in the certificate. May be repeated.",
    )  # fmt: skip
    authority = click.option(
        "--tls-ca", type=file, metavar="FILE",
        help="Answer https on the same port too; FILE gets the CA that clients have to trust.",
    )  # fmt: skip
    return authority(name(command))


def create_tls(mock: Mock, hosts: tuple[str, ...], path: Path | None, more: tuple[str, ...]) -> TlsContexts | None:
    """Return what the server presents, and write its CA to the file; None without a file. Raises CommandError."""
    if path is None:
        if more:
            raise CommandError("--tls-name needs --tls-ca FILE")
        return None
    if IS_WINDOWS:
        # The listener looks at a connection's first byte by `add_reader`, which asyncio's loop there does not have.
        raise CommandError("--tls-ca does not work on Windows; without it the server answers http")
    contexts = _create_certificates(mock, hosts, more)
    try:
        _write_ca(contexts.ca, path)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from error
    return contexts


def _create_certificates(mock: Mock, hosts: tuple[str, ...], more: tuple[str, ...]) -> TlsContexts:
    try:
        return create_tls_contexts(list_host_names(mock, *hosts, more=more))
    except ImportError as error:
        raise CommandError(str(error)) from error
    except ValueError as error:
        raise CommandError(f"--tls-name: {error}") from error
    except OSError as error:  # `ssl` reads a certificate from a file only, so one is there for a moment
        raise CommandError(f"cannot write a temporary file: {error.strerror}") from error


def _write_ca(text: str, path: Path) -> None:
    """Write the CA's certificate. Raises OSError."""
    from lookalike_specs.files import write_atomically  # noqa: PLC0415 - `lookalike --help` must not wait for it

    if path.exists() and not path.is_file():  # into a pipe it would be gone for every client but one
        raise FileExistsError(errno.EEXIST, "it is no regular file")
    write_atomically(path, text.encode("ascii"), CA_FILE_MODE)


def build_tls_announcement(base: str, path: Path | None) -> dict[str, str]:
    """Return what `--json` says of TLS."""
    if path is None:
        return {}
    return {"tls_url": base.replace("http://", "https://", 1), "tls_ca": str(path.absolute())}


def render_trust_help(url: str, path: str) -> str:
    """Return where TLS is, and how a client comes to trust it."""
    file = shlex.quote(path)
    ways = [
        ("Python", f"SSL_CERT_FILE={file}"),
        ("Node.js", f"NODE_EXTRA_CA_CERTS={file}"),
        ("curl", f"curl --cacert {file}"),
    ]
    return f"{style_dim(f'# {url} for clients that trust its CA')}\n{render_table(ways)}"
